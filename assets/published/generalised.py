"""Making rows coarser until enough people share every combination of what others know of them.

Belongs here: the steps of a ladder, the choice of steps, leaving out what stays rare; pure functions of a frame. Does not belong here:
which rows there are (research.py), the ladders (contracts/research.py).

Method: full-domain generalisation. All values of a column are at one step of its ladder. The steps are raised one at a time, always the one
that leaves the fewest records in rare combinations, until no more of them are rare than the project lets be left out; those are left out.
k counts people, not records: somebody with twelve bookings is one. l counts distinct values, an empty one included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from contracts.products import CONSENT_SCOPE_ID
from contracts.research import PSEUDONYM, STEP, SUPPRESS, ResearchColumn, ResearchProject, ResearchRole

TOP_AGE = 90
"""Ages from here on are one (45 CFR 164.514(b)(2)(i)(C))."""


@dataclass(frozen=True)
class Generalised:
    """An extract's rows, the step each column came to, and what was left out.

    ``k`` and ``l_diversity`` are those of the rows that are left, counted again from them; 0 where there is none.
    """

    rows: pl.DataFrame
    steps: Mapping[str, str]
    records: int
    left_out: int
    k: int
    l_diversity: int


def generalise(frame: pl.DataFrame, project: ResearchProject) -> Generalised:
    """Make an extract of a project's rows.

    Args:
        frame: one row a record: ``research_pseudonym`` and the project's columns, as permitted.
        project: ladders, k, l and how much may be left out.
    """
    quasi = project.with_role(ResearchRole.QUASI)
    places = dict.fromkeys((column.name for column in quasi), 0)
    made = _at(frame, project, places)
    while (rare := _rare(made, project)) * 100 > project.suppress_percent * frame.height:
        choices = [{**places, column.name: places[column.name] + 1} for column in quasi if places[column.name] + 1 < len(column.ladder)]
        if not choices:
            break
        tried = [(_rare(_at(frame, project, choice), project), number) for number, choice in enumerate(choices)]
        places = choices[min(tried)[1]]
        made = _at(frame, project, places)
    kept = _common(made, project).sort(made.columns)
    names = [column.name for column in quasi]
    return Generalised(
        rows=kept,
        steps={column.name: column.ladder[places.get(column.name, 0)] for column in project.columns},
        records=frame.height,
        left_out=rare,
        k=people_sharing(kept, names),
        l_diversity=values_shared(kept, names, [column.name for column in project.with_role(ResearchRole.SENSITIVE)]),
    )


def people_sharing(rows: pl.DataFrame, quasi: Sequence[str]) -> int:
    """k: the fewest people who share a combination of quasi-identifiers."""
    people = rows.group_by(quasi).agg(pl.col(PSEUDONYM).n_unique())
    return int(people.select(pl.col(PSEUDONYM).min()).item() or 0)


def values_shared(rows: pl.DataFrame, quasi: Sequence[str], sensitive: Sequence[str]) -> int:
    """l: the fewest values of a sensitive column in a combination of quasi-identifiers; 0 where there is no such column or row."""
    values = rows.group_by(quasi).agg(pl.col(name).n_unique() for name in sensitive)
    return min((int(values.select(pl.col(name).min()).item() or 0) for name in sensitive), default=0)


def _at(frame: pl.DataFrame, project: ResearchProject, places: Mapping[str, int]) -> pl.DataFrame:
    """The rows with every column at a step of its ladder, as text."""
    columns = [_coarser(column, frame.schema[column.name], column.ladder[places.get(column.name, 0)]) for column in project.columns]
    # On which consent a row goes out goes with it; it is nothing that anybody knows of a person.
    scope = [pl.col(CONSENT_SCOPE_ID)] if CONSENT_SCOPE_ID in frame.columns else []
    return frame.select(pl.col(PSEUDONYM), *columns, *scope)


def _coarser(column: ResearchColumn, kind: pl.DataType, step: str) -> pl.Expr:
    value = pl.col(column.name)
    if kind == pl.List:
        value = value.list.sort().list.join("+")
    if "age" in column.name.split("_") and kind.is_integer():
        value = pl.min_horizontal(value, pl.lit(TOP_AGE)).cast(kind)
    if step == SUPPRESS:
        return pl.lit(None, pl.String).alias(column.name)
    if step in {"year", "month"}:
        return value.dt.strftime("%Y" if step == "year" else "%Y-%m").alias(column.name)
    if step == "zip3":
        return value.cast(pl.String).str.slice(0, 3).alias(column.name)
    if width := (STEP.fullmatch(step) or [None, None])[1]:
        return _banded(value, int(width), is_age="age" in column.name.split("_")).alias(column.name)
    return value.cast(pl.String).alias(column.name)


def _banded(value: pl.Expr, width: int, *, is_age: bool) -> pl.Expr:
    low = value.floordiv(width) * width
    band = pl.concat_str(low.cast(pl.String), pl.lit("-"), (low + width - 1).cast(pl.String))
    top = pl.when(value >= TOP_AGE).then(pl.lit(f"{TOP_AGE}+")) if is_age else pl.when(pl.lit(False)).then(pl.lit(""))
    return top.otherwise(band)


def _common(made: pl.DataFrame, project: ResearchProject) -> pl.DataFrame:
    """Rows whose combination enough people share, with enough values of everything sensitive."""
    quasi = [column.name for column in project.with_role(ResearchRole.QUASI)]
    enough = pl.col(PSEUDONYM).n_unique().over(quasi) >= project.k
    for column in project.with_role(ResearchRole.SENSITIVE):
        enough = enough & (pl.col(column.name).n_unique().over(quasi) >= project.l_diversity)
    return made.filter(enough)


def _rare(made: pl.DataFrame, project: ResearchProject) -> int:
    return made.height - _common(made, project).height
