"""The reviewed tables of this package, read.

Belongs here: finding a CSV file beside the vocabularies and giving its rows. Does not belong here: what a row means.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from importlib import resources as packaged


def table_names(folder: str) -> tuple[str, ...]:
    """Names of the CSV files in a folder of this package, with the folder, sorted."""
    found = packaged.files(__package__).joinpath(folder).iterdir()
    return tuple(sorted(f"{folder}/{file.name}" for file in found if file.name.endswith(".csv")))


def table_rows(name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """Rows of one file.

    Raises:
        ValueError: if its columns are not those, or a row has more or fewer fields.
    """
    text = packaged.files(__package__).joinpath(name).read_text(encoding="utf-8")
    header, *rows = csv.reader(io.StringIO(text))
    if header != list(columns):
        raise ValueError(f"{name}: the columns must be {', '.join(columns)}")
    return [dict(zip(columns, row, strict=True)) for row in rows]
