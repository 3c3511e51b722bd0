"""What a night of linkage costs at the size of a large county, beside bare Splink on the same pairs with the same model.

Every phase runs in a process of its own, so that its CPU (all threads) and peak memory are its own:

* ``full``: a first night, everybody new. CPU after standardising: index, pairs, scores, vetoes, clustering, weak tier, keys, registers.
* ``bare``: Splink alone on the same features and the same model: its own blocking on the same keys, scoring, connected components.
* ``bare_given``: the same with the pairs handed to it, so that it blocks nothing.
* ``night``: one per cent of the identities inserted, corrected, deleted, withdrawn, permitted or judged.
* ``again``: what ``night`` should come to: everything compared anew from the same registers and the same identities.

Run ``python tests/bench/bench_linkage_scale.py --small`` for 100,000 identities, without it for 1,000,000. Ratios, not seconds, are the
result. Blocking keys are handed to bare Splink ready made, so deriving them counts on neither side.
"""

from __future__ import annotations

import argparse
import functools
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

import linkage_scale_world as world  # noqa: E402
from stamp import commit  # noqa: E402

TITLE = "The cost of a night of linkage"
SEED = 20260302
FOLDER = ROOT / "contracts" / "demo_county" / "linkage"
GIB = 1024**2  # ru_maxrss counts KiB
FULL_LIMIT, NIGHT_LIMIT, MEMORY_LIMIT = 1.1, 0.05, 3.0
DATABASE_MEMORY = "1200MB"
"""What DuckDB may hold of the warehouse; it spills the rest. Splink's own database comes on top."""


def main() -> None:
    """Run every phase and print the table."""
    arguments = _arguments()
    if arguments.phase:
        _say(json.dumps(PHASES[arguments.phase](arguments)))
        return
    with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
        result = _run_all(Path(folder), arguments.identities)
    out = arguments.out / "linkage_scale.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n")
    for table in result["tables"]:
        _print(table)
    _say(f"written to {out.name}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="100,000 identities")
    parser.add_argument("--identities", type=int, help="how many identities about (default 1,000,000)")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "bench", help="folder of the result")
    parser.add_argument("--work", type=Path, default=None, help="folder for the scratch homes (default: the system's)")
    parser.add_argument("--phase", choices=sorted(PHASES), help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--night", default=world.NIGHT.isoformat(), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.identities = arguments.identities or (100_000 if arguments.small else 1_000_000)
    return arguments


def _phase(name: str, home: Path, identities: int, night: str = world.NIGHT.isoformat()) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__)), "--phase", name, "--home", str(home), "--identities", str(identities), "--night", night]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"phase {name} failed")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    _say(f"  {name:<12}{found.get('cpu', 0):9.1f} CPU-s {found.get('rss', 0):6.2f} GiB")
    return found


def _run_all(folder: Path, identities: int) -> dict[str, Any]:
    first, second = folder / "county", folder / "again"
    _phase("make", first, identities)
    full = _phase("link", first, identities)
    bare = _phase("bare", first, identities)
    given = _phase("bare_given", first, identities)
    _phase("change", first, identities)
    shutil.copytree(first, second)
    night = _phase("link", first, identities, world.NEXT.isoformat())
    _phase("forget", second, identities)
    again = _phase("link", second, identities, world.NEXT.isoformat())
    equal = _compare(first, second)
    return _result(identities, full=full, bare=bare, given=given, night=night, again=again, equal=equal)


def _result(identities: int, *, full: Any, bare: Any, given: Any, night: Any, again: Any, equal: dict[str, int]) -> dict[str, Any]:
    after = full["after_standardising"]
    share = night["compared"] / full["compared"]
    judged = [
        ("full link / bare Splink that blocks by itself", after / bare["cpu"], FULL_LIMIT),
        ("full link / bare Splink on given pairs", after / given["cpu"], None),
        ("peak memory of the full link, GiB", full["rss"], MEMORY_LIMIT),
        ("1 % night / full link, blocking + scoring + resolution", share, NIGHT_LIMIT),
        ("peak memory of the night, GiB", night["rss"], MEMORY_LIMIT),
        ("subjects with another key than a full re-link", equal["keys"], 0),
        ("subjects in another group than a full re-link", equal["groups"], 0),
    ]
    steps = sorted({*full["steps"], *night["steps"]}, key=lambda name: -full["steps"].get(name, 0))
    return {
        "title": TITLE,
        "command": f"python tests/bench/bench_linkage_scale.py --identities {identities}",
        "versions": {name: version(name) for name in ("duckdb", "splink", "polars", "scipy", "numpy")},
        "commit": commit(),
        "seed": SEED,
        "notes": [
            (
                f"{full['subjects']:,} identities of {full['people']:,} synthetic people in households, with twins and slips;"
                f" model {full['model']} as shipped."
            ),
            f"Candidate pairs: {full['candidates']:,} by the index; Splink's own blocking on the same keys: {bare['candidates']:,}.",
            f"The night: {night['events']}.",
            f"Against the truth of the generator: precision {full['precision']:.4f}, recall {full['recall']:.4f}.",
            (
                "CPU counts all threads of the phase's process."
                " Standardising, finding what changed and deriving keys are not in the ratios; they are in the steps."
            ),
        ],
        "tables": [
            {
                "caption": "Ratios and limits",
                "columns": ["figure", "measured", "limit", "holds"],
                "rows": [
                    [name, round(value, 4), "-" if limit is None else limit, "-" if limit is None else "yes" if value <= limit else "no"]
                    for name, value, limit in judged
                ],
            },
            {
                "caption": "Phases",
                "columns": ["phase", "CPU s", "peak GiB"],
                "rows": [
                    ["full link, all", round(full["cpu"], 1), round(full["rss"], 2)],
                    ["full link, after standardising", round(after, 1), round(full["rss"], 2)],
                    ["bare Splink, own blocking", round(bare["cpu"], 1), round(bare["rss"], 2)],
                    ["bare Splink, pairs given", round(given["cpu"], 1), round(given["rss"], 2)],
                    ["1 % night, all", round(night["cpu"], 1), round(night["rss"], 2)],
                    ["1 % night, blocking + scoring + resolution", round(night["compared"], 1), round(night["rss"], 2)],
                    ["full re-link of that night, all", round(again["cpu"], 1), round(again["rss"], 2)],
                ],
            },
            {
                "caption": "Steps, CPU s",
                "columns": ["step", "full", "1 % night"],
                "rows": [[name, round(full["steps"].get(name, 0), 2), round(night["steps"].get(name, 0), 2)] for name in steps],
            },
        ],
    }


def _compare(first: Path, second: Path) -> dict[str, int]:
    import duckdb

    with duckdb.connect() as con:
        for name, home in (("one", first), ("two", second)):
            con.execute(f"attach '{home / 'warehouse.duckdb'}' as {name} (read_only)")
        keys = "select subject_id, person_key from {}.linked.membership_versions where known_to is null"
        groups = (
            "select subject_id, min(subject_id) over (partition by domain, person_key) from {}.linked.membership_versions"
            " where known_to is null"
        )

        def differ(text: str) -> int:
            one, two = text.format("one"), text.format("two")
            return int(con.execute(f"select count(*) from (({one} except {two}) union all ({two} except {one}))").fetchall()[0][0])

        return {"keys": differ(keys), "groups": differ(groups)}


def _warehouse(arguments: argparse.Namespace) -> Any:
    from resources.home import Home
    from resources.warehouse import Warehouse

    return Warehouse(Home(arguments.home), memory_limit=DATABASE_MEMORY)


def _spent(begun: float) -> dict[str, float]:
    return {"cpu": time.process_time() - begun, "rss": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIB}


def make(arguments: argparse.Namespace) -> dict[str, Any]:
    """Write the identities."""
    begun = time.process_time()
    with _warehouse(arguments).writer() as con:
        world.write(con, world.identities(world.people(arguments.identities, SEED), SEED))
    return _spent(begun)


def change(arguments: argparse.Namespace) -> dict[str, Any]:
    """Let the night's one per cent happen."""
    with _warehouse(arguments).writer() as con:
        return world.change(con, total=arguments.identities, first_seed=SEED, seed=SEED + 1)


def forget(arguments: argparse.Namespace) -> dict[str, Any]:
    """Throw everything away that was compared; registers stay."""
    with _warehouse(arguments).writer() as con:
        con.execute("drop schema linked cascade").fetchall()
    return {}


def link(arguments: argparse.Namespace) -> dict[str, Any]:
    """One night of the product's own code, timed by step."""
    from assets.linked import block, decisions, delta, gates, night, register, resolve, score, versions
    from assets.linked.model import load_model
    from contracts.linkage import LinkageChoice
    from contracts.reviewed import load_reviewed
    from resources.keyring import Keyring

    choice = load_reviewed(FOLDER / "linkage.yaml", LinkageChoice)
    model = load_model(FOLDER, choice.model)
    warehouse = _warehouse(arguments)
    steps: Counter[str] = Counter()
    for module, name, step in (
        (delta, "find", FINDING), (night, "_compare", "compare"), (block, "index", "block: index"), (block, "reach", "block: pairs"),
        (block, "share", "block: pairs"), (score, "scoring", ""), (resolve, "affected", "resolve: who is affected"),
        (resolve, "resolve", "resolve: cluster and attach"), (register, "record", "resolve: keys and registers"),
        (night, "_stage_memberships", "resolve: memberships"), (resolve, "violations", "gates: violations"),
        (night, "_keep_alone", "withheld"), (gates, "judge", "gates: judge"), (decisions, "stand", "decisions"),
        (versions, "undo", "night: undo"), (versions, "forget", "night: forget"),
    ):  # fmt: skip
        if step and hasattr(module, name):
            setattr(module, name, _timed(getattr(module, name), step, steps))
    block.replace_table = _keys_apart(block.replace_table, steps)  # type: ignore[attr-defined]
    # Opening the engine and every share of pairs are scoring; the rest of comparing is vetoes and edges.
    score.Opened.share = _timed(score.Opened.share, "score", steps)  # type: ignore[method-assign]
    with warehouse.writer() as con:
        begun = time.process_time()
        report = night.link_domains(
            con, model=model, choice=choice, keyring=Keyring(warehouse.home.keys), night=world.date.fromisoformat(arguments.night)
        )
        found = _spent(begun)
        precision, recall = con.execute(_ACCURACY).fetchall()[0]
        people = con.execute("select count(distinct person) from checked.truth").fetchall()[0][0]
    steps["block: index"] -= steps[KEYS]
    steps["compare: features, vetoes, edges"] = steps["compare"] - sum(
        steps[name] for name in (KEYS, "block: index", "block: pairs", "score")
    )
    elsewhere = found["cpu"] - sum(steps[name] for name in steps if name != "compare")
    steps["review queue, views, the rest"] = elsewhere
    del steps["compare"]
    compared = sum(steps[name] for name in steps if name.startswith(("block", "score", "compare", "resolve")))
    figures = report.figures()
    return found | {
        "steps": steps,
        "compared": compared,
        "after_standardising": found["cpu"] - steps[FINDING] - steps[KEYS],
        "candidates": figures["candidates"],
        "subjects": figures["subjects"],
        "people": people,
        "model": report.model,
        "events": ", ".join(f"{value:,} {name.removeprefix('events.')}" for name, value in figures.items() if name.startswith("events.")),
        "precision": precision,
        "recall": recall,
        "verdict": report.verdict.value,
    }


FINDING = "standardise and find what changed"
KEYS = "derive keys"
_ACCURACY = """
with told as (
    select person, person_key from linked.membership join checked.truth using (subject_id) where link_state <> 'withheld'
),
right_pairs as (select sum(n * (n - 1) // 2) as pairs from (select count(*) as n from told group by person, person_key)),
found_pairs as (select sum(n * (n - 1) // 2) as pairs from (select count(*) as n from told group by person_key)),
true_pairs as (select sum(n * (n - 1) // 2) as pairs from (select count(*) as n from told group by person))
select right_pairs.pairs / found_pairs.pairs, right_pairs.pairs / true_pairs.pairs from right_pairs, found_pairs, true_pairs
"""


def _keys_apart(function: Callable[..., Any], steps: Counter[str]) -> Callable[..., Any]:
    """Deriving keys apart from keeping the index of them."""
    timed = _timed(function, KEYS, steps)

    def either(con: Any, table: str, *given: Any) -> Any:
        return (timed if table == "temp.linked_block_key" else function)(con, table, *given)

    return either


def _timed(function: Callable[..., Any], step: str, steps: Counter[str]) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*given: Any, **named: Any) -> Any:
        begun = time.process_time()
        try:
            return function(*given, **named)
        finally:
            steps[step] += time.process_time() - begun

    return timed


def bare(arguments: argparse.Namespace, *, given: bool = False) -> dict[str, Any]:
    """Splink by itself: the same features, frequencies and model; blocking by itself or pairs given; connected components."""
    import duckdb
    from splink import DuckDBAPI, Linker

    from assets.linked import block, delta, score
    from assets.linked.model import TERM_FREQUENCY_COLUMNS, load_model
    from contracts.linkage import LinkageChoice
    from contracts.reviewed import load_reviewed
    from resources.linkage_engine import ScoringModel
    from resources.sql import replace_table

    choice = load_reviewed(FOLDER / "linkage.yaml", LinkageChoice)
    model = load_model(FOLDER, choice.model)
    scratch = arguments.home / "bare.duckdb"
    scratch.unlink(missing_ok=True)
    con = duckdb.connect(str(scratch), config={"threads": 2, "memory_limit": "4GB"})
    with _warehouse(arguments).writer() as ours:
        rest = score.load_frequencies(ours, model)
        delta.needed(ours, domain=world.DOMAIN, subjects="select subject_id from linked.standardised where known_to is null", rest=rest)
        kept = ScoringModel(model.settings, {column: {} for column in TERM_FREQUENCY_COLUMNS}).keeping(
            [name for (name,) in ours.execute("select column_name from (describe temp.linked_feature)").fetchall()]
        )
        con.register(
            "frame", ours.sql(f"select md5_number_lower(subject_id) as node, {', '.join(kept)} from temp.linked_feature").to_arrow_table()
        )
        con.execute("create table features as select * from frame").fetchall()
        # Splink cannot cap a block: it is given the keys under the cap only.
        con.register("frame", ours.sql(
            "select node, list(key) as block_keys from linked.block_key where known_to is null and key in (select key from linked.block_key"
            f" where known_to is null group by key having count(*) between 2 and {choice.caps.largest_block}) group by node"
        ).to_arrow_table())  # fmt: skip
        con.execute(
            "create table input as select features.*, coalesce(frame.block_keys, []) as block_keys"
            " from features left join frame using (node)"
        ).fetchall()
        if given:
            replace_table(ours, "temp.linked_rescored", "select distinct node from linked.block_key where known_to is null")
            replace_table(ours, "temp.linked_touched", "select 1")
            block.reach(ours, domain=world.DOMAIN, largest_block=choice.caps.largest_block)
            block.share(ours, 0, of=1)
            con.register(
                "frame",
                ours.sql("select '0' as match_key, node_a as join_key_l, node_b as join_key_r from temp.linked_node_pair").to_arrow_table(),
            )
            con.execute("create table given_pairs as select * from frame").fetchall()
        con.execute("drop table features").fetchall()
        for column in TERM_FREQUENCY_COLUMNS:
            con.register("frame", _frequency_table(column, model.frequencies[column]))
            con.execute(f"create table frequency_of_{column} as select * from frame").fetchall()
    begun = time.process_time()
    api = DuckDBAPI(connection=con)
    linker = Linker(api.register("input"), {**model.settings, "unique_id_column_name": "node"}, log_level=40)
    for column in TERM_FREQUENCY_COLUMNS:
        linker.table_management.register_term_frequency_lookup(api.register(f"frequency_of_{column}"), column)
    if given:
        linker.table_management.register_blocked_pairs_for_predict(api.register("given_pairs"))
    predictions = linker.inference.predict(threshold_match_weight=0.0, warning_mode="never")
    linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_weight=choice.thresholds.link)
    found = _spent(begun)
    candidates = con.execute("select count(*) from given_pairs").fetchall()[0][0] if given else _blocked(con)
    con.close()
    return found | {"candidates": int(candidates)}


def _blocked(con: Any) -> int:
    pairs = (
        "select distinct least(a.node, b.node), greatest(a.node, b.node) from (select node, unnest(block_keys) as key from input) as a"
        " join (select node, unnest(block_keys) as key from input) as b on a.key = b.key and a.node < b.node"
    )
    return int(con.execute(f"select count(*) from ({pairs})").fetchall()[0][0])


def _frequency_table(column: str, frequencies: Any) -> Any:
    import pyarrow as pa

    return pa.table({column: list(frequencies), f"tf_{column}": list(frequencies.values())})


PHASES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "make": make,
    "change": change,
    "forget": forget,
    "link": link,
    "bare": bare,
    "bare_given": functools.partial(bare, given=True),
}


def _print(table: dict[str, Any]) -> None:
    _say(f"\n{table['caption']}")
    lines = [table["columns"], *([str(cell) for cell in row] for row in table["rows"])]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table["columns"]))]
    for line in lines:
        _say("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


if __name__ == "__main__":
    main()
