"""Holding rows to their contract without a value ever leaving with the answer.

Belongs here: calling Pandera and turning its answer into (row, column, rule). Does not belong here: the contracts.

Pandera's errors quote values, carry the whole frame, and quote columns; none of them leaves this module. Validation can be switched off by
an environment variable, so a frame that must fail is tried before any that should pass. Only eager frames are validated: of a lazy one
Pandera looks at the schema and passes every value.
"""

from __future__ import annotations

import re

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from contracts.records import RecordType

PLACE = "row_index"
ROW_RULE = "(row)"
"""Stands in the place of a column where a rule concerns several."""
_RULES = {
    "not_nullable": "required",
    "isin": "not_in_vocabulary",
    "str_matches": "malformed",
    "greater_than_or_equal_to": "too_small",
    "less_than_or_equal_to": "too_large",
}
EMPTY = pl.DataFrame(schema={PLACE: pl.UInt32, "field": pl.String, "rule": pl.String})


class ValidationDisabled(RuntimeError):
    """Contracts would not be applied; nothing may be admitted."""


class ContractMismatch(RuntimeError):
    """A frame does not have the columns or types of its contract: a fault of this software, not of the rows."""


def refuse_disabled_validation() -> None:
    """Try a frame that must fail.

    Raises:
        ValidationDisabled: if it passes.
    """
    schema = pa.DataFrameSchema({"known_bad": pa.Column(pl.Int64, pa.Check.gt(0))})
    try:
        schema.validate(pl.DataFrame({"known_bad": [-1]}), lazy=True)
    except SchemaErrors:
        return
    raise ValidationDisabled("contracts are switched off (is PANDERA_VALIDATION_ENABLED set to False?); unset it and run again")


def breaches(frame: pl.DataFrame, record_type: RecordType) -> pl.DataFrame:
    """Where rows break their contract.

    Args:
        frame: canonical rows, eager, with exactly the contract's columns.
        record_type: whose contract.

    Returns:
        row_index, field, rule: one row for each breach; no values.

    Raises:
        ContractMismatch: if columns or types are not the contract's.
    """
    if frame.is_empty():
        return EMPTY
    try:
        record_type.model.validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
    else:
        return EMPTY
    if not isinstance(cases, pl.DataFrame) or cases.get_column("index").null_count():
        raise ContractMismatch(f"rows made for [{record_type.name}] do not have the columns and types of its contract") from None
    found = cases.select(
        pl.col("index").cast(pl.UInt32).alias(PLACE),
        pl.when(pl.col("schema_context") == "Column").then("column").otherwise(pl.lit(ROW_RULE)).alias("field"),
        pl.col("check").map_elements(rule_name, return_dtype=pl.String).alias("rule"),
    )
    return found.unique(maintain_order=True)


def rule_name(check: str) -> str:
    """Our name of a Pandera check, without its arguments."""
    bare = re.split(r"[(\s]", check, maxsplit=1)[0]
    return _RULES.get(bare, bare)
