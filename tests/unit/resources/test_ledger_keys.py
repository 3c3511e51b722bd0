"""The ledger's signing key and its anchor: a key hands over inside the chain, and a sheet of paper shows whether the past was rewritten."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from resources import signing_key as signing
from resources.home import Home
from resources.key_register import Standing, ledger_secret
from resources.ledger import EntryKind, Ledger, LedgerFault
from resources.ledger_anchor import anchor_of, as_html, as_text, prove, read_anchor
from resources.ledger_lines import recorded
from resources.signing_key import fingerprint, handover

NIGHT = date(2026, 3, 2)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Ledger:
    made = Ledger(Home(tmp_path / "home").prepare(), clock=clock)
    for number in range(3):
        made.append(EntryKind.NOTE, night=NIGHT, number=number)
    return made


def test_a_new_signing_key_is_signed_in_by_the_old_one_and_the_chain_stays_sound(ledger: Ledger) -> None:
    old = fingerprint(ledger.keys.private(is_begun=True).public_key())
    new = ledger.rotate_key(night=NIGHT, reason="yearly change")
    ledger.append(EntryKind.NOTE, night=NIGHT)
    assert ledger.verify().sound
    entry = ledger.entries()[3]
    assert (entry["kind"], entry["fields"]["old_key"], entry["fields"]["new_key"]) == ("key_rotated", old, new)
    assert fingerprint(ledger.keys.private(is_begun=True).public_key()) == new != old
    assert not ledger.keys.next_file.exists()
    again = ledger.rotate_key(night=NIGHT, reason="and once more")
    assert again != new
    assert ledger.verify().sound


def test_a_ledger_that_has_not_begun_has_no_key_to_change(tmp_path: Path) -> None:
    with pytest.raises(LedgerFault, match="no ledger yet"):
        Ledger(Home(tmp_path).prepare()).rotate_key(night=NIGHT, reason="too early")


@pytest.mark.parametrize("step", ["write_entry", "take_over", "write_public", "sign"])
def test_a_change_of_keys_killed_at_any_step_is_finished_by_the_next_entry(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if step == "write_entry":
            patch.setattr(Ledger, "_write", killed)
        elif step == "sign":
            real = Ledger._sign
            patch.setattr(Ledger, "_sign", lambda self, number, head: real(self, number, head) if number < 4 else killed())
        else:
            patch.setattr(signing.SigningKey, step, killed)
        with pytest.raises(KeyboardInterrupt):
            ledger.rotate_key(night=NIGHT, reason="killed")
    assert ledger.tampered() == (), "the next entry finishes it; nobody changed anything"
    ledger.append(EntryKind.NOTE, night=NIGHT)
    assert ledger.verify().sound
    rotated = [entry["fields"]["new_key"] for entry in ledger.entries() if entry["kind"] == EntryKind.KEY_ROTATED]
    used = fingerprint(ledger.keys.private(is_begun=True).public_key())
    assert (rotated[-1] == used) if rotated else step == "write_entry"


def test_a_key_that_nobody_signed_in_is_noticed(ledger: Ledger) -> None:
    ledger.rotate_key(night=NIGHT, reason="first")
    stranger = Ed25519PrivateKey.generate()
    ledger.append(EntryKind.KEY_ROTATED, night=NIGHT, **handover(stranger, stranger.public_key()), reason="forged")
    faults = ledger.verify().faults
    assert any("not handed over by the key before it" in fault for fault in faults)
    assert any("not the key that the chain hands over to" in fault for fault in faults)
    ledger.append(EntryKind.NOTE, night=NIGHT)
    assert ledger.tampered()


@pytest.mark.parametrize("change", [{"signature": "00"}, {"old_public": "xy"}, {"new_key": "0" * 64}])
def test_a_handover_that_does_not_hold_together_is_noticed(ledger: Ledger, change: dict[str, str]) -> None:
    key = ledger.keys.private(is_begun=True)
    ledger.append(EntryKind.KEY_ROTATED, night=NIGHT, **{**handover(key, Ed25519PrivateKey.generate().public_key()), **change})
    assert any("not handed over" in fault for fault in ledger.verify().faults)


def test_a_clock_set_back_is_said_in_an_entry_of_its_own(ledger: Ledger, clock: Clock) -> None:
    clock.now -= timedelta(hours=2)
    ledger.append(EntryKind.NOTE, night=NIGHT)
    assert [entry["kind"] for entry in ledger.entries()][-2:] == ["clock_set_back", "note"]
    assert ledger.entries()[3]["fields"]["seconds"] == 7200
    assert ledger.verify().sound


def test_an_entry_dated_before_the_one_before_it_is_a_fault(ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.now -= timedelta(days=1)
    monkeypatch.setattr(Ledger, "_note_clock", lambda *_: None)
    ledger.append(EntryKind.NOTE, night=NIGHT)
    assert ledger.verify().faults == ("line 4: says an earlier time than the line before it",)


def test_times_that_cannot_be_compared_say_nothing() -> None:
    assert recorded(b'{"recorded_at":"2026-03-02T03:00:00"}') is None
    assert recorded(b'{"recorded_at":"yesterday"}') is None


@pytest.mark.parametrize("suffix", [".txt", ".html", ".json"])
def test_a_sheet_proves_that_nothing_before_it_was_rewritten(ledger: Ledger, tmp_path: Path, suffix: str) -> None:
    found = anchor_of(ledger)
    sheet = tmp_path / f"sheet{suffix}"
    text = {".txt": as_text, ".html": as_html}
    sheet.write_text(text[suffix](found, "Larkmoor <County>") if suffix in text else ledger.head_file.read_text())
    ledger.rotate_key(night=NIGHT, reason="the sheet outlives the key")
    proof = prove(ledger, read_anchor(str(sheet)))
    assert (proof.is_prefix, proof.at, proof.since, proof.faults) == (True, 3, 1, ())
    assert prove(ledger, read_anchor(" ".join([found.head[:32], found.head[32:].upper()]))).is_prefix


def test_a_ledger_written_anew_under_the_same_key_does_not_contain_the_sheet(ledger: Ledger, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(as_text(anchor_of(ledger), "county"))
    ledger.file.unlink()
    ledger.head_file.unlink()
    for number in (0, 1, 7):
        ledger.append(EntryKind.NOTE, night=NIGHT, number=number)
    assert ledger.verify().sound
    proof = prove(ledger, read_anchor(str(sheet)))
    assert not proof.is_prefix
    assert "changed or removed since it was printed" in proof.faults[0]


def test_a_sheet_with_another_number_or_signature_is_noticed(ledger: Ledger, tmp_path: Path) -> None:
    said = json.loads(ledger.head_file.read_text())
    sheet = tmp_path / "head.json"
    sheet.write_text(json.dumps({**said, "entries": 2}))
    faults = prove(ledger, read_anchor(str(sheet))).faults
    assert len(faults) == 2
    assert "not 2 as it says" in faults[0]


@pytest.mark.parametrize("content", ["nothing here", '{"head": 1}', "head: " + "a" * 64])
def test_a_file_without_an_anchor_is_refused(tmp_path: Path, content: str) -> None:
    sheet = tmp_path / "sheet"
    sheet.write_text(content)
    with pytest.raises(LedgerFault):
        read_anchor(str(sheet))
    with pytest.raises(LedgerFault, match="64 hexadecimal"):
        read_anchor("not a head")


def test_nothing_and_a_broken_chain_get_no_sheet(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerFault, match="no entry yet"):
        anchor_of(Ledger(Home(tmp_path / "other").prepare()))
    ledger.file.write_bytes(ledger.file.read_bytes().replace(b'"number":1', b'"number":9', 1))
    with pytest.raises(LedgerFault, match="seal what is broken"):
        anchor_of(ledger)


def test_a_change_of_keys_begun_again_goes_on_with_the_key_it_had_made(ledger: Ledger) -> None:
    made = fingerprint(ledger.keys.prepare_next().public_key())
    assert ledger.rotate_key(night=NIGHT, reason="again") == made


def test_a_ledger_whose_changed_key_is_lost_names_it_and_takes_no_entry(ledger: Ledger) -> None:
    ledger.rotate_key(night=NIGHT, reason="first")
    ledger.keys.private_file.unlink()
    with pytest.raises(LedgerFault, match=r"keys/ledger_ed25519\.pem is missing"):
        ledger.append(EntryKind.NOTE, night=NIGHT)


def test_another_key_than_the_one_that_signed_writes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    Ledger(Home(tmp_path / "elsewhere")).append(EntryKind.NOTE, night=NIGHT)
    before = ledger.file.read_bytes()
    ledger.keys.private_file.write_bytes((tmp_path / "elsewhere" / "keys" / "ledger_ed25519.pem").read_bytes())
    with pytest.raises(LedgerFault, match="is another key than the one that signed this ledger"):
        ledger.append(EntryKind.NOTE, night=NIGHT)
    assert ledger_secret(ledger.keys).standing is Standing.CHANGED
    assert ledger.file.read_bytes() == before
    assert ledger.verify().sound


@pytest.mark.parametrize(("content", "mode", "says"), [(b"", 0o600, "is damaged"), (None, 0o644, "can be read by others")])
def test_a_key_that_is_damaged_or_open_to_others_is_refused(ledger: Ledger, content: bytes | None, mode: int, says: str) -> None:
    if content is not None:
        ledger.keys.private_file.write_bytes(content)
    ledger.keys.private_file.chmod(mode)
    with pytest.raises(LedgerFault, match=says):
        ledger.append(EntryKind.NOTE, night=NIGHT)
    assert ledger_secret(ledger.keys).standing is Standing.UNREADABLE


def test_the_ledgers_key_is_listed_as_it_stands(ledger: Ledger) -> None:
    found = ledger_secret(ledger.keys)
    assert (found.standing, found.fingerprint) == (Standing.HERE, ledger.keys.held())
    assert "no night runs" in found.if_lost
    ledger.keys.private_file.unlink()
    assert ledger_secret(ledger.keys).standing is Standing.MISSING
