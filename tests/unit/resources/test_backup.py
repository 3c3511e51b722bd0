"""A backup is verified to the byte, refused when it would show too much, and its deny list is replayed once."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.restoring import judge, refuse_foreign_terms, restore
from resources.backup import MANIFEST, Backup, BackupFault, back_up, put_back, refuse_half_restored, refuse_occupied, verified
from resources.deny_list import DenyList, read_deny_list, replay, write_deny_list
from resources.home import Home
from resources.key_register import epoch_of, hold, rotate, shred
from resources.keyring import MINT, Keyring, KeyringFault, pseudonym_secret
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
    old = DenyList(1, made.head, {})
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
    assert restore(found, target, None, listed=listed, day=NIGHT, by="officer", rebuild=rebuild)
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
        restore(found, target, SimpleNamespace(sha256="x"), listed=None, day=NIGHT, by="officer", rebuild=lambda: True)
    assert not target.registers.exists()
    refuse_foreign_terms(found, SimpleNamespace(sha256="told"))


def test_rule_packs_of_a_kept_text_go_along_and_half_written_files_do_not(home: Home, tmp_path: Path) -> None:
    packs = home.terms / "abc" / ".rule_packs"
    packs.mkdir(parents=True)
    (packs / "hipaa.yaml").write_text("rules: []\n")
    (home.terms / ".def.1.part").mkdir()
    (home.terms / ".def.1.part" / "county.yaml").write_text("half\n")
    made = back_up(home, tmp_path / "b")
    assert {path.name for path in (made.folder / "terms").rglob("*") if path.is_file()} == {"hipaa.yaml"}


def test_a_file_that_is_no_deny_list_is_refused(tmp_path: Path) -> None:
    tables = {"erasure": [], "paper_revocation": [], "paper_consent": [], "deny": [{"1) --": "x"}]}
    (tmp_path / "x.json").write_text("[]")
    (tmp_path / "strange.json").write_text(json.dumps({"entries": 1, "head": "", "tables": tables}))
    for path in (tmp_path / "x.json", tmp_path / "absent.json"):
        with pytest.raises(BackupFault, match="no deny list"):
            read_deny_list(path)
    with pytest.raises(BackupFault, match=r"says of \[deny\] what registers of this version do not know"):
        read_deny_list(tmp_path / "strange.json")


def test_a_list_or_a_sheet_of_another_ledger_is_refused(made: Backup, tmp_path: Path) -> None:
    empty = Home(tmp_path / "empty")
    with pytest.raises(BackupFault, match="written under another ledger"):
        judge(made.folder, empty, listed=DenyList(1, "f" * 64, {}), anchor=None)
    with pytest.raises(BackupFault, match="the sheet and the ledger tell different pasts"):
        judge(made.folder, empty, listed=None, anchor=Anchor("f" * 64, 1))
    with pytest.raises(BackupFault, match="reached entry 2"):
        judge(made.folder, empty, listed=None, anchor=Anchor("f" * 64))
    assert judge(made.folder, empty, listed=None, anchor=Anchor(made.head)).known_entries == 1


def test_a_surviving_ledger_that_was_changed_stops_the_restore(home: Home, made: Backup) -> None:
    Ledger(home).append(EntryKind.NOTE, night=NIGHT, text="later")
    lines = (home.ledger / "ledger.jsonl").read_bytes()
    (home.ledger / "ledger.jsonl").write_bytes(lines.replace(b"later", b"other"))
    with pytest.raises(BackupFault, match="survived in the home is not sound"):
        judge(made.folder, home, listed=None, anchor=None)
    (home.ledger / "ledger.jsonl").write_bytes(lines + b"torn")
    assert judge(made.folder, home, listed=None, anchor=None).keeps_ledger, "what a kill tore is repaired by the next entry"


def test_without_its_keys_nothing_of_a_backup_is_copied(home: Home, tmp_path: Path) -> None:
    keyring = Keyring(home.keys)
    with Warehouse(home).writer() as con:
        hold(con, keyring, MINT, NIGHT)
    target = Home(tmp_path / "target").prepare()
    found = judge(back_up(home, tmp_path / "b").folder, target, listed=None, anchor=None)
    said = {"listed": None, "day": NIGHT, "by": "officer", "rebuild": lambda: True}
    with pytest.raises(BackupFault, match=r"ledger_ed25519\.pem is missing; keys/mint\.key is missing"):
        restore(found, target, None, **said)
    Keyring(target.keys).person_key("county", 1)
    Ledger(Home(tmp_path / "elsewhere")).append(EntryKind.NOTE, night=NIGHT)
    shutil.copy2(tmp_path / "elsewhere" / "keys" / "ledger_ed25519.pem", target.keys)
    with pytest.raises(BackupFault, match=r"ledger_ed25519\.pem is another key; keys/mint\.key is changed"):
        restore(found, target, None, **said)
    assert not target.registers.exists()
    shutil.rmtree(target.keys)
    shutil.copytree(home.keys, target.keys)
    assert restore(found, target, None, **said)


@pytest.mark.parametrize("killed_at", ["shutil.copytree", "pipelines.restoring.replay_denies"])
def test_a_killed_restore_serves_nothing_until_it_is_typed_again(
    home: Home, made: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    target = Home(tmp_path / "target").prepare()
    shutil.copytree(home.keys, target.keys, dirs_exist_ok=True)
    names = ("subject_id", "reason", "operation", "recipient", "element_class", "from_night")
    listed = DenyList(9, "f" * 64, {"deny": [dict(zip(names, (*DENY[:5], "2026-03-02"), strict=True))]})
    sheet = Anchor("f" * 64, 9)
    said = {"listed": listed, "day": NIGHT, "by": "officer", "rebuild": lambda: True}

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(killed_at, killed)
        with pytest.raises(KeyboardInterrupt):
            restore(judge(made.folder, target, listed=listed, anchor=sheet), target, None, **said)
    with pytest.raises(BackupFault, match="Type the same `throughcare restore` again"):
        refuse_half_restored(target)
    with pytest.raises(BackupFault, match="reached entry 9"):
        judge(made.folder, target, listed=None, anchor=None)
    assert restore(judge(made.folder, target, listed=listed, anchor=None), target, None, **said)
    refuse_half_restored(target)
    assert (Ledger(target).entries()[-1]["kind"], Ledger(target).verify().sound) == ("restored", True)
    with Warehouse(target).reader() as con:
        assert con.execute("select count(*) from registers.main.replayed_deny").fetchall() == [(1,)]


def test_names_that_were_changed_and_secrets_that_were_destroyed_since_stay_so(home: Home, made: Backup, tmp_path: Path) -> None:
    keyring = Keyring(home.keys)
    with Warehouse(home).writer() as con:
        said = {
            "recipient": "county",
            "product": "measures",
            "stated": 1,
            "night": NIGHT,
            "told": False,
            "by": "officer",
            "reason": "yearly",
        }
        hold(con, keyring, pseudonym_secret("county", "measures", 1), NIGHT)
        rotate(con, keyring, **said)
        shred(con, keyring, name=pseudonym_secret("county", "measures", 1), night=NIGHT, account=str)
        write_deny_list(con, tmp_path / "denies.json", Ledger(home).verify())
    listed = read_deny_list(tmp_path / "denies.json")
    target = Home(tmp_path / "target").prepare()
    shutil.copy2(made.folder / "registers.duckdb", target.registers)
    with Warehouse(target).writer() as con:
        assert replay(con, listed, recorded_on=NIGHT) == 3, "the deny, the epoch, and the secret that is no more"
        assert replay(con, listed, recorded_on=NIGHT) == 0
        assert epoch_of(con, "county", "measures", 1) == 2
        with pytest.raises(KeyringFault, match="was destroyed on 2026-03-02"):
            hold(con, keyring, pseudonym_secret("county", "measures", 1), NIGHT)


def test_a_backup_of_nothing_into_itself_or_over_a_torn_one_is_refused(home: Home, tmp_path: Path) -> None:
    with pytest.raises(BackupFault, match="Set THROUGHCARE_HOME to the home that is meant"):
        back_up(Home(tmp_path / "wrong"), tmp_path / "b")
    for inside in (home.root / "b", tmp_path):
        with pytest.raises(BackupFault, match="lies in the home it would be a copy of"):
            back_up(home, inside)
    with pytest.raises(BackupFault, match="keys beside the data"):
        back_up(home, tmp_path / "k" / "b", keys=tmp_path / "k")
    (tmp_path / "torn" / "landing").mkdir(parents=True)
    with pytest.raises(BackupFault, match="was not finished: remove it, or name a new folder"):
        back_up(home, tmp_path / "torn")
    (tmp_path / "file").write_text("x")
    with pytest.raises(BackupFault, match="is a file"):
        back_up(home, tmp_path / "file")


def test_public_snapshots_and_extracts_for_research_come_back(home: Home, tmp_path: Path) -> None:
    snapshot = home.public / "county_measures" / "2026-Q1"
    snapshot.mkdir(parents=True)
    (snapshot / "SHA256SUMS").write_text("")
    (snapshot / "SHA256SUMS").chmod(0o444)
    snapshot.chmod(0o555)
    (home.research / "project").mkdir(parents=True)
    (home.research / "project" / "v.manifest.json").write_text("{}")
    target = Home(tmp_path / "target")
    put_back(back_up(home, tmp_path / "b"), target, keep_ledger=False)
    assert (target.public / "county_measures" / "2026-Q1").stat().st_mode & 0o777 == 0o555
    assert (target.research / "project" / "v.manifest.json").exists()
