"""A vendor that drops files of delimited text into a folder.

Belongs here: joining the drop folder with the examination of one file. Does not belong here: either of the two.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from contracts.source_feeds import Feed
from contracts.sources import CsvDrop, Source
from resources.source_systems.connector import Collected, Known, Part
from resources.source_systems.csv_text import FileFaultError, examine, write_without_dropped
from resources.source_systems.drift import Before, Drift, policy_of
from resources.source_systems.drop_folder import Dropped, Examine, collect_sets, unreachable
from resources.source_systems.dropped_files import looked_into
from resources.source_systems.odd_headers import has_oddities, write_plain
from resources.source_systems.places import PlaceUnreachable


class CsvDropConnector:
    """Reads ``csv_drop`` sources; see :class:`resources.source_systems.connector.Connector`."""

    def collect(self, source: Source, *, place: str, night: date, into: Path, known: Known) -> Collected:
        """Every complete set of files up to ``night`` that is not known yet."""
        options = source.connector
        if not isinstance(options, CsvDrop):
            raise TypeError(f"source [{source.name}] is not a drop folder of delimited text")
        drift: list[Drift] = []

        def accept(file: Dropped, copy: Path) -> Part:
            feed = source.feeds[file.feed]
            if has_oddities(feed):
                _made_plain(copy, options, feed)
            policy = policy_of(source, file.feed, known.before.get(file.feed, Before()))
            seen = examine(copy, options, expected=feed.vendor_columns, min_rows=feed.min_rows, policy=policy)
            drift.extend(seen.header.drift)
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
                strange=seen.header.strange,
                shapes=seen.shapes,
            )

        found = collect_drop(source, place=place, night=night, into=into, known=known, examine=accept)
        return replace(found, drift=(*drift, *found.drift))


def _made_plain(copy: Path, options: CsvDrop, feed: Feed) -> None:
    plain = copy.with_name(f".{copy.name}.plain")
    try:
        write_plain(copy, plain, options, feed)
    except UnicodeDecodeError:
        plain.unlink()  # the examination says where it is not in its encoding
        return
    except FileFaultError:
        plain.unlink()
        raise
    plain.replace(copy)


def collect_drop(source: Source, *, place: str, night: date, into: Path, known: Known, examine: Examine) -> Collected:
    """Look into a drop folder, here or elsewhere, and take every complete set of files that are whole."""
    try:
        with looked_into(place, source, night=night, into=into, known=known) as looked:
            found = collect_sets(looked.files, source=source, night=night, into=into, known=known, examine=examine, required=True)
    except PlaceUnreachable as error:
        return unreachable(place, str(error))
    except OSError:
        return unreachable(place)
    incomplete = min([*looked.unfinished, *([found.incomplete_from] if found.incomplete_from else [])], default=None)
    return replace(found, waiting=(*looked.waiting, *found.waiting), incomplete_from=incomplete)
