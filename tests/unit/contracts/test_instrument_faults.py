"""Faults that only several files of a county together can show, each named with file, line and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.agencies import Agencies
from contracts.consents import Form
from contracts.instrument_faults import instrument_faults
from contracts.instruments import Clause, Effect, Instrument
from contracts.law import shipped_law
from contracts.reviewed import Fault, load_reviewed
from contracts.sources import Source

DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county"
AGENCIES = load_reviewed(DEMO / "agencies.yaml", Agencies)


def each(folder: str, model: Any) -> dict[str, Any]:
    return {f"{folder}/{path.name}": load_reviewed(path, model) for path in sorted((DEMO / folder).glob("*.yaml"))}


INSTRUMENTS: dict[str, Instrument] = each("instruments", Instrument)
FORMS: dict[str, Form] = each("forms", Form)
SOURCES: dict[str, Source] = each("sources", Source)


def faults(
    instruments: dict[str, Instrument] | None = None, sources: dict[str, Source] | None = None, forms: dict[str, Form] | None = None
) -> list[Fault]:
    return instrument_faults(
        law=shipped_law(),
        instruments=instruments if instruments is not None else INSTRUMENTS,
        agencies=AGENCIES,
        sources=sources if sources is not None else SOURCES,
        forms=forms if forms is not None else FORMS,
        line_of=lambda file, place: 40 + len(place),
    )


def changed(file: str, **changes: Any) -> dict[str, Instrument]:
    name = f"instruments/{file}.yaml"
    return {**INSTRUMENTS, name: INSTRUMENTS[name].model_copy(update=changes)}


def with_clause(file: str, number: str, **changes: Any) -> dict[str, Instrument]:
    clauses: tuple[Clause, ...] = INSTRUMENTS[f"instruments/{file}.yaml"].clauses
    return changed(file, clauses=tuple(item.model_copy(update=changes) if item.number == number else item for item in clauses))


def test_the_demo_county_has_no_fault() -> None:
    assert faults() == []


def test_a_source_without_an_instrument_is_a_fault_of_its_own() -> None:
    without = {file: item for file, item in INSTRUMENTS.items() if item.id != "DSA-2025-EC"}
    (found,) = [fault for fault in faults(without) if fault.file == "sources/cad.yaml"]
    assert found.key == "instruments.0"
    assert found.line == 42
    assert "without one nothing of this source may be read" in found.message


def test_a_source_must_name_an_instrument_in_which_its_agency_contributes() -> None:
    stray = {**SOURCES, "sources/cad.yaml": SOURCES["sources/cad.yaml"].model_copy(update={"instruments": ("DSA-2025-SO",)})}
    assert any("[dispatch] is not a contributor in [DSA-2025-SO]" in fault.message for fault in faults(sources=stray))


def test_a_source_of_an_unknown_agency_or_foreign_system_is_refused() -> None:
    source = SOURCES["sources/cad.yaml"]
    for changes, message in (
        ({"agency": "fire"}, "[fire] is not in agencies.yaml"),
        ({"system": "fire_cad"}, "does not list [fire_cad] among the systems of [dispatch]"),
    ):
        stray = {**SOURCES, "sources/cad.yaml": source.model_copy(update=changes)}
        assert any(message in fault.message for fault in faults(sources=stray))


@pytest.mark.parametrize(
    ("number", "changes", "key", "message"),
    [
        ("3.1", {"contributor": "fire"}, "contributor", "[fire] is not in agencies.yaml"),
        ("3.1", {"recipient": "press"}, "recipient", "[press] is not in agencies.yaml"),
        ("3.1", {"elements": ("jail_booking.name",)}, "elements.0", "neither an element of a source in use nor a class"),
        ("3.1", {"elements": ("bookings", "jail_booking.mugshot")}, "elements.1", "neither an element of a source in use nor a class"),
        ("3.1", {"elements": ("treatment_encounters",)}, "elements.0", "[sheriff] contributes nothing named [treatment_encounters]"),
        ("3.1", {"elements": ("jail.__identity__",)}, "elements.0", "identity is linked and never disclosed"),
        ("3.1", {"purposes": ("prosecution",)}, "purposes", "no clause can permit what is prohibited"),
        ("3.1", {"purposes": ("care_coordination",)}, "purposes", "[DUL-2026-CB], on which the clause hangs, does not serve it"),
        ("3.1", {"recipient": "county_data_office"}, "recipient", "does not make [county_data_office] a recipient"),
        ("3.1", {"recipient": "sheriff"}, "recipient", "[sheriff] has not signed [DUL-2026-CB]"),
        ("3.1", {"under": ("DSA-1999-XX",)}, "under.0", "no instrument [DSA-1999-XX]"),
        ("3.4", {"lawful_basis": "limited_data_set"}, "lawful_basis", "needs a DUA_LDS among the instruments it hangs on"),
    ],
)
def test_a_clause_that_the_rest_of_the_county_contradicts_is_named(number: str, changes: dict[str, Any], key: str, message: str) -> None:
    found = faults(with_clause("dul-2026-cb", number, **changes))
    named = [fault for fault in found if fault.key.endswith(key)]
    assert named, found
    assert named[0].file == "instruments/dul-2026-cb.yaml"
    assert any(message in fault.message and fault.message.startswith(f"§{number}: ") for fault in named)


def test_two_clauses_of_which_one_prohibits_all_that_the_other_permits_contradict_each_other() -> None:
    instrument = INSTRUMENTS["instruments/dul-2026-cb.yaml"]
    permit = next(item for item in instrument.clauses if item.number == "3.4")
    bare = {"effect": Effect.PROHIBIT, "number": "9.1", "labels": (), "lawful_basis": None, "output_form": None}
    prohibit = permit.model_copy(update=bare)
    (fault,) = faults(changed("dul-2026-cb", clauses=(*instrument.clauses, prohibit)))
    assert (fault.file, fault.key) == ("instruments/dul-2026-cb.yaml", "clauses.3.number")
    assert "§3.4: [DUL-2026-CB §9.1] prohibits all of it" in fault.message
    for narrower in ({"labels": permit.labels}, {"recipient": "sheriff"}, {"elements": ("diagnoses",)}, {"purposes": permit.purposes[:1]}):
        assert faults(changed("dul-2026-cb", clauses=(*instrument.clauses, prohibit.model_copy(update=narrower)))) == []


def test_only_the_integrator_links() -> None:
    found = faults(with_clause("dsa-2025-so", "3.1", recipient="sheriff"))
    assert any("only the integrator [county_data_office] links" in fault.message for fault in found)


def test_a_link_clause_names_systems_that_exist() -> None:
    found = faults(with_clause("dsa-2025-so", "3.1", with_systems=("cad", "school")))
    assert [(fault.key, "no agency has the system [school]" in fault.message) for fault in found] == [("clauses.0.with_systems.1", True)]


def test_a_link_clause_names_nothing_but_identity() -> None:
    found = faults(with_clause("dsa-2025-so", "3.1", elements=("bookings",)))
    assert any("nothing else is linked" in fault.message for fault in found)


def test_a_business_associate_needs_a_baa_above() -> None:
    found = faults(changed("dsa-2025-bh", parent_ids=("MOU-2025-01",)))
    assert any("business_associate needs a BAA" in fault.message for fault in found)


def test_rows_that_name_a_person_go_to_another_agency_only_about_its_own_clients() -> None:
    found = faults(with_clause("dul-2026-bh", "3.2", population=("in_custody",)))
    assert [fault.key for fault in found] == ["clauses.1.population"]


@pytest.mark.parametrize(
    ("file", "changes", "key", "message"),
    [
        ("dul-2026-cb", {"parent_ids": ("MOU-1999-XX",)}, "parent_ids.0", "no instrument [MOU-1999-XX]"),
        ("dul-2026-cb", {"supersedes": "DUL-1999-XX"}, "supersedes", "no instrument [DUL-1999-XX]"),
        ("mou-2025-01", {"parent_ids": ("BAA-2025-BH",)}, "parent_ids", "hangs on itself through [BAA-2025-BH]"),
        ("baa-2025-bh", {"id": "QSOA-2025-BH"}, "id", "is the id of instruments/baa-2025-bh.yaml already"),
    ],
)
def test_an_instrument_that_others_contradict_is_named(file: str, changes: dict[str, Any], key: str, message: str) -> None:
    assert any(fault.key == key and message in fault.message for fault in faults(changed(file, **changes)))


def test_a_party_plays_a_part_that_agencies_yaml_gives_it() -> None:
    parties = INSTRUMENTS["instruments/dul-2026-cb.yaml"].parties
    wrong = tuple(party.model_copy(update={"role": "contributor"}) if party.agency == "county_board" else party for party in parties)
    found = faults(changed("dul-2026-cb", parties=wrong))
    assert any("does not give [county_board] the role contributor" in fault.message for fault in found)
    stranger = (*parties, parties[0].model_copy(update={"agency": "press"}))
    assert any("[press] is not in agencies.yaml" in fault.message for fault in faults(changed("dul-2026-cb", parties=stranger)))


def test_a_form_names_known_agencies_and_the_integrator_where_it_speaks_of_linking() -> None:
    name = "forms/roi-crisis-contacts.v2.yaml"
    stranger = {**FORMS, name: FORMS[name].model_copy(update={"recipients": ("county_data_office", "press")})}
    assert [(fault.file, fault.key) for fault in faults(forms=stranger)] == [(name, "recipients.1")]
    silent = {**FORMS, name: FORMS[name].model_copy(update={"recipients": ("behavioral_health",)})}
    assert any("must name the integrator" in fault.message for fault in faults(forms=silent))


def test_a_form_version_is_there_once() -> None:
    twice = {**FORMS, "forms/zz.yaml": FORMS["forms/opt-out.v1.yaml"]}
    assert [fault.key for fault in faults(forms=twice)] == ["version"]


def test_every_fault_is_reported_at_once_and_in_order() -> None:
    found = faults(with_clause("dul-2026-cb", "3.1", contributor="fire", recipient="press", elements=("nothing",)))
    assert len(found) >= 3
    assert found == sorted(found)
