"""Frozen models: what is refused, what training gives, what the evaluation counts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from linked_world import DOMAIN, NIGHT, Seen, World, open_world, simulate

from assets.linked import model as models
from assets.linked import train
from assets.linked.cluster_accuracy import clusters
from assets.linked.evaluate import evaluate, interval
from assets.linked.model import FrozenModel, ModelRefused, load_model
from assets.linked.night import link_domains, probability
from assets.linked.score import scratch_splink
from contracts.linkage import LinkageChoice, SexEvidence, Training
from contracts.reviewed import TermsFaults

NAME = "person.v2"
FOLDER = Path(__file__).resolve().parents[3] / "contracts" / "demo_county" / "linkage"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "linkage"))


def test_the_shipped_model_matches_its_card(model: FrozenModel) -> None:
    assert model.name == NAME
    assert model.settings["linker_uid"] == NAME
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 500_000


def test_the_shipped_card_keeps_what_is_promised(model: FrozenModel) -> None:
    (row,) = (row for row in model.card.accuracy if (row.population, row.scope, row.by) == ("permitted", "with_birth_date", "overall"))
    assert row.precision.value is not None
    assert row.precision.value >= 0.998
    assert row.recall.value is not None
    assert row.recall.value >= 0.93
    assert model.card.training.simulation_seed != model.card.training.measured_simulation_seed


def test_the_shipped_card_was_measured_with_the_shipped_thresholds(model: FrozenModel, choice: LinkageChoice) -> None:
    assert model.card.thresholds == choice.thresholds


def test_no_frequency_names_a_rare_name(model: FrozenModel) -> None:
    for table in model.card.term_frequencies:
        assert min(model.frequencies[table.column].values()) >= table.rest


@pytest.mark.parametrize("file", [f"{NAME}.json", f"{NAME}.first_name.csv"])
def test_a_file_that_does_not_match_its_card_is_refused(copy: Path, file: str) -> None:
    (copy / file).write_text((copy / file).read_text() + "\n")
    with pytest.raises(ModelRefused, match="sha256"):
        load_model(copy, NAME)


def test_a_missing_model_file_is_named(copy: Path) -> None:
    (copy / f"{NAME}.json").unlink()
    with pytest.raises(ModelRefused, match=r"linkage/person\.v2\.json is missing"):
        load_model(copy, NAME)


def test_a_card_of_another_model_is_refused(copy: Path) -> None:
    (copy / f"{NAME}.card.yaml").rename(copy / "person.v3.card.yaml")
    with pytest.raises(ModelRefused, match=r"describes person\.v2"):
        load_model(copy, "person.v3")


def test_a_card_with_an_unknown_key_is_a_fault_of_the_terms(copy: Path) -> None:
    card = copy / f"{NAME}.card.yaml"
    card.write_text(card.read_text() + "surprise: 1\n")
    with pytest.raises(TermsFaults, match="unknown key"):
        load_model(copy, NAME)


def test_comparisons_are_fresh_objects_every_time() -> None:
    assert all(build() is not build() for build in models.COMPARISONS)


def test_two_rows_of_one_subject_are_refused_before_splink_sees_them() -> None:
    con = duckdb.connect(":memory:")
    features = con.sql("select unnest(['a', 'a']) as subject_id").to_arrow_table()
    with pytest.raises(ValueError, match="not unique"), scratch_splink(con, features):
        pass


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, choice: LinkageChoice) -> tuple[train.Trained, train.Trained, int]:
    world = open_world(tmp_path_factory.mktemp("training"))
    world.hold(simulate(500, 3)[0])
    subjects = train.prepare(world.con, domain=DOMAIN, caps=choice.caps)
    return (
        train.estimate(world.con, name="person.v9", seed=1, minimum_count=3, pairs=50_000),
        train.estimate(world.con, name="person.v9", seed=1, minimum_count=3, pairs=50_000),
        subjects,
    )


def test_the_same_data_and_seed_give_the_same_model(trained: tuple[train.Trained, train.Trained, int]) -> None:
    one, other, _ = trained
    assert json.dumps(one.settings, sort_keys=True) == json.dumps(other.settings, sort_keys=True)
    assert one.frequencies == other.frequencies


class _Underflow:
    """A linker whose data hold no match at some level: Splink refuses the probability it then computes."""

    @property
    def training(self) -> _Underflow:
        return self

    def estimate_parameters_using_expectation_maximisation(self, *_: object, **__: object) -> None:
        raise ValueError("m_probability value 0.0 is below the minimum allowed value")


def test_data_that_cannot_teach_a_model_are_a_clear_error() -> None:
    with pytest.raises(train.TrainingFailed, match="more records"):
        train.maximise(_Underflow(), rule=None)


def test_no_level_of_a_trained_model_is_missing_or_impossible(trained: tuple[train.Trained, train.Trained, int]) -> None:
    levels = [level for item in trained[0].settings["comparisons"] for level in item["comparison_levels"] if not level.get("is_null_level")]
    assert all(level["m_probability"] >= train.M_FLOOR and level["u_probability"] >= train.U_FLOOR for level in levels)


def test_a_written_model_can_be_loaded_and_its_reviewer_is_empty(
    trained: tuple[train.Trained, train.Trained, int], tmp_path: Path, choice: LinkageChoice
) -> None:
    result, _, subjects = trained
    training = Training(
        data="test", residents=500, simulation_seed=3, measured_simulation_seed=4, seed=1, command="none", subjects=subjects, software={}
    )
    written = train.write(
        tmp_path, result, name="person.v9", training=training, thresholds=choice.thresholds, sex=SexEvidence(used=True, reason="test")
    )
    loaded = load_model(tmp_path, "person.v9")
    assert loaded.card == written
    assert loaded.card.review.reviewed_by is None
    assert loaded.frequencies["last_name"] == dict(result.frequencies["last_name"])
    assert "reviewed_by: null" in (tmp_path / "person.v9.card.yaml").read_text()


def _truth(folder: Path, world: World, people: dict[tuple[str, str], int]) -> Path:
    rows = [(system, key, f"P{person}") for (system, key), person in people.items()]
    world.con.execute("create temp table truth_rows (source varchar, vendor_key varchar, person varchar)").fetchall()
    world.con.executemany("insert into truth_rows values (?, ?, ?)", rows)
    folder.mkdir(exist_ok=True)
    subject = "select source, 'feed' as feed, vendor_key, person, null::date as valid_from, null::date as valid_to from truth_rows"
    world.con.execute(f"copy ({subject}) to '{folder / 'subject.parquet'}'").fetchall()
    person = (
        "select distinct person, case when hash(person) % 2 = 0 then 'WHITE' else 'BLACK' end as race_group, 'F' as sex,"
        " date '1984-05-17' as birth_date from truth_rows"
    )
    world.con.execute(f"copy ({person}) to '{folder / 'person.parquet'}'").fetchall()
    return folder


def test_accuracy_counts_pairs_by_hand(world: World, model: FrozenModel, choice: LinkageChoice, tmp_path: Path) -> None:
    ana = Seen("jail", "J1", "Anastasia", "Vandermeer", "1984-05-17", ssn4="4821")
    seen = [
        ana,
        Seen("health", "H1", "Anastasia", "Vandermeer", "1984-05-17", ssn4="4821"),
        Seen("health", "H2", "Quentin", "Obradovic", "1951-02-03"),
        Seen("co_responder", "C1", "Quentin", "Obradovic", "1951-02-03"),
        Seen("jail", "J3", "Ruth", "Kowalczyk", "1990-09-09"),
    ]
    link_domains(world.hold(seen).con, model=model, choice=choice, keyring=world.keyring, night=NIGHT)
    # Truth: H2 and C1 are two people (a wrong link); J3 is Anastasia too (a missed one).
    people = {("jail", "J1"): 1, ("health", "H1"): 1, ("health", "H2"): 2, ("co_responder", "C1"): 3, ("jail", "J3"): 1}
    found = evaluate(world.con, _truth(tmp_path / "truth", world, people))
    overall = found.row("all")
    assert (overall.precision.hits, overall.precision.of, overall.recall.of) == (1, 2, 3)
    assert found.row("all", "system_pair", "health / jail").recall.of == 2
    assert found.row("all", "system_pair", "jail / jail").recall.hits == 0
    assert (found.persons, found.persons_whole) == (1, 0)
    assert found.to_dict()["subjects"] == 5
    assert any("overall" in line for line in found.lines())
    # Between jail and health: J1 and H1 found each other; H1 lacks J3 and J3 lacks H1. Between health and co-responders one wrong company.
    persons = {(row.by, row.group): row for row in clusters(world.con)}
    between = persons["system_pair", "health / jail"]
    assert (between.subjects, between.precision.value, between.recall.value) == (3, 1.0, 0.5)
    assert (between.whole.hits, between.whole.of) == (0, 1)
    wrong = persons["system_pair", "co_responder / health"]
    assert (wrong.subjects, wrong.precision.value, wrong.recall.value) == (0, 0.0, None)
    assert persons["system_pair", "jail / jail"].recall.value == 0.0


def test_a_vendor_key_of_two_people_is_left_out(world: World, model: FrozenModel, choice: LinkageChoice, tmp_path: Path) -> None:
    seen = [Seen("jail", "J1", "Ana", "Lee", "1984-05-17", reuse=True), Seen("jail", "J2", "Bo", "Ray", "1974-05-17")]
    link_domains(world.hold(seen).con, model=model, choice=choice, keyring=world.keyring, night=NIGHT)
    folder = _truth(tmp_path / "truth", world, {("jail", "J1"): 1, ("jail", "J2"): 3})
    world.con.execute("insert into truth_rows values ('jail', 'J1', 'P2')").fetchall()
    world.con.execute(f"copy (select *, 'feed' as feed from truth_rows) to '{folder / 'subject.parquet'}'").fetchall()
    found = evaluate(world.con, folder)
    assert (found.subjects, found.shared_vendor_keys, found.unknown_to_truth) == (1, 1, 0)


def test_missing_truth_is_named(world: World, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"subject\.parquet"):
        evaluate(world.con, tmp_path)


def test_an_interval_without_a_base_has_no_value() -> None:
    assert interval(0, 0).value is None


def test_a_wilson_interval_at_the_edge() -> None:
    # Wilson 1927: 10 of 10 gives (0.7225, 1).
    found = interval(10, 10)
    assert (found.value, found.low, found.high) == (1.0, 0.722467, 1.0)


def test_a_weight_of_zero_is_even_odds_and_a_judgement_is_certain() -> None:
    assert probability(0.0) == 0.5
    assert probability(None) == 1.0
