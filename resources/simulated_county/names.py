"""First names, surnames and nicknames, drawn with United States frequencies by group, sex and time of birth.

Belongs here: the shipped frequency tables and drawing from them. Does not belong here: how a system misspells a name.
A name is kept as an index into a vocabulary until a record is written, so that a million people stay small.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources as packaged

import numpy as np
import polars as pl

from resources.simulated_county.draw import Flags, Floats, Ints
from resources.simulated_county.population import GROUPS
from resources.simulated_county.rates import NICKNAME_NOT_IN_A_DICTIONARY

CENSUS_COLUMN = {
    "WHITE": "white",
    "BLACK": "black",
    "HISPANIC": "hispanic",
    "ASIAN": "api",
    "AIAN": "aian",
    "NHPI": "api",
    "MULTIRACIAL": "2prace",
}
PARTICLES = (("DELOS", "DE LOS "), ("DELAS", "DE LAS "), ("DELA", "DE LA "), ("DEL", "DEL "), ("DE", "DE "), ("VANDER", "VAN DER "),
             ("VANDEN", "VAN DEN "), ("VAN", "VAN "), ("MC", "MC "))  # fmt: skip
"""Beginnings that the Census files write together and people write apart, longest first."""
WRITTEN_APART = {
    **{f"O{rest}": f"O'{rest}" for rest in ("BRIEN", "CONNOR", "NEILL", "NEAL", "DONNELL", "CONNELL", "NEIL", "DELL", "LEARY", "HARA",
                                            "MALLEY", "KEEFE", "ROURKE", "REILLY", "SULLIVAN", "GRADY", "BANNON", "DONOGHUE", "SHEA")},
    **{f"ST{rest}": f"ST {rest}" for rest in ("JOHN", "CLAIR", "PIERRE", "GERMAIN", "LOUIS", "CYR", "LAURENT", "AMAND", "MARTIN")},
}  # fmt: skip

NOT_PARTICLES = frozenset({"DELANEY", "DELONG", "DEVINE", "DEMARS", "DELANE", "DEANGELO", "VANCE", "VANN"})


@dataclass(frozen=True)
class Vocabulary:
    """The shipped names with cumulative weights per group (surnames) and per group, sex and time of birth (first names)."""

    surnames: pl.Series
    spaced: pl.Series  # the surname as people with a particle write it; equal where there is none
    has_particle: Flags
    surname_weights: Floats
    first_names: pl.Series  # shipped names first, then forms that only occur as nicknames
    first_name_weights: Floats
    nick_offsets: Ints
    nick_values: Ints
    own_nick_offsets: Ints
    own_nick_values: Ints


def _table(name: str) -> pl.DataFrame:
    with packaged.as_file(packaged.files("resources.simulated_county") / "frequencies" / f"{name}.parquet") as path:
        return pl.read_parquet(path)


def _spaced(names: list[str]) -> list[str]:
    known = set(names)
    written = []
    for name in names:
        form = WRITTEN_APART.get(name, name)
        for joined, apart in PARTICLES:
            rest = name.removeprefix(joined)
            # DELACRUZ is DE LA CRUZ because CRUZ is a surname of its own; DELANEY is left together.
            if name != rest and len(rest) >= 4 and rest in known and name not in NOT_PARTICLES:
                form = apart + rest
                break
        written.append(form)
    return written


def _nicknames(names: list[str]) -> tuple[list[str], list[list[int]], list[list[int]]]:
    from nicknames import name_triplets

    position = {name: index for index, name in enumerate(names)}
    listed: dict[str, set[str]] = {}
    for triplet in name_triplets():
        if triplet.relationship == "has_nickname":
            listed.setdefault(triplet.name1.upper(), set()).add(triplet.name2.upper())
    extra: dict[str, int] = {}

    def index_of(form: str) -> int:
        if form in position:
            return position[form]
        return extra.setdefault(form, len(names) + len(extra))

    from_dictionary = [[index_of(form) for form in sorted(listed.get(name, ())) if form.isalpha() and form != name] for name in names]
    own = []
    for name in names:
        cut = [name[:length] for length in (3, 4) if len(name) >= length + 2]
        own.append([index_of(form) for form in cut if form not in listed.get(name, ())])
    return list(extra), from_dictionary, own


def _ragged(rows: list[list[int]]) -> tuple[Ints, Ints]:
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return offsets, np.array([value for row in rows for value in row], dtype=np.int32)


@cache
def vocabulary() -> Vocabulary:
    """The shipped tables, read once."""
    surnames, first = _table("surnames"), _table("first_names")
    names = surnames["name"].to_list()
    spaced = _spaced(names)
    held = np.stack([(surnames["count"] * surnames[CENSUS_COLUMN[group]].cast(pl.Float64)).to_numpy() for group in GROUPS])
    old = first["born_before_1990"].to_numpy() / 10_000
    male = first["male"].to_numpy() / 10_000
    count = first["count"].to_numpy().astype(np.float64)
    by_kind = np.stack(
        [
            count * first[CENSUS_COLUMN[group]].to_numpy() * (male if sex else 1 - male) * (old if era == 0 else 1 - old)
            for group in GROUPS
            for sex in (0, 1)
            for era in (0, 1)
        ]
    )
    extra, from_dictionary, own = _nicknames(first["name"].to_list())
    nick_offsets, nick_values = _ragged(from_dictionary)
    own_offsets, own_values = _ragged(own)
    return Vocabulary(
        surnames=pl.Series(names),
        spaced=pl.Series(spaced),
        has_particle=np.array([a != b for a, b in zip(names, spaced, strict=True)]),
        surname_weights=np.cumsum(held, axis=1),
        first_names=pl.Series(first["name"].to_list() + extra),
        first_name_weights=np.cumsum(by_kind, axis=1),
        nick_offsets=nick_offsets,
        nick_values=nick_values,
        own_nick_offsets=own_offsets,
        own_nick_values=own_values,
    )


def _draw(rng: np.random.Generator, cumulative: Floats, kind: Ints) -> Ints:
    drawn = np.empty(len(kind), dtype=np.int32)
    uniform = rng.random(len(kind))
    for row in range(len(cumulative)):  # a few dozen kinds
        at = np.flatnonzero(kind == row)
        drawn[at] = np.minimum(np.searchsorted(cumulative[row], uniform[at] * cumulative[row, -1], side="right"), cumulative.shape[1] - 1)
    return drawn


def draw_surnames(rng: np.random.Generator, group: Ints) -> Ints:
    """A surname index for each person of these groups."""
    return _draw(rng, vocabulary().surname_weights, group)


def draw_first_names(rng: np.random.Generator, group: Ints, sex: Ints, birth_year: Ints) -> Ints:
    """A first name index for each person; ``sex`` is 0 for women and 1 for men."""
    kind = group.astype(np.int64) * 4 + sex * 2 + (birth_year >= 1990)
    return _draw(rng, vocabulary().first_name_weights, kind)


def draw_nicknames(rng: np.random.Generator, first: Ints) -> Ints:
    """What each person goes by if they go by a nickname at all; -1 for names without one."""
    words = vocabulary()
    chosen = np.full(len(first), -1, dtype=np.int32)
    for offsets, values in ((words.own_nick_offsets, words.own_nick_values), (words.nick_offsets, words.nick_values)):
        many = offsets[first + 1] - offsets[first]
        pick = offsets[first] + (rng.random(len(first)) * many).astype(np.int64)
        rare = rng.random(len(first)) < NICKNAME_NOT_IN_A_DICTIONARY
        keep = (many > 0) & (rare if offsets is words.own_nick_offsets else ~rare | (chosen < 0))
        chosen[keep] = values[pick[keep]]
    return chosen


def alike(rng: np.random.Generator, first: Ints, group: Ints, sex: Ints, birth_year: Ints) -> Ints:
    """Another first name with the same initial, for twins; the drawn name where a dozen draws bring none."""
    initials = vocabulary().first_names.str.slice(0, 1)
    letter = initials.gather(first).to_numpy()
    found = draw_first_names(rng, group, sex, birth_year)
    for _ in range(12):
        wrong = np.flatnonzero((initials.gather(found).to_numpy() != letter) | (found == first))
        if not len(wrong):
            break
        found[wrong] = draw_first_names(rng, group[wrong], sex[wrong], birth_year[wrong])
    return found
