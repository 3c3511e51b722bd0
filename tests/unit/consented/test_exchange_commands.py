"""``consents export`` and ``import`` on a tiny home: everything that was said goes out and comes in, or nothing is entered."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from contracts.consent_exchange import ExchangedConsent, to_fhir
from contracts.county import load_county
from contracts.keys import subject_id
from pipelines.cli import build_command
from pipelines.clock import set_simulated_day
from pipelines.commands import common, consents_exchange
from resources.home import Home
from resources.ledger import Ledger
from resources.warehouse import Warehouse
from tests.fixtures.consented_world import NIGHT, ConsentedWorld, demo_terms

ZONE = "America/New_York"
TOMORROW = NIGHT + timedelta(days=1)
PERSON = "pt-1"
SUBJECT = subject_id("health", PERSON)
NARROW = ExchangedConsent(
    "c1", "health", PERSON, "part2_tpo", "part2-county-data", "1", "permit", ("county_data_office", "behavioral_health"),
    ("TREAT", "HOPERAT"), ("diagnoses", "crisis_contacts"), "behavioral_health", date(2026, 1, 1), date(2027, 1, 1),
    datetime(2026, 2, 20, 15, 30), "self", None, None, date(2025, 1, 1), date(2026, 1, 1), date(2026, 5, 1), "end_of_treatment", True,
    ("sheriff",), ("diagnoses",), ("HRESCH",),
)  # fmt: skip


@dataclass
class Desk:
    """A home with one patient, and the verbs typed there."""

    home: Home

    def type(self, *words: str, expect: int = 0) -> Result:
        done = CliRunner().invoke(build_command(), ["consents", *words], env={"THROUGHCARE_HOME": str(self.home.root)})
        assert done.exit_code == expect, (done.output, done.exception)
        return done

    def bring(self, file: Path, *words: str, expect: int = 0) -> Any:
        """Import a file; what it answers."""
        return json.loads(self.type("import", str(file), "--reason", "register of the clinic", "--json", *words, expect=expect).stdout)

    def entered(self) -> int:
        with Warehouse(self.home).reader() as con:
            return int(con.execute("select count(*) from registers.main.paper_consent").fetchall()[0][0])

    def next_night(self, do: Callable[[ConsentedWorld], None] = lambda world: None) -> dict[str, Any]:
        """Run the stage for the night after; the one consent as it then stands."""
        with Warehouse(self.home).writer() as con:
            do(_world(con))
            _world(con).run(TOMORROW)
            found = con.execute("select * from consented.consent_state")
            return dict(zip([column[0] for column in found.description], found.fetchall()[0], strict=True))


def _world(con: duckdb.DuckDBPyConnection) -> ConsentedWorld:
    """A world whose tables are there already."""
    made = ConsentedWorld.__new__(ConsentedWorld)
    made.terms, made.night, made.con, made._number = demo_terms(), NIGHT, con, 100
    return made


_COUNTY = functools.cache(load_county)
"""The demo county never changes here, and reading it is most of what a command costs."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    home = Home(tmp_path / "home")
    home.prepare()
    world = ConsentedWorld(demo_terms(), con=duckdb.connect(str(home.warehouse)))
    world.subject(SUBJECT, "health")
    world.encounter(SUBJECT)
    world.con.execute("update checked.subject set source_person_id = ?", [PERSON])
    world.con.execute("create table linked.night_begun as select ?::date as night, true as is_finished", [NIGHT])
    world.con.close()
    with Warehouse(home).writer():
        pass
    set_simulated_day(home, TOMORROW)
    # What `denies` does is shown on a whole county; here it would only rebuild products that are not there.
    monkeypatch.setattr(consents_exchange, "_rebuild", lambda county: None)
    monkeypatch.setattr(common, "load_county", _COUNTY)
    return Desk(home)


def _file(folder: Path, *consents: ExchangedConsent, name: str = "consents.ndjson", **changes: Any) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps({**to_fhir(consent, ZONE), **changes}) + "\n" for consent in consents), encoding="utf-8")
    return path


def _last_words(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Ledger(desk.home).file.read_text(encoding="utf-8").splitlines()[-1])["fields"]
    return found


def test_what_is_exported_can_be_imported_elsewhere_and_stands_there_alike(desk: Desk, tmp_path: Path) -> None:
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in vars(NARROW).items()}
    for name in ("consent_id", "person", "form_id", "form_version", "verified_on"):
        given.pop(name)
    before = desk.next_night(lambda world: str(world.consent(SUBJECT, given.pop("kind"), **given)) and None)
    out = tmp_path / "out.ndjson"
    assert json.loads(desk.type("export", str(out), "--json").stdout) == {"path": str(out), "consents": 1, "left_out": 0}
    assert out.stat().st_mode & 0o777 == 0o600
    assert json.loads(out.read_text(encoding="utf-8")) == to_fhir(replace(NARROW, consent_id=before["consent_id"]), ZONE)
    assert _last_words(desk)["what"] == "consents"
    desk.type("export", str(tmp_path / "in_force.json"), "--in-force")
    bundle = json.loads((tmp_path / "in_force.json").read_text(encoding="utf-8"))
    assert [entry["resource"]["id"] for entry in bundle["entry"]] == [before["consent_id"]]
    # The county has it from the clinic already: nothing is entered a second time.
    assert desk.bring(out, "--write") == {"consents": 0, "refused": [], "written": True, "revoked": 0, "known": 1}
    with Warehouse(desk.home).writer() as con:
        con.execute("delete from checked.consent")
    set_simulated_day(desk.home, NIGHT)
    assert desk.bring(out, "--write")["consents"] == 1
    after = desk.next_night()
    apart = {"consent_id", "from_night"}
    assert {name: value for name, value in after.items() if name not in apart} == {
        name: value for name, value in before.items() if name not in apart
    }
    assert (after["state"], after["element_classes"], after["data_from"]) == ("in_force", ["crisis_contacts"], date(2025, 1, 1))
    with Warehouse(desk.home).reader() as con:
        reach = con.execute("select element_classes, data_from, data_to from consented.consent").fetchall()
        denies = con.execute("select recipient, element_class from consented.deny").fetchall()
    assert reach == [(["crisis_contacts"], date(2025, 1, 1), date(2026, 1, 1))], "what decisions read"
    assert denies == [("sheriff", "diagnoses")]


def test_without_write_nothing_is_entered_and_a_file_entered_twice_is_entered_once(desk: Desk, tmp_path: Path) -> None:
    file = _file(tmp_path, NARROW)
    assert desk.bring(file) == {"consents": 1, "refused": [], "written": False}
    assert desk.entered() == 0
    assert desk.bring(file, "--write")["consents"] == 1
    assert _last_words(desk)["consents"] == 1
    assert desk.bring(file, "--write") == {"consents": 0, "refused": [], "written": True, "revoked": 0, "known": 1}
    assert desk.entered() == 1
    other = desk.type(
        "import", str(_file(tmp_path, replace(NARROW, data_to=None))), "--reason", "register of the clinic", "--write", expect=2
    )
    assert "says something else" in other.stderr


def test_what_a_file_says_was_taken_back_is_taken_back(desk: Desk, tmp_path: Path) -> None:
    gone = replace(NARROW, revoked_at=datetime(2026, 3, 1, 9), status="inactive")
    assert desk.bring(_file(tmp_path, gone), "--write") == {"consents": 1, "refused": [], "written": True, "revoked": 1, "known": 0}
    set_simulated_day(desk.home, TOMORROW + timedelta(days=1))
    with Warehouse(desk.home).writer() as con:
        _world(con).run(TOMORROW + timedelta(days=1))
        assert con.execute("select state from consented.consent_state").fetchall() == [("revoked",)]


FORM = [{"url": "x/consent-form", "extension": [{"url": "id", "valueString": "roi"}, {"url": "version", "valueString": "9"}]}]


def test_an_opt_out_counts_at_once_whatever_it_names(desk: Desk, tmp_path: Path) -> None:
    wish = ExchangedConsent(
        "c2", "health", PERSON, "opt_out", "opt-out", "1", "deny", recipients=("county_data_office",), signed_at=datetime(2026, 2, 20, 15),
        signed_by="self",
    )  # fmt: skip
    assert desk.bring(_file(tmp_path, wish), "--write")["consents"] == 1
    desk.next_night()
    with Warehouse(desk.home).reader() as con:
        assert con.execute("select recipient, element_class, reason from consented.deny").fetchall() == [(None, None, "opted_out")]


def test_a_recipient_that_the_form_does_not_name_gets_nothing(desk: Desk, tmp_path: Path) -> None:
    wide = replace(NARROW, recipients=("sheriff", "behavioral_health"), element_classes=("diagnoses", "jail_bookings", "crisis_contacts"))
    set_simulated_day(desk.home, NIGHT)
    assert desk.bring(_file(tmp_path, wide), "--write")["consents"] == 1
    stands = desk.next_night()
    assert (stands["recipients"], stands["element_classes"]) == (["behavioral_health"], ["crisis_contacts"])


BAD: tuple[tuple[ExchangedConsent, dict[str, Any], str], ...] = (
    (NARROW, {"extension": FORM}, "unknown_form"),
    (replace(NARROW, kind="roi_508"), {}, "unknown_form"),
    (replace(NARROW, signed_by=None), {}, "unsigned"),
    (replace(NARROW, signed_at=None), {}, "unsigned"),
    (replace(NARROW, signed_at=datetime(2026, 5, 1, 9)), {}, "signed_in_the_future"),
    (replace(NARROW, signed_at=datetime(1990, 5, 1, 9)), {}, "not_in_use_when_signed"),
    (replace(NARROW, person="pt-SECRET"), {}, "unknown_subject"),
    (replace(NARROW, source="elsewhere"), {}, "unknown_source"),
    (replace(NARROW, provision_type="deny"), {}, "other_provision"),
    (replace(NARROW, excluded_purposes=("WEATHER",)), {}, "unknown_exception"),
    (replace(NARROW, excluded_classes=("weather",)), {}, "unknown_exception"),
    (replace(NARROW, discloser=None), {}, "no_discloser"),
    (NARROW, {"status": "rejected"}, "unreadable"),
)


def test_consents_that_cannot_be_entered_keep_the_whole_file_out_each_by_line_and_rule(desk: Desk, tmp_path: Path) -> None:
    lines = [_file(tmp_path, consent, name="bad", **changes).read_text(encoding="utf-8") for consent, changes, _ in BAD]
    file = _file(tmp_path, NARROW)
    file.write_text(file.read_text(encoding="utf-8") + "\n" + "".join(lines), encoding="utf-8")
    for words in ((), ("--write",)):
        answer = desk.bring(file, *words, expect=1)
        found = [(item["at"], item["rule"]) for item in answer["refused"]]
        assert found == [(str(number), rule) for number, (*_, rule) in enumerate(BAD, start=3)]
        assert (answer["consents"], answer["written"]) == (1, False)
        assert "SECRET" not in json.dumps(answer)
    assert desk.entered() == 0


def test_a_refusal_names_file_line_and_rule_and_what_is_no_json_is_one(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "bad.ndjson"
    file.write_text("\n{not json\n", encoding="utf-8")
    said = desk.type("import", str(file), "--reason", "register of the clinic", expect=1)
    assert f"{file}:2: not_json" in said.stderr.replace("\n", "")
    assert "nothing was entered" in said.stdout
    bundle = tmp_path / "bundle.json"
    bundle.write_text(json.dumps({"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}), encoding="utf-8")
    assert [item["at"] for item in desk.bring(bundle, expect=1)["refused"]] == ["entry 1"]
    for text in ("[]", "{}", "nothing"):
        bundle.write_text(text, encoding="utf-8")
        desk.type("import", str(bundle), "--reason", "register of the clinic", expect=2)
    desk.type("import", str(_file(tmp_path, NARROW)), "--reason", "no", "--write", expect=2)
    assert desk.entered() == 0
