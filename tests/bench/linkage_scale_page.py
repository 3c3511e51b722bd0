"""What the benchmark of linkage at a million identities found, as the tables of its page.

Belongs here: ratios, limits, notes and tables from what the phases measured. Does not belong here: running a phase.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from stamp import commit

TITLE = "The cost of a night of linkage"
BARE = {
    "bare": "bare Splink, own blocking",
    "bare_given": "bare Splink, pairs given",
    "bare_cheaper": "bare Splink, own blocking, our cheaper conditions",
}
FULL_LIMIT, NIGHT_LIMIT, MEMORY_LIMIT = 1.1, 0.05, 3.0


def result(identities: int, *, seed: int, full: Any, bare: dict[str, Any], night: Any, again: Any, equal: dict[str, int]) -> dict[str, Any]:
    """What every phase measured, as one document of the page of benchmarks."""
    after = full["after_standardising"]
    share = night["compared"] / full["compared"]
    blocking = sum(seconds for step, seconds in full["steps"].items() if step.startswith("block"))
    judged: list[tuple[str, float, float | None]] = [
        *_beside_bare(after, blocking, bare),
        ("peak memory of the full link, GiB", full["rss"], MEMORY_LIMIT),
        ("1 % night / full link, blocking + scoring + resolution", share, NIGHT_LIMIT),
        ("1 % night / full link, all but standardising and finding", night["after_standardising"] / after, None),
        ("1 % night / full link, everything in both", night["cpu"] / full["cpu"], NIGHT_LIMIT),
        ("peak memory of the night, GiB", night["rss"], MEMORY_LIMIT),
        ("subjects with another key than a full re-link", equal["keys"], 0),
        ("subjects in another group than a full re-link", equal["groups"], 0),
    ]
    steps = sorted({*full["steps"], *night["steps"]}, key=lambda name: -full["steps"].get(name, 0))
    return {
        "title": TITLE,
        "command": f"python tests/bench/bench_linkage_scale.py --identities {identities}{'' if bare else ' --ours'}",
        "versions": {name: version(name) for name in ("duckdb", "splink", "polars", "scipy", "numpy")},
        "commit": commit(),
        "seed": seed,
        "notes": [*_figures(full, bare, night), *SIDES],
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
                    *([BARE[name], round(found["cpu"], 1), round(found["rss"], 2)] for name, found in bare.items()),
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


def _beside_bare(after: float, blocking: float, bare: dict[str, Any]) -> list[tuple[str, float, float | None]]:
    """The full link against every way in which bare Splink was measured."""
    found: list[tuple[str, float, float | None]] = []
    if "bare" in bare:
        found.append(("full link / bare Splink, both block on the same keys", after / bare["bare"]["cpu"], FULL_LIMIT))
    if "bare_given" in bare:
        ratio = (after - blocking) / bare["bare_given"]["cpu"]
        found.append(("full link without its blocking / bare Splink on given pairs", ratio, FULL_LIMIT))
    if "bare_cheaper" in bare:
        found.append(("full link / bare Splink with our cheaper conditions", after / bare["bare_cheaper"]["cpu"], None))
    return found


SIDES = """\
CPU counts all threads of a phase's process. Standardising, training, finding what changed and deriving keys are in the steps, and in no \
ratio but that of everything. Bare Splink is handed features and keys ready made; the full link derives its features.
Bare Splink runs the model as its file has it with Splink's default settings, and clusters by connected components. The full link has \
Splink weigh the same pairs with the same model, its conditions on edits asked in a cheaper order (the same pairs and weights); it \
judges vetoes, clusters under them, attaches weak records, mints keys and writes registers, gates and the review queue.
Gates are steps of their own: a night compares and resolves a sample of persons anew, which a first night has no need of.""".splitlines()


def _figures(full: Any, bare: dict[str, Any], night: Any) -> list[str]:
    people = f"{full['subjects']:,} identities of {full['people']:,} synthetic people in households, with twins and slips"
    return [
        f"{people}; model {full['model']} as shipped.",
        f"Candidate pairs: {full['candidates']:,} by the index"
        + (f"; Splink's own blocking on the same keys: {bare['bare']['candidates']:,}." if "bare" in bare else "."),
        f"The night: {night['events']}.",
        f"Against the truth of the generator: precision {full['precision']:.4f}, recall {full['recall']:.4f}.",
    ]


def tell(table: dict[str, Any]) -> None:
    """Print one table."""
    print(f"\n{table['caption']}", flush=True)
    lines = [table["columns"], *([str(cell) for cell in row] for row in table["rows"])]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table["columns"]))]
    for line in lines:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
