"""The drill of the how-to, start to end: backup, a consent revoked after it, restore elsewhere, the warehouse built again.

It runs a night three times over and is for ``--soak N`` with N above 1 (``make soak``), not for every change.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from resources.home import Home
from resources.ledger import Ledger
from resources.published_files import published_products
from resources.warehouse import logical_hash
from tests.fixtures import counts

pytestmark = pytest.mark.skipif(counts.FACTOR <= 1, reason="three nights and a rebuild: only with --soak N above 1 (make soak)")

NIGHT = "2026-03-03"
CRISIS = ("query", "health/care_coordination", "select distinct client_id from recent_crisis_contacts")
CUSTODY = ("query", "health/care_coordination", "select distinct client_id from in_custody_tonight")
IN_FORCE = (
    "select state.consent_id from consented.consent_state as state join checked.subject as subject using (subject_id)"
    " where subject.source_person_id = ? and state.state = 'in_force' order by all"
)
OF_PUBLISHING = {"published.version", "published.decision_count", "published.protection"}
"""What was decided and released on each night it was published: earlier nights are not published again. The how-to lists them."""


def _clients(office: Any, question: tuple[str, ...]) -> set[str]:
    return {row["client_id"] if isinstance(row, dict) else row[0] for row in office.json(*question, "--as-of", NIGHT)["rows"]}


def _warehouse(home: Path) -> dict[str, str]:
    """Logical hash of every table of the warehouse."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as con:
        asked = "select schema_name || '.' || table_name from duckdb_tables() where not internal and not temporary order by all"
        return {table: logical_hash(con, table) for (table,) in con.execute(asked).fetchall()}


def _published(home: Path) -> dict[tuple[str, str, str], str]:
    """Logical hash of every table of every product."""
    return {
        (product.recipient, product.product, table["name"]): table["logical_hash"]
        for product in published_products(Home(home))
        for table in product.manifest["tables"]
        # Names the version and the moment it was made.
        if table["name"] != "_about"
    }


def _differing(one: dict[Any, str], other: dict[Any, str]) -> set[Any]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def _files_with(folder: Path, needle: str) -> list[str]:
    return [path.name for path in sorted(folder.rglob("*")) if path.is_file() and needle.encode() in path.read_bytes()]


def test_a_backup_restored_without_what_was_revoked_since_and_built_again_says_the_same(
    office: Any, settled: Callable[[Path, int], None], tmp_path: Path
) -> None:
    settled(office.home, 2)
    before = _warehouse(office.home)
    backup, keys, denies = tmp_path / "backup", tmp_path / "keys", tmp_path / "denies.json"
    made = office.json("backup", str(backup), "--keys", str(keys))
    assert not (backup / "published").exists(), "no product is in a backup"

    consenting = _clients(office, CRISIS) - _clients(office, CUSTODY)
    assert consenting, "somebody who consented must be there, or this test shows nothing"
    client = min(consenting)
    with duckdb.connect(str(office.home / "warehouse.duckdb"), read_only=True) as con:
        consents = [consent for (consent,) in con.execute(IN_FORCE, [client]).fetchall()]
    named = [word for consent in consents for word in ("--consent", consent)]
    office.type("consents", "revoke", *named, "--reason", "came to the counter", "--write")
    office.type("deny-list", str(denies))

    restored = type(office)(tmp_path / "restored")
    shutil.copytree(keys, restored.home / "keys")
    shutil.copytree(office.home / "county_systems", restored.home / "county_systems")
    shutil.copy2(office.home / "simulated_day.json", restored.home)
    other = tmp_path / "other_text"
    shutil.copytree(next((backup / "terms").iterdir()), other)
    (other / "county.yaml").write_text((other / "county.yaml").read_text(encoding="utf-8") + "\n# a later text\n", encoding="utf-8")
    refused = type(office)(restored.home, {"THROUGHCARE_COUNTY": str(other)}).type(
        "restore", str(backup), "--denies", str(denies), expect=2
    )
    assert "was run under terms" in refused.stderr
    assert not (restored.home / "registers.duckdb").exists(), "nothing is copied under another text"

    said = restored.json("restore", str(backup), "--denies", str(denies))
    assert said["good"]
    assert said["entries"] == made["entries"]
    kinds = [entry["kind"] for entry in Ledger(Home(restored.home)).entries()[made["entries"] :]]
    assert kinds.index("restored") < kinds.index("publishing"), "denies are replayed before anything is served"
    assert Ledger(Home(restored.home)).hashes()[made["entries"] - 1] == made["head"], "the restored ledger goes on from the backup's head"
    restored.type("ledger", "verify")
    assert _files_with(restored.home / "published", client) == []
    assert client not in _clients(restored, CRISIS)
    assert consenting - {client} <= _clients(restored, CRISIS), "everybody else's consent still counts"

    tables, products = _warehouse(restored.home), _published(restored.home)
    assert _differing(before, tables), "a revocation that changes nothing would make this test empty"
    rebuilt = restored.json("rebuild")
    assert rebuilt["good"]
    assert rebuilt["links_are_as_before"]
    assert _differing(products, _published(restored.home)) == set()
    assert _differing(tables, _warehouse(restored.home)) <= OF_PUBLISHING
    restored.type("ledger", "verify")
