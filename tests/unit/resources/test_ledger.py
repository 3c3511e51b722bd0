"""The ledger: every line chained, every head signed, nobody in it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from resources import ledger as ledger_module
from resources.home import Home
from resources.ledger import GENESIS, EntryKind, Ledger, LedgerFault, spool

NIGHT = date(2026, 3, 2)


def _clock() -> datetime:
    return datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(Home(tmp_path).prepare(), clock=_clock)


def _filled(ledger: Ledger, entries: int = 3) -> Ledger:
    for number in range(entries):
        ledger.append(EntryKind.PUBLISHED, night=NIGHT, recipient="county", product="measures", rows=number)
    return ledger


def test_an_empty_ledger_is_sound_and_starts_from_genesis(ledger: Ledger) -> None:
    report = ledger.verify()
    assert (report.entries, report.signed_through, report.head, report.sound) == (0, 0, GENESIS, True)


def test_entries_are_numbered_chained_and_canonical(ledger: Ledger) -> None:
    _filled(ledger)
    lines = ledger.file.read_bytes().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1, 2, 3]
    assert json.loads(lines[0])["prev"] == GENESIS
    assert all(rfc8785.dumps(json.loads(line)) == line for line in lines)
    report = ledger.verify()
    assert report.sound
    assert (report.entries, report.signed_through) == (3, 3)


def test_an_entry_carries_its_night_kind_time_and_fields(ledger: Ledger) -> None:
    assert ledger.append(EntryKind.NOTE, night=NIGHT, clauses=["DSA-1 §2"], counts={"withheld": 4}, final=None) == 1
    (entry,) = ledger.entries()
    assert (entry["night"], entry["kind"], entry["recorded_at"]) == ("2026-03-02", "note", "2026-03-02T03:00:00+00:00")
    assert entry["fields"] == {"clauses": ["DSA-1 §2"], "counts": {"withheld": 4}, "final": None}


def test_the_files_of_the_ledger_can_be_read_by_their_owner_only(ledger: Ledger) -> None:
    _filled(ledger, 1)
    private = ledger.home.keys / "ledger_ed25519.pem"
    assert {path.stat().st_mode & 0o777 for path in (ledger.file, ledger.head_file, private)} == {0o600}


@pytest.mark.parametrize("fields", [{"first_name": "x"}, {"detail": {"birth_date": "x"}}, {"people": [{"person_key": "x"}]}])
def test_a_field_that_could_name_a_person_is_refused(ledger: Ledger, fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="takes no person"):
        ledger.append(EntryKind.NOTE, night=NIGHT, **fields)
    assert not ledger.file.exists()


def test_a_field_with_an_odd_name_is_refused_without_repeating_it(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="snake_case") as error:
        ledger.append(EntryKind.NOTE, night=NIGHT, **{"Mary Smith": 1})
    assert "Mary" not in str(error.value)


def test_has_finds_an_entry_by_kind_and_fields(ledger: Ledger) -> None:
    _filled(ledger, 2)
    assert ledger.has(EntryKind.PUBLISHED, product="measures", rows=1)
    assert not ledger.has(EntryKind.PUBLISHED, product="measures", rows=9)
    assert not ledger.has(EntryKind.WITHDRAWN, product="measures")


def test_a_torn_last_line_is_reported_then_repaired_with_an_entry_that_says_so(ledger: Ledger) -> None:
    _filled(ledger, 2)
    whole = ledger.file.read_bytes()
    ledger.file.write_bytes(whole + b'{"number":3,"prev":"ab')
    assert ledger.verify().faults == ("line 3: torn; the next append repairs it",)
    assert len(ledger.entries()) == 2
    assert ledger.append(EntryKind.NOTE, night=NIGHT) == 4
    recovered = ledger.entries()[2]
    assert recovered["kind"] == "recovered"
    assert recovered["fields"]["bytes_removed"] == 22
    assert ledger.verify().sound


def test_a_line_written_but_not_signed_is_signed_by_the_next_append(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    _filled(ledger, 1)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ledger_module, "write_atomically", killed)
        with pytest.raises(KeyboardInterrupt):
            ledger.append(EntryKind.NOTE, night=NIGHT)
    report = ledger.verify()
    assert (report.entries, report.signed_through, report.sound) == (2, 1, True)
    ledger.append(EntryKind.NOTE, night=NIGHT)
    assert ledger.verify().signed_through == 3


def test_a_changed_line_breaks_the_chain(ledger: Ledger) -> None:
    _filled(ledger)
    ledger.file.write_bytes(ledger.file.read_bytes().replace(b'"rows":1', b'"rows":7'))
    assert ledger.verify().faults == ("line 3: does not follow the line before it",)


def test_a_changed_last_line_contradicts_the_signed_head(ledger: Ledger) -> None:
    _filled(ledger)
    ledger.file.write_bytes(ledger.file.read_bytes().replace(b'"rows":2', b'"rows":7'))
    assert ledger.verify().faults == ("line 3: differs from the signed head",)


def test_a_removed_last_line_contradicts_the_signed_head(ledger: Ledger) -> None:
    _filled(ledger)
    ledger.file.write_bytes(b"".join(ledger.file.read_bytes().splitlines(keepends=True)[:-1]))
    assert ledger.verify().faults == ("line 3: missing; the signed head covers 3 entries",)


def test_swapped_lines_are_noticed(ledger: Ledger) -> None:
    _filled(ledger)
    first, second, third = ledger.file.read_bytes().splitlines(keepends=True)
    ledger.file.write_bytes(second + first + third)
    assert "line 1: numbered 2" in ledger.verify().faults


def test_a_line_in_other_than_canonical_form_is_noticed(ledger: Ledger) -> None:
    _filled(ledger, 1)
    entry = json.loads(ledger.file.read_bytes())
    ledger.file.write_text(json.dumps(entry) + "\n")
    assert "line 1: not canonical" in ledger.verify().faults


@pytest.mark.parametrize("line", [b"not json\n", b"[1]\n"])
def test_a_line_that_is_not_an_entry_is_a_fault_and_stops_the_next_append(ledger: Ledger, line: bytes) -> None:
    ledger.file.write_bytes(line)
    assert "line 1: not an entry" in ledger.verify().faults
    with pytest.raises(LedgerFault, match="line 1 is not an entry"):
        ledger.append(EntryKind.NOTE, night=NIGHT)


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        (b"junk", "head.json is not a signed head"),
        (b'{"entries":1}', "head.json is not a signed head"),
        (b'{"entries":1,"head":"ab","signature":"zz"}', "head.json is not signed by this ledger's key"),
        (b'{"entries":1,"head":"ab","signature":"' + b"0" * 128 + b'"}', "head.json is not signed by this ledger's key"),
    ],
)
def test_a_forged_head_is_noticed(ledger: Ledger, head: bytes, fault: str) -> None:
    _filled(ledger, 1)
    ledger.head_file.write_bytes(head)
    assert ledger.verify().faults == (fault,)


def test_a_missing_head_is_noticed(ledger: Ledger) -> None:
    _filled(ledger, 1)
    ledger.head_file.unlink()
    assert ledger.verify().faults == ("head.json is missing",)


def test_a_public_key_of_another_kind_proves_nothing(ledger: Ledger) -> None:
    _filled(ledger, 1)
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    ledger.public_key_file.write_bytes(other.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    assert ledger.verify().faults == ("head.json is not signed by this ledger's key",)


def test_a_lost_signing_key_is_not_silently_replaced(ledger: Ledger) -> None:
    _filled(ledger, 1)
    (ledger.home.keys / "ledger_ed25519.pem").unlink()
    with pytest.raises(LedgerFault, match="restore the key"):
        ledger.append(EntryKind.NOTE, night=NIGHT)


def test_a_ledger_begun_anew_under_the_same_key_can_be_verified(ledger: Ledger) -> None:
    _filled(ledger)
    for path in ledger.home.ledger.iterdir():
        path.unlink()
    assert _filled(ledger).verify().sound


def test_a_signing_key_of_another_kind_is_refused(ledger: Ledger) -> None:
    _filled(ledger, 1)
    other = ec.generate_private_key(ec.SECP256R1())
    (ledger.home.keys / "ledger_ed25519.pem").write_bytes(
        other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    with pytest.raises(LedgerFault, match="not an Ed25519 key"):
        ledger.append(EntryKind.NOTE, night=NIGHT)


def test_spooled_queries_are_sealed_into_the_chain(ledger: Ledger) -> None:
    spool(ledger.home, product="county/measures", rows=12)
    spool(ledger.home, product="county/measures", rows=3)
    assert ledger.seal_spools(night=NIGHT) == 2
    assert [entry["fields"]["rows"] for entry in ledger.entries()] == [12, 3]
    assert ledger.seal_spools(night=NIGHT) == 0
    assert ledger.verify().sound


def test_a_spool_line_that_is_no_entry_or_names_a_person_is_counted_not_copied(ledger: Ledger) -> None:
    folder = ledger.home.ledger / "spool"
    folder.mkdir()
    (folder / "someone.jsonl").write_bytes(b'torn{\n{"first_name":"Zanthe"}\n')
    assert ledger.seal_spools(night=NIGHT) == 2
    assert [entry["fields"]["readable"] for entry in ledger.entries()] == [False, False]
    assert [entry["fields"]["spool"] for entry in ledger.entries()] == ["someone", "someone"]
    assert b"Zanthe" not in ledger.file.read_bytes()


def test_a_seal_killed_on_the_way_goes_on_without_saying_anything_twice(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        spool(ledger.home, product="county/measures", rows=number)
    real, calls = Ledger.append, []

    def killed(self: Ledger, kind: EntryKind, **fields: Any) -> int:
        calls.append(kind)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(self, kind, **fields)

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            ledger.seal_spools(night=NIGHT)
    spool(ledger.home, product="county/measures", rows=3)
    assert ledger.seal_spools(night=NIGHT) == 2
    assert ledger.seal_spools(night=NIGHT) == 1
    assert [entry["fields"]["rows"] for entry in ledger.entries()] == [0, 1, 2, 3]
    assert ledger.verify().sound


def test_equal_queries_are_sealed_as_often_as_they_were_asked(ledger: Ledger) -> None:
    for _ in range(2):
        spool(ledger.home, product="county/measures", rows=1)
    assert ledger.seal_spools(night=NIGHT) == 2


def test_a_spool_taken_away_while_it_is_written_is_written_anew(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    real, taken = ledger_module.fcntl.flock, []

    def flock(descriptor: int, how: int) -> None:
        if not taken:
            taken.append(True)
            (spooled,) = (ledger.home.ledger / "spool").glob("*.jsonl")
            spooled.rename(spooled.with_suffix(".sealing"))
        real(descriptor, how)

    monkeypatch.setattr(ledger_module.fcntl, "flock", flock)
    spool(ledger.home, product="county/measures", rows=7)
    monkeypatch.undo()
    assert ledger.seal_spools(night=NIGHT) == 0, "the file taken away was empty"
    assert ledger.seal_spools(night=NIGHT) == 1


def test_a_spool_refuses_persons_too(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="takes no person"):
        spool(Home(tmp_path), client_id="x")


def test_the_default_clock_is_the_real_one(tmp_path: Path) -> None:
    ledger = Ledger(Home(tmp_path).prepare())
    ledger.append(EntryKind.NOTE, night=NIGHT)
    assert datetime.fromisoformat(ledger.entries()[0]["recorded_at"]).tzinfo is not None


def test_what_a_killed_writer_leaves_is_no_tampering_and_what_somebody_changed_is(ledger: Ledger) -> None:
    assert ledger.tampered() == ()
    _filled(ledger, 1)
    ledger.head_file.unlink()
    assert ledger.tampered() == (), "killed between the first entry and its signature"
    _filled(ledger, 2)
    with ledger.file.open("ab") as stream:
        stream.write(b'{"half')
    assert ledger.tampered() == ()
    ledger.append(EntryKind.NOTE, night=NIGHT)
    whole, head = ledger.file.read_bytes(), ledger.head_file.read_bytes()
    ledger.head_file.unlink()
    assert ledger.tampered() == ("head.json is missing",)
    ledger.head_file.write_bytes(head)
    ledger.file.write_bytes(whole.replace(b'"rows":0', b'"rows":9', 1))
    assert ledger.tampered() == ("line 2: does not follow the line before it",)
    ledger.file.write_bytes(whole)
    assert ledger.tampered() == ()


def test_a_clock_set_back_is_no_tampering(tmp_path: Path) -> None:
    home = Home(tmp_path).prepare()
    Ledger(home, clock=_clock).append(EntryKind.NOTE, night=NIGHT)
    Ledger(home, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC)).append(EntryKind.NOTE, night=NIGHT)
    assert Ledger(home).tampered() == ()


def test_notes_that_wait_to_be_sealed_are_told_once_with_their_account(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ledger.spooled() == []
    monkeypatch.setattr(ledger_module.getpass, "getuser", lambda: "analyst")
    spool(ledger.home, product="county/measures", rows=7)
    (path,) = (ledger.home.ledger / "spool").glob("*.jsonl")
    with path.open("ab") as stream:
        stream.write(b"not a note\n")
    assert ledger.spooled() == [("analyst", {"product": "county/measures", "rows": 7}), ("analyst", None)]
    # A run killed while it sealed leaves the file with its first note sealed already.
    content = path.read_bytes()
    path.rename(path.with_suffix(".sealing"))
    ledger.append(EntryKind.QUERIED, night=NIGHT, product="county/measures", rows=7, spool="analyst", spool_mark=_mark(content))
    assert ledger.spooled() == [("analyst", None)]
    ledger.seal_spools(night=NIGHT)
    assert ledger.spooled() == []


def _mark(content: bytes) -> str:
    return f"0:{ledger_module.sha256(content.splitlines()[0])}"
