"""What the account of disclosures answers: to a person, and after a wrong merge."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime

import pytest

from assets.published.disclosures import affected_by, disclosures_about, subjects_of
from assets.published.incident import open_incident
from assets.published.letters import Letter, Office, belongs, letter_text, years_before
from contracts.accounting import MEANING, Accounting
from contracts.accounts import accounted
from contracts.instruments import LawfulBasis
from contracts.law import load_law, shipped_law
from resources.ledger import EntryKind
from tests.fixtures.published_world import DOMAIN, PublishedWorld

PRODUCT = "health/care_coordination"
NEXT = date(2026, 3, 3)
OFFICE = Office(
    "Larkmoor County", "Data Office", "security@data.example", {"health": "Behavioral Health"}, {"health": "privacy@health.example"},
    shipped_law(), {"CO-2026-01": "Larkmoor Circuit Court, 26-CV-0117"},
)  # fmt: skip


def _met(world: PublishedWorld, client: str) -> tuple[str, str]:
    patient = world.client(client)
    met = world.made.subject(f"met {client}", "co_responder")
    world.made.encounter(patient)
    world.made.crisis(met, started_at=datetime(2026, 2, 20, 22))
    world.same_person(patient, met)
    world.made.consent(patient, "roi_508")
    return patient, met


def _registered(world: PublishedWorld, person: str, *subjects: str, known_from: date, known_to: date | None = None) -> None:
    for subject in subjects:
        world.con.execute("insert into registers.main.membership values (?, ?, ?, ?, ?)", [DOMAIN, subject, person, known_from, known_to])


def test_a_persons_account_lists_what_was_shown_under_which_clause(world: PublishedWorld) -> None:
    patient, met = _met(world, "pt-00000001")
    world.ready().publish(PRODUCT)
    subjects = subjects_of(world.con, patient)
    assert set(subjects) == {patient, met}
    (found,) = disclosures_about(world.con, subjects, since=date(2020, 1, 1), until=date(2026, 12, 31))
    assert (found.recipient, found.table, found.clause_ids) == ("health", "recent_crisis_contacts", ("DUL-2026-BH §3.4",))
    told = found.accounted(world.county.law)
    assert told.code is Accounting.EXEMPT_AUTHORISATION
    assert told.cited == ("hipaa HIPAA-ACCT-AUTH (45 CFR 164.528(a)(1)(iv))",)
    assert disclosures_about(world.con, subjects, since=date(2026, 3, 3), until=date(2026, 12, 31)) == ()


def test_the_letter_lists_what_the_law_asks_for_and_names_nobody(world: PublishedWorld) -> None:
    patient, _ = _met(world, "pt-00000001")
    world.ready().publish(PRODUCT)
    (found,) = disclosures_about(world.con, subjects_of(world.con, patient), since=date(2020, 1, 1), until=date(2026, 12, 31))
    owed = found.__class__(**{**vars(found), "bases": ("agreement",)})
    assert belongs(owed, Letter.ACCOUNTING, OFFICE.law)
    assert not belongs(found, Letter.ACCOUNTING, OFFICE.law)
    text = letter_text(Letter.ACCOUNTING, [found, owed], office=OFFICE, asked_on=date(2026, 3, 10))
    assert text.count("**To:**") == 1
    assert "Behavioral Health (privacy@health.example)" in text
    assert "2020-03-10 to 2026-03-10" in text
    assert "**Under:** DUL-2026-BH §3.4\n   **Told because of:** hipaa HIPAA-ACCT (45 CFR 164.528(a)(1), (b))" in text
    assert patient not in text
    assert "pt-00000001" not in text
    assert "No disclosure" in letter_text(Letter.PART2, [found], office=OFFICE, asked_on=date(2026, 3, 10))


@pytest.mark.parametrize(
    ("bases", "labels", "expected"),
    [
        ([LawfulBasis.TREATMENT], ["phi"], Accounting.EXEMPT_TREATMENT),
        ([LawfulBasis.CUSTODY_CARE], ["phi"], Accounting.EXEMPT_CUSTODY),
        ([LawfulBasis.PART2_CONSENT], ["part2"], Accounting.EXEMPT_AUTHORISATION),
        ([LawfulBasis.LIMITED_DATA_SET], ["phi"], Accounting.EXEMPT_LIMITED_DATA_SET),
        ([LawfulBasis.AUDIT], ["phi"], Accounting.REQUIRED),
        ([LawfulBasis.TREATMENT, LawfulBasis.AUDIT], ["phi"], Accounting.REQUIRED),
        (["a basis nobody knows"], ["phi"], Accounting.REQUIRED),
        ([], ["phi"], Accounting.REQUIRED),
        ([LawfulBasis.AUDIT], ["juvenile"], Accounting.NOT_HEALTH_INFORMATION),
    ],
)
def test_of_several_bases_the_one_that_asks_for_most_counts(bases: list[str], labels: list[str], expected: Accounting) -> None:
    assert accounted(shipped_law(), Letter.ACCOUNTING, bases=bases, labels=labels).code is expected


def test_every_lawful_basis_has_its_rule_of_account_but_own_records_which_are_no_disclosure() -> None:
    for basis in LawfulBasis:
        told = accounted(shipped_law(), Letter.ACCOUNTING, bases=[basis.value], labels=["phi"])
        assert bool(told.rules) == (basis is not LawfulBasis.OWN_RECORDS), basis
        assert told.code is Accounting.REQUIRED or told.rules


def test_a_states_pack_has_told_what_federal_law_frees() -> None:
    law = load_law(["XX-example"])
    for labels, code, rule in (
        (["phi"], Accounting.EXEMPT_AUTHORISATION, "hipaa HIPAA-ACCT-AUTH"),
        (["phi", "psych"], Accounting.REQUIRED, "XX-example XX-ACCT"),
        (["psych"], Accounting.REQUIRED, "XX-example XX-ACCT"),
    ):
        told = accounted(law, Letter.ACCOUNTING, bases=["authorisation"], labels=labels)
        assert (told.code, [cited.startswith(rule) for cited in told.cited]) == (code, [True])
    assert accounted(shipped_law(), Letter.ACCOUNTING, bases=["authorisation"], labels=["psych"]).rules == ()


def test_the_letter_names_the_order_and_the_rules_of_each_account(world: PublishedWorld) -> None:
    patient, _ = _met(world, "pt-00000001")
    world.ready().publish(PRODUCT)
    (found,) = disclosures_about(world.con, subjects_of(world.con, patient), since=date(2020, 1, 1), until=date(2026, 12, 31))
    ordered = replace(found, bases=("court_order",), clause_ids=("CO-2026-01 §1",), labels=("part2", "phi"))
    text = letter_text(Letter.ACCOUNTING, [ordered], office=OFFICE, asked_on=date(2026, 3, 10))
    assert "**Under:** CO-2026-01 §1 (as ordered by Larkmoor Circuit Court, 26-CV-0117)" in text
    assert "**Told because of:** hipaa HIPAA-ACCT-ORDER (45 CFR 164.512(e)(1)(i), 164.528(a)(1))" in text
    listed = letter_text(Letter.PART2, [ordered], office=OFFICE, asked_on=date(2026, 3, 10))
    assert "**Told because of:** part2 P2-LIST (42 CFR 2.24)" in listed
    unspoken = letter_text(Letter.ACCOUNTING, [replace(ordered, bases=("unheard_of",))], office=OFFICE, asked_on=date(2026, 3, 10))
    assert "no rule frees it from the account" in unspoken


def test_every_way_of_accounting_is_said_in_words() -> None:
    assert set(MEANING) == set(Accounting)


def test_a_leap_day_looks_back_to_the_day_before() -> None:
    assert years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)
    assert years_before(date(2026, 3, 10), 6) == date(2020, 3, 10)


def test_after_a_wrong_merge_every_version_that_showed_another_person_is_found(world: PublishedWorld) -> None:
    patient, met = _met(world, "pt-00000001")
    other, also_met = _met(world, "pt-00000002")
    _registered(world, "one", patient, met, known_from=world.night, known_to=NEXT)
    _registered(world, "two", other, also_met, known_from=world.night)
    version = world.ready().publish(PRODUCT).version
    _registered(world, "one", patient, known_from=NEXT)
    _registered(world, "three", met, known_from=NEXT)
    (found,) = affected_by(world.con, night=NEXT)
    assert (found.under_subject, found.about_subject) == (patient, met)
    assert (found.first_version, found.last_version) == (version, version)
    assert affected_by(world.con, night=NEXT, person_key="two") == ()
    assert affected_by(world.con, night=world.night) == (), "that night parted nobody"


def test_an_incident_is_entered_once_and_its_file_is_for_the_integrator_alone(world: PublishedWorld) -> None:
    patient, met = _met(world, "pt-00000001")
    _registered(world, "one", patient, met, known_from=world.night, known_to=NEXT)
    world.ready().publish(PRODUCT)
    _registered(world, "one", patient, known_from=NEXT)
    _registered(world, "three", met, known_from=NEXT)
    affected = affected_by(world.con, night=NEXT)
    for _ in range(2):
        opened = open_incident(
            affected, night=NEXT, home=world.home, ledger=world.ledger, opened_by="officer", reason="twins", recorded_on=NEXT
        )
    assert (opened.disclosures, opened.people) == (1, 1)
    assert opened.file.stat().st_mode & 0o777 == 0o600
    assert met in opened.file.read_text(encoding="utf-8")
    entries = [entry for entry in world.ledger.entries() if entry["kind"] == EntryKind.INCIDENT]
    assert len(entries) == 1
    assert patient not in json.dumps(entries)
    assert met not in json.dumps(entries)
