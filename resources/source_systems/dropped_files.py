"""Which files of a drop folder are whole, whose they are and for which night.

Belongs here: names, markers, sizes that have stopped growing, checksums that the vendor wrote. Does not belong here: where the folder is
(places), which sets are complete (drop_folder), what is in a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from contracts.connectors import DropFolder, Ready
from contracts.source_feeds import FILE_DATE
from contracts.sources import DeliveryMode, Source
from resources.source_systems import places
from resources.source_systems.connector import Known
from resources.source_systems.places import Entry, Folder, LocalFolder, is_unfinished, opened

_DATE_DIGITS = {"%Y": r"\d{4}", "%m": r"\d{2}", "%d": r"\d{2}", "%y": r"\d{2}", "%j": r"\d{3}"}
_CHECKSUM = re.compile(r"([0-9A-Fa-f]{64})(?:[ \t]+\*?(.+))?")
CHECKSUMS_LIMIT = 1024 * 1024


@dataclass(frozen=True, order=True)
class Dropped:
    """One file that may belong to a delivery.

    ``path`` is where it lies on this machine. ``sha256`` is given where it need not be read to know it; ``said_sha256`` is what the vendor
    wrote down; ``member`` what is taken out of a zip file.
    """

    night: date
    feed: str
    name: str
    path: Path
    sha256: str | None = field(default=None, compare=False)
    said_sha256: str | None = field(default=None, compare=False)
    member: str | None = field(default=None, compare=False)
    stamp: str = field(default="", compare=False)


@dataclass
class Looked:
    """What a look into a drop folder showed: files that are whole, and why the others wait."""

    files: list[Dropped] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    unfinished: list[date] = field(default_factory=list)


def night_in_name(pattern: str, name: str) -> date | None:
    """Night that ``name`` is for, if it matches ``pattern`` (``events_{date:%Y%m%d}.csv``); None if it does not."""
    before, date_format, after = FILE_DATE.split(pattern)
    digits = re.sub(r"%[YmdyjHMS]", lambda letter: _DATE_DIGITS.get(letter.group(0), r"\d{2}"), re.escape(date_format).replace(r"\%", "%"))
    found = re.fullmatch(f"{re.escape(before)}({digits}){re.escape(after)}", name)
    if found is None:
        return None
    try:
        return datetime.strptime(found.group(1), date_format).date()
    except ValueError:
        return None


def find(folder: Path, patterns: Mapping[str, str], night: date) -> list[Dropped]:
    """Files of ``night`` and before that match the pattern of a feed, oldest first. Links and folders are no deliveries."""
    found = []
    for entry in LocalFolder(folder).entries():
        for feed, when in _owners(entry.name, patterns, night):
            found.append(Dropped(when, feed, entry.name, folder / entry.name))
    return sorted(found)


def _owners(name: str, patterns: Mapping[str, str], night: date) -> list[tuple[str, date]]:
    if is_unfinished(name):
        return []
    named = [(feed, night_in_name(pattern, name)) for feed, pattern in patterns.items()]
    return [(feed, when) for feed, when in named if when is not None and when <= night]


@contextmanager
def looked_into(place: str, source: Source, *, night: date, into: Path, known: Known) -> Iterator[Looked]:
    """Look into a source's drop folder, here or elsewhere; what is fetched from elsewhere is there as long as the context.

    Args:
        place: path or URL.
        source: the source's text.
        night: files of later nights are left alone.
        into: the folder of tonight's delivery; what is fetched lies beside it.
        known: files that need not be fetched again.

    Raises:
        OSError: if a folder here is not there.
        PlaceUnreachable: if one elsewhere cannot be read.
    """
    options = source.connector
    if not isinstance(options, DropFolder):
        raise TypeError(f"source [{source.name}] is not a drop folder")
    with opened(place, spool=into.with_name(f"{into.name}-fetched")) as (folder, spool):
        yield _looked(folder, source, options, night=night, spool=spool, known=known)


def _looked(folder: Folder, source: Source, options: DropFolder, *, night: date, spool: Path, known: Known) -> Looked:
    patterns = {name: feed.origin.file or "" for name, feed in source.feeds.items()}
    entries = folder.entries()
    unready = _unready(folder, entries, options.ready, [entry for entry in entries if _owners(entry.name, patterns, night)])
    names = {entry.name: entry for entry in entries}
    looked = Looked()
    fetched: dict[str, Path] = {}
    for entry in entries:
        for feed, when in _owners(entry.name, patterns, night):
            if entry.name in unready:
                looked.waiting.append(f"the file of {when} of feed [{feed}] is not whole yet: {unready[entry.name]}")
                looked.unfinished.append(when)
                continue
            stamp = "" if folder.is_here else entry.stamp
            was = known.stamps.get((entry.name, stamp)) if stamp and source.delivery_mode is not DeliveryMode.FULL_SNAPSHOT else None
            said = None if was or options.checksums is None else _said_sha256(folder, names, options.checksums, entry.name, spool)
            if options.checksums is not None and not was and said is None:
                looked.waiting.append(f"the file of {when} of feed [{feed}] waits for its checksum")
                looked.unfinished.append(when)
                continue
            if was is None and entry.name not in fetched:
                fetched[entry.name] = folder.fetch(entry, spool / entry.name)
            looked.files.append(
                Dropped(
                    night=when,
                    feed=feed,
                    name=entry.name,
                    path=fetched.get(entry.name, spool / entry.name),
                    sha256=was,
                    said_sha256=said,
                    member=source.feeds[feed].origin.member,
                    stamp=stamp,
                )
            )
    looked.files.sort()
    return looked


def _unready(folder: Folder, entries: Sequence[Entry], ready: Ready, candidates: Sequence[Entry]) -> dict[str, str]:
    """Name of each file that is not whole, and why."""
    match ready.rule:
        case "name":
            return {}
        case "marker":
            there = {entry.name for entry in entries}
            return {
                entry.name: "its marker is not there" for entry in candidates if ready.marker.replace("{name}", entry.name) not in there
            }
        case _:
            if not candidates:
                return {}
            places.sleep(ready.pause_seconds)
            again = {entry.name: entry for entry in folder.entries()}
            return {entry.name: "it is still being written" for entry in candidates if again.get(entry.name) != entry}


def _said_sha256(folder: Folder, names: Mapping[str, Entry], pattern: str, name: str, spool: Path) -> str | None:
    """What the vendor wrote down as the sha256 of a file; None if nothing is written down yet."""
    entry = names.get(pattern.replace("{name}", name))
    if entry is None or entry.size > CHECKSUMS_LIMIT:
        return None
    text = folder.fetch(entry, spool / f".{entry.name}").read_bytes().decode("utf-8", "replace")
    for line in text.splitlines():
        found = _CHECKSUM.fullmatch(line.strip())
        if found and (found.group(2) == name or (found.group(2) is None and "{name}" in pattern)):
            return found.group(1).lower()
    return None
