"""What governance is handed that it must not act on, one by one: refused with file, line and rule, and denied meanwhile.

The mechanics have tests of their own where they lie; here each is met as the county meets it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from assets.consented.exchange import SAYS, ImportRule
from contracts.county import load_county
from contracts.reviewed import TermsFaults
from contracts.standing_clauses import dark_clauses
from pipelines.cli import build_command
from resources import integrator
from resources.home import Home
from resources.integrator import QuietJournal, RunRefused, open_integrator, refuse_tampered
from resources.key_register import hold
from resources.keyring import Keyring, KeyringFault, pseudonym_secret
from resources.ledger import EntryKind, Ledger
from resources.warehouse import Warehouse
from tests.fixtures.consented_world import DEMO, NIGHT, ConsentedWorld, demo_terms

BH = "instruments/dul-2026-bh.yaml"


def _county(folder: Path, file: str, change: Callable[[str], str]) -> Path:
    shutil.copytree(DEMO, folder)
    path = folder / file
    before = path.read_text(encoding="utf-8")
    path.write_text(change(before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    return folder


def _refused(folder: Path, file: str, key: str, says: str) -> None:
    """The county is not read at all, so no night runs on it; the fault is at the line that has to be mended."""
    with pytest.raises(TermsFaults) as found:
        load_county(folder)
    fault = next(fault for fault in found.value.faults if says in fault.message)
    assert (fault.file, fault.key) == (file, key)
    assert fault.line > 1
    told = CliRunner().invoke(build_command(), ["county", "check", str(folder), "--json"], env={"THROUGHCARE_HOME": str(folder / "home")})
    assert told.exit_code == 1
    assert not json.loads(told.stdout)["sound"]
    run = CliRunner().invoke(
        build_command(), ["run", "--night", "2026-03-02"], env={"THROUGHCARE_HOME": str(folder / "home"), "THROUGHCARE_COUNTY": str(folder)}
    )
    assert run.exit_code != 0, "no night runs on a text with a fault"
    assert not (folder / "home" / "published").exists() or not any((folder / "home" / "published").rglob("CURRENT"))


def test_an_unknown_element_is_refused_at_its_line_and_denied(tmp_path: Path) -> None:
    folder = _county(tmp_path / "c", BH, lambda text: text.replace("- cad_person.call_type\n", "- cad_person.shoe_size\n", 1))
    _refused(folder, BH, "clauses.2.elements.3", "[cad_person.shoe_size] is neither an element of a source in use nor a class")
    world = ConsentedWorld(demo_terms())
    world.subject("c", "cad")
    world.call("c")
    world.run()
    assert world.decide("behavioral_health", ["care_coordination"], "disclose_row", ["cad_person.shoe_size"]) == {}, "no answer is a deny"


def test_a_clause_without_quote_is_refused_at_its_line(tmp_path: Path) -> None:
    quote = "    quote: Rows are given under Behavioral Health's own client numbers, for its own clients only.\n"
    folder = _county(tmp_path / "c", BH, lambda text: text.replace(quote, "", 1))
    _refused(folder, BH, "clauses.0.quote", "missing")


def test_clauses_that_contradict_each_other_are_refused_at_their_line_and_the_prohibition_wins(tmp_path: Path) -> None:
    ban = """  - number: "9.1"
    quote: Nothing of the dispatch centre's records goes to Behavioral Health, whatever another clause says.
    effect: prohibit
    contributor: dispatch
    recipient: behavioral_health
"""
    folder = _county(tmp_path / "c", BH, lambda text: text + ban)
    _refused(folder, BH, "clauses.2.number", "prohibits all of it, and a prohibition wins")


def test_what_hangs_on_an_expired_parent_is_named_at_its_line_and_dark(tmp_path: Path) -> None:
    folder = _county(
        tmp_path / "c", "instruments/dsa-2025-mc.yaml", lambda text: _with_end(text, NIGHT)
    )  # fmt: skip
    county = load_county(folder)
    before = {str(item) for item in dark_clauses(folder, county.instruments, NIGHT - timedelta(days=1))}
    dark = [item for item in dark_clauses(folder, county.instruments, NIGHT) if str(item) not in before]
    hanging = [item for item in dark if "DSA-2025-MC expired" in item.message]
    assert hanging
    assert all(item.line > 1 and item.file.startswith("instruments/") and item.key.endswith(".number") for item in hanging)
    told = CliRunner().invoke(build_command(), ["county", "check", str(folder), "--json"], env={"THROUGHCARE_HOME": str(tmp_path / "home")})
    assert told.exit_code == 0, "a lapse is no fault of the text"
    assert json.loads(told.stdout)["dark"]
    world = ConsentedWorld(demo_terms().with_instrument("DSA-2025-MC", expires_on=NIGHT))
    world.subject("m", "co_responder")
    world.crisis("m")
    world.run()
    (answer,) = world.decide(
        "county_board", ["crisis_system_planning"], "disclose_aggregate", ["co_responder_encounter.started_at"]
    ).values()
    assert answer[0] == "instrument_not_in_force"


def _with_end(text: str, night: date) -> str:
    return "\n".join(f"expires_on: {night}" if line.startswith("expires_on:") else line for line in text.splitlines()) + "\n"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"signed_at": datetime(2026, 3, 3, 9)}, "signed_later"),
        ({"signed_at": datetime(2026, 3, 2)}, "signed_later"),
    ],
)
def test_a_consent_signed_in_the_future_is_none_and_denied(changes: dict[str, Any], state: str) -> None:
    world = _released(date(1980, 5, 17), **changes)
    assert _stand_and_answer(world) == (state, "consent_missing")
    assert "is signed after today" in SAYS[ImportRule.SIGNED_LATER], "entered by file it is refused by file, line and rule"


def test_a_minor_who_signs_without_authority_signs_nothing_and_is_denied() -> None:
    assert _stand_and_answer(_released(date(2010, 5, 17), signed_by="self")) == ("no_authority", "consent_missing")
    assert _stand_and_answer(_released(None, signed_by="self")) == ("no_authority", "consent_missing"), "nor does who may be a minor"


def _released(born: date | None, **changes: Any) -> ConsentedWorld:
    world = ConsentedWorld(demo_terms())
    world.subject("h", "health", born=born)
    world.encounter("h")
    world.subject("m", "co_responder", born=born)
    world.crisis("m")
    world.same_person("h", "m")
    world.consent("h", "roi_508", **changes)
    world.run()
    return world


def _stand_and_answer(world: ConsentedWorld) -> tuple[str, str]:
    ((state,),) = world.con.execute("select state from consented.consent_state").fetchall()
    element = "co_responder_encounter.started_at"
    (answer,) = world.decide("behavioral_health", ["care_coordination"], "disclose_row", [element]).values()
    return str(state), answer[0]


def test_a_clock_set_back_is_said_in_the_ledger(tmp_path: Path) -> None:
    """That no product of a night ahead is read meanwhile, test_published_reader.py says."""
    home = Home(tmp_path / "h").prepare()
    Ledger(home, clock=lambda: datetime(2026, 3, 2, 3, tzinfo=UTC)).append(EntryKind.NOTE, night=NIGHT, about="first")
    Ledger(home, clock=lambda: datetime(2026, 3, 1, 3, tzinfo=UTC)).append(EntryKind.NOTE, night=NIGHT, about="second")
    assert [entry["kind"] for entry in Ledger(home).entries()] == ["note", "clock_set_back", "note"]


@pytest.fixture
def account(tmp_path: Path) -> Ledger:
    ledger = Ledger(Home(tmp_path / "home").prepare(), clock=lambda: datetime(2026, 3, 2, 3, tzinfo=UTC))
    for number in range(3):
        ledger.append(EntryKind.NOTE, night=NIGHT, number_of=number)
    return ledger


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [(b'"number_of":0', b'"number_of":7', "line 2"), (b'"number_of":2', b'"number_of":7', "line 3")],
)
def test_a_ledger_byte_changed_stops_the_next_night_and_the_line_is_named(account: Ledger, old: bytes, new: bytes, line: str) -> None:
    refuse_tampered(account)
    account.file.write_bytes(account.file.read_bytes().replace(old, new))
    with pytest.raises(RunRefused, match=rf"ledger/ledger\.jsonl: {line}.*products stay as they are"):
        refuse_tampered(account)


def test_a_head_taken_away_stops_the_next_night_and_what_a_killed_writer_leaves_does_not(account: Ledger) -> None:
    with account.file.open("ab") as stream:
        stream.write(b'{"torn')
    refuse_tampered(account)
    account.append(EntryKind.NOTE, night=NIGHT)
    account.head_file.unlink()
    with pytest.raises(RunRefused, match=r"head\.json is missing"):
        refuse_tampered(account)


def test_a_night_on_a_changed_ledger_writes_nothing_and_a_deny_does_not_wait_for_it(
    account: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.file.write_bytes(account.file.read_bytes().replace(b'"number_of":0', b'"number_of":7'))
    before = account.file.read_bytes()
    monkeypatch.setenv(integrator.REDACTION, "1")
    monkeypatch.setattr(integrator, "refuse_unlicensed", lambda *_: None)
    monkeypatch.setattr(integrator, "freeze", lambda *_: None)
    terms: Any = SimpleNamespace(sha256="0" * 64, verify=lambda: None, snapshot=lambda: None)
    more: dict[str, Any] = {
        "warehouse": Warehouse(account.home), "terms": terms, "night": NIGHT, "journal": QuietJournal(), "environment": {}, "run_id": "run",
        "ledger": account,
    }  # fmt: skip
    with pytest.raises(RunRefused, match="line 2"), open_integrator(frozen=True, **more):
        raise AssertionError("the night began")
    assert account.file.read_bytes() == before
    with open_integrator(frozen=False, **more):
        pass
    assert account.file.read_bytes().startswith(before), "denies go on, and the change stays to be seen"
    assert not account.verify().sound


def test_a_key_that_is_missing_is_named_and_nobody_gets_new_pseudonyms(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").prepare()
    keys, name = Keyring(home.keys), pseudonym_secret("sheriff", "jail_measures", 1)
    with Warehouse(home).writer() as con:
        hold(con, keys, name, NIGHT)
        (home.keys / f"{name}.key").unlink()
        with pytest.raises(KeyringFault, match=rf"keys/{name}\.key is missing; restore it from the key backup"):
            hold(con, keys, name, NIGHT)
    assert not (home.keys / f"{name}.key").exists(), "no new secret took its place"
