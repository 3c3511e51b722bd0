"""Where a county's state lies on disk.

Belongs here: the layout of ``$THROUGHCARE_HOME`` and atomic file writing. Does not belong here: what the files mean.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folder that holds everything a county keeps; see docs/reference/state.md."""

    root: Path

    @property
    def landing(self) -> Path:
        """Deliveries and their manifests, by source and sha256: immutable but for recorded erasure."""
        return self.root / "landing"

    @property
    def terms(self) -> Path:
        """The county folder as each run used it, by sha256."""
        return self.root / "terms"

    @property
    def quarantine(self) -> Path:
        """Refused rows, one file per source and night; mode 0600, outside warehouse and backups."""
        return self.root / "quarantine"

    @property
    def registers(self) -> Path:
        """Append-only registers: intake, persons, memberships, decisions."""
        return self.root / "registers.duckdb"

    @property
    def warehouse(self) -> Path:
        """The disposable warehouse of the integrator."""
        return self.root / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """One folder per recipient and product."""
        return self.root / "published"

    @property
    def public(self) -> Path:
        """Public snapshots, one folder a product and quarter; read-only once they are there."""
        return self.root / "public"

    @property
    def research(self) -> Path:
        """Extracts for research, one folder a project."""
        return self.root / "research"

    @property
    def ledger(self) -> Path:
        """Append-only, hash-chained account of runs and disclosures."""
        return self.root / "ledger"

    @property
    def governance(self) -> Path:
        """Scope documents, one page a night."""
        return self.root / "governance"

    @property
    def incidents(self) -> Path:
        """Who was shown what was another's, one file an incident; mode 0600, integrator only."""
        return self.root / "incidents"

    @property
    def keys(self) -> Path:
        """Secrets, mode 0600."""
        return self.root / "keys"

    @property
    def scratch(self) -> Path:
        """Spill and half-built files; safe to delete when nothing runs."""
        return self.root / "scratch"

    def prepare(self) -> Home:
        """Create the folders that must exist before a run, readable by the owner only."""
        for folder in (self.root, self.landing, self.terms, self.quarantine, self.published, self.ledger, self.keys, self.scratch):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self


def write_atomically(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replace ``path`` with ``content`` so that a reader sees the old bytes or the new ones, never a mixture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
