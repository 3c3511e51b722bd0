"""Beside every sum of events stands what the two people with most of it contribute: disclosure control needs it, and nobody sees it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts.county import load_county
from contracts.products import Role
from tests.fixtures.consented_world import DEMO

TOPS = "largest, second_largest"


def _three(county: Any) -> None:
    """Three people: booked three times, twice and once; each booking ends the next day and is followed by care a week later."""
    for number, times in enumerate((3, 2, 1)):
        person = county.person(f"p{number}", race="WHITE" if number else "BLACK")
        for time in range(times):
            booked = datetime(2025, 5, 1) + timedelta(days=60 * time + number)
            county.booking(person, booked, booked + timedelta(days=1))
            county.care(person, booked + timedelta(days=8))
    county.complete()
    county.measured()


def test_bookings_releases_flows_ways_and_decisions_say_who_has_most(county: Any) -> None:
    _three(county)
    bookings = (
        "from measured.stepping_up where measure = 'bookings_with_smi' and breakdown = 'ALL' and evidence = 'ALL' and smi_status = 'ALL'"
    )
    assert county.ask(f"select numerator, {TOPS} {bookings}") == [(6, 3, 2)]
    for part, numerator, most in (("connected_30d", 6, (3, 2)), ("rebooked_90d", 3, (2, 1))):
        of_part = f"from measured.stepping_up where submeasure = '{part}' and breakdown = 'ALL' and evidence = 'ALL'"
        assert county.ask(f"select distinct numerator, {TOPS} {of_part} and smi_status = 'ALL'") == [(numerator, *most)], part
    returned = "from measured.stepping_up where submeasure = 'returned_within_365d' and breakdown = 'ALL' and evidence = 'ALL'"
    assert county.ask(f"select distinct numerator, {TOPS} {returned} and smi_status = 'ALL'") == [(3, 2, 1)]
    flows = county.ask(
        f"select race_group, transitions, {TOPS} from measured.intercept_flow where to_system = 'health' order by race_group"
    )
    assert flows
    assert {flow[1:] for flow in flows if flow[0] == "ALL"} == {(6, 3, 2)}
    assert {flow[1:] for flow in flows if flow[0] == "BLACK"} == {(3, 3, None)}
    ways = county.ask("select sum(episodes), max(largest), max(second_largest) from measured.pathway")
    assert ways[0][1] is not None
    disparity = "from measured.racial_disparity where race_group = 'ALL' and events > 0 and events > people"
    for events, largest, second in county.ask(f"select events, {TOPS} {disparity}"):
        assert (largest, second) == (3, 2)
        assert events == 6


def test_no_sum_of_days_or_events_over_people_is_published_without_them() -> None:
    """A magnitude that adds up over people names in ``top`` who contributes most; medians do not add up."""
    adding_up = {"events", "transitions", "episodes", "numerator"}
    found = {
        (table.name, column.name): bool(column.top)
        for product in load_county(DEMO).products
        for table in product.tables
        for column in table.with_role(Role.MAGNITUDE)
    }
    assert {name for _, name in found} >= adding_up
    assert {place for place, named in found.items() if not named} == {place for place in found if place[1].startswith("median")}


def test_two_people_who_share_the_most_are_both_the_largest(county: Any) -> None:
    for number in range(12):
        person = county.person(f"p{number}")
        booked = datetime(2025, 5, 1) + timedelta(days=number)
        county.booking(person, booked, booked + timedelta(days=1))
        county.booking(person, booked + timedelta(days=40), booked + timedelta(days=41))
    county.complete()
    county.measured()
    for part, numerator, most in (("bookings", 24, (2, 2)), ("rebooked_90d", 12, (1, 1)), ("returned_within_365d", 12, (1, 1))):
        of_part = f"from measured.stepping_up where submeasure = '{part}' and breakdown = 'ALL' and evidence = 'ALL'"
        assert county.ask(f"select distinct numerator, {TOPS} {of_part} and smi_status = 'ALL'") == [(numerator, *most)], part
