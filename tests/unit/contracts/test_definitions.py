from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from contracts.definition_parts import EventFilter, Window, contact_words
from contracts.definitions import FILES, load_definitions
from contracts.reviewed import TermsFaults

DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county" / "definitions"
SYSTEMS = {"jail", "cad", "co_responder", "health"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "definitions"))


def changed(folder: Path, name: str, old: str, new: str) -> str:
    path = folder / f"{name}.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(TermsFaults) as caught:
        load_definitions(folder)
    return str(caught.value)


def test_the_demo_countys_definitions_agree_with_its_systems() -> None:
    definitions = load_definitions(DEMO)
    assert definitions.faults_against(systems=SYSTEMS, reference_group="WHITE") == []
    assert {mention.system for mention in definitions.mentions} == SYSTEMS


def test_published_presets_carry_their_source() -> None:
    sources = {each.id: each.source for each in load_definitions(DEMO).frequent_utilizers.every()}
    assert {"camden_arise", "denver_sib", "wake_p90", "emergency_four"} <= set(sources)
    assert all(sources.values())


def test_a_system_nobody_delivers_is_named_with_file_line_and_key() -> None:
    definitions = load_definitions(DEMO)
    faults = definitions.faults_against(systems=SYSTEMS - {"health"})
    line = next(
        number for number, text in enumerate((DEMO / "frequent_utilizers.yaml").read_text().splitlines(), start=1) if "crisis_care" in text
    )
    assert str(faults[0]) == (
        f"definitions/frequent_utilizers.yaml:{line}: definitions.0.criteria.3.system:"
        " [health] is not a system of this county; there are: cad, co_responder, jail"
    )
    assert {fault.file for fault in faults} == {
        "definitions/frequent_utilizers.yaml",
        "definitions/decision_points.yaml",
        "definitions/stepping_up.yaml",
        "definitions/timeline.yaml",
    }


def test_another_reference_group_than_the_countys_is_a_fault() -> None:
    faults = load_definitions(DEMO).faults_against(systems=SYSTEMS, reference_group="BLACK")
    assert [fault.key for fault in faults] == ["reference_group"]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("stepping_up", "period: {months: 12}", "period: {months: 0}", "is empty"),
        ("stepping_up", "period: {months: 12}", "period: {months: 12, days: 1}", "exactly one of days, months or years"),
        ("stepping_up", "death,", "dead,", "death"),
        ("stepping_up", "event_type: [outpatient", "event_type: [out_patient", "not in the vocabulary"),
        ("stepping_up", "    hold: false                # held for another jurisdiction\n", "", "required key is missing"),
        ("stepping_up", "within_days: [7, 14, 30]", "within_days: [7, 7]", "each said once"),
        ("frequent_utilizers", "min: 3}", "min: 3, rank: 5}", "exactly one of min, percentile, rank"),
        ("frequent_utilizers", ", min: 3}", "}", "say exactly one of"),
        ("frequent_utilizers", "at_least: 2", "at_least: 5", "can never be met"),
        ("frequent_utilizers", "id: camden_arise", "id: across_systems", "used twice"),
        ("frequent_utilizers", "unit: event", "unit: pound", "'event', 'distinct_day', 'bed_day' or 'cost'"),
        ("frequent_utilizers", "name: calls", "name: bookings", "same name"),
        ("frequent_utilizers", "list_size: 50", "list_sise: 50", "unknown key"),
        ("decision_points", "base: co_response", "base: co_responce", "neither `population` nor a point"),
        ("decision_points", "base: co_response", "base: booking", "needs the same records above and below"),
        ("decision_points", "- id: booking", "- id: population", "no decision point may be called"),
        ("decision_points", "ages: {min: 18}", "ages: {min: 18, max: 17}", "are nobody"),
        ("race", "{method: proxy, take: modal}", "{method: self, take: modal}", "preferred twice"),
        ("race", "reference_group: WHITE", "reference_group: MAJORITY", "'WHITE'"),
        ("timeline", "jail: 2024-03-02", "jail: yesterday", "date"),
    ],
)
def test_a_definition_that_cannot_mean_anything_is_refused(folder: Path, name: str, old: str, new: str, message: str) -> None:
    said = changed(folder, name, old, new)
    assert message in said
    assert said.startswith(f"definitions/{name}.yaml:")


def test_a_filter_may_name_what_any_system_that_can_be_delivered_says() -> None:
    for event, disposition in (
        ("traffic_violation", "citation"),
        ("ambulance", "admitted"),
        ("custodial", "booked"),
        ("arraignment", "dismissed"),
    ):
        assert EventFilter(event_type=(event,), disposition=(disposition,)).event_type == (event,)
    assert not contact_words("event_type") & {"admitted", "dismissed"}
    with pytest.raises(ValueError, match="not in the vocabulary"):
        EventFilter(event_type=("trafic_violation",))


def test_bases_that_go_round_in_a_circle_are_refused(folder: Path) -> None:
    path = folder / "decision_points.yaml"
    text = path.read_text()
    head, _, tail = text.partition("- id: booking\n")
    path.write_text(head + "- id: booking\n" + tail.replace("base: population", "base: release", 1))
    with pytest.raises(TermsFaults, match="round in a circle"):
        load_definitions(folder)


def test_every_fault_of_every_file_is_reported_at_once(folder: Path) -> None:
    for name in FILES:
        (folder / f"{name}.yaml").write_text("nonsense: 1\n")
    (folder / "measures.yaml").write_text("x: 1\n")
    with pytest.raises(TermsFaults) as caught:
        load_definitions(folder)
    assert {fault.file for fault in caught.value.faults} == {f"definitions/{name}.yaml" for name in (*FILES, "measures")}


@pytest.mark.parametrize(
    ("window", "as_of", "start"),
    [
        (Window(days=365), datetime(2026, 3, 2), datetime(2025, 3, 2)),
        (Window(months=12), datetime(2026, 3, 2), datetime(2025, 3, 2)),
        (Window(years=1), datetime(2024, 2, 29), datetime(2023, 2, 28)),
        (Window(months=1), datetime(2026, 3, 31), datetime(2026, 2, 28)),
        (Window(months=1), datetime(2026, 1, 31), datetime(2025, 12, 31)),
        (Window(months=3), datetime(2026, 5, 31, 12), datetime(2026, 2, 28, 12)),
        (Window(years=5), datetime(2026, 3, 2), datetime(2021, 3, 2)),
    ],
)
def test_a_window_reaches_back_by_the_calendar(window: Window, as_of: datetime, start: datetime) -> None:
    assert window.start(as_of) == start


def test_points_come_after_their_base_and_a_chain_begins_at_the_population() -> None:
    rules = load_definitions(DEMO).decision_points
    seen: set[str] = {"population"}
    for point in rules.in_order():
        assert point.base in seen
        seen.add(point.id)
    connected = next(point for point in rules.points if point.id == "connected_30d")
    assert [point.id for point in rules.chain(connected)] == ["booking", "release", "connected_30d"]
