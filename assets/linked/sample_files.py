"""The files of a sample: one for reviewers, which says nothing of links, and a sealed key, which reviewers do not open.

Belongs here: writing and reading them. Does not belong here: drawing or estimating.
The key's sha256 goes to the ledger when the sample is drawn, so that another key is noticed when the answers come back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assets.linked.decisions import Verdict
from assets.linked.review_sheet import SIDES, SheetRefused, read_table, write_table
from assets.linked.sample import Sample, SampleRefused
from assets.linked.sample_estimate import CellCount, JudgedPair
from resources.home import write_atomically

PAIRS, KEY, README = "pairs.csv", "key.json", "README.txt"
ANSWERS = ("judgement", "judged_by", "remark")

_TOLD = """Each line of pairs.csv is two records. Judge from what is written whether they are one person.

judgement   same, different or unsure; leave none empty
judged_by   your name
remark      what decided it, if you like

Lines come in a random order and from everywhere. Most are neither doubtful nor alike on purpose.
Do not look anything up about links, and do not open key.json: an answer that knows what the machine said measures nothing.
The file names people. Keep it where the records themselves may lie, and delete it when the answers have been read.
"""


@dataclass(frozen=True)
class SampleKey:
    """What the reviewers' file hides."""

    sample: str
    night: date
    model: str
    seed: int
    outside: int
    frame: tuple[CellCount, ...]
    pairs: Mapping[str, Mapping[str, Any]]


def write_sample(
    out: Path, sample: Sample, values: Mapping[str, Mapping[str, tuple[str, ...]]], *, night: date, model: str, seed: int
) -> str:
    """Write the reviewers' file and the key into ``out``, for its owner only; returns the key's sha256.

    Args:
        out: a folder that holds no sample yet.
        sample: what was drawn.
        values: by subject and field, what is written of it (review.written).
        night: on which it was drawn.
        model: that scored the night.
        seed: of the draw.

    Raises:
        SampleRefused: if the folder holds a sample already.
    """
    if any((out / name).exists() for name in (PAIRS, KEY)):
        raise SampleRefused("the folder holds a sample already; give another with --out, for a sample that was handed out must not change")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines, hidden = [], {}
    for number, pair in enumerate(sample.pairs, start=1):
        sides = (pair.subject_a, pair.subject_b)
        # Which record stands left says nothing either.
        left, right = sides if int(hashlib.sha256("|".join(sides).encode()).hexdigest(), 16) % 2 else sides[::-1]
        line: dict[str, object] = {"pair": number}
        for subject, side in ((left, "left"), (right, "right")):
            line |= {f"{field}_{side}": " | ".join(texts) for field, texts in values.get(subject, {}).items()}
        lines.append(line)
        hidden[str(number)] = {
            "subject_a": pair.subject_a,
            "subject_b": pair.subject_b,
            "band": pair.band,
            "systems": pair.systems,
            "races": list(pair.races),
            "stratum": pair.stratum,
            "drawn": pair.drawn_of[0],
            "of": pair.drawn_of[1],
        }
    write_table(out / PAIRS, ("pair", *SIDES, *ANSWERS), lines)
    write_atomically(out / README, _TOLD.encode())
    key = {
        "night": night.isoformat(),
        "model": model,
        "seed": seed,
        "outside": sample.outside,
        "frame": [
            {"band": band, "systems": systems, "races": races.split(" / "), "pairs": pairs}
            for (band, systems, races), pairs in sorted(sample.frame.items())
        ],
        "pairs": hidden,
    }
    content = json.dumps(key, indent=1, sort_keys=True).encode() + b"\n"
    write_atomically(out / KEY, content)
    return hashlib.sha256(content).hexdigest()


def read_key(path: Path) -> SampleKey:
    """The key of a sample.

    Raises:
        SampleRefused: if it is missing or was changed in a way that shows.
    """
    if not path.is_file():
        raise SampleRefused(f"{path.name} is not there; it was written beside the reviewers' file, name it with --key")
    content = path.read_bytes()
    try:
        key = json.loads(content)
        return SampleKey(
            sample=hashlib.sha256(content).hexdigest(),
            night=date.fromisoformat(key["night"]),
            model=str(key["model"]),
            seed=int(key["seed"]),
            outside=int(key["outside"]),
            frame=tuple(
                CellCount(cell["band"], cell["systems"], (cell["races"][0], cell["races"][1]), int(cell["pairs"])) for cell in key["frame"]
            ),
            pairs=key["pairs"],
        )
    except (ValueError, KeyError, TypeError, IndexError):
        raise SampleRefused(f"{path.name} is not the key of a sample") from None


def read_judged(path: Path, key: SampleKey) -> tuple[list[JudgedPair], int]:
    """The answers of a sample, with their weights, and how many lines have none yet.

    A line without an answer is a pair that was not judged: the strata are weighted by what was. Two answers to one pair are refused.

    Raises:
        SheetRefused: with everything wrong with the file at once.
    """
    answers: dict[str, Verdict] = {}
    faults: list[str] = []
    for number, line in enumerate(read_table(path, ("pair", "judgement")), start=2):
        pair, word = line["pair"].strip(), line["judgement"].strip().lower()
        if pair not in key.pairs:
            faults.append(f"line {number}: no such pair was drawn; this is another sample's file, or the column pair was changed")
        elif word and word not in {verdict.value for verdict in Verdict}:
            faults.append(f"line {number}: judgement is none of same, different, unsure")
        elif word and pair in answers:
            faults.append(f"line {number}: this pair is judged on an earlier line already")
        elif word:
            answers[pair] = Verdict(word)
    if faults:
        raise SheetRefused("\n".join(faults))
    return weighted(answers, key), len(key.pairs) - len(answers)


def weighted(answers: Mapping[str, Verdict], key: SampleKey) -> list[JudgedPair]:
    """Answers with the weight of their stratum: pairs in it, by pairs of it that were judged one way or the other."""
    told = {pair: verdict for pair, verdict in answers.items() if verdict is not Verdict.UNSURE}
    judged: dict[str, int] = {}
    for pair in told:
        judged[key.pairs[pair]["stratum"]] = judged.get(key.pairs[pair]["stratum"], 0) + 1
    return [_weighted(key.pairs[pair], verdict, judged) for pair, verdict in sorted(answers.items(), key=lambda item: int(item[0]))]


def _weighted(hidden: Mapping[str, Any], verdict: Verdict, judged: Mapping[str, int]) -> JudgedPair:
    races: Sequence[str] = hidden["races"]
    weight = int(hidden["of"]) / judged.get(hidden["stratum"], int(hidden["drawn"]))
    return JudgedPair(hidden["band"], weight, hidden["systems"], (races[0], races[1]), verdict)
