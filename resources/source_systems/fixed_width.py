"""Text whose columns stand at fixed places in the line.

Belongs here: cutting lines at the places that the county's text gives. Does not belong here: folders and nights (table_drop), what a
column means.

Places count letters, not bytes. A line that ends before the last place of the layout is refused with what it held, and so is one that goes
on after it: where a line has another length, nobody knows that its columns stand where they should.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import polars as pl

from contracts.connectors import FixedWidthDrop
from contracts.source_feeds import Origin
from resources.source_systems.connector import Fault, Rule
from resources.source_systems.csv_text import POSITION, RAGGED, FileFaultError, pass_over_bytes
from resources.source_systems.odd_headers import refuse_record_as_footer

LONGEST_LINE = 100_000


def read_lines(path: Path, options: FixedWidthDrop, origin: Origin) -> pl.DataFrame:
    """Lines as text: ``_position`` from 1, the layout's columns, ``_fields`` (null; of a line of another length, what it held).

    Lines before ``header_row`` and the last ``footer_rows`` are left out; a header row is one of the former, so that a file without any
    says ``header_row: 1`` and one with a header line ``header_row: 2``. Lines that hold nothing are passed over.

    Raises:
        FileFaultError: if the text is not what is declared, or a footer begins otherwise than it says.
    """
    pass_over_bytes(path, encoding=options.encoding, max_bytes=options.max_bytes)
    layout = origin.layout or {}
    width = max(last for _, last in layout.values())
    lines = _lines(path, options)[origin.header_row - 1 :]
    footers = lines[len(lines) - origin.footer_rows :] if origin.footer_rows else []
    if len(footers) < origin.footer_rows:
        raise FileFaultError(Fault(Rule.TRUNCATED, f"{len(lines)} lines where {origin.footer_rows} footers are said"))
    for place, line in zip(range(len(footers), 0, -1), footers, strict=True):
        refuse_record_as_footer([line], origin.footer_begins, place=place)
    text = pl.DataFrame({"line": lines[: len(lines) - origin.footer_rows]}, schema={"line": pl.String})
    sound = pl.col("line").str.len_chars() == width
    return text.select(
        pl.int_range(1, 1 + pl.len(), dtype=pl.Int64).alias(POSITION),
        *(pl.when(sound).then(pl.col("line").str.slice(first - 1, last - first + 1)).alias(name) for name, (first, last) in layout.items()),
        pl.when(~sound).then(pl.concat_list("line")).alias(RAGGED),
    )


def _lines(path: Path, options: FixedWidthDrop) -> list[str]:
    encoding = "utf-8-sig" if options.encoding.value == "utf-8" else options.encoding.value
    lines: list[str] = []
    with path.open(encoding=encoding, newline=None) as stream:
        while chunk := list(islice(stream, 100_000)):
            if max(map(len, chunk)) > LONGEST_LINE:
                raise FileFaultError(Fault(Rule.LINE_TOO_LONG, f"a line has more than {LONGEST_LINE} letters"))
            lines += [line.rstrip("\n") for line in chunk if line.strip()]
    return lines
