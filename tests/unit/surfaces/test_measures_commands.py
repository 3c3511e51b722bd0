"""`throughcare measures`: every measure is listed, explained column by column, and shown with what it rests on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result

from assets.measured.catalogue import MEASURES
from assets.measured.measure import MEASURED_TABLES
from pipelines.surfaces import figures
from pipelines.surfaces.figures import Figures
from pipelines.surfaces.shown import NoSuchColumn, laid, only
from tests.unit.surfaces.conftest import Desk

COUNTY = "county/measures"


def test_every_measure_is_listed_with_its_question_and_tables(desk: Desk) -> None:
    listed = desk.json("measures", "list")
    assert [item["name"] for item in listed] == [measure.name for measure in MEASURES]
    assert all(item["question"].endswith("?") and item["tables"] for item in listed)
    assert set(MEASURED_TABLES) <= {table for item in listed for table in item["tables"]}
    assert f"{len(MEASURES)} measures" in desk.type("measures", "list").stdout


@pytest.mark.parametrize("name", ["stepping_up", "linkage_by_race", "follow_up_curve"])
def test_a_measure_is_explained_down_to_its_columns(desk: Desk, name: str) -> None:
    found = desk.json("measures", "explain", name)
    assert all(found[key] for key in ("question", "formula", "base", "unit", "source", "caveats"))
    assert list(found["columns"]) == found["tables"]
    for columns in found["columns"].values():
        assert columns
        assert not [column for column, meaning in columns.items() if not meaning or meaning.startswith("not described")]


def test_figures_of_a_product_carry_counts_bases_and_what_is_withheld(desk: Desk) -> None:
    found = desk.json("measures", "show", "stepping_up", "--product", COUNTY)
    (table,) = found["tables"]
    names = [column["name"] for column in table["columns"]]
    assert {"people", "base_people", "value", "unit", "withheld"} <= set(names)
    withheld = [row for row in table["rows"] if row[names.index("withheld")]]
    assert withheld
    assert all(row[names.index("people")] is None or row[names.index("people")] >= 11 for row in table["rows"])
    said = desk.type("measures", "show", "stepping_up", "--product", COUNTY).stdout
    assert "withheld" in said
    assert "mind: " in said


def test_a_product_says_how_well_groups_are_linked_and_counts_nobody_small(desk: Desk) -> None:
    (table,) = desk.json("measures", "show", "linkage_by_race", "--product", COUNTY)["tables"]
    names = [column["name"] for column in table["columns"]]
    lines = [dict(zip(names, row, strict=True)) for row in table["rows"]]
    linked = {line["links"]: line["people_across_systems"] for line in lines if line["race_group"] == "ALL"}
    everybody = linked.pop("tonight's links in county")
    assert everybody > max(linked.values()) >= 11  # those of one group hang on links of six bits
    assert all(line[name] is None or line[name] >= 11 for line in lines for name in ("people", "people_linked", "people_across_systems"))
    assert any(line["withheld"] for line in lines)
    said = desk.type("measures", "show", "link_imputation", "--product", COUNTY).stdout
    assert "disparity_by_links" in said
    assert "frequent_contact_by_links" in said


def test_a_product_that_does_not_show_a_measure_says_what_it_shows(desk: Desk) -> None:
    said = desk.type("measures", "show", "reconciliation", "--product", COUNTY, expect=2).stderr
    assert "does not show [reconciliation]" in said
    assert "racial_disparity" in said


def test_reading_figures_of_a_product_is_noted(desk: Desk) -> None:
    before = len(desk.spooled())
    desk.json("measures", "show", "pathway", "--product", COUNTY)
    noted = desk.spooled()[before:]
    assert [note["product"] for note in noted] == [COUNTY]
    assert noted[0]["rows"] > 0


def test_figures_of_a_stale_product_are_refused(stale: Callable[..., Result]) -> None:
    assert "may be read until" in stale("measures", "show", "stepping_up", "--product", COUNTY).stderr


def test_the_integrators_figures_are_his_own_and_said_to_be_unprotected(desk: Desk) -> None:
    said = desk.type("measures", "show", "stepping_up", "--only", "breakdown=ALL", "--rows", "3").stdout
    assert "small counts are not protected" in said
    found = desk.json("measures", "show", "stepping_up", "--only", "breakdown=ALL")
    (table,) = found["tables"]
    assert {row[[column["name"] for column in table["columns"]].index("breakdown")] for row in table["rows"]} == {"ALL"}


def test_another_midnight_is_asked_again_of_what_is_known_tonight(desk: Desk) -> None:
    tonight = desk.json("measures", "show", "reconciliation")
    again = desk.json("measures", "show", "reconciliation", "--as-of", "2025-06-01")
    once_more = desk.json("measures", "show", "reconciliation", "--as-of", "2025-06-01")
    assert again == once_more
    assert again["as_of"] == "2025-06-01"
    assert again["tables"][0]["rows"] != tonight["tables"][0]["rows"]


def test_what_the_night_measured_is_what_asking_again_gives(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = desk.json("measures", "show", "stepping_up")
    monkeypatch.setattr(figures, "_held_tonight", lambda *_: False)
    assert desk.json("measures", "show", "stepping_up") == stored


def test_a_measure_by_person_is_never_printed(desk: Desk) -> None:
    assert "never printed" in desk.type("measures", "show", "episode", expect=2).stderr
    shown = desk.json("measures", "show", "frequent_utilizers")
    assert [table["table"] for table in shown["tables"]] == ["frequent_utilizer_summary"]


def test_an_unknown_measure_names_those_there_are(desk: Desk) -> None:
    assert "racial_disparity" in desk.type("measures", "show", "nonsense", expect=2).stderr


def test_a_filter_on_no_column_is_refused(desk: Desk) -> None:
    assert "no table of the measure" in desk.type("measures", "show", "reconciliation", "--only", "colour=red", expect=2).stderr
    with pytest.raises(NoSuchColumn, match="write it like"):
        only([], ["no mark"])


def test_limits_stand_beside_their_figure_and_what_all_share_is_said_once() -> None:
    columns = {name: name for name in ("race_group", "rate", "rate_lower", "rate_upper", "period_start", "rate_method", "empty")}
    table = Figures("t", "a table", columns, [("A", 1.0, 0.5, 2.0, "2025", "wilson", None), ("B", 3.0, 1.0, None, "2025", "wald", None)])
    found = laid(table, most=1)
    assert found.columns == ("race_group", "rate", "rate 95 %")
    assert found.lines == (("A", 1.0, "0.5 to 2"),)
    assert (found.shared, found.left_out, found.hidden) == ({"period_start": "2025"}, 1, ("rate_method",))
    assert laid(table, most=0).lines[1] == ("B", 3.0, "1 to no limit")


def test_a_withheld_count_is_said_to_be_withheld_and_an_absent_one_is_not() -> None:
    columns = {name: name for name in ("group", "people", "theirs", "withheld")}
    table = Figures("t", "a table", columns, [("A", None, None, True), ("B", None, 4, False)], counts=frozenset({"people"}))
    assert laid(table, most=0).lines == (("A", "withheld", None, True), ("B", None, 4, False))
