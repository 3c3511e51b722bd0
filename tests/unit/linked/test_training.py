"""Learning without labels: what it reaches, what it refuses, and whether the card says how groups fare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pytest
from linked_world import DOMAIN, NIGHT, Seen, World, open_world, simulate

from assets.linked import card_words, fairness, mitigations, train
from assets.linked.evaluate import may_be
from assets.linked.model import FrozenModel
from assets.linked.night import link_domains
from contracts.linkage import LinkageChoice, SexEvidence, Training


class Linked(NamedTuple):
    precision: float
    recall: float


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory, choice: LinkageChoice) -> Linked:
    """Generated people linked by a model that learned from other generated people, truth unseen."""
    folder = tmp_path_factory.mktemp("learned")
    world = open_world(folder, "teacher").hold(simulate(400, 3)[0])
    subjects = train.prepare(world.con, domain=DOMAIN, caps=choice.caps)
    trained = train.estimate(world.con, name="person.v9", seed=1, minimum_count=3, pairs=100_000)
    training = Training(
        data="test", residents=400, simulation_seed=3, measured_simulation_seed=4, seed=1, command="-", subjects=subjects, software={}
    )  # fmt: skip
    sex = SexEvidence(used=True, reason="test")
    card = train.write(folder, trained, name="person.v9", training=training, thresholds=choice.thresholds, sex=sex)
    seen, truth = simulate(250, 4)
    measured = open_world(folder, "measured").hold(seen)
    link_domains(measured.con, model=train.frozen(trained, card), choice=choice, keyring=measured.keyring, night=NIGHT)
    dated = {(item.system, item.key) for item in seen if item.dob}
    person_of = {key: person for key, person in measured.persons().items() if key in dated}
    keys = sorted(person_of)
    pairs = [(one, other) for at, one in enumerate(keys) for other in keys[at + 1 :]]
    found = [pair for pair in pairs if person_of[pair[0]] == person_of[pair[1]]]
    true = [pair for pair in pairs if truth[pair[0]] == truth[pair[1]]]
    right = sum(truth[one] == truth[other] for one, other in found)
    return Linked(right / len(found), right / len(true))


def test_a_model_that_saw_no_truth_is_right_about_people_it_never_saw(linked: Linked) -> None:
    assert linked.precision >= 0.99


def test_a_model_that_saw_no_truth_misses_few_of_them(linked: Linked) -> None:
    assert linked.recall >= 0.9


def _prepared(world: World, choice: LinkageChoice, seen: list[Seen]) -> int:
    world.hold(seen)
    return train.prepare(world.con, domain=DOMAIN, caps=choice.caps)


def test_a_value_that_everybody_shares_is_refused_by_field_and_number(
    world: World, choice: LinkageChoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "BLOCKED_PAIRS", 1_000)
    _prepared(world, choice, [Seen("jail", str(number), f"Ana{number}", f"Lee{number}", "1977-07-07") for number in range(60)])
    with pytest.raises(train.TrainingFailed, match="60 subjects share one birth date") as refusal:
        train.estimate(world.con, name="person.v9", seed=1)
    assert "1977" not in str(refusal.value)


def test_identities_that_say_nothing_are_nobody_in_particular(world: World, choice: LinkageChoice) -> None:
    assert _prepared(world, choice, [Seen("jail", str(number)) for number in range(5)]) == 5
    assert world.con.execute("select count(*) from temp.linked_block_key").fetchall() == [(0,)]
    assert world.con.execute("select bool_and(is_weak) from temp.linked_feature").fetchall() == [(True,)]


def test_the_share_of_matches_is_found_whatever_was_assumed() -> None:
    # 100 of a million pairs match, by far; the others are as far from matching.
    certain = [30.0] * 100 + [-30.0] * 900
    for assumed in (1e-6, 1e-4, 1e-2):
        weights = [weight + train.log2(assumed / (1 - assumed)) for weight in certain]
        assert train.matching_share(weights, assumed=assumed, pairs=1_000_000) == pytest.approx(1e-4, rel=1e-3)


def test_no_candidates_leave_the_least_share() -> None:
    assert train.matching_share([], assumed=0.1, pairs=1_000) == 1 / 1_000


def test_a_gap_is_judged_between_large_groups_only() -> None:
    large = [("A", 1, 1, 1, 1)] * 600 + [("B", 1, 1, 1, 1)] * 594 + [("B", 1, 0, 1, 1)] * 6
    small = [("C", 1, 0, 1, 0)] * 10
    found = fairness.fairness({5: _outcome([*large, *small])}, seed=1, causes=card_words.CAUSES, mitigations=(), measured=5)
    assert found.measured is not None
    assert found.measured.gap_points == 1.0
    assert found.gap_points == 1.0
    assert found.gap_points_of_named == 0.0
    by_name = {group.group: group for group in found.groups}
    assert by_name["C"].recall == 0
    assert by_name["B"].low is not None
    assert by_name["B"].high is not None
    assert by_name["B"].low < 0.99 < by_name["B"].high


def test_a_group_without_pairs_has_no_recall() -> None:
    found = fairness.fairness({5: _outcome([("A", 0, 0, 0, 0)] * 3)}, seed=1, causes=(), mitigations=())
    assert found.groups[0].recall is None
    assert found.gap_points is None


@pytest.mark.parametrize(
    ("value", "promised", "effective", "held"),
    [
        (0.96, 0.93, 5000, True),
        (0.91, 0.93, 5000, False),
        (0.91, 0.93, 60, True),  # too few to tell
        (0.50, 0.93, 60, False),  # enough to tell
        (None, 0.93, 60, False),
        (1.0, 0.93, 0, False),
    ],
)
def test_a_promise_is_broken_only_by_figures_that_can_tell(value: float | None, promised: float, effective: float, held: bool) -> None:
    assert may_be(value, promised, effective) is held


def _outcome(people: list[fairness.PersonPairs], right: int = 0, found: int = 0) -> fairness.Outcome:
    return fairness.Outcome(people=people, right=right, found=found)


def test_what_a_mitigation_is_worth_is_the_difference_without_it() -> None:
    as_is = _outcome([("A", 10, 9, 8, 8), ("B", 10, 8, 9, 7)], right=17, found=17)
    lesser = _outcome([("A", 10, 9, 8, 8), ("B", 10, 4, 9, 4)], right=13, found=13)
    kept = mitigations.Tried(tried="one", effect="-", kept=True, change=mitigations.one_bit_lower)
    told = mitigations.told(kept, [as_is], [lesser], ["A", "B"])
    assert told.overall_points == 20.0
    assert {effect.group: effect.recall_points for effect in told.by_group} == {"A": 0.0, "B": 40.0}
    assert told.precision_points == 0.0
    assert mitigations.told(replace(kept, kept=False), [as_is], [lesser], []).overall_points == -20.0
    assert mitigations.told(kept, [as_is], [], ["A"]).overall_points is None


def test_people_without_unnamed_records_keep_only_what_names_found() -> None:
    assert mitigations.unnamed_left_alone(_outcome([("A", 10, 9, 8, 6)])) == [("A", 10, 6, 8, 6)]


def test_a_level_taken_away_weighs_as_much_as_no_agreement(model: FrozenModel, choice: LinkageChoice) -> None:
    changed, _ = mitigations.without_levels("phone or address of many people equal")((model, choice))
    for before, after in zip(model.settings["comparisons"], changed.settings["comparisons"], strict=True):
        for old, new in zip(before["comparison_levels"], after["comparison_levels"], strict=True):
            if old["label_for_charts"] == "phone or address of many people equal":
                assert new["m_probability"] == before["comparison_levels"][-1]["m_probability"]
            else:
                assert new == old
    with pytest.raises(KeyError, match=r"has no level of nothing"):
        mitigations.without_levels("of nothing")((model, choice))


def test_everything_that_was_tried_fits_the_shipped_model(model: FrozenModel, choice: LinkageChoice) -> None:
    changed = [tried.change((model, choice)) for tried in mitigations.TRIED if tried.change is not None]
    assert all(setting != (model, choice) for setting in changed)


def test_the_gap_of_one_county_comes_with_the_interval_of_its_people() -> None:
    people: list[fairness.PersonPairs] = [("A", 1, 1, 1, 1)] * 50 + [("B", 1, 1, 1, 1)] * 40 + [("B", 10, 0, 1, 1)]
    found = fairness.county_gap(_outcome(people), 7, ["A", "B"], seed=1)
    assert found.gap_points == 20.0
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 0.0
    assert found.high > 20.0
    assert found.gap_points_of_named == 0.0


def test_missed_pairs_are_told_by_their_first_cause(world: World, link: Callable[..., object]) -> None:
    seen = [Seen("jail", "1", "Ana", "Lopez", "1980-05-06", sex="F"), Seen("health", "2", "Ana", "Lopez", "1980-05-06", sex="F"),
            Seen("cad", "3", dob="1980-05-06", sex="F"), Seen("cad", "4", "Bea", "Lopez", "1980-05-06", sex="F")]  # fmt: skip
    link(world.hold(seen))
    key = world.persons()
    values = [(item.subject, item.system, DOMAIN, key[item.system, item.key], "P1", "A", True, item.first is not None) for item in seen]
    truth = ", ".join(str(line) for line in values)
    world.con.execute(
        "create or replace temp table linked_truth as select * from (values " + truth + ") as truth"
        " (subject_id, system, domain, person_key, person, race_group, has_birth_date, is_named)"
    ).fetchall()
    (found,) = fairness.missed(world.con, link=5.0)
    assert (found.pairs, found.missed, found.unnamed, found.forbidden) == (6, 5, 3, 2)
    assert found.missed == found.unnamed + found.never_compared + found.forbidden + found.below + found.parted
    # The pair that was found meets under many rules: without the sounds it stays, without all rules it is gone.
    assert fairness.people(world.con) == fairness.people_without(world.con, mitigations.SOUNDS_AND_PLACES) == [("A", 6, 1, 3, 1)]
    assert fairness.people_without(world.con, range(16)) == [("A", 6, 0, 3, 1)]
