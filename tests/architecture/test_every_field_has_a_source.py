"""No field of a record type is without meaning, privacy kind, unit and source of its definition; no rule without words."""

from __future__ import annotations

import polars as pl
import pytest

from contracts.columns import Kind, Label
from contracts.records import RECORD_TYPES, RecordType
from contracts.vocabularies.counts import Stratum, is_aggregate_only

NUMBERS = (pl.Int32, pl.Int64, pl.Float64, pl.List(pl.Int32))
TYPES = list(RECORD_TYPES.values())


@pytest.mark.parametrize("record_type", TYPES, ids=lambda record_type: record_type.name)
def test_every_field_says_what_it_is_and_where_its_definition_comes_from(record_type: RecordType) -> None:
    for name, column in record_type.model.to_schema().columns.items():
        said = column.metadata
        assert len(str(column.description)) > 5, name
        assert Kind(said["kind"])
        assert set(said["labels"]) <= {label.value for label in Label}, name
        assert len(said["standard"]) > 5, name
        if column.dtype.type in NUMBERS:
            assert said["unit"], f"{name} is a number without a unit"
    for derived in record_type.derived:
        assert derived.description.endswith(".")
        assert derived.standard


@pytest.mark.parametrize("record_type", TYPES, ids=lambda record_type: record_type.name)
def test_every_rule_has_a_name_words_and_fields_that_exist(record_type: RecordType) -> None:
    names = [rule.name for rule in record_type.rules]
    assert len(set(names)) == len(names)
    for rule in record_type.rules:
        assert rule.description.endswith(".")
        assert set(rule.fields) <= set(record_type.fields), rule.name
    assert {check.name for check in record_type.model.to_schema().checks} == set(names)


@pytest.mark.parametrize("record_type", TYPES, ids=lambda record_type: record_type.name)
def test_what_a_type_declares_about_its_columns_is_there(record_type: RecordType) -> None:
    shown = {*record_type.shown_columns, *record_type.folded}
    said = record_type.contact
    named = {record_type.start, record_type.end, record_type.age_field, *(label.column for label in record_type.row_labels)}
    if said:
        named |= {said.event_type, said.disposition, said.behavioral_health}
    if record_type.intercept:
        named |= {record_type.intercept.field}
    if record_type.counting:
        named |= {record_type.counting.start, record_type.counting.end, *(switch.field for switch in record_type.counting.switches)}
    assert {name for name in named if isinstance(name, str)} <= shown


def test_what_may_only_be_counted_is_a_field_of_counts_alone() -> None:
    for record_type in RECORD_TYPES.values():
        if record_type.is_about_people:
            assert [name for name in record_type.fields if is_aggregate_only(name) or name in {"stratum", *Stratum}] == [], record_type.name
    assert set(RECORD_TYPES["aggregate_count"].vocabularies["stratum"]) == {"language", "disability", "lgbtq"}
