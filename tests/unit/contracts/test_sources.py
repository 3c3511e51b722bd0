"""The text of a source: everything wrong with it is said at once, each fault at its line, with what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.reviewed import TermsFaults, load_reviewed
from contracts.sources import Source

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "contracts" / "demo_county" / "sources"
VISITS = ROOT / "tests" / "fixtures" / "bad" / "visits.yaml"


def _faults(tmp_path: Path, change: Callable[[dict[str, Any]], Any], base: Path = VISITS) -> list[str]:
    text = yaml.safe_load(base.read_text())
    change(text)
    path = tmp_path / "visits.yaml"
    path.write_text(yaml.safe_dump(text, sort_keys=False))
    with pytest.raises(TermsFaults) as caught:
        load_reviewed(path, Source)
    lines = path.read_text().splitlines()
    for fault in caught.value.faults:
        key = fault.key.split(".")[-1]
        assert fault.line == 1 or key.isdigit() or key in lines[fault.line - 1], fault
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("path", sorted(DEMO.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_source_of_the_demo_county_is_sound(path: Path) -> None:
    source = load_reviewed(path, Source)
    assert source.name == path.stem
    assert source.instruments
    assert len(source.sha256) == 64


def _feed(text: dict[str, Any]) -> dict[str, Any]:
    feed: dict[str, Any] = text["feeds"]["visits"]
    return feed


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "no instrument": (lambda text: text.update(instruments=[]), "instruments: Tuple should have at least 1 item"),
    "an unknown key": (lambda text: text.update(colour="red"), "colour: unknown key; remove it or mend its spelling"),
    "an unknown record type": (
        lambda text: _feed(text).update(record_type="jail_visit"),
        "feeds.visits.record_type: [jail_visit] is not a record type; there are jail_booking, jail_charge",
    ),
    "an unknown field": (
        lambda text: _feed(text)["columns"].update(First="forename"),
        "feeds.visits.columns.First: [co_responder_encounter] has no field [forename]; it has source_updated_at",
    ),
    "a derived field": (lambda text: _feed(text)["columns"].update(Born="birth_year"), "the field [birth_year] is derived"),
    "used and unused": (
        lambda text: _feed(text).update(unused=["First"]),
        "feeds.visits.unused: the column [First] is both used and unused",
    ),
    "a word outside the vocabulary": (
        lambda text: _feed(text)["columns"]["Sex"]["codes"].update(M="male"),
        "feeds.visits.columns.Sex: the code [M] means [male], which [sex] does not know; it knows F, M, X",
    ),
    "no codes": (
        lambda text: _feed(text)["columns"].update(Outcome="disposition"),
        "feeds.visits.columns.Outcome: the field [disposition] needs codes: every raw code and one of resolved_on_scene",
    ),
    "a code that is not text": (
        lambda text: _feed(text)["columns"]["Sex"].update(codes={True: "M"}),
        "the code [True] is not text; put it in quotes",
    ),
    "two columns for one field": (
        lambda text: _feed(text)["columns"].update(Last="first_name"),
        "feeds.visits: more than one column or constant fills the field [first_name]",
    ),
    "a required field that nothing fills": (
        lambda text: _feed(text)["columns"].pop("Begin"),
        "feeds.visits: nothing fills the required field [started_at]",
    ),
    "race without its question": (
        lambda text: _feed(text).pop("race"),
        "feeds.visits: race or ethnicity is mapped; say under race: which category_system and method the source uses",
    ),
    "a time without a format": (
        lambda text: text.pop("formats"),
        "feeds.visits.columns.Begin: nothing says how the field [started_at] is written; add formats here or to the source",
    ),
    "another kind of origin": (
        lambda text: _feed(text).update({"from": {"table": "visits"}}),
        "feeds.visits.from: this connector reads a file, not a table",
    ),
    "a file without a night": (
        lambda text: _feed(text).update({"from": {"file": "visits.csv"}}),
        "must hold one date, for example events_{date:%Y%m%d}.csv",
    ),
    "a prohibited column": (
        lambda text: _feed(text)["columns"].update(Citizenship="city"),
        "feeds.visits: the column [Citizenship] holds what is dropped at intake; remove it",
    ),
    "columns that differ by case": (
        lambda text: _feed(text).update(unused=["first"]),
        "feeds.visits: the columns [First] and [first] differ by case only",
    ),
    "tombstones without a column": (
        lambda text: text.update(delivery_mode="tombstones"),
        "delivery_mode: no feed maps a column to is_deleted",
    ),
    "a parent that nobody delivers": (
        lambda text: _feed(text).update(record_type="cad_person"),
        "feeds.visits.record_type: [cad_person] belongs to [cad_event], which no feed of this source delivers",
    ),
    "an unknown encoding": (
        lambda text: text["connector"].update(encoding="guess"),
        "connector.csv_drop.encoding: Input should be 'utf-8'",
    ),
    "a constant outside the vocabulary": (
        lambda text: _feed(text).update(constants={"team_type": "crew"}),
        "feeds.visits.constants.team_type: [crew] is not a word of [team_type]; it knows co_response",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_text_is_said_where_it_stands(tmp_path: Path, name: str) -> None:
    change, said = FAULTS[name]
    assert [fault for fault in _faults(tmp_path, change) if said in fault] != []


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    def change(text: dict[str, Any]) -> None:
        _feed(text)["columns"].update(First="forename", Last="surname")
        _feed(text)["columns"]["Race"]["codes"]["White"] = "Caucasian"

    assert len(_faults(tmp_path, change)) == 3


def test_two_feeds_may_deliver_one_record_type_but_not_from_one_file(tmp_path: Path) -> None:
    text = yaml.safe_load(VISITS.read_text())
    text["feeds"]["more"] = _feed(text) | {"from": {"file": "more_{date:%Y%m%d}.csv"}}
    assert [kind.name for kind in Source.model_validate(text).record_types] == ["co_responder_encounter"]

    def change(text: dict[str, Any]) -> None:
        text["feeds"]["more"] = dict(_feed(text))

    assert ["is already read by the feed [visits]" in fault for fault in _faults(tmp_path, change)] == [True]


def test_a_watermark_belongs_to_a_table_that_is_read_by_what_changed(tmp_path: Path) -> None:
    jail = DEMO / "jail.yaml"

    def change(text: dict[str, Any]) -> None:
        text["feeds"]["booking"]["from"]["watermark"] = {"column": "LastUpdDt"}

    assert ["a full snapshot is read whole" in fault for fault in _faults(tmp_path, change, jail)] == [True]

    def of_a_file(text: dict[str, Any]) -> None:
        _feed(text)["from"]["watermark"] = {"column": "Begin"}

    assert ["a watermark is that of a table" in fault for fault in _faults(tmp_path, of_a_file)] == [True]


def test_where_a_system_lies_and_its_caps_change_no_row_and_its_codes_do() -> None:
    source = load_reviewed(VISITS, Source)
    assert source.model_copy(update={"refusal_cap": 0.5, "title": "Other"}).mapping_sha256 == source.mapping_sha256
    text = source.model_dump(by_alias=True)
    text["feeds"]["visits"]["columns"]["Race"][0]["codes"]["White"] = "OTHER"
    assert Source.model_validate(text).mapping_sha256 != source.mapping_sha256


def test_a_resource_must_be_spoken_for_column_by_column(tmp_path: Path) -> None:
    def change(text: dict[str, Any]) -> None:
        text["feeds"]["condition"]["unused"] = ["colour"]

    found = _faults(tmp_path, change, DEMO / "health.yaml")
    assert any("[colour] is not read from a Condition" in fault for fault in found)
    assert any("nothing is said about the columns category; map them or list them under unused" in fault for fault in found)


def test_a_reference_to_another_source_must_say_which(tmp_path: Path) -> None:
    def change(text: dict[str, Any]) -> None:
        del text["feeds"]["encounters"]["references"]

    found = _faults(tmp_path, change, DEMO / "co_responder.yaml")
    assert any("names a record of another source; say which under references, as cad_event: SOURCE" in fault for fault in found)


def test_where_a_system_is_comes_from_the_environment_or_the_default(tmp_path: Path) -> None:
    where = load_reviewed(DEMO / "cad.yaml", Source).connector.where
    assert where.resolve({}, tmp_path) == f"{tmp_path}/county_systems/cad"
    assert where.resolve({where.env: "/mnt/drop"}, tmp_path) == "/mnt/drop"
    assert load_reviewed(VISITS, Source).connector.where.resolve({}, tmp_path) is None


def test_programmes_outside_part_2_are_listed_and_no_other_is_taken_for_one() -> None:
    health = load_reviewed(DEMO / "health.yaml", Source)
    assert health.part2_programmes
    assert set(health.part2_programmes).isdisjoint(health.other_programmes)


def test_the_hash_of_a_text_ignores_comments_and_tells_a_change(tmp_path: Path) -> None:
    text = VISITS.read_text()
    path = tmp_path / "visits.yaml"
    hashes = []
    for changed in (text, "# more\n" + text, text.replace("refusal_cap: 0.1", "refusal_cap: 0.2")):
        path.write_text(changed)
        hashes.append(load_reviewed(path, Source).sha256)
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize("column", ["PrimaryLanguage", "Disability_Status", "sexual_orientation", "IEP"])
def test_a_trait_that_may_only_be_counted_is_never_read_of_a_person(tmp_path: Path, column: str) -> None:
    found = _faults(tmp_path, lambda text: _feed(text)["columns"].update({column: "city"}))
    assert [message for message in found if "may only be counted" in message]


def test_the_race_of_a_person_stopped_is_what_was_observed(tmp_path: Path) -> None:
    def change(text: dict[str, Any]) -> None:
        feed = _feed(text)
        feed["record_type"] = "police_stop"
        feed["columns"] = {"Begin": "stopped_at", "Race": {"to": "race", "codes": {"White": "WHITE"}}}
        feed["race"]["method"] = "self"

    assert any("race in a [police_stop] is observed, not self" in message for message in _faults(tmp_path, change))
