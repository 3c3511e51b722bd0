"""The county's terms as one run uses them.

Belongs here: holding the loaded county, keeping its text by hash, noticing that it changed under a run.
Does not belong here: reading or judging the text (``contracts.county``).
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from contracts.county import County, load_county, terms_sha256
from contracts.law import packs_sha256
from resources.home import Home, sync_folder

KEPT_PACKS = ".rule_packs"
"""Folder of a snapshot with the rule packs that held."""


class TermsChanged(RuntimeError):
    """The county folder is no longer the text that the definitions were built from."""


@dataclass(frozen=True)
class Terms:
    """One county's reviewed text and where its snapshots lie."""

    county: County
    home: Home

    @classmethod
    def load(cls, folder: Path, home: Home) -> Terms:
        """Read a county folder.

        Raises:
            contracts.reviewed.TermsFaults: with everything that is wrong with it.
        """
        return cls(county=load_county(folder), home=home)

    @property
    def sha256(self) -> str:
        """Hash of every file of the county folder and of every rule pack as they were loaded."""
        return self.county.sha256

    def verify(self) -> None:
        """Make sure that the folder still says what was loaded.

        Raises:
            TermsChanged: if a file was edited, added or removed since.
        """
        now = terms_sha256(self.county.folder, self.county.law.sha256_now())
        if now != self.sha256:
            raise TermsChanged(
                f"the county folder changed after it was loaded (loaded {self.sha256[:12]}, now {now[:12]}); "
                "reload the code location, or start the command again, so that assets and terms agree"
            )

    def _keep_packs(self, part: Path) -> list[Path]:
        """Copy the packs that do not lie in the county folder; where each lies now."""
        kept: list[Path] = []
        for path in self.county.law.files:
            if path.is_relative_to(self.county.folder):
                kept.append(part / path.relative_to(self.county.folder))
                continue
            target = part / KEPT_PACKS / ("state" if path.parent.name == "state" else "") / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            kept.append(target)
        return kept

    def snapshot(self) -> Path:
        """Keep the folder, and in ``.rule_packs`` the packs that held, under their hash; does nothing if they are already kept.

        Raises:
            TermsChanged: if the folder changed while it was copied.
        """
        kept = self.home.terms / self.sha256
        if kept.is_dir():
            return kept
        self.home.terms.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self.home.terms / f".{self.sha256}.{os.getpid()}.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(self.county.folder, part, ignore=shutil.ignore_patterns(".*"))
        if terms_sha256(part, packs_sha256(self._keep_packs(part))) != self.sha256:
            shutil.rmtree(part)
            raise TermsChanged("the county folder was edited while it was being copied; start the run again")
        try:
            part.rename(kept)
        except OSError:
            # Another run kept the same text first.
            shutil.rmtree(part, ignore_errors=True)
        sync_folder(self.home.terms)
        return kept
