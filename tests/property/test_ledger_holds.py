"""Whatever is done to the ledger's bytes is noticed, and whatever kills it leaves what was acknowledged."""

from __future__ import annotations

import json
import random
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from resources.home import Home
from resources.ledger import EntryKind, Ledger

NIGHT = date(2026, 3, 2)


def _clock() -> datetime:
    return datetime(2026, 3, 2, 3, tzinfo=UTC)


def _ledger(folder: Path) -> Ledger:
    return Ledger(Home(folder).prepare(), clock=_clock)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledger")
    ledger = _ledger(folder)
    for number in range(12):
        ledger.append(EntryKind.PUBLISHED, night=NIGHT, product="county/measures", rows=number, tables=[{"name": "flows", "rows": number}])
    return folder


def _copy(filled: Path, folder: Path) -> Ledger:
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    return _ledger(folder)


@pytest.mark.parametrize("seed", range(150))
def test_any_changed_byte_is_noticed(filled: Path, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    ledger = _copy(filled, tmp_path)
    content = bytearray(ledger.file.read_bytes())
    place = rng.randrange(len(content))
    content[place] ^= 1 << rng.randrange(8)
    ledger.file.write_bytes(bytes(content))
    assert not ledger.verify().sound


@pytest.mark.parametrize("seed", range(40))
def test_any_line_left_out_doubled_or_moved_is_noticed(filled: Path, tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    ledger = _copy(filled, tmp_path)
    lines = ledger.file.read_bytes().splitlines(keepends=True)
    at = rng.randrange(len(lines))
    match seed % 3:
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[at])
        case _:
            lines.insert((at + 1 + rng.randrange(len(lines) - 1)) % len(lines), lines.pop(at))
    changed = b"".join(lines)
    if changed == (filled / "ledger" / "ledger.jsonl").read_bytes():
        pytest.skip("moved to where it was")
    ledger.file.write_bytes(changed)
    assert not ledger.verify().sound


def test_a_chain_forged_from_the_beginning_is_not_signed(filled: Path, tmp_path: Path) -> None:
    other = _ledger(tmp_path / "forged")
    for entry in _ledger(filled).entries():
        other.append(EntryKind(entry["kind"]), night=NIGHT, **{**entry["fields"], "rows": 0})
    ledger = _copy(filled, tmp_path / "victim")
    ledger.file.write_bytes(other.file.read_bytes())
    assert not ledger.verify().sound
    ledger.head_file.write_bytes(other.head_file.read_bytes())
    assert ledger.verify().faults == ("head.json is not signed by this ledger's key",)


@pytest.mark.parametrize("cut", range(1, 40))
def test_torn_anywhere_in_its_last_line_it_recovers_and_loses_nothing_whole(filled: Path, tmp_path: Path, cut: int) -> None:
    ledger = _copy(filled, tmp_path)
    whole = ledger.file.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    # The line being written when the machine died; its head was never signed.
    torn = last.replace(b'"number":12', b'"number":13')[: cut * len(last) // 40]
    ledger.file.write_bytes(whole + torn)
    ledger.append(EntryKind.NOTE, night=NIGHT)
    assert ledger.file.read_bytes().startswith(whole)
    assert [entry["kind"] for entry in ledger.entries()[12:]] == ["recovered", "note"]
    assert ledger.verify().sound


def test_what_is_acknowledged_is_on_disk(tmp_path: Path) -> None:
    ledger = _ledger(tmp_path)
    for number in range(5):
        acknowledged = ledger.append(EntryKind.NOTE, night=NIGHT, step=number)
        assert acknowledged == number + 1
        assert json.loads(ledger.file.read_bytes().splitlines()[-1])["fields"] == {"step": number}
        assert json.loads(ledger.head_file.read_bytes())["entries"] == number + 1
