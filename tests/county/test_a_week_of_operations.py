"""A week at the office that keeps the county's state: keys, a release, an extract, an erasure, a backup, in the order of the how-to pages.

One home after two nights, on which one test goes on from the one before. Everything is typed, as a person would type it; what a person
would do wrong is typed too, and must change nothing.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from typed import Typed

from pipelines.clock import set_simulated_day
from pipelines.place import demo_county
from resources.home import Home
from resources.ledger import Ledger
from resources.published_files import ProductFiles
from tests.county.conftest import Office
from tests.fixtures import counts
from tests.fixtures.at_the_office import consents_in_force, erased_jacket, files_with, somebody_in_the_jail

LAST = date(2026, 3, 3)
COUNTY, HEALTH, SHERIFF = "county/measures", "health/care_coordination", "sheriff/jail_measures"
ANALYST = "committee.analyst@board.larkmoor.example"
OFFICER = "officer@governance.larkmoor.example"
CRISIS = "select distinct client_id from recent_crisis_contacts"
CUSTODY = "select distinct client_id from in_custody_tonight"
EXTRACT = ("research", "extract", "reentry_2026", "--by", "T. Vasquez-Holm", "--reason", "first wave, protocol 2026-14")


@pytest.fixture(scope="module")
def week(settled: Callable[[Path, int], None], tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office after two nights."""
    office = Office(tmp_path_factory.mktemp("week") / "home")
    settled(office.home, 2)
    return office


@dataclass(frozen=True)
class Monday:
    """What was put away on Monday, and who took a consent back after it."""

    backup: Path
    keys: Path
    made: dict[str, Any]
    consenting: frozenset[str]

    @property
    def client(self) -> str:
        """Who took it back."""
        return min(self.consenting)


@pytest.fixture(scope="module")
def monday(week: Office, tmp_path_factory: pytest.TempPathFactory) -> Monday:
    """A backup of the office as it was, with its keys elsewhere."""
    folder = tmp_path_factory.mktemp("monday")
    consenting = frozenset(_clients(week, CRISIS) - _clients(week, CUSTODY))
    made = week.ask("backup", str(folder / "backup"), "--keys", str(folder / "keys"))
    return Monday(folder / "backup", folder / "keys", made, consenting)


@dataclass(frozen=True)
class Restoring:
    """Another machine on Friday: the ledger survived, Monday's backup and the newest deny list are at hand."""

    office: Office
    backup: Path
    keys: Path
    newest_key: Path
    denies: Path

    @property
    def words(self) -> tuple[str, str]:
        """What is typed."""
        return "restore", str(self.backup)


@pytest.fixture(scope="module")
def restoring(week: Office, monday: Monday, tmp_path_factory: pytest.TempPathFactory) -> Restoring:
    folder = tmp_path_factory.mktemp("friday")
    week.here("deny-list", str(folder / "denies.json"))
    shutil.copytree(week.home / "ledger", folder / "home" / "ledger")
    newest = week.home / "keys" / "ledger_ed25519.pem"
    return Restoring(Office(folder / "home"), monday.backup, monday.keys, newest, folder / "denies.json")


def _kinds(office: Office) -> list[str]:
    return [entry["kind"] for entry in Ledger(Home(office.home)).entries()]


def _clients(office: Office, question: str) -> set[str]:
    return {row[0] for row in office.ask("query", HEALTH, question, "--as-of", LAST.isoformat())["rows"]}


def _refused(office: Office, *words: str, says: str, expect: int = 2) -> str:
    """Type something wrong: it ends with a code that is not 0, says what and how to mend it, and enters nothing."""
    before = _kinds(office)
    done = office.here(*words, expect=expect)
    said = " ".join((done.stdout + done.stderr).split())
    assert re.search(says, said), said
    assert "Traceback" not in said
    assert _kinds(office) == before, "what is refused is entered nowhere"
    return said


def test_keys_are_told_apart_by_fingerprint_and_never_printed(week: Office) -> None:
    listed = week.ask("keys", "list")
    assert {"mint", "ledger", "pseudonym__county__measures__1", "pseudonym__health__care_coordination__1"} <= {
        key["name"] for key in listed
    }
    assert week.ask("keys", "drill")["good"]
    said = week.here("keys", "drill").stdout + week.here("keys", "list").stdout + json.dumps(listed)
    for path in (week.home / "keys").glob("*.key"):
        assert path.read_bytes().hex()[:16] not in said
    assert "person keys cannot be continued" in said


def test_a_backup_is_refused_where_it_would_be_none(week: Office, monday: Monday, tmp_path: Path) -> None:
    wrong = Office(tmp_path / "wrong")
    _refused(wrong, "backup", str(tmp_path / "b"), says="Set THROUGHCARE_HOME to the home that is meant")
    _refused(week, "backup", str(week.home / "b"), says="lies in the home it would be a copy of")
    _refused(week, "backup", str(tmp_path / "b"), "--keys", str(tmp_path / "b" / "keys"), says="keys beside the data they protect")
    _refused(week, "backup", str(monday.backup), says="is not empty; name a new folder")
    assert not {"published", "keys", "quarantine"} & {path.name for path in monday.backup.iterdir()}


def test_a_lost_key_is_missed_by_name_and_what_needs_it_is_denied(week: Office, monday: Monday, tmp_path: Path) -> None:
    signing = week.home / "keys" / "ledger_ed25519.pem"
    shutil.move(signing, tmp_path)
    drill = week.here("keys", "drill", expect=1)
    assert "ledger_ed25519.pem is missing: restore it from the key backup" in " ".join(drill.stderr.split())
    _refused(week, "denies", "--night", LAST.isoformat(), says=r"ledger_ed25519\.pem is missing", expect=1)
    _refused(week, "deny-list", str(tmp_path / "denies.json"), says=r"ledger_ed25519\.pem is missing")
    assert _clients(week, CUSTODY), "what was published under a good ledger stays readable"
    shutil.move(tmp_path / signing.name, signing)

    name = week.home / "keys" / "pseudonym__sheriff__jail_measures__1.key"
    name.unlink()
    failed = _revoke(week, monday.client)
    assert monday.client not in _clients(week, CRISIS), "a denial does not wait for the key of another product"
    assert f"{SHERIFF} is withdrawn: keys/{name.name} is missing; restore it from the key backup" in " ".join(failed.stderr.split())
    _refused(week, "query", SHERIFF, "select 1", says="is not published")
    assert [key["name"] for key in week.ask("keys", "list", expect=1) if key["is_lost"]] == [name.stem]
    assert not name.exists(), "a lost secret is not made anew"
    week.here("ledger", "verify")


def test_the_ledger_holds_across_a_change_of_its_key_and_no_key_in_use_is_destroyed(week: Office) -> None:
    _refused(week, "keys", "rotate", "county/nothing", "--reason", "yearly change", says=r"the county has no product.*county/measures")
    _refused(week, "keys", "rotate", COUNTY, "--reason", "x", says="say why")
    fingerprint = week.ask("keys", "rotate", "ledger", "--reason", "officer left")["fingerprint"]
    assert [key["fingerprint"] for key in week.ask("keys", "list", expect=1) if key["name"] == "ledger"] == [fingerprint]
    assert week.ask("ledger", "verify")["sound"]

    _refused(week, "keys", "shred", "pseudonym__county__measures__1", "--reason", "a mistake", "--write", says="is in use")
    _refused(week, "keys", "shred", "mint", "--reason", "a mistake", "--write", says="is in use")
    _refused(week, "keys", "shred", "no_such_key", "--reason", "a mistake", "--write", says="`throughcare keys list` names what is")


def test_figures_go_public_only_by_two_people_and_never_change_again(week: Office) -> None:
    why = ("--reason", "figures of the first quarter")
    _refused(week, "release", "propose", "county", "--by", ANALYST, *why, says="name the product as RECIPIENT/PRODUCT")
    _refused(week, "release", "propose", "county/nothing", "--by", ANALYST, *why, says="nothing")
    _refused(week, "release", "propose", HEALTH, "--by", ANALYST, *why, says="is not a quarterly product of counts")
    _refused(week, "release", "propose", COUNTY, "--by", "a.stranger@example.org", *why, says="nobody in agencies.yaml has the login")
    assert week.ask("release", "propose", COUNTY, "--by", OFFICER, *why)["written"] is False
    assert week.ask("release", "list") == []
    name = week.ask("release", "propose", COUNTY, "--by", OFFICER, *why, "--write")["release"]
    _refused(week, "release", "approve", name, "--by", OFFICER, *why, "--write", says="whoever proposed a release cannot approve it")
    _refused(week, "release", "approve", name, "--by", ANALYST, *why, "--write", says="approves a release; agencies.yaml says who")
    _refused(week, "release", "publish", name, "--by", OFFICER, *why, "--write", says="is not approved by a second person")
    week.here("release", "reject", name, "--by", OFFICER, *why, "--write")

    name = week.ask("release", "propose", COUNTY, "--by", ANALYST, *why, "--write")["release"]
    week.here("release", "approve", name, "--by", OFFICER, *why, "--write")
    assert not (week.home / "public").exists()
    folder = Path(week.ask("release", "publish", name, "--by", OFFICER, *why, "--write")["folder"])
    assert {"SHA256SUMS", "METHODS.md", "NOTICE.txt", "manifest.json"} < {path.name for path in folder.iterdir()}
    assert [step["step"] for step in week.ask("release", "show", name)["steps"]] == ["propose", "approve", "publish"]
    _refused(week, "release", "publish", name, "--by", OFFICER, *why, "--write", says="is public already")
    week.here("release", "verify")
    week.here("ledger", "verify")
    notice = folder / "NOTICE.txt"
    said = notice.read_bytes()
    notice.chmod(0o600)
    notice.write_bytes(said + b"x")
    assert "NOTICE.txt was changed" in week.here("release", "verify", expect=1).stdout
    assert "NOTICE.txt was changed" in week.here("ledger", "verify", expect=1).stderr
    notice.write_bytes(said)
    notice.chmod(0o444)


def test_a_products_key_that_was_lost_is_changed_and_the_product_comes_back_under_new_names(week: Office) -> None:
    rotated = week.here("keys", "rotate", SHERIFF, "--reason", "the key of epoch 1 was lost")
    assert f"{SHERIFF} calls people by the names of epoch 2" in rotated.stdout
    assert week.ask("keys", "list", expect=1)


def test_an_extract_for_research_is_coarse_enough_or_none(week: Office, tmp_path: Path) -> None:
    fine = Office(week.home, {"THROUGHCARE_COUNTY": str(shutil.copytree(demo_county(), tmp_path / "county"))})
    project = tmp_path / "county" / "research" / "reentry_2026.yaml"
    project.write_text(project.read_text(encoding="utf-8").replace("\nk: 11", "\nk: 10"), encoding="utf-8")
    _refused(fine, "research", "list", says=r"research/reentry_2026\.yaml:\d+: k")
    _refused(week, "research", "extract", "no_such", *EXTRACT[3:], says=r"no research project \[no_such\].*reentry_2026")
    _refused(week, *EXTRACT[:-1], "x", says="say why")
    made = week.ask(*EXTRACT)
    assert made["k"] >= 11
    assert set(made["steps"].values()) > {"raw"}, "something had to be made coarser"
    assert made["records"] > 0
    assert not (week.home / "research").exists(), "nothing is kept of what was only worked out"
    written = week.ask(*EXTRACT, "--write")
    assert [(item["version"], item["overdue"]) for item in week.ask("research", "list")["extracts"]] == [(written["version"], False)]
    people = pl.from_arrow(_extract(week).to_arrow_table())
    assert isinstance(people, pl.DataFrame)
    shared = people.group_by("age_at_event", "sex", "region").agg(pl.col("research_pseudonym").n_unique())
    assert shared["research_pseudonym"].min() == written["k"]
    assert week.ask("ledger", "verify")["sound"]


def test_the_key_of_an_epoch_that_ended_is_destroyed_for_ever(week: Office) -> None:
    name = "pseudonym__sheriff__jail_measures__1"
    (week.home / "keys" / f"{name}.key").write_bytes(b"another secret, from an old medium")
    (week.home / "keys" / f"{name}.key").chmod(0o600)
    words = ("keys", "shred", name, "--reason", "epoch 1 ended")
    assert week.ask(*words)["written"] is False
    assert week.ask(*words, "--write")["written"] is True
    assert not (week.home / "keys" / f"{name}.key").exists()
    assert [key["standing"] for key in week.ask("keys", "list") if key["name"] == name] == ["destroyed"]
    assert week.ask("keys", "drill")["good"], "what was destroyed on purpose is not missed"
    week.here("ledger", "verify")


def _extract(office: Office) -> duckdb.DuckDBPyRelation:
    (path,) = (office.home / "research" / "reentry_2026").glob("*.duckdb")
    return duckdb.connect(str(path), read_only=True).sql("select * from extract")


def test_an_erased_person_is_in_no_file_of_the_home_and_what_stays_is_said(week: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    jacket, bookings = somebody_in_the_jail(week.home)
    why = ("--reason", "expunged", "--why", "order of the court of 3 March")
    _refused(week, "erase", f"jail:{jacket}", "--reason", "because", "--why", "order of the court", says="is none of sealed, expunged")
    _refused(week, "erase", f"jail:{jacket}", "--why", "x", says="say in a few words why")
    _refused(week, "erase", *why, says="name what to erase, or say --ordered")
    assert "JACKET-77" not in _refused(week, "erase", "jail:JACKET-77", *why, says="nobody is known by that name")
    assert files_with(week.home, jacket)
    would = week.ask("erase", f"jail:{jacket}", *why)
    assert (would["written"], would["people"]) == (False, 1)
    assert would["places"]["landing/jail"] >= len(bookings)
    assert {item["source"] for item in would["stays_elsewhere"]} >= {"health"}
    extracts = would["research_extracts"]
    assert [(item["project"], item["agency"]) for item in extracts] == [("reentry_2026", "state_university")]
    before = len(_extract(week).fetchall())

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.erasing.write_anew", _killed)
        week.here("erase", f"jail:{jacket}", *why, "--write", expect=130)
    assert week.ask("erase", *why)["unfinished"], "what was begun is not forgotten"
    done = week.ask("erase", f"jail:{jacket}", *why, "--write")
    assert (done["proven"], done["hits"]) == (True, {})
    assert files_with(week.home, jacket, *bookings) == {}
    assert len(_extract(week).fetchall()) == before - extracts[0]["rows"]
    again = week.ask("erase", f"jail:{jacket}", *why)
    assert again["unfinished"] == []
    assert {place.split("/")[0] for place in again["places"]} <= {"warehouse consented", "warehouse linked"}, (
        "only ids that nobody else has"
    )
    entry = next(entry for entry in reversed(Ledger(Home(week.home)).entries()) if entry["kind"] == "erased")
    assert jacket not in json.dumps(entry)
    assert entry["fields"]["proven"]
    week.here("ledger", "verify")


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_an_extract_is_destroyed_with_evidence_and_then_missed_by_nobody(week: Office) -> None:
    (version,) = [item["version"] for item in week.ask("research", "list")["extracts"]]
    words = ("research", "destroy", "reentry_2026", version, "--by", "T. Vasquez-Holm", "--evidence")
    _refused(week, *words, "gone", says="name the evidence of destruction")
    week.here(*words, "certificate of 2 May 2027")
    assert week.ask("research", "list")["extracts"] == []
    week.here("ledger", "verify")


def test_a_sheet_in_a_binder_finds_a_changed_byte_and_a_rewritten_past(week: Office, tmp_path: Path) -> None:
    _refused(week, "ledger", "verify", "--anchor", "not-a-head", says="64 hexadecimal digits")
    stranger = _refused(week, "ledger", "verify", "--anchor", "0" * 64, says="the sheet's head is not in today's chain", expect=1)
    assert "entries were changed or removed since it was printed" in stranger
    nowhere = Office(tmp_path / "nowhere")
    assert "set THROUGHCARE_HOME" in nowhere.here("ledger", "verify", expect=2).stderr
    for name in ("anchor.txt", "anchor.html"):
        week.here("ledger", "anchor", "--out", str(tmp_path / name))
        found = week.ask("ledger", "verify", "--anchor", str(tmp_path / name))
        assert (found["sound"], found["anchor"]["is_prefix"]) == (True, True)
    assert week.here("ledger", "verify", "--anchor", week.ask("ledger", "anchor")["head"]).returncode == 0
    path = Ledger(Home(week.home)).file
    said = path.read_bytes()
    place = said.index(b'"kind":"published"') + 9
    path.write_bytes(said[:place] + b"q" + said[place + 1 :])
    broken = week.here("ledger", "verify", "--anchor", str(tmp_path / "anchor.txt"), expect=1)
    assert re.search(r"line \d+: does not follow the line before it", broken.stderr)
    assert "none before it was changed" not in broken.stdout
    _refused(week, "backup", str(tmp_path / "b"), says="the ledger is not sound")
    path.write_bytes(said)
    week.here("ledger", "verify", "--anchor", str(tmp_path / "anchor.html"))


def test_a_file_that_was_taken_away_or_put_back_is_found_by_the_ledger(week: Office, tmp_path: Path) -> None:
    files = ProductFiles.of(Home(week.home), "county", "measures")
    version = files.current()
    assert version is not None
    shutil.move(files.data(version), tmp_path)
    assert f"published/{COUNTY}: {version} is missing" in " ".join(week.here("ledger", "verify", expect=1).stderr.split())
    assert week.ask("ledger", "verify", "--entries-only")["sound"]
    shutil.move(tmp_path / files.data(version).name, files.data(version))
    week.here("ledger", "verify")


def test_retention_removes_what_it_said_and_nothing_else(week: Office, tmp_path: Path) -> None:
    aged = Office(tmp_path / "aged")
    shutil.copytree(week.home, aged.home)
    assert week.ask("retention")["going"] == {}
    set_simulated_day(Home(aged.home), date(2027, 6, 1))
    would = aged.ask("retention")
    assert would["written"] is False
    assert would["going"]
    there = {path for path in (aged.home / "landing").glob("*/*") if path.is_dir()}
    quarantined = set((aged.home / "quarantine").glob("*/*.duckdb"))
    assert (there, quarantined) == (there, set((aged.home / "quarantine").glob("*/*.duckdb"))), "a dry run removes nothing"
    done = aged.ask("retention", "--write")
    assert (done["written"], done["going"]) == (True, would["going"])
    gone = len(there) + len(quarantined) - len([*(aged.home / "landing").glob("*/*"), *(aged.home / "quarantine").glob("*/*.duckdb")])
    assert gone == sum(would["going"].values())
    assert {item["source"] for item in done["kept"]} <= {path.name for path in (aged.home / "landing").iterdir()}
    assert aged.ask("retention")["going"] == {}
    assert _kinds(aged)[-1] == "retired"
    aged.here("ledger", "verify")
    if any(name.startswith("landing/") for name in would["going"]):
        _refused(aged, "rebuild", says="keep the warehouse in the backup")


def test_a_backup_is_not_restored_without_the_list_and_the_keys_that_belong_to_it(restoring: Restoring) -> None:
    restored, words, denies = restoring.office, restoring.words, str(restoring.denies)
    assert restoring.denies.stat().st_mode & 0o777 == 0o600
    _refused(restored, *words, says="Give the newest deny list with --denies FILE")
    _refused(restored, *words, "--denies", str(restoring.backup / "backup.json"), says="backup.json is no deny list")
    _refused(restored, *words, "--denies", denies, says=r"ledger_ed25519\.pem is missing; keys/mint\.key is missing")
    assert not (restored.home / "registers.duckdb").exists(), "nothing is copied that could not be gone on with"
    shutil.copytree(restoring.keys, restored.home / "keys", dirs_exist_ok=True)
    _refused(restored, *words, "--denies", denies, says=r"ledger_ed25519\.pem is another key")
    shutil.copy2(restoring.newest_key, restored.home / "keys")
    assert restored.ask(*words, "--denies", denies, "--dry-run")["written"] is False
    assert not (restored.home / "registers.duckdb").exists()
    _refused(restored, "query", HEALTH, CRISIS, says="is not published")


@pytest.mark.skipif(counts.FACTOR <= 1, reason="the newest night once more: only with --soak N above 1 (make soak)")
def test_a_restored_backup_never_shows_who_was_denied_or_erased_after_it(week: Office, monday: Monday, restoring: Restoring) -> None:
    restored, words, denies = restoring.office, restoring.words, str(restoring.denies)
    shutil.copytree(week.home / "county_systems", restored.home / "county_systems")
    shutil.copy2(week.home / "simulated_day.json", restored.home)
    said = restored.ask(*words, "--denies", denies)
    assert (said["good"], said["entries"]) == (True, monday.made["entries"])
    assert monday.client not in _clients(restored, CRISIS)
    assert monday.consenting - {monday.client} <= _clients(restored, CRISIS), "everybody else's consent still counts"
    assert files_with(restored.home / "published", monday.client) == {}
    assert files_with(restored.home, erased_jacket(week.home)) == {}, "who was erased after the backup is erased from it"
    restored.here("ledger", "verify", "--entries-only")
    _refused(restored, *words, "--denies", denies, says="restore into an empty THROUGHCARE_HOME")


def _revoke(office: Office, client: str) -> Typed:
    named = [word for consent in consents_in_force(office.home, client) for word in ("--consent", consent)]
    return office.here("consents", "revoke", *named, "--reason", "came to the counter", "--write", expect=1)
