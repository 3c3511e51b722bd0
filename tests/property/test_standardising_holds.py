"""What standardising promises of any identities: their order and their company change nothing, and writing twice is writing once."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from linked_world import DOMAIN, Seen, World, open_world

from assets.linked.standardise import SHARE, standardise
from resources.sql import load_sql, replace_table

NAMES = st.sampled_from(
    ["José", "ANA", "Bill", "Baby Boy", "de la Cruz", "Smith-Jones", "O'Brien", "Иван", "", "Unk", "Mary Ann", "J.", "Jr"]
)
SEEN = st.builds(
    Seen,
    system=st.just("jail"),
    key=st.sampled_from(["1", "2", "3"]),
    first=NAMES,
    last=NAMES,
    middle=st.none() | NAMES,
    dob=st.none() | st.sampled_from(["1980-03-07", "1980-03", "1980", "1900-01-01", "1955-11-21"]),
    phone=st.none() | st.sampled_from(["(614) 555-0134", "+52 55 1234 5678", "none"]),
    address=st.none() | st.sampled_from(["12 N. Main St #4", "Apt 4, 12 North Main Street", "HOMELESS"]),
    zip=st.none() | st.sampled_from(["45201", "2139"]),
    ssn4=st.none() | st.sampled_from(["4821", "0000"]),
    evidence=st.sampled_from(["primary", "alias"]),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return open_world(tmp_path_factory.mktemp("standardising"))


def _standard(world: World, seen: list[Seen], share: int = SHARE) -> dict[str, dict[str, Any]]:
    world.hold(seen)
    replace_table(world.con, "temp.linked_permitted", load_sql("assets.linked", "permitted"), {"domain": DOMAIN})
    replace_table(world.con, "temp.linked_delta", load_sql("assets.linked", "identity_hash"))
    standardise(world.con, share=share)
    return {row["subject_id"]: row for row in world.con.sql("select * from temp.linked_standardised").pl().rows(named=True)}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(seen=st.lists(SEEN, min_size=1, max_size=8), seed=st.integers(0, 1_000))
def test_neither_the_order_of_records_nor_the_size_of_a_share_changes_anything(world: World, seen: list[Seen], seed: int) -> None:
    shuffled = list(seen)
    random.Random(seed).shuffle(shuffled)
    assert _standard(world, seen) == _standard(world, shuffled, share=2)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(seen=st.lists(SEEN, min_size=1, max_size=6))
def test_what_others_are_called_changes_nothing(world: World, seen: list[Seen]) -> None:
    alone = [item for item in seen if item.key == seen[0].key]
    subject = seen[0].subject
    assert _standard(world, seen)[subject] == _standard(world, alone)[subject]


def test_a_record_without_a_name_attaches_and_never_bridges(world: World) -> None:
    rows = _standard(
        world, [Seen("cad", "1", dob="1980-03-07"), Seen("jail", "2", "Ana", "Lee", "1980-03-07"), Seen("cad", "3", "Ana", "Lee")]
    )
    weak = {subject: row["is_weak"] for subject, row in rows.items()}
    assert weak[Seen("cad", "1").subject] is True  # a birth date alone
    assert weak[Seen("jail", "2").subject] is False
    assert weak[Seen("cad", "3").subject] is True  # a name alone
