"""A vendor that drops FHIR R4 bulk exports: one folder a night, newline-delimited JSON, a manifest.

Belongs here: the folder, its manifest, and the examination of one file of resources. Does not belong here: what a resource means
(assets.checked.formats).
Elements about birthplace, citizenship and nationality are taken out of every resource before it is landed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from contracts.sources import Encoding, FhirNdjson, Source
from contracts.vocabularies.fhir import FHIR_COLUMNS
from contracts.vocabularies.prohibited import PROHIBITED_FHIR_EXTENSIONS
from resources.source_systems.connector import Collected, Fault, Known, Part, Rule
from resources.source_systems.csv_text import BLOCK, FileFaultError, pass_over_bytes
from resources.source_systems.drop_folder import Dropped, collect_sets, unreachable
from resources.source_systems.places import PlaceUnreachable, mirrored

_MARKS = tuple(ending.encode() for ending in PROHIBITED_FHIR_EXTENSIONS)
MANIFEST_LIMIT = 1024 * 1024
LONGEST_RESOURCE = 16 * 1024 * 1024


class FhirNdjsonConnector:
    """Reads ``fhir_ndjson`` sources; see :class:`resources.source_systems.connector.Connector`."""

    def collect(self, source: Source, *, place: str, night: date, into: Path, known: Known) -> Collected:
        """Every complete nightly folder up to ``night`` with files that are not known yet."""
        options = source.connector
        if not isinstance(options, FhirNdjson):
            raise TypeError(f"source [{source.name}] is not a drop folder of FHIR exports")
        try:
            with mirrored(place, spool=into.with_name(f"{into.name}-fetched"), wanted=lambda name: _is_due(name, night)) as here:
                return self._collect(source, options, here, night=night, into=into, known=known)
        except PlaceUnreachable as error:
            return unreachable(place, str(error))
        except OSError:
            return unreachable(place)

    def _collect(self, source: Source, options: FhirNdjson, here: Path, *, night: date, into: Path, known: Known) -> Collected:
        folders = sorted(path for path in here.iterdir() if path.is_dir() and not path.is_symlink())
        resources = {feed.origin.resource or "": name for name, feed in source.feeds.items()}
        files: list[Dropped] = []
        counts: dict[Path, int] = {}
        held: list[str] = []
        unfinished: list[date] = []
        others = 0
        for folder in folders:
            when = _night_of(folder.name)
            if when is None or when > night:
                continue
            try:
                listed, more = _listed(folder, options.manifest, resources)
            except FileNotFoundError:
                held.append(f"the folder of {when} has no {options.manifest} yet, or not every file it lists")
                unfinished.append(when)
                continue
            except FileFaultError as error:
                held.append(f"the manifest of {when} cannot be used: {error.fault}")
                unfinished.append(when)
                continue
            others += more
            for feed, path, count in listed:
                files.append(Dropped(when, feed, path.name, path))
                if count is not None:
                    counts[path] = count

        def accept(file: Dropped, copy: Path) -> Part:
            rows, dropped = _examine(copy, options, said=counts.get(file.path))
            feed = source.feeds[file.feed]
            if rows < feed.min_rows:
                raise FileFaultError(Fault(Rule.TOO_FEW_ROWS, f"{rows} resources where at least {feed.min_rows} are expected"))
            return Part(
                feed=file.feed,
                name=file.name,
                path="",
                sha256="",
                landed_sha256="",
                rows=rows,
                columns=FHIR_COLUMNS[feed.origin.resource or ""],
                dropped=dropped,
            )

        found = collect_sets(files, source=source, night=night, into=into, known=known, examine=accept, required=False)
        return replace(
            found,
            waiting=(*held, *found.waiting),
            ignored=(f"{others} files of resources that no feed reads",) if others else (),
            incomplete_from=min([*unfinished, *([found.incomplete_from] if found.incomplete_from else [])], default=None),
        )


def _is_due(name: str, night: date) -> bool:
    when = _night_of(name)
    return when is not None and when <= night


def _night_of(name: str) -> date | None:
    try:
        return date.fromisoformat(name) if len(name) == len("YYYY-MM-DD") else None
    except ValueError:
        return None


_Listed = tuple[list[tuple[str, Path, int | None]], int]


def _as_it_lies(folder: Path, resources: Mapping[str, str]) -> _Listed:
    """The same as :func:`_listed` where no manifest is written: files called after a resource, as Patient.ndjson or Patient.000.ndjson."""
    files = sorted(path for path in folder.iterdir() if path.suffix == ".ndjson" and path.is_file() and not path.is_symlink())
    named = [(re.split(r"[^A-Za-z]", path.name, maxsplit=1)[0], path) for path in files]
    found: list[tuple[str, Path, int | None]] = [(resources[resource], path, None) for resource, path in named if resource in resources]
    return found, len(files) - len(found)


def _listed(folder: Path, manifest: str | None, resources: Mapping[str, str]) -> _Listed:
    """(feed, file, count) of what the manifest lists and the county's text reads; and how many files of other resources it lists."""
    if manifest is None:
        return _as_it_lies(folder, resources)
    path = folder / manifest
    if path.stat().st_size > MANIFEST_LIMIT:
        raise FileFaultError(Fault(Rule.MALFORMED_MANIFEST, "larger than a megabyte"))
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        output = [(str(item["type"]), str(item["url"]), item.get("count")) for item in said["output"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        output = None
    if output is None:
        raise FileFaultError(Fault(Rule.MALFORMED_MANIFEST, "not a bulk data manifest with output[].type and output[].url"))
    listed: list[tuple[str, Path, int | None]] = []
    others = 0
    for resource, url, count in output:
        if resource not in resources:
            others += 1
            continue
        # Only the last part of the URL: a manifest must not lead out of its own folder.
        file = folder / PurePosixPath(url.replace("\\", "/")).name
        if file.is_symlink() or not file.is_file():
            raise FileNotFoundError
        listed.append((resources[resource], file, count if isinstance(count, int) else None))
    return listed, others


def _examine(path: Path, options: FhirNdjson, *, said: int | None) -> tuple[int, int]:
    """Accept a file of resources and take prohibited elements out of it; returns (rows, elements dropped)."""
    try:
        seen = pass_over_bytes(path, encoding=Encoding.UTF8, max_bytes=options.max_bytes)
    except FileFaultError as error:
        if error.fault.rule is Rule.EMPTY and not said:
            return 0, 0  # an export of nothing
        raise
    rows = dropped = 0
    last = b""
    marked = False
    with path.open("rb") as stream:
        while block := stream.readlines(BLOCK):
            lines = [line for line in block if not line.isspace()]
            _refuse_endless(lines, rows)
            rows += len(lines)
            last = lines[-1] if lines else last
            whole = b"".join(lines)
            marked = marked or any(mark in whole for mark in _MARKS)
    if not seen.ends_with_newline and not _is_json(last):
        raise FileFaultError(Fault(Rule.TRUNCATED, f"resource {rows} ends the file in the middle"))
    if said is not None and said != rows:
        raise FileFaultError(Fault(Rule.COUNT_MISMATCH, f"{rows} resources where the manifest says {said}"))
    if marked:
        dropped = _write_without_prohibited(path)
    return rows, dropped


def _refuse_endless(lines: Sequence[bytes], before: int) -> None:
    if max(map(len, lines), default=0) > LONGEST_RESOURCE:
        place, size = next((place, len(line)) for place, line in enumerate(lines, start=before + 1) if len(line) > LONGEST_RESOURCE)
        raise FileFaultError(Fault(Rule.TOO_LARGE, f"resource {place} has {size} bytes, more than {LONGEST_RESOURCE}"))


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _write_without_prohibited(path: Path) -> int:
    clean = path.with_name(f".{path.name}.clean")
    dropped = 0
    with path.open("rb") as stream, clean.open("wb") as target:
        for line in stream:
            if not any(mark in line for mark in _MARKS):
                target.write(line)
                continue
            try:
                resource, count = _without_prohibited(json.loads(line))
                text = json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode()
            except (ValueError, RecursionError):
                target.write(b"{}\n")  # unreadable, and it may hold what must not be kept
                dropped += 1
                continue
            dropped += count
            target.write(text + b"\n")
    clean.replace(path)
    return dropped


def _without_prohibited(value: Any) -> tuple[Any, int]:
    """The value without extensions whose URL marks them, at any depth, and how many there were."""
    if isinstance(value, list):
        kept, dropped = [], 0
        for item in value:
            if isinstance(item, dict) and str(item.get("url", "")).endswith(PROHIBITED_FHIR_EXTENSIONS):
                dropped += 1
                continue
            clean, count = _without_prohibited(item)
            kept.append(clean)
            dropped += count
        return kept, dropped
    if isinstance(value, dict):
        cleaned = {key: _without_prohibited(item) for key, item in value.items()}
        return {key: item for key, (item, _) in cleaned.items()}, sum(count for _, count in cleaned.values())
    return value, 0
