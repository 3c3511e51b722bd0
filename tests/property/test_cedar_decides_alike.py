"""Cedar, an engine that others wrote and proved, answers the random worlds as the specification does."""

from __future__ import annotations

import pytest

from assets.consented.decide import Verdict, decide
from tests.fixtures.cedar_worlds import SCHEMA, entities, policies, row
from tests.fixtures.counts import times
from tests.fixtures.random_decisions import ASKED, NIGHT, label_groups, requests, world

cedarpy = pytest.importorskip("cedarpy", reason="the third oracle needs cedarpy, which the dev extra brings")
WORLDS = times(80)


@pytest.fixture(scope="module")
def answers() -> list[tuple[str, Verdict, Verdict]]:
    """(what was asked, our verdict, Cedar's); a policy that errs is a deny, because Cedar passes over it."""
    found: list[tuple[str, Verdict, Verdict]] = []
    for seed in range(WORLDS):
        facts = world(seed)
        groups = label_groups(facts, seed)
        asked = [request for item in ASKED for _, request in requests(facts, groups, item)]
        rows = [row(str(number), request, facts) for number, request in enumerate(asked)]
        said = cedarpy.is_authorized_batch(
            [
                {
                    "principal": f'Agency::"{request.recipient}"',
                    "action": f'Action::"{request.operation}"',
                    "resource": f'Row::"{number}"',
                    "context": {"purposes": sorted(request.purposes)},
                }
                for number, request in enumerate(asked)
            ],
            policies(facts, NIGHT),
            [*entities(facts), *rows],
            SCHEMA,
        )
        for request, answer in zip(asked, said, strict=True):
            is_sure = answer.allowed and not answer.diagnostics.errors
            found.append((f"world [{seed}], {request}", decide(request, facts).verdict, Verdict.PERMIT if is_sure else Verdict.DENY))
    return found


def test_cedar_permits_what_the_specification_permits_and_nothing_else(answers: list[tuple[str, Verdict, Verdict]]) -> None:
    assert [asked for asked, ours, theirs in answers if ours is not theirs] == []


def test_the_worlds_ask_enough_of_it(answers: list[tuple[str, Verdict, Verdict]]) -> None:
    assert len(answers) > 100 * WORLDS
    assert sum(ours is Verdict.PERMIT for _, ours, _ in answers) > WORLDS


def test_policies_hold_to_their_schema() -> None:
    for seed in range(3):
        found = cedarpy.validate_policies(policies(world(seed), NIGHT), SCHEMA)
        assert found.validation_passed, found.errors
