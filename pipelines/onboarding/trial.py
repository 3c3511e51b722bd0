"""A delivery tried out: the real acquired and checked stages on the given files, in a home that is thrown away.

Belongs here: laying files where the connector looks, running the two stages, counting what was refused. Does not belong here: any rule
(contracts, assets.acquired, assets.checked), printing (commands/source_trial), the report with rows (row_report).
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from assets.acquired.acquire import AcquireReport, Verdict, acquire
from assets.checked.check import CheckReport, CheckVerdict, check_source
from assets.checked.quarantine import quarantine_file
from contracts.county import County
from contracts.records import RECORD_TYPES
from contracts.source_feeds import FILE_DATE
from contracts.sources import Source
from resources.home import Home
from resources.source_systems.drop_folder import night_in_name
from resources.sql import Connection, load_sql, rows
from resources.warehouse import Warehouse

PACKAGE = "pipelines.onboarding"
FILE_KINDS = frozenset({"file"})
SHOWN_RANGES = 6


class CannotTry(Exception):
    """The files cannot be laid out as a delivery of the source; the message says why."""


@dataclass(frozen=True)
class Refused:
    """Rows of one file that break one rule in one column: how many, and where. ``column`` is ``*`` for the row as a whole."""

    feed: str
    part: str
    column: str
    rule: str
    faults: int
    places: str


@dataclass(frozen=True)
class Trial:
    """What became of the files.

    ``con`` holds the admitted rows and is open as long as the trial is; ``home`` holds the quarantine.
    """

    source: Source
    night: date
    acquired: AcquireReport
    checked: CheckReport | None
    refused: tuple[Refused, ...]
    con: Connection
    home: Home

    @property
    def accepted(self) -> bool:
        """Whether the nightly run would use the delivery, and no row of it would be refused."""
        return self.usable and not self.refused

    @property
    def usable(self) -> bool:
        """Whether the nightly run would use the delivery."""
        return self.acquired.verdict is Verdict.ACCEPTED and self.checked is not None and self.checked.verdict is CheckVerdict.ACCEPTED

    @property
    def quarantine(self) -> Path:
        """The file with the refused rows; absent if none was."""
        return quarantine_file(self.home, self.source.name, self.night)


@contextmanager
def trial(
    source: Source, county: County, files: Sequence[str], *, night: date, environment: Mapping[str, str], home: Path
) -> Iterator[Trial]:
    """Run a source's delivery through the acquired and checked stages in a scratch home.

    Args:
        source: its text.
        county: for time zone and regions.
        files: files, or ``feed=file``; a folder for standards that are delivered as one; none: what lies where the source says.
        night: the night, for files whose names do not say theirs.
        environment: where the source's address is looked up when no file is given.
        home: the real home, for addresses that name it; nothing is written there.

    Raises:
        CannotTry: if a file belongs to no feed, or a feed's parent is not among the files.
    """
    with tempfile.TemporaryDirectory(prefix="throughcare-trial-") as folder:
        scratch = Home(Path(folder) / "home")
        scratch.prepare()
        tried, night, place = _laid_out(source, files, Path(folder) / "place", night)
        where = {tried.connector.where.env: place} if place else _real(tried, environment, home)
        with Warehouse(scratch).writer() as con:
            acquired = acquire(tried, night=night, home=scratch, con=con, environment=where)
            checked = None
            if acquired.used_sha256 is not None:
                checked = check_source(tried, county=county, night=night, home=scratch, con=con)
            refused = count_refused(quarantine_file(scratch, tried.name, night))
            yield Trial(tried, night, acquired, checked, refused, con, scratch)


def _real(source: Source, environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """The address the nightly run would use, with the real home in it."""
    address = source.connector.where.resolve(environment, home)
    if address is None:
        raise CannotTry(f"no file was given and {source.connector.where.env} is not set; name a file, or say where the source lies")
    return {source.connector.where.env: address}


def _laid_out(source: Source, files: Sequence[str], place: Path, night: date) -> tuple[Source, date, str | None]:
    """The source as it is tried, the night, and where its connector is to look; None for where it always looks."""
    if not files:
        return source, night, None
    place.mkdir(parents=True)
    given = [_split(source, item) for item in files]
    missing = [str(path) for _, path in given if not path.exists()]
    if missing:
        raise CannotTry(f"{', '.join(missing)}: no such file")
    if source.connector.kind == "sqlalchemy":
        return source, night, f"sqlite:///{given[0][1].resolve()}"
    if all(feed.origin.kind in FILE_KINDS for feed in source.feeds.values()):
        return _drop(source, given, place, night)
    return _folder(source, [path for _, path in given], place, night)


def _split(source: Source, item: str) -> tuple[str | None, Path]:
    feed, mark, path = item.partition("=")
    return (feed, Path(path)) if mark and feed in source.feeds else (None, Path(item))


def _drop(source: Source, given: Sequence[tuple[str | None, Path]], place: Path, night: date) -> tuple[Source, date, str]:
    """Files under the names their feeds are looked for by; a date in a name is kept, and the newest is the night."""
    found: dict[str, tuple[Path, date | None]] = {}
    for feed, path in given:
        for name in [feed] if feed else _feeds_of(source, path):
            if name in found:
                raise CannotTry(f"two files for the feed [{name}]; try one night at a time")
            found[name] = (path, night_in_name(source.feeds[name].origin.file or "", path.name))
    _parents_there(source, found)
    nights = [day for _, day in found.values() if day is not None]
    night = max(nights, default=night)
    for name, (path, _) in found.items():
        shutil.copyfile(path, place / dated(source.feeds[name].origin.file or "", night))
    plain = {key: value for key, value in {"ready": None, "checksums": None}.items() if hasattr(source.connector, key)}
    defaults = {key: type(source.connector).model_fields[key].get_default(call_default_factory=True) for key in plain}
    connector = source.connector.model_copy(update=defaults)
    feeds = {name: feed for name, feed in source.feeds.items() if name in found}
    return source.model_copy(update={"feeds": feeds, "connector": connector}), night, str(place)


def dated(pattern: str, night: date) -> str:
    """A file pattern with its date written out."""
    return FILE_DATE.sub(lambda written: night.strftime(written.group(1)), pattern)


def _feeds_of(source: Source, path: Path) -> list[str]:
    """Feeds that read a file of that name; several may read one file."""
    fitting = [name for name, feed in source.feeds.items() if night_in_name(feed.origin.file or "", path.name)]
    if fitting and len({source.feeds[name].origin.file for name in fitting}) == 1:
        return fitting
    if len({feed.origin.file for feed in source.feeds.values()}) == 1:
        return list(source.feeds)
    raise CannotTry(f"{path.name}: say which feed it is, as FEED={path.name}; the feeds are {', '.join(source.feeds)}")


def _parents_there(source: Source, found: Mapping[str, Any]) -> None:
    delivered = {source.feeds[name].record_type for name in found}
    for name in found:
        parent = RECORD_TYPES[source.feeds[name].record_type].parent
        if parent and parent.required and parent.record_type not in delivered:
            needed = next(other for other, feed in source.feeds.items() if feed.record_type == parent.record_type)
            raise CannotTry(f"rows of [{name}] mean nothing without those of [{needed}]; name its file too")


def _folder(source: Source, paths: Sequence[Path], place: Path, night: date) -> tuple[Source, date, str]:
    """A standard that is delivered as a folder of its own: one a night, with the manifest that says it is whole."""
    files = [item for path in paths for item in (sorted(path.iterdir()) if path.is_dir() else [path]) if item.is_file()]
    if len(paths) == 1 and paths[0].is_dir():
        night = _day(paths[0].name) or night
    target = place / night.isoformat()
    target.mkdir()
    for item in files:
        shutil.copyfile(item, target / item.name)
    manifest = getattr(source.connector, "manifest", None)
    if manifest and not (target / manifest).exists():
        output = [{"type": feed.origin.resource, "url": f"{feed.origin.resource}.ndjson"} for feed in source.feeds.values()]
        there = [entry for entry in output if (target / str(entry["url"])).exists()]
        (target / manifest).write_text(json.dumps({"output": there}), encoding="utf-8")
    return source, night, str(place)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def count_refused(path: Path) -> tuple[Refused, ...]:
    """Refused rows by feed, file, column and rule, with their places; no value of any row."""
    if not path.exists():
        return ()
    with duckdb.connect(str(path), read_only=True) as con:
        found = rows(con, load_sql(PACKAGE, "refused_places"))
    return tuple(
        Refused(feed, part or "", column or "*", rule, faults, ranges(places)) for feed, part, column, rule, faults, places in found
    )


def ranges(places: Sequence[int], *, shown: int = SHOWN_RANGES) -> str:
    """Positions in a few words: ``1-4, 9, 12-20 and 33 more``."""
    runs: list[list[int]] = []
    for place in sorted(set(places)):
        if runs and place == runs[-1][1] + 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    text = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs[:shown])
    left = sum(last - first + 1 for first, last in runs[shown:])
    return f"{text} and {left} more" if left else text


def private_file(path: Path) -> int:
    """A new file for the account that runs this, and nobody else; a descriptor to write to."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
