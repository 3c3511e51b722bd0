"""``throughcare link``: how good the linkage is, and a new model version.

Belongs here: the verbs and their account. Does not belong here: comparing with truth (assets/linked/evaluate) and training
(assets/linked/train).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contracts.linkage import card_file
from pipelines.commands import link_explain, link_model, link_review, link_sample
from pipelines.commands.common import BAD, USAGE, AsJson, here, terms
from pipelines.display import complain, emit_json, say, table
from pipelines.place import Place
from resources.warehouse import Warehouse

if TYPE_CHECKING:
    from assets.linked.cluster_accuracy import ClusterRow
    from assets.linked.evaluate import Evaluation

app = typer.Typer(no_args_is_help=True, help="How good the linkage is; a new model version.")

app.add_typer(link_review.app, name="review")
app.command()(link_explain.explain)
app.command()(link_explain.history)
app.command()(link_sample.sample)
app.command()(link_model.diff)
app.command()(link_model.card)

PRECISION = 0.998
RECALL = 0.93
"""What the software promises on the demo county, pairwise, among subjects with a full birth date."""
FIRST_FURTHER_SEED = 101


@dataclass(frozen=True)
class Accuracy:
    """Accuracy against the truth of a simulated county."""

    found: Evaluation
    clusters: tuple[ClusterRow, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the promise may hold: a county too small to tell does not break it; a figure that could not be computed does."""
        from assets.linked.evaluate import may_be

        row = self.found.row("with_birth_date")
        return may_be(row.precision.value, PRECISION, self.found.effective_found) and may_be(
            row.recall.value, RECALL, self.found.effective_true
        )


@app.command()
def evaluate(
    truth: Annotated[Path | None, typer.Option(help="Folder with the truth of a simulated county; default the one in the home.")] = None,
    as_json: AsJson = False,
) -> None:
    """Compare tonight's pairs and persons with the truth of a simulated county, by race group, sex, age band and system pair.

    A real county has no truth: its accuracy is known only from a random, blind, judged sample (throughcare link sample).

    Example: throughcare link evaluate --truth ./data/simulated_county/truth
    """
    place = here()
    try:
        accuracy = measure_accuracy(place, truth or place.simulated / "truth")
    except FileNotFoundError as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if as_json:
        emit_json(accuracy_document(accuracy))
    else:
        say_accuracy(accuracy)
    if not accuracy.good:
        raise typer.Exit(BAD)


@app.command()
def train(
    name: Annotated[str, typer.Argument(help="Name of the new version, like person.v2.")],
    into: Annotated[Path | None, typer.Option(help="Folder for model and card; default the county's linkage folder.")] = None,
    residents: Annotated[int, typer.Option(min=1_000, max=1_000_000, help="People living in each of the two simulated counties.")] = 20_000,
    training_seed: Annotated[int, typer.Option(help="Seed of the county that the model learns from.")] = 7,
    measured_seed: Annotated[int, typer.Option(help="Seed of the county on which it is measured.")] = 20_260_302,
    further_counties: Annotated[
        int, typer.Option(min=0, max=50, help="More counties on which recall by race group is measured, with seeds from 101.")
    ] = 5,
    mitigations: Annotated[
        bool,
        typer.Option(help="Also measure what each thing that was tried against unequal recall is worth; links every county nine times."),
    ] = True,
) -> None:
    """Train a new model version on a simulated county and measure it on another; a person reviews its card before a county chooses it.

    Training sees no truth. The county's linkage.yaml still names the old version afterwards.

    Example: throughcare link train person.v2 --into ./my_county/linkage
    """
    from pipelines.training import train_version

    place = here()
    county = terms(place)
    folder = into or place.county / "linkage"
    if card_file(folder, name).exists():
        complain(f"{name} exists already; a version that was reviewed is never overwritten, so give the new one another number")
        raise typer.Exit(USAGE)
    with tempfile.TemporaryDirectory() as scratch:
        card = train_version(
            county,
            name=name,
            folder=folder,
            scratch=Path(scratch),
            first=county.text.first_night,
            residents=residents,
            training_seed=training_seed,
            measured_seed=measured_seed,
            seed=training_seed,
            further_seeds=[FIRST_FURTHER_SEED + number for number in range(further_counties)],
            with_mitigations=mitigations,
        )
    found = next(row for row in card.accuracy if (row.scope, row.by) == ("with_birth_date", "overall"))
    say(
        f"{card_file(folder, name).name}: precision {found.precision.value}, recall {found.recall.value} among subjects with a birth date; "
        f"read the card, fill in who reviewed it, then name {name} in linkage.yaml"
    )


def measure_accuracy(place: Place, truth: Path) -> Accuracy:
    """Read the warehouse and the truth, side by side."""
    from assets.linked.cluster_accuracy import clusters
    from assets.linked.evaluate import evaluate as compare

    with Warehouse(place.home).reader() as con:
        found = compare(con, truth)
        return Accuracy(found, tuple(clusters(con)))


def accuracy_document(accuracy: Accuracy) -> dict[str, Any]:
    """As JSON."""
    return {
        "good": accuracy.good,
        "promised": {"precision": PRECISION, "recall": RECALL, "among": "subjects with a full birth date"},
        **accuracy.found.to_dict(),
        "clusters": [row.to_dict() for row in accuracy.clusters],
    }


def say_accuracy(accuracy: Accuracy) -> None:
    """As a table."""
    table(
        "Linkage against the simulated truth, pairwise, with 95 % intervals",
        ("subjects", "by", "group", "precision", "interval ", "recall", "interval", "F1"),
        (
            (row.scope.replace("_", " "), row.by.replace("_", " "), row.group, *_interval(row.precision), *_interval(row.recall), row.f1)
            for row in accuracy.found.accuracy
        ),
        numbers=("precision", "recall", "F1"),
    )
    table(
        "Whole persons against the simulated truth: B-cubed over subjects, and people seen twice or more found whole",
        ("by", "group", "subjects", "precision", "interval ", "recall", "interval", "F1", "found whole"),
        (
            (row.by.replace("_", " "), row.group, row.subjects, *_interval(row.precision), *_interval(row.recall), row.f1, row.whole.value)
            for row in accuracy.clusters
        ),
        numbers=("subjects", "precision", "recall", "F1", "found whole"),
    )
    found = accuracy.found
    say(
        f"{found.subjects:,} subjects, {found.subjects_with_birth_date:,} with a birth date; of {found.persons:,} people seen twice or "
        f"more {found.persons_whole:,} were found whole; left out: {found.shared_vendor_keys:,} vendor keys shared by two people"
    )
    if not accuracy.good:
        complain(f"below what is promised among subjects with a birth date: precision {PRECISION}, recall {RECALL}")


def _interval(found: Any) -> tuple[float | None, str]:
    low_high = "" if found.low is None else f"{found.low:.3f}-{found.high:.3f}"
    return found.value, low_high
