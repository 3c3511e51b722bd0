"""A vendor that drops workbooks or fixed-width text into a folder.

Belongs here: joining the drop folder with the reading of one file, and landing its rows. Does not belong here: either of the two.

What is landed is the rows as text with their positions (Parquet, whatever the name); the delivery is known by the hash of the file itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from contracts.connectors import ExcelDrop, FixedWidthDrop
from contracts.source_feeds import Feed
from contracts.sources import Source
from contracts.vocabularies.prohibited import is_prohibited
from resources.source_systems.connector import Collected, Fault, Known, Part, Rule
from resources.source_systems.csv_drop import collect_drop
from resources.source_systems.csv_text import POSITION, RAGGED, FileFaultError, Header, read_header
from resources.source_systems.drift import SHAPE_ROWS, Before, Drift, DriftPolicy, policy_of, shape_of
from resources.source_systems.drop_folder import Dropped
from resources.source_systems.excel import MARK, read_sheet
from resources.source_systems.fixed_width import read_lines
from resources.source_systems.odd_headers import unaliased


class TableDropConnector:
    """Reads ``excel_drop`` and ``fixed_width_drop`` sources; see :class:`resources.source_systems.connector.Connector`."""

    def collect(self, source: Source, *, place: str, night: date, into: Path, known: Known) -> Collected:
        """Every complete set of files up to ``night`` that is not known yet."""
        drift: list[Drift] = []

        def accept(file: Dropped, copy: Path) -> Part:
            feed = source.feeds[file.feed]
            frame, header = read_table(copy, source, feed, policy=policy_of(source, file.feed, known.before.get(file.feed, Before())))
            drift.extend(header.drift)
            if frame.height < feed.min_rows:
                raise FileFaultError(Fault(Rule.TOO_FEW_ROWS, f"{frame.height} rows where at least {feed.min_rows} are expected"))
            frame.write_parquet(copy)
            first = frame.head(SHAPE_ROWS)
            return Part(
                feed=file.feed,
                name=file.name,
                path="",
                sha256="",
                landed_sha256="",
                rows=frame.height,
                columns=header.kept,
                dropped=header.dropped,
                strange=header.strange,
                shapes={column: shape_of(first[column].to_list()) for column in header.kept} if first.height else {},
            )

        found = collect_drop(source, place=place, night=night, into=into, known=known, examine=accept)
        return replace(found, drift=(*drift, *found.drift))


def read_table(path: Path, source: Source, feed: Feed, *, policy: DriftPolicy | None = None) -> tuple[pl.DataFrame, Header]:
    """Rows of one workbook or fixed-width file as text with their positions, columns dropped at intake left out.

    Raises:
        FileFaultError: if the file as a whole cannot be used.
    """
    match source.connector:
        case ExcelDrop() as options:
            names, rows = read_sheet(path, options, feed.origin)
            sample = [list(row) for row in rows.drop(MARK).head(SHAPE_ROWS).iter_rows()]
            header = read_header(unaliased(names, feed.aliases), feed.vendor_columns, policy, sample=lambda: sample)
            kept = [pl.col(f"column_{place}").alias(name) for place, name in enumerate(header.columns) if name is not None]
            return rows.select(pl.int_range(1, 1 + pl.len(), dtype=pl.Int64).alias(POSITION), *kept, MARK), header
        case FixedWidthDrop() as fixed:
            frame = read_lines(path, fixed, feed.origin)
            names = list(feed.origin.layout or {})
            kept_names = tuple(name for name in names if name in feed.vendor_columns and not is_prohibited(name))
            header = Header(tuple(name if name in kept_names else None for name in names))
            if header.dropped:  # what a line of another length held may not be kept either
                blank = pl.when(pl.col(RAGGED).is_not_null()).then(pl.lit([""], dtype=pl.List(pl.String))).alias(RAGGED)
                frame = frame.with_columns(blank)
            return frame.drop(set(names) - set(kept_names)), header
        case _:
            raise TypeError(f"source [{source.name}] drops neither workbooks nor fixed-width text")
