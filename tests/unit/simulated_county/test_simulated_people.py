from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import resources.simulated_county as package
from resources.simulated_county import rates
from resources.simulated_county.bookings import draw_bookings, expected_bookings, in_custody
from resources.simulated_county.calendar import Calendar
from resources.simulated_county.draw import coded, generator, weighted
from resources.simulated_county.names import draw_first_names, draw_nicknames, draw_surnames, vocabulary
from resources.simulated_county.people import People, draw_people
from resources.simulated_county.population import GROUPS

ON = date(2026, 3, 2)


@pytest.fixture(scope="module")
def people() -> People:
    return draw_people(residents=6_000, first_night=ON, seed=4)


def test_the_shipped_name_tables_are_small_and_say_where_they_come_from() -> None:
    folder = Path(package.__file__).parent / "frequencies"
    assert sum(path.stat().st_size for path in folder.glob("*.parquet")) < 600_000
    assert "public domain" in (folder / "README.md").read_text(encoding="utf-8")
    assert (folder / "NOTICE").is_file()


def test_names_follow_the_frequencies_of_each_group_and_time() -> None:
    rng = generator(1, "test")
    many = 20_000
    surname = {group: draw_surnames(rng, np.full(many, GROUPS.index(group))) for group in ("WHITE", "HISPANIC")}
    garcia = vocabulary().surnames.index_of("GARCIA")
    assert (surname["HISPANIC"] == garcia).mean() > 20 * (surname["WHITE"] == garcia).mean()
    white, women = np.zeros(many, dtype=np.int8), np.zeros(many, dtype=np.int8)
    old = draw_first_names(rng, white, women, np.full(many, 1940))
    young = draw_first_names(rng, white, women, np.full(many, 2015))
    dorothy = vocabulary().first_names.index_of("DOROTHY")
    assert (old == dorothy).sum() > 10 * (young == dorothy).sum()


def test_a_particle_is_written_apart_only_where_the_rest_is_a_surname() -> None:
    words = vocabulary()
    spelled = dict(zip(words.surnames.to_list(), words.spaced.to_list(), strict=True))
    assert (spelled["DELACRUZ"], spelled["OBRIEN"]) == ("DE LA CRUZ", "O'BRIEN")
    assert (spelled["DELANEY"], spelled["OLSON"], spelled["STEVENS"]) == ("DELANEY", "OLSON", "STEVENS")


def test_a_nickname_is_never_the_name_itself() -> None:
    words = vocabulary()
    first = np.repeat(np.arange(2_000), 3)
    nick = draw_nicknames(generator(1, "test"), first)
    has = nick >= 0
    assert has.any()
    assert (words.first_names.gather(nick[has]) != words.first_names.gather(first[has])).all()


def test_twins_share_birth_date_and_the_surname_they_were_born_with(people: People) -> None:
    second = np.flatnonzero(people.families.twin_of >= 0)
    first = people.families.twin_of[second]
    assert len(second) > 40
    assert (people.birth[second] == people.birth[first]).all()
    assert (people.first[second] != people.first[first]).all()
    young = people.age[second] < 18
    assert (people.address[second[young]] == people.address[first[young]]).all()
    unmarried = np.isnat(people.surname_changed[second]) & np.isnat(people.surname_changed[first])
    assert (people.surname.first[second[unmarried]] == people.surname.first[first[unmarried]]).all()


def test_children_live_with_a_parent_who_is_old_enough(people: People) -> None:
    families = people.families
    parent = np.maximum(families.mother, families.father)
    minors = np.flatnonzero(people.is_resident & (people.age < 18))
    assert (parent[minors] >= 0).mean() > 0.99
    with_parent = minors[families.lives_with_parent[minors]]
    heads = np.where(families.mother[with_parent] >= 0, families.mother[with_parent], families.father[with_parent])
    assert (families.household[with_parent] == families.household[heads]).all()
    assert (people.age[heads] - people.age[with_parent] >= 14).all()


def test_no_household_is_absurdly_large(people: People) -> None:
    assert np.bincount(people.families.household).max() <= 16


def test_a_junior_bears_his_fathers_whole_name(people: People) -> None:
    juniors = np.flatnonzero(np.isin(people.suffix, (1, 3)))
    assert len(juniors) > 10
    father = people.families.father[juniors]
    known = father >= 0
    assert (people.first[juniors[known]] == people.first[father[known]]).all()


def test_surnames_change_on_a_day_and_some_have_two_parts(people: People) -> None:
    changed = ~np.isnat(people.surname_changed)
    differs = (people.surname.first != people.old_surname.first) | (people.surname.second != people.old_surname.second)
    assert differs[~changed].sum() == 0
    assert differs[changed].mean() > 0.95
    recent = people.surname_changed[changed] > np.datetime64("2024-03-02")
    assert 0 < recent.mean() < 0.3
    hispanic = people.group == GROUPS.index("HISPANIC")
    assert 0.1 < (people.surname.second[hispanic] >= 0).mean() < 0.3


def test_the_planted_disparity_is_exact_in_expectation(people: People) -> None:
    expected = expected_bookings(people)
    mean = {name: expected[people.is_resident & (people.group == at)].mean() for at, name in enumerate(GROUPS)}
    for name, ratio in rates.PLANTED_BOOKING_RATE_RATIO.items():
        assert mean[name] / mean["WHITE"] == pytest.approx(ratio)
    assert (expected[people.age < 16] == 0).all()


def test_nobody_is_booked_twice_at_one_time_and_few_have_most_bookings(people: People) -> None:
    bookings = draw_bookings(generator(4, "bookings"), people, Calendar(ON, 3)).sort("person", "booked")
    person, booked, released = (bookings[name].to_numpy() for name in ("person", "booked", "released"))
    same = person[1:] == person[:-1]
    assert (booked[1:][same] > released[:-1][same]).all()
    many = np.sort(np.unique(person, return_counts=True)[1])[::-1]
    assert many[: len(many) // 20].sum() / many.sum() > 0.15
    share = (~people.is_resident[person]).mean()
    assert 0.12 < share < 0.28


def test_custody_is_half_open(people: People) -> None:
    bookings = draw_bookings(generator(4, "bookings"), people, Calendar(ON, 3))
    one = bookings.row(0, named=True)
    when = np.array([one["booked"] - 1, one["booked"], one["released"] - 1, one["released"]])
    who = np.full(4, one["person"])
    assert in_custody(bookings, who, when).tolist() == [False, True, True, False]
    assert in_custody(bookings, np.array([-1]), when[:1]).tolist() == [False]


def test_codes_come_as_often_as_their_table_says() -> None:
    kinds = np.zeros(40_000, dtype=np.int64)
    drawn = coded(generator(2, "test"), kinds, ["WHITE"], rates.JAIL_RACE)
    assert (drawn == "W").mean() == pytest.approx(0.965, abs=0.006)
    with pytest.raises(ValueError, match="sum to one"):
        coded(generator(2, "test"), kinds, ["X"], {"X": [("a", 0.5)]})


def test_weights_must_weigh_something() -> None:
    with pytest.raises(ValueError, match="positive"):
        weighted(generator(1, "test"), [0.0, 0.0], 3)
