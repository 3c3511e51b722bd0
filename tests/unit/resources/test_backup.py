"""A backup is verified to the byte, refused when it would show too much, and its deny list is replayed once."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.restoring import judge, refuse_foreign_terms, restore
from resources.backup import MANIFEST, Backup, BackupFault, back_up, refuse_occupied, verified
from resources.deny_list import DenyList, read_deny_list, replay, write_deny_list
from resources.home import Home
from resources.ledger import EntryKind, Ledger
from resources.ledger_anchor import Anchor
from resources.warehouse import Warehouse

NIGHT = date(2026, 3, 2)
DENY = ("subject", "revoked", None, "county", None, NIGHT)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home").prepare()
    with Warehouse(made).writer() as con:
        texts = ", ".join(f"{name} varchar" for name in ("subject_id", "reason", "operation", "recipient", "element_class"))
        con.execute(f"create table consented.deny ({texts}, from_night date)")
        con.execute("insert into consented.deny values (?, ?, ?, ?, ?, ?)", list(DENY))
    (made.landing / "jail").mkdir()
    (made.landing / "jail" / "rows.csv").write_text("a,b\n")
    (made.quarantine / "jail").mkdir()
    (made.quarantine / "jail" / "refused.duckdb").write_text("refused")
    Ledger(made).append(EntryKind.NOTE, night=NIGHT)
    return made


@pytest.fixture
def made(home: Home, tmp_path: Path) -> Backup:
    return back_up(home, tmp_path / "backup")


def test_a_backup_holds_state_and_neither_keys_nor_refused_rows_nor_products(made: Backup) -> None:
    names = {path.relative_to(made.folder).parts[0] for path in made.folder.rglob("*") if path.is_file()}
    assert names == {"landing", "ledger", "registers.duckdb", "warehouse.duckdb", MANIFEST}
    assert (made.entries, verified(made.folder)) == (1, made)


def test_keys_go_to_a_folder_of_their_own_or_not_at_all(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BackupFault, match="keys beside the data"):
        back_up(home, tmp_path / "b", keys=tmp_path / "b" / "keys")
    back_up(home, tmp_path / "b", keys=tmp_path / "k")
    assert (tmp_path / "k" / "ledger_ed25519.pem").exists()
    assert not list((tmp_path / "b").rglob("*.pem")) or [path.name for path in (tmp_path / "b").rglob("*.pem")] == ["public_key.pem"]
    with pytest.raises(BackupFault, match="is not empty"):
        back_up(home, tmp_path / "b")


def test_a_broken_ledger_is_not_backed_up(home: Home, tmp_path: Path) -> None:
    (home.ledger / "ledger.jsonl").write_text("broken\n")
    with pytest.raises(BackupFault, match="ledger is not sound"):
        back_up(home, tmp_path / "b")


@pytest.mark.parametrize("damage", ["changed", "missing", "added", "manifest", "ledger"])
def test_a_damaged_backup_is_refused_and_the_first_fault_named(made: Backup, damage: str) -> None:
    row = made.folder / "landing" / "jail" / "rows.csv"
    if damage == "changed":
        row.write_text("a,c\n")
    elif damage == "missing":
        row.unlink()
    elif damage == "added":
        row.with_name("more.csv").write_text("x")
    elif damage == "manifest":
        (made.folder / MANIFEST).write_text("{}")
    else:
        manifest = json.loads((made.folder / MANIFEST).read_text())
        (made.folder / MANIFEST).write_text(json.dumps({**manifest, "head": "0" * 64}))
    with pytest.raises(BackupFault):
        verified(made.folder)


def test_a_backup_older_than_what_was_taken_away_is_refused_without_the_newer_list(home: Home, made: Backup, tmp_path: Path) -> None:
    ledger = Ledger(home)
    ledger.append(EntryKind.DENIES, night=NIGHT, subjects_newly_denied=0)
    assert judge(made.folder, home, listed=None, anchor=None).taken_away == 0, "a job that denied nobody takes nothing away"
    ledger.append(EntryKind.ERASED, night=NIGHT)
    with pytest.raises(BackupFault, match="1 entries since then took something away"):
        judge(made.folder, home, listed=None, anchor=None)
    old = DenyList(1, "head", {})
    with pytest.raises(BackupFault, match="deny list"):
        judge(made.folder, home, listed=old, anchor=None)
    with Warehouse(home).reader() as con:
        assert write_deny_list(con, tmp_path / "denies.json", ledger.verify()) == 1
    found = judge(made.folder, home, listed=read_deny_list(tmp_path / "denies.json"), anchor=None)
    assert (found.taken_away, found.is_covered, found.keeps_ledger) == (1, True, True)


def test_where_no_ledger_survived_a_sheet_from_outside_says_how_far_it_had_come(made: Backup, tmp_path: Path) -> None:
    empty = Home(tmp_path / "empty")
    assert judge(made.folder, empty, listed=None, anchor=Anchor(made.head, 1)).known_entries == 1
    with pytest.raises(BackupFault, match="reached entry 9"):
        judge(made.folder, empty, listed=None, anchor=Anchor("f" * 64, 9))
    assert judge(made.folder, empty, listed=DenyList(9, "f" * 64, {}), anchor=Anchor("f" * 64, 9)).is_covered


def test_a_ledger_that_tells_another_past_stops_the_restore(home: Home, made: Backup) -> None:
    shutil.rmtree(home.ledger)
    Ledger(home).append(EntryKind.NOTE, night=NIGHT, text="another")
    with pytest.raises(BackupFault, match="different pasts"):
        judge(made.folder, home, listed=None, anchor=None)


def test_denies_are_replayed_before_anything_is_built_and_only_once(home: Home, made: Backup, tmp_path: Path) -> None:
    target = Home(tmp_path / "target")
    shutil.copytree(home.keys, target.keys)
    names = ("subject_id", "reason", "operation", "recipient", "element_class", "from_night")
    listed = DenyList(1, made.head, {"deny": [dict(zip(names, (*DENY[:5], "2026-03-02"), strict=True))]})
    seen: list[int] = []

    def rebuild() -> bool:
        with Warehouse(target).reader() as con:
            seen.extend(number for (number,) in con.execute("select count(*) from registers.main.replayed_deny").fetchall())
        return True

    found = judge(made.folder, target, listed=listed, anchor=None)
    assert restore(found, target, None, listed=listed, day=NIGHT, by="officer", rebuild=rebuild)  # type: ignore[arg-type]
    assert seen == [1]
    assert (Ledger(target).entries()[-1]["kind"], Ledger(target).verify().sound) == ("restored", True)
    with Warehouse(target).writer() as con:
        assert replay(con, listed, recorded_on=date(2026, 3, 9)) == 0
    with pytest.raises(BackupFault, match="already holds registers"):
        refuse_occupied(target)


def test_another_text_than_the_newest_nights_is_refused_before_anything_is_copied(home: Home, tmp_path: Path) -> None:
    with Warehouse(home).writer() as con:
        con.execute("insert into registers.main.night_item values (?, 'terms', 'first attempt', 'told', 'first')", [NIGHT])
        con.execute("insert into registers.main.night_item values (?, 'delivery', 'jail', null, 'missing')", [NIGHT])
    target = Home(tmp_path / "target")
    found = judge(back_up(home, tmp_path / "b").folder, target, listed=None, anchor=None)
    with pytest.raises(BackupFault, match=r"set THROUGHCARE_COUNTY to terms/told in .*/b,"):
        restore(found, target, SimpleNamespace(sha256="x"), listed=None, day=NIGHT, by="officer", rebuild=lambda: True)  # type: ignore[arg-type]
    assert not target.registers.exists()
    refuse_foreign_terms(found, SimpleNamespace(sha256="told"))  # type: ignore[arg-type]


def test_rule_packs_of_a_kept_text_go_along_and_half_written_files_do_not(home: Home, tmp_path: Path) -> None:
    packs = home.terms / "abc" / ".rule_packs"
    packs.mkdir(parents=True)
    (packs / "hipaa.yaml").write_text("rules: []\n")
    (home.terms / ".def.1.part").mkdir()
    (home.terms / ".def.1.part" / "county.yaml").write_text("half\n")
    made = back_up(home, tmp_path / "b")
    assert {path.name for path in (made.folder / "terms").rglob("*") if path.is_file()} == {"hipaa.yaml"}


def test_a_file_that_is_no_deny_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")
    for path in (tmp_path / "x.json", tmp_path / "absent.json"):
        with pytest.raises(BackupFault, match="no deny list"):
            read_deny_list(path)
