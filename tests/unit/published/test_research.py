"""Extracts for research: coarse enough, under the project's own names, with an end, and with no way back."""

from __future__ import annotations

import builtins
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from assets.published.canon import SecondCount, second_count
from assets.published.generalised import generalise, people_sharing, values_shared
from assets.published.research import Desk, ResearchRefused, destroy, extract, extracts, project_of
from contracts.county import County, load_county
from contracts.products import ProductForm
from contracts.research import PSEUDONYM, ResearchProject
from contracts.reviewed import TermsFaults
from tests.fixtures.consented_world import DEMO
from tests.fixtures.published_world import PublishedWorld, published_world

AGES = ["raw", "band_5", "band_10", "band_20", "suppress"]
TEXT: dict[str, Any] = {
    "id": "reentry_2026",
    "title": "What follows a stay in the jail",
    "agency": "state_university",
    "instrument": "DUA-2026-SU",
    "form": "lds",
    "review_board": "University IRB 2026-14",
    "record_type": "jail_booking",
    "uses": ["jail.__present__"],
    "k": 11,
    "l_diversity": 2,
    "suppress_percent": 5,
    "destroy_by": date(2026, 9, 1),
    "columns": [
        {"name": "age_at_event", "description": "Age when booked.", "role": "quasi", "ladder": AGES},
        {"name": "sex", "description": "Sex as recorded.", "role": "quasi", "ladder": ["raw", "suppress"]},
        {"name": "region", "description": "Region of residence.", "role": "quasi", "ladder": ["raw", "suppress"]},
        {"name": "charge_level", "description": "Gravest charge.", "role": "sensitive"},
        {"name": "booked_at", "description": "When booked, to the month.", "role": "plain", "ladder": ["month"]},
    ],
}  # fmt: skip
AGREEMENT = """
id: DUA-2026-SU
kind: DUA_LDS
version: "1.0"
title: Data use agreement, limited data set for the State University
status: active
parent_ids: [MOU-2025-01]
parties:
  - {agency: state_university, role: recipient}
  - {agency: county_data_office, role: integrator}
legal_authority: ["45 CFR 164.514(e)", "28 CFR 22"]
purposes: [research_statistical]
signed:
  - {party: state_university, signatory: R. Okafor, title: Vice Provost, signed_on: 2025-12-01}
  - {party: county_data_office, signatory: T. Vasquez-Holm, title: County Data Officer, signed_on: 2025-12-02}
effective_from: 2026-01-01
expires_on: 2027-01-01
notice_days: 30
min_cell: 11
retention_until: 2026-10-01
destruction_evidence: Certificate of the university's data steward
reid_prohibited: true
counsel_review: null
clauses:
  - number: "2.1"
    quote: The University receives bookings of adults without any identifier, for the approved study and nothing else.
    effect: permit
    operation: research_extract
    contributor: sheriff
    recipient: state_university
    elements: [jail.__present__, bookings]
    labels: [phi]
    purposes: [research_statistical]
    lawful_basis: limited_data_set
    output_form: lds
    obligations: [no_reidentification, no_redisclosure, destroy_by]
    under: [DSA-2025-SO]
"""


def _county(folder: Path) -> Path:
    """The demo county with an agreement and a project of this test's own."""
    shutil.copytree(DEMO, folder)
    (folder / "instruments" / "dua-2026-su.yaml").write_text(AGREEMENT)
    (folder / "research" / "reentry_2026.yaml").write_text(_yaml(TEXT))
    return folder


def _yaml(text: dict[str, Any]) -> str:
    import yaml

    return str(yaml.safe_dump(text, sort_keys=False))


def _faults(folder: Path) -> str:
    with pytest.raises(TermsFaults) as found:
        load_county(folder)
    return "\n".join(str(fault) for fault in found.value.faults)


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> County:
    return load_county(_county(tmp_path_factory.mktemp("terms") / "county"))


def _project(**changed: Any) -> ResearchProject:
    return ResearchProject.model_validate({**TEXT, **changed})


def _frame(*rows: tuple[str, int, str, str, str | None]) -> pl.DataFrame:
    schema = {PSEUDONYM: pl.String, "age_at_event": pl.Int32, "sex": pl.String, "region": pl.String, "charge_level": pl.String}
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(booked_at=pl.lit(datetime(2026, 1, 10, 9)))


def _people(number: int, ages: Callable[[int], int], **more: str) -> list[tuple[str, int, str, str, str | None]]:
    prefix, region = more.get("prefix", "p"), more.get("region", "north")
    return [(f"{prefix}{i}", ages(i), "M", region, "F" if i % 2 else "M") for i in range(number)]


def test_columns_are_made_coarser_until_enough_people_share_every_combination() -> None:
    made = generalise(_frame(*_people(60, lambda i: 20 + i % 20)), _project())
    assert (made.steps["age_at_event"], made.steps["region"], made.left_out) == ("band_5", "raw", 0)
    assert set(made.rows["age_at_event"]) == {"20-24", "25-29", "30-34", "35-39"}
    assert made.rows["booked_at"].unique().to_list() == ["2026-01"]


@pytest.mark.parametrize("seed", range(40))
def test_pycanon_counts_the_same_k_and_l_of_any_table(seed: int) -> None:
    """Random people with random records, some values empty, before and after they are made coarser."""
    rng = random.Random(seed)
    people = rng.randint(11, 90)
    rows = [
        (f"p{rng.randrange(people)}", rng.randint(17, 95), rng.choice("FM"), rng.choice(("north", "south")), rng.choice(("F", "M", None)))
        for _ in range(rng.randint(people, 3 * people))
    ]
    made = generalise(_frame(*rows), _project(k=11))
    quasi, sensitive = ["age_at_event", "sex", "region"], ["charge_level"]
    raw = _frame(*rows).with_columns(pl.col("age_at_event").cast(pl.String))
    for table in (raw, made.rows):
        counted = second_count(table, quasi, sensitive) if table.height else None
        if counted is not None:
            assert (counted.k, counted.l_diversity) == (people_sharing(table, quasi), values_shared(table, quasi, sensitive))
    assert made.k == 0 or made.k >= 11


def test_without_a_sensitive_column_there_is_no_l() -> None:
    made = generalise(_frame(*_people(30, lambda i: 20)), _project())
    counted = second_count(made.rows, ["age_at_event", "sex", "region"], [])
    assert counted is not None
    assert (counted.k, counted.l_diversity, counted.by.split()[0]) == (30, 0, "pycanon")


def test_one_person_with_many_records_is_one_person() -> None:
    made = generalise(_frame(*_people(1, lambda _: 30) * 40, *_people(40, lambda _: 50, prefix="q")), _project(suppress_percent=50))
    assert (made.records, made.left_out, made.k) == (80, 40, 40)


def test_what_stays_rare_is_left_out_and_counted() -> None:
    made = generalise(_frame(*_people(60, lambda _: 30), *_people(2, lambda _: 71, prefix="o")), _project())
    assert (made.left_out, made.rows.height, made.steps["age_at_event"]) == (2, 60, "raw")


def test_a_group_that_shares_one_sensitive_value_is_left_out() -> None:
    same = [(f"z{i}", 45, "M", "east", "F") for i in range(3)] + [(f"y{i}", 45, "M", "east", "F") for i in range(12)]
    made = generalise(_frame(*_people(600, lambda _: 30), *same), _project())
    assert (made.left_out, set(made.rows["region"])) == (15, {"north"})


def test_nothing_is_left_where_the_ladders_end_too_early() -> None:
    made = generalise(_frame(*_people(5, lambda i: i * 9)), _project())
    assert (made.rows.height, made.k, made.l_diversity, made.left_out) == (0, 0, 0, 5)


def test_ninety_and_above_is_one_age() -> None:
    made = generalise(_frame(*_people(30, lambda i: 89 + i)), _project(suppress_percent=50, k=11))
    assert set(made.rows["age_at_event"]) <= {"90", "90+", "85-89"}
    assert "90" in made.rows["age_at_event"].to_list()


def test_every_step_of_a_ladder() -> None:
    column = {"name": "region", "description": "A place in words.", "role": "quasi"}
    frame = _frame(*_people(22, lambda _: 93)).with_columns(region=pl.lit("60614"), age_at_event=pl.lit(93))
    for step, shown in (("raw", "60614"), ("zip3", "606"), ("suppress", None)):
        columns = [{**column, "ladder": [step]}, TEXT["columns"][3], {**TEXT["columns"][4], "ladder": ["year"]}]
        made = generalise(frame, _project(columns=columns))
        assert made.rows["region"].unique().to_list() == [shown]
        assert made.rows["booked_at"].unique().to_list() == ["2026"]
    banded = _project(columns=[{**TEXT["columns"][0], "ladder": ["band_10"]}])
    assert generalise(frame, banded).rows["age_at_event"].unique().to_list() == ["90+"]
    assert generalise(frame, banded).l_diversity == 0, "no sensitive column"


def test_lists_are_one_value() -> None:
    races = _project(
        record_type="race_assertion",
        columns=[{"name": "races", "description": "Races as said.", "role": "quasi", "ladder": ["raw", "suppress"]}],
    )
    frame = pl.DataFrame({PSEUDONYM: [f"p{i}" for i in range(22)], "races": [["WHITE", "ASIAN"], ["ASIAN", "WHITE"]] * 11})
    assert generalise(frame, races).rows["races"].unique().to_list() == ["ASIAN+WHITE"]


def test_measures_of_nothing_are_nought() -> None:
    empty = _frame()
    assert (people_sharing(empty, ["sex"]), values_shared(empty, ["sex"], ["charge_level"])) == (0, 0)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"k": 5}, "greater than or equal to 11"),
        ({"record_type": "nothing"}, "no record type"),
        ({"columns": [{**TEXT["columns"][0], "name": "shoe_size"}]}, "has no column"),
        ({"columns": [{**TEXT["columns"][0], "ladder": ["blur"]}]}, "no step of a ladder"),
        ({"columns": [{**TEXT["columns"][0], "role": "plain", "ladder": ["raw"]}]}, "role quasi"),
        ({"columns": [{**TEXT["columns"][3], "ladder": ["raw", "suppress"]}]}, "only a quasi-identifier"),
        ({"columns": [TEXT["columns"][0]] * 2}, "named twice"),
        ({"columns": [TEXT["columns"][3]]}, "quasi-identifiers"),
        ({"columns": [{**TEXT["columns"][3], "name": PSEUDONYM}]}, "own column"),
        ({"form": "pseudonymised"}, "is a date"),
    ],
)
def test_a_project_that_could_name_somebody_is_refused(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        _project(**changed)


def test_faults_between_a_project_and_the_county_are_said_with_their_file(tmp_path: Path) -> None:
    folder = _county(tmp_path / "county")
    project = folder / "research" / "reentry_2026.yaml"
    for changed, says in (
        ({"agency": "nobody"}, "not a recipient"),
        ({"instrument": "DUA-1999-XX"}, "no instrument [DUA-1999-XX]"),
        ({"instrument": "DUL-2026-CB", "agency": "county_board"}, "needs a DUA_LDS"),
        ({"destroy_by": date(2026, 12, 1)}, "gone by 2026-10-01"),
    ):
        project.write_text(_yaml({**TEXT, **changed}))
        assert says in _faults(folder)
    project.write_text(_yaml(TEXT))
    agreement = folder / "instruments" / "dua-2026-su.yaml"
    agreement.write_text(AGREEMENT.replace("reid_prohibited: true", "reid_prohibited: false"))
    assert "does not forbid re-identification" in _faults(folder)
    agreement.write_text(AGREEMENT)
    product = folder / "products" / "county_measures.yaml"
    product.write_text(product.read_text().replace("purposes: [", "purposes: [research_statistical, ", 1))
    assert "does not serve research" in _faults(folder)


def test_a_source_that_would_bring_an_extract_back_is_refused(tmp_path: Path) -> None:
    folder = _county(tmp_path / "county")
    jail = folder / "sources" / "jail.yaml"
    text = jail.read_text()
    assert "    columns:\n" in text
    jail.write_text(text.replace("    columns:\n", f"    unused: [{PSEUDONYM}]\n    columns:\n", 1))
    assert "never flows back" in _faults(folder)


@pytest.fixture
def desk(terms: County, tmp_path: Path) -> tuple[PublishedWorld, Desk]:
    world = published_world(terms, tmp_path, date(2026, 3, 2))
    for number in range(36):
        inmate = world.inmate(f"j-{number:03d}")
        world.booking(
            inmate,
            f"b-{number:03d}",
            booked=datetime(2026, 1, 10, 9),
            charge_level="F" if number % 2 else "M",
            age_at_event=30 + number % 3,
        )
    world.booking(world.inmate("j-alone"), "b-alone", booked=datetime(2026, 1, 10, 9), charge_level="F", age_at_event=71)
    world.ready()
    return world, Desk(world.con, terms, world.home, world.keyring, world.ledger, world.night, world.night)


def test_an_extract_is_handed_out_under_its_own_names_with_its_end(desk: tuple[PublishedWorld, Desk]) -> None:
    world, office = desk
    project = project_of(office.county, "reentry_2026")
    dry = extract(office, project, by="clerk", reason="first wave, 2026-14", write=False)
    assert (dry.version, extracts(office.home), world.ledger.entries()) == (None, [], [])
    found = extract(office, project, by="clerk", reason="first wave, 2026-14", write=True)
    assert (found.made.rows.height, found.made.left_out, found.made.k >= 11, found.valid_until) == (36, 1, True, date(2026, 9, 1))
    assert found.folder is not None
    with duckdb.connect(str(found.folder / f"{found.version}.duckdb"), read_only=True) as con:
        names = {name for (name,) in con.execute(f"select {PSEUDONYM} from extract").fetchall()}
        about = dict(con.execute("select name, value from _about").fetchall())
    keys = {key for (key,) in world.con.execute("select person_key from linked.membership").fetchall()}
    own = world.keyring.pseudonyms("research", "reentry_2026", 1, sorted(keys))
    assert names < set(own.values())
    assert not names & set(world.keyring.pseudonyms("sheriff", "jail_measures", 1, sorted(keys)).values())
    assert about["destroy_by"] == "2026-09-01"
    assert about["verified_by"].startswith("pycanon ")
    assert "28 CFR 22" in about["one_way"]
    (manifest,) = extracts(office.home)
    assert (manifest["clauses"], manifest["k"], manifest["left_out"]) == (["DUA-2026-SU §2.1"], found.made.k, 1)
    notice = (found.folder / f"{found.version}.NOTICE.txt").read_text()
    assert "must be destroyed by 2026-09-01" in notice
    content = b"".join(path.read_bytes() for path in found.folder.iterdir())
    assert not any(secret in content for secret in (b"j-alone", b"b-000", b"subject of", b"person of", b"record of"))
    (entry,) = world.ledger.entries()
    assert (entry["kind"], entry["fields"]["left_out"], entry["fields"]["step"]) == ("research_extract", 1, "extracted")
    assert list(office.home.scratch.iterdir()) == []


def test_an_extract_is_destroyed_with_evidence(desk: tuple[PublishedWorld, Desk]) -> None:
    world, office = desk
    found = extract(office, project_of(office.county, "reentry_2026"), by="clerk", reason="first wave, 2026-14", write=True)
    with pytest.raises(ResearchRefused, match="evidence"):
        destroy(office, "reentry_2026", str(found.version), by="clerk", evidence="gone")
    destroy(office, "reentry_2026", str(found.version), by="clerk", evidence="certificate of 2 May")
    assert extracts(office.home) == []
    assert world.ledger.entries()[-1]["fields"]["step"] == "destroyed"
    with pytest.raises(ResearchRefused, match="lies here"):
        destroy(office, "reentry_2026", str(found.version), by="clerk", evidence="certificate of 2 May")


def test_without_agreement_clause_reason_or_time_nothing_is_handed_out(desk: tuple[PublishedWorld, Desk]) -> None:
    world, office = desk
    project = project_of(office.county, "reentry_2026")

    def refused(says: str, office: Desk = office, project: ResearchProject = project, reason: str = "first wave, 2026-14") -> None:
        with pytest.raises(ResearchRefused, match=says):
            extract(office, project, by="clerk", reason=reason, write=True)

    refused("say why", reason="now")
    refused("not in force", replace(office, today=date(2027, 1, 1)))
    refused("was to be destroyed", replace(office, today=date(2026, 9, 1)))
    refused("longer ladders", project=project.model_copy(update={"k": 40}))
    refused("no clause", project=project.model_copy(update={"agency": "county_board"}))
    with pytest.raises(ResearchRefused, match="no research project"):
        project_of(office.county, "other")
    assert world.ledger.entries() == []
    assert extracts(office.home) == []


def test_a_project_is_no_product_of_the_county(terms: County) -> None:
    made = terms.research[0].as_product("research")
    assert made.form is ProductForm.PSEUDONYMISED
    assert made.path not in {product.path for product in terms.products}


def test_the_scope_of_a_consent_stays_with_its_row() -> None:
    frame = _frame(*_people(30, lambda i: 20 + i % 3)).with_columns(consent_scope_id=pl.lit("ab12"))
    made = generalise(frame, _project())
    assert made.rows["consent_scope_id"].to_list() == ["ab12"] * 30
    assert "consent_scope_id" not in generalise(frame.drop("consent_scope_id"), _project()).rows.columns


def test_an_extract_that_another_library_counts_otherwise_is_not_handed_out(
    desk: tuple[PublishedWorld, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, office = desk
    monkeypatch.setattr("assets.published.research.second_count", lambda *_: SecondCount(10, 2, "another library"))
    with pytest.raises(ResearchRefused, match="another library counts k 10 and l 2 where we count"):
        extract(office, project_of(office.county, "reentry_2026"), by="clerk", reason="first wave, 2026-14", write=True)
    assert (extracts(office.home), world.ledger.entries()) == ([], [])


def test_without_the_library_the_manifest_says_that_nobody_else_counted(
    desk: tuple[PublishedWorld, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, office = desk
    known = builtins.__import__

    def without(name: str, *more: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "pycanon":
            raise ImportError(name)
        return known(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    found = extract(office, project_of(office.county, "reentry_2026"), by="clerk", reason="first wave, 2026-14", write=True)
    monkeypatch.undo()
    assert found.verified is None
    (manifest,) = extracts(office.home)
    assert manifest["verified_by"] is None
