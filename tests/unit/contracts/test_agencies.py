"""agencies.yaml: who owns what, and who receives where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.agencies import Agencies
from contracts.reviewed import load_reviewed

DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county" / "agencies.yaml"
HUB = {"title": "Hub", "roles": ["integrator"]}
JAIL = {"title": "Jail", "roles": ["contributor", "recipient"], "systems": ["jail"]}


def agencies(**each: dict[str, Any]) -> Agencies:
    return Agencies.model_validate({"agencies": each})


def test_the_demo_county_has_one_integrator_five_contributors_and_five_recipients() -> None:
    demo = load_reviewed(DEMO, Agencies)
    assert demo.integrator == "county_data_office"
    assert demo.contributors == ("behavioral_health", "dispatch", "mobile_crisis", "sheriff", "state_reporting")
    assert [demo.folder_of(name) for name in demo.recipients] == ["health", "county", "governance", "sheriff", "university"]


def test_a_system_has_one_owner() -> None:
    demo = load_reviewed(DEMO, Agencies)
    assert demo.owner_of("jail") == "sheriff"
    assert demo.owner_of("school") is None
    with pytest.raises(ValidationError, match="has one owner"):
        agencies(hub=HUB, jail=JAIL, other=JAIL | {"title": "Other", "receives_as": "elsewhere"})


@pytest.mark.parametrize("hubs", [{}, {"hub": HUB, "second": HUB}])
def test_exactly_one_agency_integrates(hubs: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="exactly one agency must be the integrator"):
        agencies(jail=JAIL, **hubs)


def test_two_recipients_never_share_a_folder() -> None:
    with pytest.raises(ValidationError, match="publish into one folder"):
        agencies(hub=HUB, jail=JAIL, board={"title": "Board", "roles": ["recipient"], "receives_as": "jail"})


@pytest.mark.parametrize(
    ("agency", "message"),
    [
        ({"title": "A", "roles": ["contributor"]}, "must list its systems"),
        ({"title": "A", "roles": ["recipient"], "systems": ["x"]}, "only a contributor lists systems"),
        ({"title": "A", "roles": ["contributor"], "systems": ["x"], "receives_as": "a"}, "only a recipient has receives_as"),
        ({"title": "A", "roles": ["owner"]}, "Input should be"),
        ({"title": "A", "roles": ["recipient"], "kind": "x"}, "Extra inputs"),
    ],
)
def test_an_agency_that_contradicts_itself_is_refused(agency: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        agencies(hub=HUB, a=agency)
