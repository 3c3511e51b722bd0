"""Sources that fill the same table share a step; records that others name come first."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from assets.source_groups import source_groups


def _source(name: str, *record_types: str, references: tuple[str, ...] = ()) -> Any:
    kinds = tuple(SimpleNamespace(name=record_type) for record_type in record_types)
    feeds = {"one": SimpleNamespace(references=dict.fromkeys(references, "other"))}
    return SimpleNamespace(name=name, record_types=kinds, feeds=feeds)


def _groups(*sources: Any) -> list[list[str]]:
    return [[source.name for source in group.sources] for group in source_groups({source.name: source for source in sources})]


def test_sources_of_different_records_stand_alone() -> None:
    assert _groups(_source("jail", "jail_booking"), _source("cad", "cad_event")) == [["cad"], ["jail"]]


def test_two_jails_fill_one_table_in_one_step() -> None:
    assert _groups(_source("north", "jail_booking"), _source("south", "jail_booking"), _source("cad", "cad_event")) == [
        ["cad"],
        ["north", "south"],
    ]


def test_sources_that_meet_only_through_a_third_share_its_step() -> None:
    assert _groups(_source("a", "jail_booking"), _source("b", "jail_charge"), _source("c", "jail_booking", "jail_charge")) == [
        ["a", "b", "c"]
    ]


def test_records_that_others_name_come_first() -> None:
    encounters = _source("a_team", "co_responder_encounter", references=("cad_event",))
    assert _groups(encounters, _source("cad", "cad_event")) == [["cad"], ["a_team"]]


def test_sources_that_name_each_other_are_still_placed_once() -> None:
    one = _source("one", "cad_event", references=("co_responder_encounter",))
    two = _source("two", "co_responder_encounter", references=("cad_event",))
    assert _groups(one, two) == [["one"], ["two"]]


def test_a_group_says_whether_a_consent_or_a_sealing_can_arrive_with_it() -> None:
    health, cad = source_groups({"health": _source("health", "consent"), "zcad": _source("zcad", "cad_event")})
    assert health.carries_denies
    assert not cad.carries_denies
