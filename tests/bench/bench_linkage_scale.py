"""What a night of linkage costs at the size of a large county, beside bare Splink on the same pairs with the same model.

Every phase runs in a process of its own, so that its CPU (all threads) and peak memory are its own:

* ``full``: a first night, everybody new. CPU after standardising: features, index, pairs, scores, vetoes, clustering, weak tier, keys,
  registers, gates, review queue, all written to disk.
* ``bare``: Splink alone on the same features and the same model: its own blocking on the same keys, scoring, connected components.
* ``bare_given``: the same with the pairs handed to it, so that it blocks nothing.
* ``bare_cheaper``: ``bare`` with the model's conditions as our engine rewrites them; only with ``--cheaper``.
* ``night``: one per cent of the identities inserted, corrected, deleted, withdrawn, permitted or judged.
* ``again``: what ``night`` should come to: everything compared anew from the same registers and the same identities.

On neither side count: standardising, training, finding what changed, deriving blocking keys (bare Splink is handed them, those over the
county's cap left out, since Splink cannot cap a block), and, on Splink's side, deriving features.

Run ``python tests/bench/bench_linkage_scale.py --small`` for 100,000 identities, without it for 1,000,000. Ratios, not seconds, are the
result. With ``--work FOLDER`` the homes stay there and a run that was interrupted goes on after its last finished phase. With ``--ours``
bare Splink is not measured, and nothing is compared with it.
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
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

# Its own folder is on the path from here on, and not before.
import linkage_scale_bare  # noqa: E402
import linkage_scale_page  # noqa: E402
import linkage_scale_world as world  # noqa: E402

SEED = 20260302
FOLDER = ROOT / "contracts" / "demo_county" / "linkage"
GIB = 1024**2  # ru_maxrss counts KiB
TOLD = 2.0
"""CPU seconds from which on a step is told of while a phase runs."""
DATABASE_MEMORY = "1000MB"
"""What DuckDB may hold of the warehouse, and again of the scratch database in which Splink scores; both spill the rest."""


def main() -> None:
    """Run every phase and print the table."""
    arguments = _arguments()
    if arguments.phase:
        _say(json.dumps(PHASES[arguments.phase](arguments)))
        return
    if arguments.work:
        kept = arguments.work / f"linkage_{arguments.identities}"
        kept.mkdir(parents=True, exist_ok=True)
        result = _run_all(kept, arguments)
    else:
        with tempfile.TemporaryDirectory() as folder:
            result = _run_all(Path(folder), arguments)
    out = arguments.out / "linkage_scale.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n")
    for table in result["tables"]:
        linkage_scale_page.tell(table)
    _say(f"written to {out.name}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="100,000 identities")
    parser.add_argument("--identities", type=int, help="how many identities about (default 1,000,000)")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "bench", help="folder of the result")
    parser.add_argument("--work", type=Path, default=None, help="folder for the scratch homes, kept to go on from (default: none is kept)")
    parser.add_argument("--ours", action="store_true", help="without bare Splink: the night against the full link only")
    parser.add_argument("--cheaper", action="store_true", help="also bare Splink with the conditions as our engine rewrites them")
    parser.add_argument("--phase", choices=sorted(PHASES), help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--night", default=world.NIGHT.isoformat(), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.identities = arguments.identities or (100_000 if arguments.small else 1_000_000)
    return arguments


@dataclass(frozen=True)
class _Runner:
    """Runs phases one after the other, each once: what a finished phase said lies beside the homes."""

    folder: Path
    identities: int

    def run(self, name: str, phase: str, home: str = "county", night: date = world.NIGHT) -> dict[str, Any]:
        """Run ``phase`` in a process of its own under the name ``name``."""
        told = self.folder / f"{name}.json"
        if not told.exists():
            _say(f"  {name} began at {datetime.now(UTC):%H:%M:%S}")
            command = [sys.executable, str(Path(__file__)), "--phase", phase, "--home", str(self.folder / home)]
            command += ["--identities", str(self.identities), "--night", night.isoformat()]
            done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
            if done.returncode:
                raise SystemExit(f"phase {name} failed")
            told.write_text(done.stdout.splitlines()[-1])
        found: dict[str, Any] = json.loads(told.read_text())
        _say(f"  {name:<14}{found.get('cpu', 0):9.1f} CPU-s {found.get('rss', 0):6.2f} GiB")
        return found

    def copy(self) -> None:
        """Keep the county as it stands before the night, to link it anew."""
        told = self.folder / "copy.json"
        if not told.exists():
            shutil.rmtree(self.folder / "again", ignore_errors=True)
            shutil.copytree(self.folder / "county", self.folder / "again")
            told.write_text("{}")


def _run_all(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    runner = _Runner(folder, arguments.identities)
    runner.run("make", "make")
    full = runner.run("full", "link")
    asked = [] if arguments.ours else ["bare", "bare_given", *(["bare_cheaper"] if arguments.cheaper else [])]
    bare = {name: runner.run(name, name) for name in asked}
    runner.run("change", "change")
    runner.copy()
    night = runner.run("night", "link", night=world.NEXT)
    runner.run("forget", "forget", home="again")
    again = runner.run("again", "link", home="again", night=world.NEXT)
    equal = _compare(folder / "county", folder / "again")
    return linkage_scale_page.result(arguments.identities, seed=SEED, full=full, bare=bare, night=night, again=again, equal=equal)


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
    from assets.linked import block, decisions, delta, gates, night, parity, register, resolve, score, versions
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
    # A gate that compares and resolves a sample anew is a gate, whatever it is made of.
    parity.differing = _all_of(parity.differing, "gates: parity", steps)
    block.replace_table = _keys_apart(block.replace_table, steps)
    # Opening the engine and every share of pairs are scoring; the rest of comparing is vetoes and edges.
    score.Opened.share = _timed(score.Opened.share, "score", steps)
    with warehouse.writer() as con:
        begun = time.process_time()
        report = night.link_domains(
            con, model=model, choice=choice, keyring=Keyring(warehouse.home.keys), night=world.date.fromisoformat(arguments.night)
        )
        # Closing the file would do it; what a night writes is part of its cost.
        _timed(lambda: con.execute("checkpoint").fetchall(), "write to disk", steps)()
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
            spent = time.process_time() - begun
            steps[step] += spent
            if spent > TOLD:
                sys.stderr.write(f"    {step:<40}{spent:8.1f} CPU-s, {time.process_time():8.1f} so far\n")

    return timed


def _all_of(function: Callable[..., Any], step: str, steps: Counter[str]) -> Callable[..., Any]:
    """Timed as one step, what timed steps inside it took included; it then counts for nothing else."""

    @functools.wraps(function)
    def alone(*given: Any, **named: Any) -> Any:
        before, begun = Counter(steps), time.process_time()
        answer = function(*given, **named)
        steps.clear()
        steps.update(before)
        steps[step] += time.process_time() - begun
        return answer

    return alone


def bare(arguments: argparse.Namespace, *, given: bool = False, cheaper: bool = False) -> dict[str, Any]:
    """Splink by itself (linkage_scale_bare.py), timed."""
    with _warehouse(arguments).writer() as ours:
        ready = linkage_scale_bare.prepare(ours, arguments.home / "bare.duckdb", FOLDER, given=given)
    begun = time.process_time()
    blocked = linkage_scale_bare.link(ready, cheaper=cheaper)
    found = _spent(begun)
    return found | {"candidates": linkage_scale_bare.candidates(ready, blocked)}


PHASES: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "make": make,
    "change": change,
    "forget": forget,
    "link": link,
    "bare": bare,
    "bare_given": functools.partial(bare, given=True),
    "bare_cheaper": functools.partial(bare, cheaper=True),
}


if __name__ == "__main__":
    main()
