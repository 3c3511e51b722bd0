"""From profiled columns to a proposed mapping of one feed: what is clear, what a person must decide, what nobody reads.

Belongs here: choosing a field for each column, the key, the formats, the codes. Does not belong here: profiling (profile), the text of
the file (source_text). Nothing is decided on a name alone: the values must have the shape that the field wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from contracts.column_mapping import mappable_fields
from contracts.records import RecordType
from contracts.records.registry import PERSON_ID_FIELD
from pipelines.onboarding.crosswalks import Crosswalk, propose_codes
from pipelines.onboarding.names import key_likeness, likeness
from pipelines.onboarding.profile import MOST_CODES, ColumnProfile, Look

CLEAR = 0.72
"""Likeness from which a name with the right shape is taken as meant."""
PERHAPS = 0.5
"""Likeness from which a person is asked."""
MOST_YES_NO = 4
"""Different spellings of yes and no in one column."""


class State(StrEnum):
    """What became of a column."""

    MAPPED = "mapped"
    UNDECIDED = "undecided"
    KEY = "key"
    UNUSED = "unused"


@dataclass(frozen=True)
class Proposal:
    """One column: the field it goes to, or may go to, and why."""

    column: ColumnProfile
    state: State
    field: str | None = None
    score: float = 0.0
    note: str = ""
    codes: Crosswalk | None = None
    formats: tuple[str, ...] = ()
    said: tuple[Mapping[str, object], ...] = ()  # as the layout of a standard says it


@dataclass(frozen=True)
class FeedProposal:
    """One feed."""

    name: str
    record_type: RecordType
    columns: tuple[Proposal, ...]
    key: tuple[str, ...]
    key_note: str = ""
    missing: tuple[str, ...] = ()  # required fields that no column fills
    constants: Mapping[str, object] = field(default_factory=dict)
    standard: str = ""
    race: Mapping[str, object] | None = None  # how race is asked, where a standard says so
    rest: Mapping[str, object] = field(default_factory=dict)  # what a standard says of the feed besides its columns

    @property
    def filled(self) -> frozenset[str]:
        """Fields that a column is mapped to."""
        mapped = [item for item in self.columns if item.state is State.MAPPED]
        return frozenset({*(item.field for item in mapped if item.field), *(str(one["to"]) for item in mapped for one in item.said)})

    @property
    def undecided(self) -> int:
        """Things that a person must decide about this feed's columns and codes."""
        open_codes = sum(len(item.codes.undecided) + bool(item.codes.choices) for item in self.columns if item.codes)
        columns = sum(item.state is State.UNDECIDED for item in self.columns)
        return columns + open_codes + (not self.key) + len(self.missing)


def propose_feed(name: str, record_type: RecordType, frame: pl.DataFrame, columns: Mapping[str, ColumnProfile]) -> FeedProposal:
    """Propose the mapping of one feed from its columns' names and shapes.

    Args:
        name: of the feed.
        record_type: what its rows are.
        frame: the sample's rows as text.
        columns: their profiles.
    """
    key, key_note = propose_key(record_type, columns)
    chosen = _assign(record_type, columns, set(key))
    proposals = tuple(_proposal(column, chosen.get(column.name), record_type, frame, key) for column in columns.values())
    filled = {item.field for item in proposals if item.state in {State.MAPPED, State.UNDECIDED}}
    missing = tuple(
        name for name in record_type.required_fields if name not in {*filled, "source_record_id", "is_deleted", *_needs_person(record_type)}
    )
    return FeedProposal(name, record_type, proposals, key, key_note, missing)


def _needs_person(record_type: RecordType) -> tuple[str, ...]:
    return ("person_role",) if record_type.default_role is not None else ()


def propose_key(record_type: RecordType, columns: Mapping[str, ColumnProfile]) -> tuple[tuple[str, ...], str]:
    """Vendor columns that identify a record, and what a person should know about the choice; no column if nothing is clear."""
    ranked = sorted(((key_likeness(name, record_type.name), name) for name in columns), key=lambda item: (-item[0], item[1]))
    named = [(score, name) for score, name in ranked if score >= CLEAR]
    unique = [name for _, name in named if columns[name].is_unique]
    if unique:
        return (unique[0],), ""
    if named:
        best = columns[named[0][1]]
        return (), f"[{best.name}] is called like a key but is not one: {best.distinct} values in {best.rows} rows; name it with others"
    alone = [name for name, column in columns.items() if column.is_unique]
    if len(alone) == 1:
        return (), f"only [{alone[0]}] is different in every row; is it the record's own number, and does it survive corrections?"
    return (), "no column is called like a key; name the columns that identify a record and survive corrections"


def _assign(record_type: RecordType, columns: Mapping[str, ColumnProfile], key: set[str]) -> dict[str, tuple[str, float, str]]:
    """Column to (field, likeness, why not at once); each field to one column, best pairs first."""
    pairs = []
    for place, column in enumerate(columns.values()):
        if column.name in key:
            continue
        for field_name in mappable_fields(record_type):
            score = likeness(column.name, field_name, record_type)
            if score >= PERHAPS:
                pairs.append((-score, place, field_name, column))
    chosen: dict[str, tuple[str, float, str]] = {}
    taken: set[str] = set()
    for minus, _, field_name, column in sorted(pairs, key=lambda pair: pair[:3]):
        if column.name in chosen or field_name in taken:
            continue
        chosen[column.name] = (field_name, -minus, misfit(column, field_name, record_type))
        taken.add(field_name)
    return chosen


def misfit(column: ColumnProfile, field_name: str, record_type: RecordType) -> str:
    """Why a column's values do not have the shape that a field wants; empty if they do, or if there is none to judge."""
    if column.look is Look.EMPTY:
        return ""
    dtype = record_type.fields[field_name]
    if dtype in (pl.Date, pl.Datetime("us")):
        return _date_misfit(column)
    is_coded = field_name in record_type.vocabularies and not record_type.is_list(field_name)
    shapes = [shape for shape, _ in column.shapes]
    checks = (
        (dtype == pl.Int32 and not _is_whole(column), "the values are not whole numbers"),
        (is_coded and column.distinct > MOST_CODES, f"{column.distinct} different values are no code list"),
        (dtype == pl.Boolean and column.distinct > MOST_YES_NO, f"{column.distinct} different values are not yes and no"),
        (field_name == "zip" and not all(shape.startswith("99999") for shape in shapes), "not every value begins with five digits"),
        (
            field_name == "ssn4" and not all(shape == "9999" for shape in shapes),
            "the field takes the last four digits only; ask the vendor not to send more",
        ),
    )
    return next((why for is_wrong, why in checks if is_wrong), "")


def _date_misfit(column: ColumnProfile) -> str:
    if not column.formats:
        return f"the values look like {column.look.value}, not like a date in one format"
    if len(column.formats) > 1:
        return f"the values fit {' and '.join(column.formats[:3])}; the vendor knows which"
    return ""


def _is_whole(column: ColumnProfile) -> bool:
    if column.look is Look.CODE:
        return all(word.lstrip("-").isdigit() for word in column.words)
    return column.look is Look.NUMBER or all(set(shape) <= {"9", "-"} for shape, _ in column.shapes)


def _proposal(
    column: ColumnProfile, chosen: tuple[str, float, str] | None, record_type: RecordType, frame: pl.DataFrame, key: tuple[str, ...]
) -> Proposal:
    if column.name in key:
        return Proposal(column, State.KEY)
    if chosen is None:
        return Proposal(column, State.UNUSED)
    field_name, score, why_not = chosen
    if score < CLEAR or why_not:
        return Proposal(column, State.UNDECIDED, field_name, score, why_not or "the name fits only in part")
    return decided(column, field_name, score, record_type, frame)


def decided(
    column: ColumnProfile, field_name: str, score: float, record_type: RecordType, frame: pl.DataFrame, *, prefer: str = ""
) -> Proposal:
    """A column that goes to a field, with its formats and codes."""
    dtype = record_type.fields[field_name]
    needs_codes = field_name in record_type.vocabularies or dtype == pl.Boolean
    codes = propose_codes(frame[column.name], field_name, record_type, prefer=prefer) if needs_codes else None
    formats = column.formats[:1] if dtype in (pl.Date, pl.Datetime("us")) else ()
    return Proposal(column, State.MAPPED, field_name, score, "", codes, formats)


def says_whom(record_type: RecordType, filled: frozenset[str]) -> bool:
    """Whether a row will say whom it is about, where its type needs a person id for that."""
    return record_type.subject.value != "person_id" or bool(filled & {PERSON_ID_FIELD, "source_parent_id"})
