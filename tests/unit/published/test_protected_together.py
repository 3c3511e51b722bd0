"""Disclosure control of several tables at once: shared margins, parts across tables, sums over people, releases before."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from assets.published.cells import DisclosureFault
from assets.published.suppression import Protected, protect_together
from contracts.disclosure import DisclosurePolicy
from contracts.products import Product, ProductTable


def _policy(**changed: Any) -> DisclosurePolicy:
    rule = {"minimum_cell": 11, "zeros": "withhold", "complementary": "exact", "interval_cells": 0, "interval_width": 5}
    return DisclosurePolicy.model_validate({**rule, "pooling_months": [12], "citation": "a rule for tests", **changed})


def _column(name: str, role: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": f"the column {name}", "role": role, **more}


def _table(name: str, *columns: dict[str, Any], **more: Any) -> ProductTable:
    said = {"name": name, "description": "a table of counts", "grain": "aggregate", "question": "t", "columns": list(columns), **more}
    return ProductTable.model_validate(said)


RACE = _column("race", "dimension", total="ALL")
SEX = _column("sex", "dimension", total="ALL")
AGE = _column("age", "dimension", total="ALL")
PEOPLE = _column("people", "people", universe="booked")


def _cells(protected: Protected, *names: str) -> dict[tuple[Any, ...], Any]:
    return {tuple(row[name] for name in names): row["people"] for row in protected.rows}


def _by(dimension: str, **people: int) -> list[dict[str, Any]]:
    return [{dimension: name, "people": number} for name, number in people.items()]


def test_a_margin_that_two_tables_share_is_one_unknown() -> None:
    by_race, by_sex = _table("by_race", RACE, PEOPLE), _table("by_sex", SEX, PEOPLE)
    tables = [(by_race, _by("race", A=5, B=20, C=75)), (by_sex, _by("sex", F=40, M=60, ALL=100))]
    together = protect_together(tables, _policy())
    assert _cells(together["by_sex"], "sex")["ALL",] == 100
    alone = protect_together([tables[0]], _policy())["by_race"]
    assert _cells(alone, "race") == {("A",): None, ("B",): 20, ("C",): 75}, "by itself the table has no total to subtract from"
    whole = [(by_race, _by("race", A=5, B=20, C=75)), (_table("in_all", _column("what", "plain"), RACE, PEOPLE), [])]
    assert protect_together(whole, _policy())["in_all"].rows == []


def test_a_total_in_another_table_gives_no_small_group_away() -> None:
    inner = _table("inner", RACE, SEX, PEOPLE)
    rows = [
        {"race": race, "sex": sex, "people": people}
        for race, sex, people in [("A", "F", 5), ("A", "M", 30), ("B", "F", 60), ("B", "M", 70)]
    ]
    outer = _table("outer", RACE, PEOPLE)
    found = protect_together([(inner, rows), (outer, [{"race": "A", "people": 35}, {"race": "B", "people": 130}])], _policy())
    cells = _cells(found["inner"], "race", "sex")
    assert cells["A", "F"] is None
    assert cells["A", "M"] is None or _cells(found["outer"], "race")["A",] is None, "35 - 30 would give the five away"
    assert cells["B", "F"] == 60


def test_two_numbers_for_one_group_of_one_universe_are_refused() -> None:
    with pytest.raises(DisclosureFault, match="different numbers for one group"):
        protect_together([(_table("a", RACE, PEOPLE), _by("race", A=30)), (_table("b", RACE, PEOPLE), _by("race", A=31))], _policy())


WIDE = _table("wide", RACE, _column("people", "people"))


def _narrow(**within: Any) -> ProductTable:
    inside = {"people": "people", "row": {"race": "race"}, "table": "wide", **within}
    return _table("narrow", RACE, _column("people", "people", within=[inside]))


def test_a_nested_window_in_another_table_is_a_part_of_the_whole() -> None:
    tables = [(WIDE, _by("race", A=40, B=90)), (_narrow(), _by("race", A=35, B=50))]
    found = protect_together(tables, _policy())
    shown = [_cells(found[name], "race") for name in ("wide", "narrow")]
    assert [cells["A",] for cells in shown].count(None) == 1, "40 - 35 people are in the long window only"
    assert [cells["B",] for cells in shown] == [90, 50]
    assert protect_together([tables[1]], _policy())["narrow"].withheld == 0, "a whole that is not there contains nothing"


def test_a_margin_counts_as_the_sum_of_the_other_tables_cells_only_where_they_add_up() -> None:
    overlapping = _table("inner", RACE, _column("rule", "dimension"), PEOPLE)
    rows = [{"race": "A", "rule": rule, "people": people} for rule, people in (("x", 5), ("y", 30))]
    found = protect_together([(overlapping, rows), (_table("outer", RACE, PEOPLE), _by("race", A=33))], _policy())
    assert (_cells(found["inner"], "rule"), _cells(found["outer"], "race")) == ({("x",): None, ("y",): 30}, {("A",): 33})


def test_cells_that_do_not_add_up_to_another_tables_margin_are_refused() -> None:
    inner = _table("inner", RACE, SEX, PEOPLE)
    rows = [{"race": "A", "sex": sex, "people": 30} for sex in ("F", "M")]
    with pytest.raises(DisclosureFault, match="different numbers"):
        protect_together([(inner, rows), (_table("outer", RACE, PEOPLE), _by("race", A=61))], _policy())


def test_a_part_larger_than_its_whole_in_another_table_is_refused() -> None:
    with pytest.raises(DisclosureFault, match="counts more people"):
        protect_together([(WIDE, _by("race", A=40)), (_narrow(), _by("race", A=41))], _policy())


def test_a_whole_that_has_no_such_row_contains_nothing() -> None:
    found = protect_together([(WIDE, _by("race", B=90)), (_narrow(may_be_all=True), _by("race", A=35, B=90))], _policy())
    assert _cells(found["narrow"], "race") == {("A",): 35, ("B",): 90}


DAYS = _column("days", "magnitude", of=["people"], top=["first", "second"])
SUMS = _table(
    "sums", RACE, _column("people", "people"), DAYS,
    _column("mean", "derived", of=["people", "days"]), _column("first", "hidden"), _column("second", "hidden"),
)  # fmt: skip


def _sum(race: str, people: int, days: float | None, first: float | None, second: float | None) -> dict[str, Any]:
    return {"race": race, "people": people, "days": days, "first": first, "second": second, "mean": 1.0}


@pytest.mark.parametrize(
    ("days", "first", "second", "is_dominated"),
    [
        (1000, 500, 400, False),  # exactly 90 %: not more than 90
        (1000, 500, 401, True),
        (1000, 889, 11.1, True),  # 99.9 left of 889: the second could estimate the first to within 10 %... 11.2 %: the (n, k) rule says no
        (1000, 460, 440, False),
        (110, 50, 5, False),
        (1000, 100, 100, False),
        (0, 0, 0, False),
        (None, None, None, False),
        (100, None, None, False),
    ],
)
def test_a_sum_that_two_people_make_up_is_withheld(
    days: float | None, first: float | None, second: float | None, is_dominated: bool
) -> None:
    protected = protect_together([(SUMS, [_sum("A", 40, days, first, second), _sum("B", 60, 900, 20, 20)])], _policy())["sums"]
    row = protected.rows[0]
    assert (row["people"], protected.dominated) == (40, int(is_dominated))
    assert row["days"] == (None if is_dominated else days)
    assert row["mean"] == (None if is_dominated else 1.0)
    assert row["withheld"] is is_dominated
    assert (protected.rows[1]["days"], protected.rows[1]["withheld"]) == (900, False)


def test_the_p_percent_rule_at_its_limit() -> None:
    policy = _policy(dominance_percent=100)
    assert not policy.dominated(1100, [900, 110]), "90 left is exactly 10 % of 900"
    assert policy.dominated(1099, [900, 110])
    assert not _policy(p_percent=0, dominance_contributors=1).dominated(100, [90])
    assert _policy(p_percent=0, dominance_contributors=1).dominated(100, [91])


def test_a_dominated_sum_cannot_be_subtracted_from_the_total() -> None:
    rows = [_sum("A", 40, 1000, 900, 90), _sum("B", 60, 900, 20, 20), _sum("C", 60, 1900, 20, 20), _sum("ALL", 160, 3800, 900, 90)]
    days = {row["race"]: row["days"] for row in protect_together([(SUMS, rows)], _policy())["sums"].rows}
    assert days["A"] is None
    assert list(days.values()).count(None) >= 2, "3800 - 900 - 1900 would give it away"


def test_a_sum_over_people_who_are_withheld_is_withheld() -> None:
    rows = [_sum("A", 4, 1000, 100, 90), _sum("B", 60, 900, 20, 20), _sum("C", 60, 1900, 20, 20), _sum("ALL", 124, 3800, 100, 90)]
    found = {row["race"]: (row["people"], row["days"]) for row in protect_together([(SUMS, rows)], _policy())["sums"].rows}
    assert found["A"] == (None, None)
    assert [people is None for people, _ in found.values()] == [days is None for _, days in found.values()]


PERIOD = _table(
    "t", RACE, _column("people", "people"), _column("start", "plain"), _column("end", "plain"), period=["start", "end"]
)  # fmt: skip


def _year(year: int, **people: int) -> list[dict[str, Any]]:
    return [{**row, "start": date(year, 1, 1), "end": datetime(year + 1, 1, 1)} for row in _by("race", **people)]


def _after(first: list[dict[str, Any]], second: list[dict[str, Any]], **rule: Any) -> Protected:
    before = protect_together([(PERIOD, first)], _policy(**rule))["t"]
    return protect_together([(PERIOD, second)], _policy(**rule), before=[{"t": before.cells_left}])["t"]


@pytest.mark.parametrize(("change", "shown"), [(0, True), (1, False), (10, False), (11, True), (-1, False), (-11, True)])
def test_a_count_that_moved_by_one_to_ten_people_is_withheld(change: int, shown: bool) -> None:
    found = _after(_year(2026, A=100, B=60), _year(2026, A=100 + change, B=60))
    assert (_cells(found, "race")["A",] is not None) is shown
    assert found.moved == int(not shown)
    assert _cells(found, "race")["B",] == 60


def test_periods_that_share_no_day_are_not_compared() -> None:
    assert _cells(_after(_year(2025, A=100), _year(2026, A=103)), "race")["A",] == 103
    open_ended = [{**row, "end": None, "start": None} for row in _year(2026, A=103)]
    assert _cells(_after(_year(2025, A=100), open_ended), "race")["A",] is None, "a line without a period may be about any day"


def test_what_an_earlier_release_withheld_is_not_completed_by_a_later_one() -> None:
    found = _after(_year(2026, A=5, B=20, C=70, ALL=95), _year(2026, A=16, B=20, C=70, ALL=106))
    cells = _cells(found, "race")
    assert cells["B",] is None, "95 - 70 - 20 would give away the five of the release before"
    assert cells["A",] is None, "and 106 - 70 - 16 would give away the twenty"
    assert (cells["C",], cells["ALL",]) == (70, 106)


def test_a_rest_that_moved_little_is_protected_like_a_group() -> None:
    within = [{"people": "people"}]
    table = _table("t", RACE, _column("people", "people"), _column("part", "people", within=within))
    first = [{"race": "A", "people": 100, "part": 50}]
    before = protect_together([(table, first)], _policy())["t"].cells_left
    row = protect_together([(table, [{"race": "A", "people": 120, "part": 68}])], _policy(), before=[{"t": before}])["t"].rows[0]
    assert [row["people"], row["part"]].count(None) == 1, "both moved by more than ten, those not in the part by two"


def test_rounded_figures_are_compared_as_they_were_shown() -> None:
    found = _after(_year(2026, A=100), _year(2026, A=102), rounding=5)
    assert _cells(found, "race")["A",] == 100


def test_the_interval_audit_says_so_where_an_earlier_release_does_not_let_it_hold() -> None:
    before = protect_together([(PERIOD, _year(2026, A=6, B=6, C=300, ALL=312))], _policy())["t"]
    assert [row["people"] for row in before.rows] == [None, 312, None, 300], "without the audit the two hardly hide each other"
    audited = protect_together([(PERIOD, _year(2026, A=6, B=6, C=300, ALL=312))], _policy(interval_cells=300, interval_width=11))["t"]
    assert audited.audited is True
    narrow = protect_together([(PERIOD, _year(2026, A=2, B=1, C=300, ALL=303))], _policy())["t"]
    later = [{"t": narrow.cells_left}]
    found = protect_together([(PERIOD, _year(2026, A=2, B=1, C=300, ALL=303))], _policy(interval_cells=300), before=later)["t"]
    assert found.audited is False, "300 and 303 are known, so each of the two is known to within three"


def test_a_count_that_one_table_does_not_give_says_nothing_of_the_other() -> None:
    tables = [(_table("a", RACE, PEOPLE), _by("race", A=30)), (_table("b", RACE, PEOPLE), [{"race": "A", "people": None}])]
    found = protect_together(tables, _policy())
    assert (_cells(found["a"], "race")["A",], _cells(found["b"], "race")["A",]) == (30, None)
    assert found["b"].withheld == 0, "what was never given is not withheld"


def test_the_audit_gives_back_what_did_not_help() -> None:
    outer, inner = _table("outer", RACE, PEOPLE), _table("inner", _column("race", "dimension"), SEX, PEOPLE)
    tables = [
        (outer, _by("race", A=1, B=1, C=70, ALL=72)),
        (inner, [{"race": "C", "sex": sex, "people": people} for sex, people in (("F", 30), ("M", 40))]),
    ]
    assert protect_together(tables, _policy())["outer"].withheld == 2
    found = protect_together(tables, _policy(interval_cells=300))
    assert found["outer"].audited
    assert _cells(found["outer"], "race") == {("A",): None, ("ALL",): None, ("B",): None, ("C",): 70}
    assert _cells(found["inner"], "sex") == {("F",): 30, ("M",): 40}, "they give the seventy away, so that hiding it hid nothing"


def test_a_group_that_is_new_or_gone_is_known_by_its_total() -> None:
    new = _after(_year(2026, A=20, B=70, ALL=90), _year(2026, A=20, B=70, C=30, ALL=120))
    assert _cells(new, "race") == {("A",): 20, ("ALL",): 120, ("B",): 70, ("C",): 30}
    gone = _after(_year(2026, A=20, B=70, C=5, ALL=95), _year(2026, A=20, B=70, ALL=90))
    assert _cells(gone, "race") == {("A",): None, ("ALL",): None, ("B",): 70}, "95 - 90 and 95 - 70 - 20 would show the five"


def test_margins_alone_are_compared_with_the_margins_before() -> None:
    table = _table("t", RACE, SEX, _column("people", "people"))

    def margins(a: int, b: int) -> list[dict[str, Any]]:
        rows = [("A", "ALL", a), ("B", "ALL", b), ("ALL", "F", 60), ("ALL", "M", a + b - 60), ("ALL", "ALL", a + b)]
        return [{"race": race, "sex": sex, "people": people} for race, sex, people in rows]

    before = protect_together([(table, margins(5, 95))], _policy())["t"]
    assert _cells(before, "race", "sex")["A", "ALL"] is None
    later = protect_together([(table, margins(5, 120))], _policy(), before=[{"t": before.cells_left}])["t"]
    assert (_cells(later, "race", "sex")["A", "ALL"], _cells(later, "race", "sex")["ALL", "ALL"]) == (None, 125)
    assert _cells(later, "race", "sex")["B", "ALL"] is None, "125 - 120 would show the five"


def test_a_figure_of_another_table_is_compared_where_both_count_one_universe() -> None:
    tables = [(_table("by_race", RACE, PEOPLE), _by("race", A=100))]
    for said, shown in (("by_race", None), ("elsewhere.by_race", None)):
        before = protect_together([(tables[0][0], _by("race", A=103))], _policy())["by_race"].cells_left
        assert _cells(protect_together(tables, _policy(), before=[{said: before}])["by_race"], "race")["A",] is shown
    other = _table("by_race", RACE, _column("people", "people", universe="released"))
    before = protect_together([(other, _by("race", A=103))], _policy())["by_race"].cells_left
    assert _cells(protect_together(tables, _policy(), before=[{"elsewhere.by_race": before}])["by_race"], "race")["A",] == 100


def test_a_rest_is_not_known_where_the_part_was_withheld() -> None:
    table = _table("t", RACE, _column("people", "people"), _column("part", "people", within=[{"people": "people"}]))
    before = protect_together([(table, [{"race": "A", "people": 100, "part": 5}])], _policy())["t"].cells_left
    row = protect_together([(table, [{"race": "A", "people": 120, "part": 20}])], _policy(), before=[{"t": before}])["t"].rows[0]
    assert (row["people"], row["part"]) == (120, 20), "a hundred and the five nobody saw tell nothing of the hundred now"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"universe": "u", "role": "plain"}, "universe belongs"),
        ({"top": ["x"], "role": "plain"}, "top belongs"),
        ({"role": "magnitude", "of": ["people"], "top": ["nobody"]}, "no hidden column"),
    ],
)
def test_words_that_do_not_belong_to_a_column_are_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        _table("t", RACE, _column("people", "people"), {**_column("odd", "plain"), **wrong})


def test_a_period_of_unknown_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="period names no column"):
        _table("t", RACE, _column("people", "people"), period=["a", "b"])


@pytest.mark.parametrize(
    ("within", "says"),
    [
        ({"table": "nowhere"}, "within no people column"),
        ({"people": "nobody"}, "within no people column"),
        ({"row": {"nothing": "race"}}, "compares by no dimension"),
    ],
)
def test_a_part_within_a_table_that_is_not_there_is_refused(within: dict[str, Any], says: str) -> None:
    said = {
        "name": "p", "recipient": "r", "agency": "a", "title": "A product", "purposes": ["governance_audit"], "form": "aggregate",
        "cadence": "quarterly", "fresh_days": 100, "tables": [WIDE, _narrow(**within)],
    }  # fmt: skip
    with pytest.raises(ValueError, match=says):
        Product.model_validate(said)
