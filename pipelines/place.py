"""Where this process works: the home, the county folder, the instance of Dagster.

Belongs here: reading ``THROUGHCARE_HOME``, ``THROUGHCARE_COUNTY`` and ``DAGSTER_HOME``, and nothing else of the environment.
Does not belong here: anything that acts on those places.
"""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from resources.home import Home
from resources.integrator import REDACTION, ROOMS

REPOSITORY = Path(__file__).resolve().parents[1]
"""The folder that holds the four rooms: the repository, or site-packages where the wheel is installed."""


class StrangePackage(RuntimeError):
    """A package of one of our names comes from somewhere else."""


@dataclass(frozen=True)
class Place:
    """The folders of one process, and the environment its connectors read their addresses from."""

    home: Home
    county: Path
    environment: Mapping[str, str]

    @property
    def dagster_home(self) -> Path:
        """Dagster's own state: runs and counts, never rows."""
        return self.home.root / "dagster"

    @property
    def systems(self) -> Path:
        """Where the demo county's source systems and drop folders lie."""
        return self.home.root / "county_systems"

    @property
    def simulated(self) -> Path:
        """Where the simulated county lies, truth included; no asset reads it."""
        return self.home.root / "simulated_county"


def place_of(environment: Mapping[str, str]) -> Place:
    """The place that the environment names; ``./data`` and the demo county where it names none."""
    home = Path(environment.get("THROUGHCARE_HOME") or "data").resolve()
    county = Path(environment.get("THROUGHCARE_COUNTY") or demo_county()).resolve()
    # Connectors substitute the home in their default addresses, so it is always said.
    return Place(Home(home), county, {**environment, "THROUGHCARE_HOME": str(home)})


def demo_county() -> Path:
    """The county folder that ships."""
    return REPOSITORY / "contracts" / "demo_county"


def assert_rooms() -> None:
    """Make sure that the four rooms are ours.

    Raises:
        StrangePackage: naming the room and where it was found instead.
    """
    for room in ROOMS:
        found = importlib.import_module(room).__file__
        if found is None or Path(found).resolve().parents[1] != REPOSITORY:
            raise StrangePackage(f"the package [{room}] was found outside this installation ({found}); remove the stray package")


def prepare_dagster(place: Place) -> None:
    """Give Dagster its home and its settings, and switch redaction on, before Dagster is imported.

    Without DAGSTER_HOME Dagster would keep a temporary instance, and with another folder it would ignore this repository's dagster.yaml.
    """
    os.environ.setdefault(REDACTION, "1")
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    place.home.prepare()
    place.dagster_home.mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(_settings(), place.dagster_home / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(place.dagster_home)
    os.environ["THROUGHCARE_HOME"] = str(place.home.root)


def _settings() -> Path:
    # The wheel carries the file inside pipelines/; a checkout has it at the top.
    for path in (REPOSITORY / "dagster.yaml", REPOSITORY / "pipelines" / "dagster.yaml"):
        if path.is_file():
            return path
    raise FileNotFoundError("dagster.yaml is missing from this installation; install it again")
