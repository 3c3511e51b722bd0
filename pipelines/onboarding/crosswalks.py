"""What the codes of a sample may mean: shipped crosswalks by name, and our own words.

Belongs here: matching the codes of one column against exact lists. Does not belong here: the lists (contracts/vocabularies/crosswalks) and
any guess: a code that no list holds, or that two lists read differently, stays undecided. Never by prefix.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from contracts.records import RecordType
from contracts.vocabularies import crosswalk
from contracts.vocabularies.crosswalk import Word
from pipelines.onboarding.profile import FEWEST_SEEN

YES_NO: Mapping[str, Word] = {
    "y": True, "n": False, "yes": True, "no": False, "t": True, "f": False, "true": True, "false": False, "1": True, "0": False,
}  # fmt: skip
_SEX: Mapping[str, Word] = {"m": "M", "f": "F", "x": "X", "male": "M", "female": "F", "u": None, "unk": None, "unknown": None}


@dataclass(frozen=True)
class Crosswalk:
    """What is known of one column's codes.

    Attributes:
        shipped: name of the shipped crosswalk that knows every code; None if none does.
        like: name of the list the codes below were read by, for a comment.
        codes: code as the vendor writes it to our word, where no shipped crosswalk is named; what is not here is undecided.
        undecided: codes seen often enough to be named whose meaning nobody knows.
        rare: distinct codes that are neither known nor named, for fear of naming a person.
        choices: shipped crosswalks that all know every code and read some differently.
    """

    shipped: str | None = None
    like: str = ""
    codes: Mapping[str, Word] = field(default_factory=dict)
    undecided: tuple[str, ...] = ()
    rare: int = 0
    choices: tuple[str, ...] = ()


def propose_codes(values: pl.Series, field_name: str, record_type: RecordType, *, prefer: str = "") -> Crosswalk:
    """What a column's codes mean.

    Args:
        values: the column, named as the vendor names it.
        field_name: the field it is proposed for.
        record_type: the field's record type.
        prefer: beginning of the names of the crosswalks of the standard that the source follows.
    """
    counted = values.drop_nulls().alias("code").value_counts(name="number").sort(["number", "code"], descending=[True, False])
    seen = dict(zip(counted["code"].to_list(), counted["number"].to_list(), strict=True))
    shipped = _shipped(field_name, values.name)
    whole = {name: listed for name, listed in shipped.items() if seen and set(seen) <= set(listed)}
    of_standard = [name for name in whole if prefer and name.startswith(prefer)]
    if of_standard:
        return Crosswalk(of_standard[0])
    own = _own(field_name, record_type)
    if all(_plain(code) in own for code in seen):
        # Our own words need no list: whoever reads the text sees what each code becomes.
        return Crosswalk(None, "our own words", {code: own[_plain(code)] for code in seen})
    if whole:
        readings = {tuple(listed[code] for code in sorted(seen)) for listed in whole.values()}
        if len(readings) == 1:
            return Crosswalk(min(whole, key=lambda name: (len(whole[name]), name)))
        return Crosswalk(choices=tuple(sorted(whole)))
    return _partly(seen, {"our own words": {code: own[_plain(code)] for code in seen if _plain(code) in own}, **shipped})


def _shipped(field_name: str, column: str) -> dict[str, Mapping[str, Word]]:
    found: dict[str, Mapping[str, Word]] = {}
    for name in crosswalk.names():
        if field_name in crosswalk.targets(name):
            try:
                found[name] = crosswalk.codes_for(name, field_name, column)
            except KeyError:  # a list that is for other columns only
                continue
    return found


def _own(field_name: str, record_type: RecordType) -> dict[str, Word]:
    if field_name in record_type.vocabularies:
        words: dict[str, Word] = {_plain(word): word for word in record_type.vocabularies[field_name]}
        return {**words, **_SEX} if field_name == "sex" else words
    return dict(YES_NO)


def _partly(seen: Mapping[str, int], lists: Mapping[str, Mapping[str, Word]]) -> Crosswalk:
    """The codes that the best list knows, if it knows half of them, and the rest for a person."""
    known = {name: {code: listed[code] for code in seen if code in listed} for name, listed in lists.items()}
    like = max(known, key=lambda name: len(known[name]), default="")
    codes = known.get(like, {})
    if 2 * len(codes) < len(seen):
        like, codes = "", {}
    open_ = [code for code in seen if code not in codes]
    named = tuple(code for code in open_ if seen[code] >= FEWEST_SEEN)
    return Crosswalk(None, like, codes, named, len(open_) - len(named))


def _plain(code: str) -> str:
    return re.sub(r"[\s_-]+", " ", code.strip().casefold())
