"""What the tests of linkage share: the shipped model and a way to run a night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from linked_world import NIGHT, World, open_world

from assets.linked.model import FrozenModel, load_model
from assets.linked.night import LinkReport, link_domains
from contracts.linkage import LinkageChoice
from contracts.reviewed import load_reviewed

FOLDER = Path(__file__).resolve().parents[3] / "contracts" / "demo_county" / "linkage"


@pytest.fixture(scope="session")
def choice() -> LinkageChoice:
    return load_reviewed(FOLDER / "linkage.yaml", LinkageChoice)


@pytest.fixture(scope="session")
def model(choice: LinkageChoice) -> FrozenModel:
    return load_model(FOLDER, choice.model)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return open_world(tmp_path)


@pytest.fixture(scope="session")
def link(model: FrozenModel, choice: LinkageChoice) -> Callable[..., LinkReport]:
    def run(world: World, night: date = NIGHT) -> LinkReport:
        return link_domains(world.con, model=model, choice=choice, keyring=world.keyring, night=night)

    return run
