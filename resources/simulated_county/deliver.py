"""Putting a simulated night where the county's connectors look.

Belongs here: the layout of simulated nights on disk and copying one of them. Does not belong here: what is in the files.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

JAIL_FILE = "jail.sqlite"
DROPS = ("cad", "co_responder", "state_reports")
HEALTH = "health"
MANIFEST = "manifest.json"


def night_folder(out: Path, night: date) -> Path:
    """Folder of one simulated night."""
    return out / "nights" / night.isoformat()


def _copy(source: Path, target: Path) -> None:
    """Copy so that a reader sees the old file or the whole new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)


def deliver(out: Path, place: Path, night: date) -> tuple[Path, ...]:
    """Deliver one simulated night as its vendors would.

    The jail's database is replaced; the dispatch centre, the co-responder team and the state drop their files beside those of earlier
    nights; the health system adds a folder, its manifest last.

    Args:
        out: folder of the simulated county.
        place: where the county's systems deliver to (``county_systems`` of the demo county).
        night: which night.

    Returns:
        The files delivered, in the order of delivery.

    Raises:
        FileNotFoundError: if that night was not simulated.
    """
    folder = night_folder(out, night)
    if not folder.is_dir():
        raise FileNotFoundError(f"night {night} was not simulated; `throughcare county simulate --nights` makes more nights")
    health = HEALTH + "/" + night.isoformat()
    files = [(folder / JAIL_FILE, place / JAIL_FILE)]
    files += [(path, place / drop / path.name) for drop in DROPS for path in sorted((folder / drop).iterdir())]
    resources = sorted((folder / health).iterdir(), key=lambda path: (path.name == MANIFEST, path.name))
    files += [(path, place / health / path.name) for path in resources]
    for source, target in files:
        _copy(source, target)
    return tuple(target for _, target in files)
