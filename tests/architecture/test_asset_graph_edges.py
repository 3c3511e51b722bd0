"""The asset graph has the six stages and no edge round them; so does the SQL behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.acquired import assets as acquired
from assets.catalogue import Table
from assets.checked import assets as checked
from assets.consented import assets as consented
from assets.lineage import tables_read
from assets.linked import assets as linked
from assets.measured import assets as measured
from assets.published import assets as published
from contracts.county import County, load_county
from contracts.stages import ALLOWED_EDGES, STAGES, Stage
from pipelines.definitions import build_defs
from pipelines.place import Place, demo_county
from resources.home import Home
from resources.sql import load_sql

ROOT = Path(__file__).resolve().parents[2]
FINAL_DECISION = {"decision_edge.sql", "decision_membership.sql", "neighbourhood.sql"}
"""Put by the published stage, or by who explains a decision: it follows a person through memberships and edges, and shows none of them."""
SQL_FILES = sorted((ROOT / "assets").glob("*/*.sql"))


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    home = tmp_path_factory.mktemp("home")
    return build_defs(Place(Home(home), demo_county(), {"THROUGHCARE_HOME": str(home)}))


@pytest.fixture(scope="module")
def graph(definitions: dg.Definitions) -> Any:
    return definitions.resolve_asset_graph()


def _stage(key: dg.AssetKey) -> Stage:
    return Stage(key.path[0])


def test_every_edge_of_the_asset_graph_is_an_allowed_one(graph: Any) -> None:
    edges = {(_stage(parent), _stage(key)) for key in graph.get_all_asset_keys() for parent in graph.get(key).parent_keys}
    assert edges - ALLOWED_EDGES == set()


def test_no_edge_is_allowed_that_the_graph_does_not_need(graph: Any) -> None:
    edges = {(_stage(parent), _stage(key)) for key in graph.get_all_asset_keys() for parent in graph.get(key).parent_keys}
    unused = {(above, below) for above, below in ALLOWED_EDGES - edges if above is not below}
    assert unused == set()


def test_nothing_is_read_that_no_asset_makes(graph: Any) -> None:
    keys = set(graph.get_all_asset_keys())
    assert {parent for key in keys for parent in graph.get(key).parent_keys} <= keys
    assert all(graph.get(key).is_materializable for key in keys)


def test_the_groups_are_the_six_stages_and_a_key_is_stage_and_table(graph: Any) -> None:
    keys = graph.get_all_asset_keys()
    assert {graph.get(key).group_name for key in keys} == {stage.value for stage in STAGES}
    assert [key for key in keys if len(key.path) != 2 or key.path[0] != graph.get(key).group_name] == []


def test_every_asset_says_what_it_is_who_answers_for_it_and_is_one_night(graph: Any, definitions: dg.Definitions) -> None:
    teams = {f"team:{name}" for name in load_county(demo_county()).agencies.agencies}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description
        assert node.owners
        assert set(node.owners) <= teams
        assert node.kinds == {"duckdb"}
        assert isinstance(node.partitions_def, dg.DailyPartitionsDefinition)


def test_only_acquisition_is_retried(definitions: dg.Definitions) -> None:
    retried = {
        key.path[0]
        for assets in definitions.assets or []
        if isinstance(assets, dg.AssetsDefinition) and assets.op.retry_policy
        for key in assets.keys
    }
    assert retried == {Stage.ACQUIRED.value}


def test_no_asset_hands_rows_to_an_io_manager(definitions: dg.Definitions) -> None:
    for assets in definitions.assets or []:
        assert isinstance(assets, dg.AssetsDefinition)
        assert assets.op.ins == {} or all(definition.dagster_type.is_nothing for definition in assets.op.ins.values())
        # The other outputs are those of checks: pass or fail and counts.
        assert all(assets.op.outs[name].dagster_type.is_nothing for name in assets.keys_by_output_name)


def test_every_step_waits_for_the_one_writer(definitions: dg.Definitions) -> None:
    assert {assets.op.pool for assets in definitions.assets or [] if isinstance(assets, dg.AssetsDefinition)} == {"warehouse"}


def test_the_definitions_hold_together(definitions: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(definitions)
    assert {job.name for job in definitions.resolve_all_job_defs()} >= {"nightly", "denies"}


def test_the_nightly_job_leaves_only_the_proof_of_denies_out(definitions: dg.Definitions, graph: Any) -> None:
    nightly = definitions.resolve_job_def("nightly").asset_layer.executable_asset_keys
    assert set(graph.get_all_asset_keys()) - set(nightly) == {dg.AssetKey(["published", "denies"])}


def test_the_denies_job_links_and_measures_nothing(definitions: dg.Definitions) -> None:
    stages = {_stage(key) for key in definitions.resolve_job_def("denies").asset_layer.executable_asset_keys}
    assert stages == {Stage.ACQUIRED, Stage.CHECKED, Stage.CONSENTED, Stage.PUBLISHED}


def test_every_asset_declares_the_assets_its_sql_reads() -> None:
    listed = {table.key.qualified: table for table in _tables(load_county(demo_county()))}
    undeclared = {}
    for name, table in listed.items():
        for query in table.queries:
            read = {_real_name(found) for found in tables_read(load_sql(f"assets.{table.key.stage.value}", query))} & set(listed)
            missing = read - {key.qualified for key in table.reads} - {name}
            if missing:
                undeclared[name] = sorted(missing)
    assert undeclared == {}


def _tables(county: County) -> list[Table]:
    stages = (acquired, checked, consented, linked, measured, published)
    return [table for stage in stages for table in stage.tables(county)]


def _real_name(name: str) -> str:
    return measured.RENAMED[name].qualified if name in measured.RENAMED else name.replace("scope.", "measured.")


@pytest.mark.parametrize("path", SQL_FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_select_reads_round_consent(path: Path) -> None:
    below = Stage(path.parent.name)
    schemas = {name.partition(".")[0] for name in tables_read(path.read_text(encoding="utf-8")) if "." in name}
    read = {Stage(schema) for schema in schemas if schema in {stage.value for stage in STAGES}}
    if path.name in FINAL_DECISION:
        below, read = Stage.PUBLISHED, read - {Stage.LINKED}
    assert {(above, below) for above in read} - ALLOWED_EDGES == set()
