"""A table can only be declared to read what its stage may read."""

from __future__ import annotations

import itertools

import pytest

from assets.catalogue import NotAnAllowedEdge, Table, TableKey, checked, linked, measured
from contracts.stages import ALLOWED_EDGES, STAGES


@pytest.mark.parametrize(("above", "below"), list(itertools.product(STAGES, STAGES)))
def test_every_pair_of_stages_is_allowed_or_refused_as_the_contract_says(above: object, below: object) -> None:
    read, key = TableKey(above, "one"), TableKey(below, "two")
    if (above, below) in ALLOWED_EDGES:
        assert Table(key, "a table", "county_data_office", (read,)).reads == (read,)
    else:
        with pytest.raises(NotAnAllowedEdge):
            Table(key, "a table", "county_data_office", (read,))


def test_measures_cannot_be_declared_on_checked_tables() -> None:
    with pytest.raises(NotAnAllowedEdge, match=r"measured\.rate.*checked\.jail_booking"):
        Table(measured("rate")[0], "a table", "county_data_office", checked("jail_booking"))


@pytest.mark.parametrize("name", ["Jail", "jail booking", "", "1", "jail;drop"])
def test_a_name_that_is_no_table_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="table name"):
        Table(linked(name)[0], "a table", "county_data_office")


def test_a_table_without_a_description_is_refused() -> None:
    with pytest.raises(ValueError, match="description"):
        Table(linked("edge")[0], " ", "county_data_office")
