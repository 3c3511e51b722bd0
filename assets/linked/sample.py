"""A random, stratified, blind sample of pairs, from which the accuracy of linkage in a real county is estimated.

Belongs here: the frame of pairs, the strata, how many are drawn of each, the draw. Does not belong here: estimating from what was judged
(sample_estimate.py), files (sample_files.py). It reads links and race and makes neither: nothing of linkage imports it.

The frame holds every pair that the night compared and every pair that is one person tonight, and near misses: pairs that no blocking rule
brought together but a wider key does. Pairs apart with a weight below the floor are left out and counted: recall is recall within the
frame. Strata are outcome and weight band x system pair x race groups. The sample is shared out by powers of their sizes (power allocation,
Bankier 1988), so that small bands and small groups are seen without starving the large ones; a stratum gets at least two pairs where it
has two. Cells too small for that are put together, first over race, then over systems.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.linked import delta, score
from assets.linked.model import FrozenModel
from assets.linked.night import EVEN_ODDS
from assets.linked.weigh import NO_FLOOR
from contracts.linkage import LinkageChoice
from resources.sql import Connection, load_sql, replace_table, rows, scalar

PACKAGE = "assets.linked"
BANDS = ("together_direct", "together_through_others", "apart_likely", "apart_even", "apart_low", "near_miss_likely", "near_miss")
FLOOR = -10.0
"""In bits: odds of a thousand to one against. Pairs apart below it are not in the frame."""
NEAR_CAP = 60
"""A wider key shared by more subjects than this says nothing and is left out."""
FEWEST = 2
"""Pairs drawn of a stratum at least."""
WANTED = 6
"""Pairs a stratum should get on average; with more cells than that allows, the smallest are put together."""
BETWEEN_BANDS, WITHIN_BAND = 0.5, 0.7
"""Powers of size by which the sample is shared out: 1 would be in proportion, 0 in equal parts."""

Cell = tuple[str, str, str]
"""Band, system pair, race groups of both sides."""


class SampleRefused(ValueError):
    """A sample cannot be drawn or used; the message says why."""


@dataclass(frozen=True)
class Drawn:
    """One pair of the sample. ``stratum`` names what it was drawn from, ``drawn_of`` (n, N): how many of how many were drawn there."""

    subject_a: str
    subject_b: str
    is_together: bool
    band: str
    systems: str
    races: tuple[str, str]
    stratum: str
    drawn_of: tuple[int, int]


@dataclass(frozen=True)
class Sample:
    """The pairs in a random order, the size of every cell of the frame, and how many compared pairs lie outside it."""

    pairs: tuple[Drawn, ...]
    frame: Mapping[Cell, int]
    outside: int


def draw(con: Connection, model: FrozenModel, choice: LinkageChoice, *, size: int, seed: int, floor: float = FLOOR) -> Sample:
    """Draw ``size`` pairs (fewer, if the frame is smaller) from all link domains.

    Args:
        con: the warehouse after a night of linkage; only temporary tables are written.
        model: the county's frozen model.
        choice: the county's thresholds and caps.
        size: of the sample.
        seed: names the sample; the same seed on the same night draws the same pairs.
        floor: least weight in bits of a pair apart.

    Raises:
        SampleRefused: if nothing may be linked.
    """
    con.execute("create or replace temp table sample_all (subject_a varchar, subject_b varchar, is_together boolean, band varchar,"
                " systems varchar, race_one varchar, race_other varchar)").fetchall()  # fmt: skip
    outside = sum(_frame(con, model, choice, domain=domain, floor=floor) for domain in delta.domains(con))
    cells = {
        (band, systems, f"{one} / {other}"): int(pairs)
        for band, systems, one, other, pairs in rows(
            con, "select band, systems, race_one, race_other, count(*) from temp.sample_all group by all order by all"
        )
    }
    if not cells:
        raise SampleRefused("there is no pair to draw from: nobody may be linked, or nobody was compared")
    strata = allocate(cells, size)
    staged = [(*cell, stratum, n, of) for cell, (stratum, n, of) in sorted(strata.items())]
    schema = {"band": pl.String, "systems": pl.String, "races": pl.String, "stratum": pl.String, "n": pl.Int64, "of": pl.Int64}
    con.register("sample_stratum_frame", pl.DataFrame(staged, schema=schema, orient="row"))
    drawn = rows(con, _DRAW, {"seed": str(seed)})
    con.unregister("sample_stratum_frame")
    return Sample(
        pairs=tuple(
            Drawn(a, b, together, band, systems, (one, other), stratum, (n, of))
            for a, b, together, band, systems, one, other, stratum, n, of in drawn
        ),
        frame=cells,
        outside=outside,
    )


_DRAW = """
select subject_a, subject_b, is_together, band, systems, race_one, race_other, stratum, n, of
from (
    select
        pair.*, stratum.stratum, stratum.n, stratum.of, sha256($seed || '|' || subject_a || '|' || subject_b) as lot,
        row_number() over (partition by stratum.stratum order by lot) as place
    from temp.sample_all as pair
    join sample_stratum_frame as stratum
        on stratum.band = pair.band and stratum.systems = pair.systems and stratum.races = pair.race_one || ' / ' || pair.race_other
)
where place <= n
order by sha256('order|' || lot)
"""


def _frame(con: Connection, model: FrozenModel, choice: LinkageChoice, *, domain: str, floor: float) -> int:
    """Add the frame of one domain to ``temp.sample_all``; returns how many scored pairs lie outside it."""
    replace_table(con, "temp.sample_subject", load_sql(PACKAGE, "sample_subject"), {"domain": domain})
    rest = score.load_frequencies(con, model)
    delta.needed(con, domain=domain, subjects="select subject_id from temp.sample_subject", rest=rest)
    _keys(con)
    replace_table(con, "temp.sample_near_key", load_sql(PACKAGE, "sample_near_key"))
    parameters = {"domain": domain, "cap": choice.caps.largest_block, "near_cap": NEAR_CAP}
    replace_table(con, "temp.sample_pair", load_sql(PACKAGE, "sample_pair"), parameters)
    scored = replace_table(con, "temp.linked_pair", "select subject_a, subject_b from temp.sample_pair")
    score.score(con, model, floor=NO_FLOOR)
    before = int(scalar(con, "select count(*) from temp.sample_all"))
    limits = choice.thresholds
    con.execute(
        "insert into temp.sample_all by name " + load_sql(PACKAGE, "sample_frame"),
        {"link": limits.link, "review": limits.review, "even": EVEN_ODDS, "floor": floor},
    ).fetchall()
    return scored - (int(scalar(con, "select count(*) from temp.sample_all")) - before)


def _keys(con: Connection) -> None:
    """The night's own blocking keys, made anew, by node: the number that stands for a subject in an index."""
    replace_table(con, "temp.sample_made_key", load_sql(PACKAGE, "block_key"))
    (first, *_) = (name for name, *_ in rows(con, "describe temp.sample_made_key"))
    node = first if first == "node" else f"md5_number_lower({first})"
    replace_table(con, "temp.sample_key", f"select distinct {node} as node, key from temp.sample_made_key")


def allocate(cells: Mapping[Cell, int], size: int) -> dict[Cell, tuple[str, int, int]]:
    """Stratum of each cell, with (pairs to draw, pairs in it).

    The draws of all strata sum to ``size``, or to the whole frame if that is smaller. Every pair of the frame has a chance.
    """
    by_band: dict[str, dict[Cell, int]] = defaultdict(dict)
    for cell, pairs in sorted(cells.items()):
        by_band[cell[0]][cell] = pairs
    bands = {band: sum(own.values()) for band, own in by_band.items()}
    shares = _shares(bands, {band: pairs**BETWEEN_BANDS for band, pairs in bands.items()}, size, FEWEST)
    found: dict[Cell, tuple[str, int, int]] = {}
    for band, own in by_band.items():
        stratum_of = _strata(own, shares[band])
        sizes: Counter[str] = Counter()
        for cell, stratum in stratum_of.items():
            sizes[stratum] += own[cell]
        draws = _shares(sizes, {stratum: pairs**WITHIN_BAND for stratum, pairs in sizes.items()}, shares[band], FEWEST)
        found |= {cell: (stratum, draws[stratum], sizes[stratum]) for cell, stratum in stratum_of.items()}
    return found


def _strata(cells: Mapping[Cell, int], size: int) -> dict[Cell, str]:
    """Cells of one band, put together until each stratum can have its fewest pairs."""
    names = {cell: " | ".join(cell) for cell in cells}
    coarser = ("{0} | {1} | other groups", "{0} | other systems | other groups")
    for wider in coarser:
        while True:
            sizes: Counter[str] = Counter()
            for cell, name in names.items():
                sizes[name] += cells[cell]
            fine = {name: pairs for name, pairs in sizes.items() if name != wider.format(*_parts(name))}
            if WANTED * len(sizes) <= max(size, WANTED) or not fine:
                break
            smallest = min(fine, key=lambda name: (fine[name], name))
            names = {cell: wider.format(*cell) if name == smallest else name for cell, name in names.items()}
    return names


def _parts(name: str) -> list[str]:
    return name.split(" | ")


def _shares(sizes: Mapping[str, int], weights: Mapping[str, float], total: int, least: int = 0) -> dict[str, int]:
    """Split ``total`` in proportion to ``weights``, none more than its size and each at least ``least`` while that is possible."""
    given = {name: min(least, size) for name, size in sizes.items()} if least * len(sizes) <= total else dict.fromkeys(sizes, 0)
    left = min(total, sum(sizes.values())) - sum(given.values())
    while left > 0:
        room = {name: sizes[name] - given[name] for name in sizes if sizes[name] > given[name]}
        whole = sum(weights[name] for name in room)
        wanted = {name: min(room[name], int(left * weights[name] / whole)) for name in room}
        if not any(wanted.values()):
            # Less than one each is left: to the heaviest, one by one.
            for name in sorted(room, key=lambda name: (-weights[name] / (given[name] + 1), name))[:left]:
                wanted[name] = 1
        given = {name: given[name] + wanted.get(name, 0) for name in given}
        left -= sum(wanted.values())
    return given
