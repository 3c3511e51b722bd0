"""The reviewed words by which names, streets and placeholders are recognised, as parameters of this stage's SQL.

Belongs here: reading contracts/vocabularies and the nickname table. Does not belong here: any word; words are data.
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from importlib import resources as packaged
from typing import Any

import polars as pl

VOCABULARIES = "contracts.vocabularies"
FILES = ("placeholders", "name_words", "street_words")


def _table(name: str) -> list[dict[str, str]]:
    text = packaged.files(VOCABULARIES).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def parameters() -> Mapping[str, Any]:
    """Named values for the standardising SQL: lists of words, parallel lists of written and canonical forms, two patterns."""
    placeholders: dict[str, list[str]] = defaultdict(list)
    for row in _table("placeholders"):
        placeholders[row["kind"]].append(row["value"])
    words: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in _table("name_words"):
        words[row["kind"]].append((row["written"], row["canonical"]))
    streets = _table("street_words")
    joining = "|".join(written for written, _ in words["joining"])
    return {
        "whole_names": placeholders["whole_name"],
        "first_names": placeholders["first_name"],
        "last_names": placeholders["last_name"],
        "any_names": placeholders["any_name"],
        "phones": placeholders["phone"],
        "ssn4s": placeholders["ssn4"],
        "birth_dates": placeholders["birth_date"],
        "suffixes": [written for written, _ in words["suffix"]],
        "suffix_numbers": [canonical for _, canonical in words["suffix"]],
        "titles": [written for written, _ in words["title"]],
        "particles": [written for written, _ in words["particle"]],
        "street_written": [row["written"] for row in streets],
        "street_short": [row["short"] for row in streets],
        # "Mc Donald" and "McDonald" are one name: the joining word loses the space behind it.
        "joining": rf"(^| )({joining}) ",
        "newborn": "|".join(placeholders["newborn"]),
        # Within a building the flat says who is a neighbour, but it is written too unevenly to compare.
        "unit": r"\s*(#|\b(APT|APARTMENT|UNIT|STE|SUITE|LOT|RM|ROOM|FL|FLOOR)\b\.?).*$",
    }


@cache
def nicknames() -> pl.DataFrame:
    """Every name of the ``nicknames`` package with all formal names it may stand for, itself included: name, roots (sorted).

    Two given names are compatible where their roots meet: Bill and Will meet in William.
    """
    from nicknames import name_triplets

    roots: dict[str, set[str]] = defaultdict(set)
    for triplet in name_triplets():
        formal, short = triplet.name1.upper(), triplet.name2.upper()
        roots[short].add(formal)
        roots[formal].add(formal)
        roots[short].add(short)
    names = sorted(roots)
    return pl.DataFrame(
        {"name": names, "roots": [sorted(roots[name]) for name in names]},
        schema={"name": pl.String, "roots": pl.List(pl.String)},
    )


@cache
def fingerprint() -> str:
    """sha256 of every reviewed word and the nickname table: when it moves, everybody is standardised again."""
    digest = hashlib.sha256()
    for name in FILES:
        digest.update(packaged.files(VOCABULARIES).joinpath(f"{name}.csv").read_bytes())
    digest.update(repr(nicknames().rows()).encode())
    return digest.hexdigest()
