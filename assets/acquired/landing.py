"""The landing: deliveries as they came, addressed by their content, never changed.

Belongs here: moving a delivery into place, its manifest, reading it back. Does not belong here: deciding whether it may land.
A delivery lies at ``landing/<source>/<sha256>/`` with its payload by feed and ``manifest.json``.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from contracts.sources import Source
from resources.home import Home, sync_folder, write_atomically
from resources.source_systems.connector import Collected, Part, file_sha256

MANIFEST = "manifest.json"


class LandingDamaged(RuntimeError):
    """A landed delivery is not what its manifest says."""


@dataclass(frozen=True)
class Landed:
    """A delivery in the landing."""

    folder: Path
    sha256: str
    parts: tuple[Part, ...]
    complete_through: date

    @property
    def rows(self) -> dict[str, int]:
        """Rows by feed."""
        return rows_by_feed(self.parts)


def rows_by_feed(parts: Iterable[Part]) -> dict[str, int]:
    """Rows of several parts, added up by feed."""
    counted: dict[str, int] = {}
    for part in parts:
        counted[part.feed] = counted.get(part.feed, 0) + part.rows
    return counted


def manifest_of(source: Source, collected: Collected, *, night: date, complete_through: date) -> dict[str, Any]:
    """What is written beside a delivery and into the intake register: counts, columns and hashes, never a value."""
    return {
        "source": source.name,
        "connector": source.connector.kind,
        "text": source.sha256,
        "night": night.isoformat(),
        "complete_through": complete_through.isoformat(),
        "sha256": collected.sha256,
        "parts": [
            {**asdict(part), "columns": list(part.columns), "night": part.night.isoformat() if part.night else None}
            for part in collected.parts
        ],
    }


def land(home: Home, source: Source, scratch: Path, manifest: dict[str, Any]) -> None:
    """Move a delivery from ``scratch`` into the landing, in one step; a delivery that lies there already is left as it is."""
    target = landed_folder(home, source.name, str(manifest["sha256"]))
    if target.exists():
        shutil.rmtree(scratch)
        return
    write_atomically(scratch / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    for path in scratch.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o400)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(scratch, target)  # noqa: PTH105 - replaces nothing: the target was not there
    sync_folder(target.parent)


def landed_folder(home: Home, source: str, sha256: str) -> Path:
    """Where a delivery lies."""
    return home.landing / source / sha256


def landed_from(folder: Path, manifest: dict[str, Any]) -> Landed:
    """A delivery as its manifest describes it."""
    return Landed(
        folder=folder,
        sha256=str(manifest["sha256"]),
        parts=tuple(
            Part(
                feed=part["feed"],
                name=part["name"],
                path=part["path"],
                sha256=part["sha256"],
                landed_sha256=part["landed_sha256"],
                rows=int(part["rows"]),
                columns=tuple(part["columns"]),
                dropped=int(part["dropped"]),
                night=date.fromisoformat(part["night"]) if part["night"] else None,
                strange=tuple(part.get("strange", ())),
                shapes={column: tuple(shape) for column, shape in part.get("shapes", {}).items()},
                mark=part.get("mark"),
                stamp=part.get("stamp", ""),
            )
            for part in manifest["parts"]
        ),
        complete_through=date.fromisoformat(manifest["complete_through"]),
    )


def read_landed(home: Home, source: str, sha256: str) -> Landed:
    """A landed delivery, verified against its manifest.

    Raises:
        LandingDamaged: if it is not there or its payload was altered.
    """
    folder = landed_folder(home, source, sha256)
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LandingDamaged(f"delivery {sha256[:12]} of source [{source}] is not in the landing; restore it from a backup") from None
    landed = landed_from(folder, manifest)
    damaged = [number for number, part in enumerate(landed.parts, start=1) if _payload_sha256(folder / part.path) != part.landed_sha256]
    if damaged:
        raise LandingDamaged(
            f"delivery {sha256[:12]} of source [{source}]: {len(damaged)} of {len(landed.parts)} parts were altered after landing; "
            "restore it from a backup"
        )
    return landed


def _payload_sha256(path: Path) -> str | None:
    if path.is_file():
        return file_sha256(path)
    if path.is_dir():
        return files_sha256(sorted(path.iterdir()))
    return None


def files_sha256(paths: Iterable[Path]) -> str:
    """One hash for several files in the order given."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(file_sha256(path).encode())
    return digest.hexdigest()
