"""Lists compared, episodes, pathways, services, totals of other fields, targets and policies: what each says of a few people."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from assets.measured.measure import MEASURED_TABLES, measure, measure_series, parts_for
from assets.measured.run import BY_PERSON
from assets.measured.scope import ScopeFault
from contracts.definition_parts import Unit
from contracts.definitions import UnitCost
from contracts.progress import Baseline, PolicyChange, Progress, Target
from contracts.reviewed import TermsFaults
from contracts.services import read_services
from resources.warehouse import logical_hash

AS_OF = datetime(2026, 3, 2)


def with_definitions(county: Any, *changes: dict[str, Any], months: int = 0) -> None:
    """Definitions of frequent contact made from the county's first by changing it."""
    first = county.definitions.frequent_utilizers.definitions[0]
    made = tuple(first.model_copy(update={"id": f"d{n}", "list_size": None, **change}) for n, change in enumerate(changes))
    frequent = county.definitions.frequent_utilizers.model_copy(update={"definitions": made, "presets": (), "months": months})
    county.definitions = county.definitions.model_copy(update={"frequent_utilizers": frequent})


def bookings(county: Any, key: str, *starts: datetime) -> None:
    county.person(key)
    for start in starts:
        county.booking(key, start, start + timedelta(days=1))


def test_definitions_are_compared_by_whom_they_find(county: Any) -> None:
    county.complete()
    jail = county.definitions.frequent_utilizers.definitions[0].criteria[0]
    with_definitions(county, {"criteria": (jail,), "combine": "all"}, {"criteria": (jail.model_copy(update={"min": 1}),), "combine": "all"})
    bookings(county, "often", *(datetime(2025, month, 1) for month in (5, 7, 9)))
    bookings(county, "once", datetime(2025, 5, 1))
    county.measured()
    assert county.ask(
        "select eligible_a, eligible_b, eligible_by_both, eligible_only_a, eligible_only_b, share_of_either"
        " from measured.frequent_utilizer_overlap"
    ) == [(1, 2, 1, 0, 1, 0.5)]


@pytest.mark.parametrize("unit", ["event", "distinct_day", "bed_day"])
def test_month_by_month_nobody_is_in_a_list_before_the_contacts_were_made(county: Any, unit: str) -> None:
    county.complete()
    jail = county.definitions.frequent_utilizers.definitions[0].criteria[0].model_copy(update={"unit": Unit(unit), "min": 2})
    with_definitions(county, {"criteria": (jail,), "combine": "all"}, months=3)
    bookings(county, "new", datetime(2026, 1, 10), datetime(2026, 2, 10))  # meets it from the tenth of February
    bookings(county, "old", datetime(2025, 1, 5), datetime(2025, 3, 5))  # met it while January 2025 was in the window
    bookings(county, "always", datetime(2025, 6, 1), datetime(2025, 7, 1))
    county.measured()
    found = county.ask(
        "select months_back, moment_before::date, eligible, eligible_before, stayed, entered, gone"
        " from measured.frequent_utilizer_stability order by 1"
    )
    # Windows end on 2 March, 2 February, 2 January and 2 December; "old" has both bookings in the last two windows only.
    assert found == [
        (0, date(2026, 2, 2), 2, 1, 1, 1, 0),
        (1, date(2026, 1, 2), 1, 2, 1, 0, 1),
        (2, date(2025, 12, 2), 2, 2, 2, 0, 0),
    ]


def test_each_month_is_what_that_moment_alone_would_say(county: Any) -> None:
    county.complete()
    jail = county.definitions.frequent_utilizers.definitions[0].criteria[0]
    criteria = (jail.model_copy(update={"min": 2}), jail.model_copy(update={"name": "share", "min": None, "percentile": 70.0}))
    with_definitions(county, {"criteria": criteria, "combine": "any"}, months=4)
    for number in range(30):
        starts = (datetime(2025, 1 + (number * step) % 12, 1 + number % 27) for step in range(1, 2 + number % 4))
        bookings(county, f"p{number:02d}", *sorted(set(starts)))
    county.measured()
    stated = dict(county.ask("select months_back + 1, eligible_before from measured.frequent_utilizer_stability"))
    for months_back, moment in ((1, datetime(2026, 2, 2)), (3, datetime(2025, 12, 2))):
        county.measured(as_of=moment)
        assert county.ask("select eligible from measured.frequent_utilizer_summary where race_group = 'ALL'") == [(stated[months_back],)]


def test_costs_are_asked_only_where_the_county_states_them_and_order_no_list(county: Any) -> None:
    county.complete()
    jail = county.definitions.frequent_utilizers.definitions[0].criteria[0].model_copy(update={"unit": Unit.COST, "min": 250})
    with_definitions(county, {"criteria": (jail,), "combine": "all", "list_size": 1})
    bookings(county, "a", datetime(2025, 5, 1), datetime(2025, 6, 1), datetime(2025, 7, 1))
    bookings(county, "b", datetime(2025, 5, 1), datetime(2025, 6, 1), datetime(2025, 7, 1), datetime(2025, 8, 1))
    county.measured()
    assert county.ask("select distinct reason from measured.frequent_utilizer_summary") == [("cost_not_stated",)]
    price = UnitCost(system="jail", per="bed_day", amount=100, source="budget", year=2025)
    timeline = county.definitions.timeline.model_copy(update={"unit_costs": (price,)})
    county.definitions = county.definitions.model_copy(update={"timeline": timeline})
    county.measured()
    assert county.ask("select person_key, criterion_values[1], list_rank, listed from measured.frequent_utilizers order by 1") == [
        ("a", 300.0, 1, True),
        ("b", 400.0, 1, True),
    ]


def test_contacts_of_several_systems_are_one_episode_until_nobody_is_met_for_long_enough(county: Any) -> None:
    county.complete()
    key = county.person("a")
    start = datetime(2025, 6, 1)
    county.call(key, start)
    county.encounter(key, start + timedelta(hours=1))
    county.booking(key, start + timedelta(days=1), start + timedelta(days=11))
    county.care(key, start + timedelta(days=25))  # fourteen days after release
    county.care(key, start + timedelta(days=39, seconds=1))  # a moment more than fourteen days later
    county.booking(county.person("b"), datetime(2026, 2, 1))
    county.measured()
    assert county.ask(
        "select person_key, episode_no, contacts, systems, first_system, last_system, round(days, 3), round(gap_days_before, 3), is_open"
        " from measured.episode order by all"
    ) == [
        ("a", 1, 4, 4, "cad", "health", 25.0, None, False),
        ("a", 2, 1, 1, "health", "health", 0.0, 14.0, False),
        ("b", 1, 1, 1, "jail", "jail", 29.0, None, True),
    ]
    assert county.ask("select way, episodes from measured.pathway order by 1") == [
        ("0 health", 1),
        ("1 cad > 1 co_responder > 2 jail > 0 health", 1),
        ("2 jail", 1),
    ]
    assert county.ask("select person_key, contacts, days_held, days_so_far, is_held, episodes from measured.person_summary order by 1") == [
        ("a", 5, 10.0, None, False, 2),
        ("b", 1, 29.0, 29.0, True, 1),
    ]


def test_need_contact_and_capacity_stand_side_by_side(county: Any) -> None:
    county.complete()
    for number in range(4):
        key = county.person(f"p{number}")
        county.call(key, datetime(2025, 6, 1))
        if number < 1:
            county.care(key, datetime(2025, 6, 2))
    (county.folder / "services.csv").write_text("intercept,region,service,capacity,language\n0,north,Clinic,2,en\n0,north,Clinic,1,es\n")
    county.measured()
    found = county.ask("select distinct capacity, reason from measured.service_gap")
    assert found == [(None, "services_not_stated")]
    measure(
        county.con,
        target_schema="measured",
        definitions=county.definitions,
        benchmarks=county.folder / "population.csv",
        as_of=AS_OF,
        services=county.folder / "services.csv",
        tables=["service_gap"],
    )
    assert county.ask(
        "select intercept, people_in_need, people_met, capacity, capacity_per_person_in_need, languages, reason from measured.service_gap"
        " where intercept <= 1 order by 1"
    ) == [(0, 4, 1, 3, 0.75, ["en", "es"], None), (1, 4, 4, None, None, None, "no_service_stated")]


def test_a_services_file_that_cannot_be_read_is_named_line_by_line(county: Any) -> None:
    path = county.folder / "services.csv"
    path.write_text("intercept,region,service,capacity,language\n9,north,Clinic,-2,en\n0,,Clinic,2,en\n")
    with pytest.raises(TermsFaults) as caught:
        read_services(path)
    assert [(fault.line, fault.key) for fault in caught.value.faults] == [(2, "capacity"), (2, "intercept"), (3, "region")]


def totals(county: Any, point: str, counts: dict[str, int], **more: Any) -> None:
    for race, number in counts.items():
        county.add(
            "aggregate_count",
            **{
                "period_start": date(2025, 1, 1),
                "period_end": date(2026, 1, 1),
                "field": "child_welfare",
                "decision_point": point,
                "race_group": race,
                "count": number,
                "category_system": "omb1997_two_question",
                "source": "cw",
                "system": "cw",
                **more,
            },
        )


def test_totals_of_other_fields_are_compared_on_the_total_above_them(county: Any, demo_definitions: Any) -> None:
    county.definitions = demo_definitions
    totals(county, "alleged_victim", {"WHITE": 400, "BLACK": 300, "ALL": 760})
    totals(county, "substantiated", {"WHITE": 80, "BLACK": 90})
    totals(county, "substantiated", {"WHITE": 30, "BLACK": 40}, sex="F")  # a part of the same total
    totals(county, "placement", {"WHITE": 9, "BLACK": 20}, period_start=date(2024, 1, 1))  # another period than its base
    county.measured()
    found = county.ask(
        "select point_id, race_group, events, base, round(rate, 3), round(rate_ratio, 3), reason from measured.racial_disparity_aggregate"
        " where field = 'child_welfare' and race_group in ('BLACK', 'ALL') and point_id <> 'alleged_victim' order by all"
    )
    assert found == [
        ("entered_placement", "ALL", None, None, None, None, "no_count_delivered"),
        ("family_assessment", "ALL", None, None, None, None, "no_count_delivered"),
        # Nobody delivered a total of all substantiated: the groups' sum stands over the sum of the same groups, not over everybody.
        ("substantiated", "ALL", 170, 700, 24.286, None, None),
        ("substantiated", "BLACK", 90, 300, 30.0, 1.5, None),
    ]
    assert county.ask(
        "select distinct decided_by, discretion, policy_ref from measured.racial_disparity_aggregate where point_id = 'search'"
    )


def test_totals_by_region_are_not_added_to_their_whole_and_a_group_nobody_delivered_is_no_zero(county: Any, demo_definitions: Any) -> None:
    county.definitions = demo_definitions
    totals(county, "alleged_victim", {"WHITE": 400, "BLACK": 300, "ASIAN": 90})
    totals(county, "substantiated", {"WHITE": 80, "BLACK": 90})
    for region, share in (("north", 50), ("south", 40)):
        totals(county, "substantiated", {"BLACK": share}, region=region)
    totals(county, "substantiated", {"WHITE": 44}, region="north", sex="F")
    county.measured()
    found = county.ask(
        "select race_group, events, base, rate is null, reason from measured.racial_disparity_aggregate"
        " where point_id = 'substantiated' order by all"
    )
    assert found == [
        ("ALL", 170, 700, False, None),
        ("ASIAN", None, None, True, "no_count_delivered"),
        ("BLACK", 90, 300, False, None),
        ("WHITE", 80, 400, False, None),
    ]


def test_totals_delivered_by_region_alone_are_summed(county: Any, demo_definitions: Any) -> None:
    county.definitions = demo_definitions
    for region in ("north", "south"):
        totals(county, "alleged_victim", {"WHITE": 200, "BLACK": 150}, region=region)
    county.measured()
    asked = "select race_group, events, reason from measured.racial_disparity_aggregate where point_id = 'alleged_victim' order by all"
    found = {group: (events, reason) for group, events, reason in county.ask(asked)}
    assert (found["WHITE"], found["BLACK"]) == ((400, None), (300, None))
    assert found["ASIAN"] == (None, "no_count_delivered")


def test_totals_in_another_category_system_never_stand_over_the_population(county: Any, demo_definitions: Any) -> None:
    county.definitions = demo_definitions
    totals(county, "alleged_victim", {"WHITE": 400, "BLACK": 300}, category_system="single_mixed")
    county.measured()
    found = county.ask(
        "select distinct rate, rate_ratio, reason from measured.racial_disparity_aggregate where point_id = 'alleged_victim'"
    )
    assert found == [(None, None, "category_mismatch")]


def test_a_policy_is_compared_before_and_after_and_group_against_group(county: Any) -> None:
    county.complete()
    change = PolicyChange(id="p", name="p", since=date(2025, 3, 2), point="booking", months_before=6, months_after=6, source="order")
    county.definitions = county.definitions.model_copy(update={"progress": Progress(policy_changes=(change,))})
    before, after = datetime(2024, 10, 1), datetime(2025, 5, 1)
    for race, (earlier, later) in {"WHITE": (40, 40), "BLACK": (40, 20)}.items():
        for number in range(earlier + later):
            key = county.person(f"{race}{number:02d}", race=race)
            county.booking(key, (before if number < earlier else after) + timedelta(days=number % 50))
    county.measured()
    found = {
        race: (own, other)
        for race, own, other in county.ask("select race_group, change_ratio, ratio_of_ratios from measured.policy_change")
    }
    assert found["BLACK"][1] == pytest.approx(0.5)
    assert found["BLACK"][0] / found["WHITE"][0] == pytest.approx(0.5)
    ((lower, upper, complete),) = county.ask(
        "select ratio_lower, ratio_upper, is_complete from measured.policy_change where race_group = 'BLACK'"
    )
    assert lower < 0.5 < upper
    assert complete


def test_a_target_is_held_against_the_line_from_its_own_baseline(county: Any) -> None:
    county.complete()
    for number in range(30):
        county.booking(county.person(f"p{number:02d}"), datetime(2024, 6, 1) + timedelta(days=number), datetime(2024, 8, 1))
    for number in range(12):
        county.booking(f"p{number:02d}", datetime(2025, 6, 1) + timedelta(days=number), datetime(2025, 8, 1))
    target = Target(
        id="t", name="fewer", measure="bookings_with_smi", submeasure="bookings", evidence="ALL", smi_status="ALL", figure="numerator",
        baseline=Baseline(period_end=date(2025, 3, 2)), change_percent=-50, due=date(2027, 3, 2),
    )  # fmt: skip
    county.definitions = county.definitions.model_copy(update={"progress": Progress(targets=(target,))})
    county.measured()
    assert county.ask("select baseline, current, target, change_percent, standing, is_on_track from measured.target_status") == [
        (30.0, 12.0, 15.0, -60.0, "reached", True)
    ]
    assert county.ask(
        "select value_before is not null, numerator, numerator_before, change_percent_of_numerator from measured.yearly_reassessment"
        " where measure = 'bookings_with_smi' and breakdown = 'ALL' and evidence = 'ALL' and years_back = 0"
    ) == [(True, 12.0, 30.0, -60.0)]
    assert dict(county.ask("select question_no, status from measured.six_questions"))[1] == "not_said"


def test_only_what_is_wanted_is_measured_and_what_it_builds_on() -> None:
    assert [part.tables[0] for part in parts_for(["racial_disparity_sensitivity"])] == [
        "racial_disparity",
        "person_race_view",
        "racial_disparity_sensitivity",
    ]
    with pytest.raises(ScopeFault, match="arrests"):
        parts_for(["arrests"])


def test_a_series_of_dates_says_of_each_what_that_date_alone_says(county: Any) -> None:
    stepping_up = county.definitions.stepping_up
    briefly = stepping_up.booking.model_copy(update={"minimum_stay_hours": 12})
    county.definitions = county.definitions.model_copy(update={"stepping_up": stepping_up.model_copy(update={"booking": briefly})})
    county.complete()
    past = datetime(2025, 9, 2)
    for number in range(12):
        key = county.person(f"p{number:02d}", race="BLACK" if number % 3 else "WHITE", link="withheld" if number == 5 else "linked")
        county.booking(key, datetime(2025, 1 + number, 3), datetime(2025, 1 + number, 9), bjmhs_positive=number % 2 == 0)
        county.care(key, datetime(2025, 1 + number, 11))
        county.call(key, datetime(2025, 8, 20 + number // 2))
        # What is said later must not be heard before: another race, and how a stay ends that is too short to count.
        county.assertion(key, races=["ASIAN"], hispanic=False, on=date(2025, 10, number + 1))
    county.booking("p01", past - timedelta(hours=2), past + timedelta(hours=3))
    county.measured(as_of=past)
    grouped = [name for name in MEASURED_TABLES if name not in BY_PERSON]
    then = {name: county.ask(f"select * from measured.{name} order by all") for name in grouped}
    county.measured(as_of=AS_OF)
    now = {name: logical_hash(county.con, f"measured.{name}") for name in MEASURED_TABLES}
    given = {"definitions": county.definitions, "benchmarks": county.folder / "population.csv"}
    seen: list[datetime] = []
    found = measure_series(county.con, target_schema="measured", as_ofs=[AS_OF, past], done=seen.append, **given)
    assert set(found) == set(MEASURED_TABLES)
    assert seen == [past, AS_OF]
    dated = "select * exclude (as_of) from measured.{}_by_date where as_of = $as_of order by all"
    assert {name: county.ask(dated.format(name), {"as_of": past}) for name in grouped} == then
    assert {name: logical_hash(county.con, f"measured.{name}") for name in MEASURED_TABLES} == now
    with pytest.raises(ScopeFault, match="no moment"):
        measure_series(county.con, target_schema="measured", as_ofs=[], **given)
