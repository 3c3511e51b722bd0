"""A recipient's figures asked again under other links: of its own permitted records, and of no other."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from assets.measured.links import LINK_TABLES
from assets.published.build import Bench, BuildFault
from assets.published.scope_for_product import hand_over
from assets.published.scratch import open_scratch
from contracts.instruments import Operation
from tests.fixtures.published_world import DOMAIN, PublishedWorld

PRODUCT = "county/measures"
NIGHT = date(2026, 3, 2)


def pair(world: PublishedWorld, one: str, other: str, weight: float) -> None:
    a, b = sorted((one, other))
    world.made.add("linked.edge", domain=DOMAIN, subject_a=a, subject_b=b, match_weight=weight, match_probability=1 / (1 + 2**-weight))


def furnish(world: PublishedWorld) -> None:
    """Thirty people of each of two groups, booked and met by the co-responder team; the links of one group are uncertain."""
    for race, weight in (("WHITE", 25.0), ("BLACK", 6.0)):
        for number in range(30):
            inmate = world.inmate(f"{race}-{number:02d}", race=race)
            begin = datetime(2025, 6, 1, 9) + timedelta(days=number)
            world.booking(inmate, f"{race}-{number:02d}", booked=begin, released=begin + timedelta(days=2))
            met = world.made.subject(f"met {race}-{number:02d}", "co_responder")
            world.made.crisis(met)
            world.same_person(inmate, met)
            pair(world, inmate, met, weight)


def asked(world: PublishedWorld, folder: Path) -> duckdb.DuckDBPyConnection:
    """A bench on which the figures have been asked again, of what was handed over."""
    path = folder / "scratch.duckdb"
    hand_over(world.con, path, world.product(PRODUCT), Operation.DISCLOSE_AGGREGATE, keyring=world.keyring, night=NIGHT, with_pairs=True)
    kept = duckdb.connect()
    with open_scratch(path, like=world.con) as con:
        bench = Bench(
            con, world.county.definitions, world.county.population, world.county.disclosure, NIGHT,
            thresholds=world.county.linkage.thresholds,
        )  # fmt: skip
        bench.prepare()
        bench.measure(0, LINK_TABLES)
        for schema, names in (("measured", ("racial_disparity", *LINK_TABLES)), ("linked", ("edge", "membership"))):
            for name in names:
                kept.register("held", con.sql(f"select * from {schema}.{name}").to_arrow_table())
                kept.execute(f"create table {name} as select * from held")
                kept.unregister("held")
    return kept


def test_a_product_says_how_far_its_own_figures_rest_on_uncertain_links_and_counts_no_record_it_may_not(
    world: PublishedWorld, tmp_path: Path
) -> None:
    furnish(world)
    # A record that the product may not count: its pair is not handed over, and changes nothing.
    patient = world.client("pt-00000001", race="BLACK")
    world.made.encounter(patient, part2=True)
    world.same_person("subject of BLACK-00", patient)
    pair(world, "subject of BLACK-00", patient, 6.0)
    found = asked(world.ready(), tmp_path)
    rows = found.execute(
        "select race_group, is_stored, persons_tonight, persons_linked, persons_across, round(expected_false_share, 4)"
        " from linkage_by_race where race_group in ('WHITE', 'BLACK') and threshold <= 8 order by race_group, threshold"
    ).fetchall()
    assert rows == [
        ("BLACK", True, 30, 30, 30, pytest.approx(1 / 65, abs=1e-4)),
        ("BLACK", False, 30, 0, 0, None),
        ("WHITE", True, 30, 30, 30, 0.0),
        ("WHITE", False, 30, 30, 30, 0.0),
    ]
    assert found.execute("select count(*) from edge").fetchall() == [(60,)]
    stated = "select race_group, rate_ratio from racial_disparity where point_id = 'booking' and race_group = 'BLACK'"
    again = (
        "select race_group, rate_ratio from link_threshold_sensitivity where figure_id = 'booking' and race_group = 'BLACK' and is_stored"
    )
    assert found.execute(stated).fetchall() == found.execute(again).fetchall() != []
    members = found.execute("select subject_id, person_key from membership").fetchall()
    assert patient not in {subject for subject, _ in members}
    assert not [key for _, key in members if key.startswith("person of ")]


def test_figures_by_other_links_without_thresholds_are_a_fault_of_the_build(world: PublishedWorld) -> None:
    world.con.execute("create schema if not exists measured")
    bench = Bench(world.con, world.county.definitions, world.county.population, world.county.disclosure, NIGHT)
    with pytest.raises(BuildFault, match=r"linkage\.yaml"):
        bench._measure_links(bench.definitions)
