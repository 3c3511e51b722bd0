"""A vendor that drops files of delimited text into a folder.

Belongs here: joining the drop folder with the examination of one file. Does not belong here: either of the two.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from contracts.sources import CsvDrop, Source
from resources.source_systems.connector import Collected, Known, Part
from resources.source_systems.csv_text import examine, write_without_dropped
from resources.source_systems.drop_folder import Dropped, collect_sets, find, unreachable


class CsvDropConnector:
    """Reads ``csv_drop`` sources; see :class:`resources.source_systems.connector.Connector`."""

    def collect(self, source: Source, *, place: str, night: date, into: Path, known: Known) -> Collected:
        """Every complete set of files up to ``night`` that is not known yet."""
        options = source.connector
        if not isinstance(options, CsvDrop):
            raise TypeError(f"source [{source.name}] is not a drop folder of delimited text")
        folder = Path(place)
        patterns = {name: feed.origin.file or "" for name, feed in source.feeds.items()}
        try:
            files = find(folder, patterns, night)
        except OSError:
            return unreachable(place)

        def accept(file: Dropped, copy: Path) -> Part:
            feed = source.feeds[file.feed]
            seen = examine(copy, options, expected=feed.vendor_columns, min_rows=feed.min_rows)
            if seen.header.dropped:
                clean = copy.with_name(f".{copy.name}.clean")
                write_without_dropped(copy, clean, options, seen.header)
                clean.replace(copy)
            return Part(
                feed=file.feed,
                name=file.name,
                path="",
                sha256="",
                landed_sha256="",
                rows=seen.rows,
                columns=seen.header.kept,
                dropped=seen.header.dropped,
            )

        return collect_sets(files, source=source, night=night, into=into, known=known, examine=accept, required=True)
