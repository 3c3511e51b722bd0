"""Disclosure control of one table: what is withheld, what is shown, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from assets.published.linear import Cell, Span, computable, interval, narrower, showable, wide_together
from assets.published.suppression import DisclosureFault, has_small, protect, protect_together
from contracts.disclosure import DisclosurePolicy
from contracts.products import ProductTable


def _policy(**changed: Any) -> DisclosurePolicy:
    return DisclosurePolicy.model_validate(
        {
            "minimum_cell": 11,
            "zeros": "withhold",
            "complementary": "exact",
            "interval_cells": 0,
            "interval_width": 5,
            "pooling_months": [12],
            "citation": "a rule for tests",
            **changed,
        }
    )


def _column(name: str, role: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": f"the column {name}", "role": role, **more}


def _table(*columns: dict[str, Any]) -> ProductTable:
    return ProductTable.model_validate(
        {"name": "t", "description": "a table of counts", "grain": "aggregate", "question": "t", "columns": list(columns)}
    )


GROUP = _column("race_group", "dimension", total="ALL")
PEOPLE = _column("people", "people")


def _shown(table: ProductTable, rows: list[dict[str, Any]], policy: DisclosurePolicy | None = None) -> dict[Any, Any]:
    return {row["race_group"]: row["people"] for row in protect(table, rows, policy or _policy()).rows}


def _rows(**people: int | None) -> list[dict[str, Any]]:
    return [{"race_group": name, "people": value} for name, value in people.items()]


@pytest.mark.parametrize(("people", "shown"), [(0, None), (1, None), (10, None), (11, 11), (12, 12)])
def test_a_count_below_eleven_is_withheld(people: int, shown: int | None) -> None:
    assert _shown(_table(GROUP, PEOPLE), _rows(A=people, B=40))["A"] == shown


def test_zeros_are_shown_where_the_county_says_so() -> None:
    assert _shown(_table(GROUP, PEOPLE), _rows(A=0, B=3), _policy(zeros="show")) == {"A": 0, "B": None}


def test_one_small_group_takes_the_smallest_other_group_with_it_when_the_total_is_shown() -> None:
    assert _shown(_table(GROUP, PEOPLE), _rows(A=5, B=20, C=70, ALL=95)) == {"A": None, "ALL": 95, "B": None, "C": 70}


def test_two_small_groups_protect_each_other() -> None:
    assert _shown(_table(GROUP, PEOPLE), _rows(A=9, B=8, C=70, ALL=87)) == {"A": None, "ALL": 87, "B": None, "C": 70}


def test_the_interval_audit_withholds_more_when_two_small_groups_hardly_hide_each_other() -> None:
    rows = _rows(A=1, B=1, C=70, ALL=72)
    assert _shown(_table(GROUP, PEOPLE), rows)["C"] == 70
    audited = protect(_table(GROUP, PEOPLE), rows, _policy(interval_cells=300))
    assert (audited.audited, audited.widened) == (True, 1)
    assert {row["race_group"]: row["people"] for row in audited.rows} == {"A": None, "ALL": 72, "B": None, "C": None}


def test_a_table_larger_than_the_audit_says_that_it_was_not_audited() -> None:
    assert protect(_table(GROUP, PEOPLE), _rows(A=20), _policy(interval_cells=0)).audited is False


def test_everything_is_withheld_when_nothing_else_is_safe() -> None:
    assert set(_shown(_table(GROUP, PEOPLE), _rows(A=3, ALL=3)).values()) == {None}


def test_margins_without_the_inner_cells_are_one_system() -> None:
    table = _table(_column("race_group", "dimension", total="ALL"), _column("sex", "dimension", total="ALL"), PEOPLE)
    rows = [
        {"race_group": race, "sex": sex, "people": people}
        for race, sex, people in [("A", "ALL", 4), ("B", "ALL", 30), ("ALL", "F", 14), ("ALL", "M", 20), ("ALL", "ALL", 34)]
    ]
    shown = {(row["race_group"], row["sex"]): row["people"] for row in protect(table, rows, _policy()).rows}
    assert shown["A", "ALL"] is None
    assert shown["B", "ALL"] is None, "34 - 30 would give A away"
    assert (shown["ALL", "F"], shown["ALL", "M"], shown["ALL", "ALL"]) == (14, 20, 34)


def test_a_total_of_rows_that_are_there_covers_those_rows_only() -> None:
    table = _table(_column("race_group", "dimension", total="ALL"), _column("sex", "dimension", total="ALL"), PEOPLE)
    rows = [
        {"race_group": "A", "sex": "F", "people": 20},
        {"race_group": "B", "sex": "M", "people": 5},
        {"race_group": "B", "sex": "ALL", "people": 5},
        {"race_group": "ALL", "sex": "ALL", "people": 25},
    ]
    shown = {(row["race_group"], row["sex"]): row["people"] for row in protect(table, rows, _policy()).rows}
    assert sum(value is not None for value in shown.values()) == 1, "25 - 20 would give the five away"


def test_a_total_without_anything_to_sum_stands_for_itself() -> None:
    table = _table(GROUP, _column("who", "dimension", total="ALL"), PEOPLE)
    rows = [{"race_group": group, "who": "ALL", "people": people} for group, people in (("A", 4), ("B", 30), ("C", 40), ("ALL", 74))]
    shown = {row["race_group"]: row["people"] for row in protect(table, rows, _policy()).rows}
    assert shown == {"A": None, "ALL": 74, "B": None, "C": 40}


def test_rows_of_a_dimension_without_total_do_not_add_up() -> None:
    table = _table(_column("definition", "dimension"), GROUP, PEOPLE)
    rows = [{"definition": d, **row} for d in ("x", "y") for row in _rows(A=5 if d == "x" else 50, B=60, ALL=65 if d == "x" else 110)]
    shown = {(row["definition"], row["race_group"]): row["people"] for row in protect(table, rows, _policy()).rows}
    assert (shown["x", "A"], shown["x", "B"]) == (None, None)
    assert (shown["y", "A"], shown["y", "B"], shown["y", "ALL"]) == (50, 60, 110)


RATES = _table(
    GROUP,
    _column("base", "people"),
    _column("screened", "people", within=[{"people": "base"}]),
    _column("contacts", "magnitude", of=["base"]),
    _column("percent", "derived", of=["base", "screened"], numerator="screened", base="base", per=100),
    _column("ratio", "derived", of=["base", "screened"], reference={"race_group": "B"}),
    _column("source", "plain"),
)


def _rate(group: str, base: int | None, screened: int | None, **more: Any) -> dict[str, Any]:
    return {"race_group": group, "base": base, "screened": screened, "contacts": 99, "percent": 1.0, "ratio": 2.0, "source": "x"} | more


def _by_group(rows: list[dict[str, Any]], policy: DisclosurePolicy | None = None) -> dict[str, dict[str, Any]]:
    return {row["race_group"]: row for row in protect(RATES, rows, policy or _policy()).rows}


def test_rates_and_ratios_follow_the_counts_they_are_made_of() -> None:
    rows = _by_group([_rate("A", 40, 5), _rate("B", 200, 100)])
    assert rows["A"] == {
        "race_group": "A", "base": 40, "screened": None, "contacts": 99, "percent": None, "ratio": None, "source": "x", "withheld": True,
    }  # fmt: skip
    assert rows["B"]["percent"] == 50.0
    assert rows["B"]["withheld"] is False


def test_the_rest_of_a_group_is_protected_like_a_group() -> None:
    row = _by_group([_rate("A", 40, 35), _rate("B", 200, 100)])["A"]
    assert [row["base"], row["screened"]].count(None) == 1, "40 - 35 people were not screened"


def test_a_group_that_is_whole_in_its_part_is_protected() -> None:
    row = _by_group([_rate("A", 40, 40), _rate("B", 200, 100)])["A"]
    assert [row["base"], row["screened"]].count(None) == 1


def test_a_ratio_needs_the_reference_group_to_be_shown() -> None:
    assert _by_group([_rate("A", 40, 20), _rate("B", 200, 4)])["A"]["ratio"] is None
    assert _by_group([_rate("A", 40, 20)])["A"]["ratio"] is None, "no reference row at all"
    assert _by_group([_rate("A", 40, 20), _rate("B", 200, 100)])["A"]["ratio"] == 2.0


def test_a_count_that_is_not_given_is_not_a_withheld_one() -> None:
    row = _by_group([_rate("A", None, None), _rate("B", 200, None)])["A"]
    assert (row["base"], row["withheld"]) == (None, False)


def test_shown_counts_are_rounded_and_rates_are_made_of_the_rounded_ones() -> None:
    row = _by_group([_rate("A", 43, 21), _rate("B", 200, 100)], _policy(rounding=5))["A"]
    assert (row["base"], row["screened"], row["percent"]) == (45, 20, 44.444444)
    assert row["ratio"] is None, "a ratio cannot be made again from rounded counts"
    assert row["contacts"] is None


def test_a_rate_over_nobody_is_no_rate() -> None:
    row = _by_group([_rate("A", 0, 0), _rate("B", 0, 0)], _policy(zeros="show"))["A"]
    assert (row["base"], row["percent"]) == (0, None)


def test_rows_are_ordered_by_their_names_never_by_their_counts() -> None:
    names = [row["race_group"] for row in protect(_table(GROUP, PEOPLE), _rows(C=50, A=3, B=2), _policy()).rows]
    assert names == ["A", "B", "C"]


def test_the_strictest_minimum_counts() -> None:
    rows = protect(_table(GROUP, PEOPLE), _rows(A=15, B=40), _policy(), minimum=20).rows
    assert [row["people"] for row in rows] == [None, 40]
    rows = protect(_table(GROUP, PEOPLE), _rows(A=9, B=40), _policy(), minimum=5).rows
    assert [row["people"] for row in rows] == [None, 40]


@pytest.mark.parametrize("value", [-1, 1.5, True, "12"])
def test_a_count_that_is_no_count_is_refused(value: Any) -> None:
    with pytest.raises(DisclosureFault, match="no count of people"):
        protect(_table(GROUP, PEOPLE), [{"race_group": "A", "people": value}], _policy())


def test_two_rows_for_one_cell_are_refused() -> None:
    with pytest.raises(DisclosureFault, match="two rows for one cell"):
        protect(_table(GROUP, PEOPLE), [*_rows(A=30), *_rows(A=40)], _policy())


def test_a_part_larger_than_its_whole_is_refused() -> None:
    with pytest.raises(DisclosureFault, match="counts more people"):
        protect(RATES, [_rate("A", 20, 21)], _policy())


def test_too_many_dimensions_are_refused() -> None:
    table = _table(*(_column(f"d{i}", "dimension") for i in range(4)), PEOPLE)
    with pytest.raises(DisclosureFault, match="4 dimensions"):
        protect(table, [], _policy())


def test_an_empty_table_stays_empty() -> None:
    protected = protect(_table(GROUP, PEOPLE), [], _policy())
    assert (protected.rows, protected.cells, protected.withheld) == ([], 0, 0)


def test_the_account_of_protection_adds_up() -> None:
    protected = protect(_table(GROUP, PEOPLE), _rows(A=5, B=20, C=70, ALL=95), _policy())
    assert (protected.cells, protected.primary, protected.complementary, protected.withheld) == (4, 1, 1, 2)


def test_a_sum_is_computable_exactly_when_it_lies_in_the_span() -> None:
    total, one, other = {0: 1, 1: 1, 2: 1}, {0: 1, 1: 1}, {2: 1}
    assert computable(other, [total, one])
    assert not computable(other, [total])
    assert computable({}, [])


def test_a_vector_in_the_span_adds_nothing() -> None:
    span = Span()
    assert span.add({0: 2, 1: 2}) == (0, {0: 1, 1: 1})
    assert span.add({0: 5, 1: 5}) is None


def test_a_cell_that_follows_from_shown_ones_may_be_shown_too() -> None:
    cells = [Cell("all", 100, {0: 1, 1: 1}), Cell("a", 60, {0: 1}), Cell("b", 40, {1: 1})]
    assert showable(cells) == {"all", "a", "b"}


def test_contradicting_counts_give_no_interval() -> None:
    hidden = Cell("a", 3, {0: 1})
    assert interval(hidden, [Cell("x", 5, {0: 1}), Cell("y", 7, {0: 1})], []) is None


def test_a_cell_that_nothing_limits_has_no_upper_end() -> None:
    assert interval(Cell("a", 3, {0: 1}), [Cell("x", 5, {1: 1})], []) == (0.0, float("inf"))
    assert interval(Cell("a", 3, {0: 1}), [], [{1: 1, 0: -1}]) == (0.0, float("inf"))


CHAIN = _table(
    _column("point", "dimension"),
    GROUP,
    _column("base_point", "plain"),
    _column("base_people", "people", within=[{"people": "people", "row": {"point": "base_point"}, "may_be_all": True}]),
    _column("people", "people", within=[{"people": "base_people"}]),
)


def _chain(**counts: tuple[int, int, int]) -> dict[tuple[str, str], dict[str, Any]]:
    rows = []
    for point, (a, b, base_less) in counts.items():
        base = {"call": None, "arrest": "call"}[point]
        for group, people in (("A", a), ("B", b), ("ALL", a + b)):
            whole = {"A": counts["call"][0], "B": counts["call"][1], "ALL": sum(counts["call"][:2])}[group]
            less = base_less if group in {"A", "ALL"} else 0
            rows.append(
                {"point": point, "race_group": group, "people": people, "base_point": base, "base_people": whole - less if base else None}
            )
    return {(row["point"], row["race_group"]): row for row in protect(CHAIN, rows, _policy()).rows}


def test_a_base_that_is_another_row_is_shown_or_withheld_together_with_it() -> None:
    rows = _chain(call=(60, 90, 0), arrest=(5, 40, 0))
    for group in ("A", "B", "ALL"):
        assert rows["call", group]["people"] == rows["arrest", group]["base_people"]
    assert rows["arrest", "A"]["people"] is None


def test_a_small_group_left_out_of_a_base_is_protected() -> None:
    rows = _chain(call=(60, 90, 0), arrest=(20, 40, 4))
    shown = rows["call", "A"]["people"], rows["arrest", "A"]["base_people"]
    assert shown.count(None) == 1, "60 - 56 people were left out"


def test_a_part_may_be_the_whole_where_that_says_nothing() -> None:
    table = _table(GROUP, _column("eligible", "people"), _column("listed", "people", within=[{"people": "eligible", "may_be_all": True}]))
    rows = [{"race_group": "A", "eligible": 20, "listed": 20}, {"race_group": "B", "eligible": 40, "listed": 35}]
    shown = {row["race_group"]: (row["eligible"], row["listed"]) for row in protect(table, rows, _policy()).rows}
    assert shown["A"] == (20, 20)
    assert shown["B"].count(None) == 1, "five are eligible and not listed"


def test_systems_that_share_nothing_are_audited_apart() -> None:
    table = _table(_column("definition", "dimension"), GROUP, PEOPLE)
    rows = [{"definition": f"d{i}", **row} for i in range(4) for row in _rows(A=40, B=60, ALL=100)]
    assert protect(table, rows, _policy(interval_cells=3)).audited is True


REPEATING = _table(
    _column("group_name", "dimension", total="ALL"),
    _column("race_group", "hidden"),
    _column("people", "people", same_as={"table": "first", "people": "people", "row": {"race_group": "group_name"}}),
    _column("met", "people", within=[{"people": "people"}]),
)


def _repeated(first: dict[str, int], again: dict[str, tuple[int, int]]) -> dict[str, tuple[int | None, int | None]]:
    """(people, met) as the second table shows them, whose people are those of the first."""
    rows = [{"group_name": name, "race_group": name, "people": people, "met": met} for name, (people, met) in again.items()]
    leading = _table(GROUP, PEOPLE).model_copy(update={"name": "first"})
    made = protect_together([(leading, _rows(**first)), (REPEATING, rows)], _policy())["t"]
    return {row["group_name"]: (row["people"], row["met"]) for row in made.rows}


def test_a_count_that_two_tables_show_is_withheld_in_both_or_in_neither() -> None:
    # B is withheld in the first table because it would give A away; alone, the second would have chosen otherwise.
    first = {"A": 5, "B": 20, "C": 70, "ALL": 95}
    shown = _repeated(first, {name: (people, people // 2) for name, people in first.items()})
    assert {name: people for name, (people, _) in shown.items()} == {"A": None, "B": None, "C": 70, "ALL": 95}


def test_a_count_that_is_repeated_row_by_row_is_one_number_to_the_audit() -> None:
    repeating = _table(
        _column("links", "dimension"), _column("race_group", "dimension"),
        _column("people", "people", same_as={"table": "first", "people": "people"}),
    )  # fmt: skip
    leading = _table(GROUP, PEOPLE).model_copy(update={"name": "first"})
    people = {"A": 5, "B": 20, "C": 70}
    again = [{"links": links, **row} for links in ("tonight", "surer") for row in _rows(**people)]
    made = protect_together([(leading, _rows(**people, ALL=95)), (repeating, again)], _policy(interval_cells=4))
    assert made["t"].audited, "four counts, whatever number of rows says them"
    assert [(row["race_group"], row["people"]) for row in made["t"].rows] == [("A", None), ("B", None), ("C", 70)] * 2
    assert {row["race_group"]: row["people"] for row in made["first"].rows} == {"A": None, "B": None, "C": 70, "ALL": 95}


def test_what_one_table_shows_guards_the_other() -> None:
    # 40 are shown elsewhere, so 38 of them would tell of the two others.
    assert _repeated({"A": 40}, {"A": (40, 38)}) == {"A": (40, None)}
    assert _repeated({"A": 40}, {"A": (40, 20)}) == {"A": (40, 20)}


def test_two_counts_that_should_be_one_and_are_not_are_not_both_shown() -> None:
    assert _repeated({"A": 40}, {"A": (43, 20)}) == {"A": (None, 20)}


def test_a_row_that_the_other_table_does_not_have_is_protected_by_itself() -> None:
    assert _repeated({"B": 40}, {"A": (30, 15), "C": (9, 3)}) == {"A": (30, 15), "C": (None, None)}


@pytest.mark.parametrize(("ends", "narrow"), [(4, True), (5, False), (40, False)])
def test_one_program_for_many_cells_finds_what_one_for_each_finds(ends: int, narrow: bool) -> None:
    # Two withheld groups beside a shown total and a shown third: each can be anything from 0 to what is left.
    left = Cell("a", ends // 2, {0: 1}, sensitive=True), Cell("b", ends - ends // 2, {1: 1}, sensitive=True)
    shown = [Cell("all", 100 + ends, {0: 1, 1: 1, 2: 1}), Cell("c", 100, {2: 1})]
    assert [narrower(cell, 4.5, shown, []) for cell in left] == [narrow, narrow]
    wide = wide_together(left, 4.5, shown, [])
    assert all(not narrower(cell, 4.5, shown, []) for cell in left if cell.key in wide)
    assert bool(wide) is (ends == 40)


def test_nothing_is_narrow_where_the_shown_counts_contradict_each_other() -> None:
    hidden, shown = Cell("a", 3, {0: 1}), [Cell("x", 5, {0: 1}), Cell("y", 7, {0: 1})]
    assert wide_together([hidden], 4.5, shown, []) == {"a"}
    assert not narrower(hidden, 4.5, shown, [])
    assert wide_together([], 4.5, shown, []) == set()


def test_whatever_is_known_of_nought_alone_leaves_a_group_of_any_size_possible() -> None:
    one_of_two = {0: 1, 1: -1}
    assert not narrower(Cell("a", 3, {0: 1}), 4.5, [], [], [one_of_two])
    assert narrower(Cell("a", 3, {0: 1}), 4.5, [Cell("b", 3, {1: 1})], [], [one_of_two])
    assert narrower(Cell("a", 0, {0: 1}), 4.5, [Cell("b", 0, {1: 1})], [], [one_of_two])


@pytest.mark.parametrize(("whole", "wide"), [(20, {"a"}), (5, set())])
def test_a_part_is_as_wide_as_the_whole_that_holds_it_lets_it(whole: int, wide: set[str]) -> None:
    part, holder = Cell("a", 3, {0: 1}), Cell("x", whole, {1: 1})
    assert wide_together([part], 4.5, [holder], [{1: 1, 0: -1}]) == wide
    assert wide_together([part], 4.5, [], []) == {"a"}, "nothing shown limits nothing"


def test_the_audit_of_a_table_that_shows_nothing_holds() -> None:
    found = protect(_table(GROUP, PEOPLE), _rows(A=5, B=3), _policy(interval_cells=300))
    assert (found.audited, found.widened, found.withheld) == (True, 0, 2)


@pytest.mark.parametrize(("people", "small"), [(0, True), (10, True), (11, False), (None, False)])
def test_a_table_has_small_counts_as_its_rule_says(people: int | None, small: bool) -> None:
    table = _table(GROUP, PEOPLE)
    assert has_small(table, _rows(A=people, B=40), _policy()) is small
    assert has_small(table, _rows(A=40), _policy(), minimum=41)


def test_a_count_within_itself_leaves_no_rest_to_protect() -> None:
    table = _table(_column("point", "dimension"), _column("base", "plain"), _column("people", "people", within=[
        {"people": "people", "row": {"point": "base"}}
    ]))  # fmt: skip
    rows = [{"point": "call", "base": "call", "people": 40}, {"point": "arrest", "base": "call", "people": 35}]
    shown = {row["point"]: row["people"] for row in protect(table, rows, _policy()).rows}
    assert list(shown.values()).count(None) == 1, "five were called about and not arrested"
    assert protect(table, rows[:1], _policy()).rows[0]["people"] == 40
