"""``throughcare demo``: a county from nothing to products in one command.

Belongs here: the order of the verbs and the account at the end. Does not belong here: anything a verb does.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from contracts.county import County
from pipelines.clock import set_simulated_day, today
from pipelines.commands.common import BAD, USAGE, AsJson, here, terms
from pipelines.commands.link import Accuracy, accuracy_document, measure_accuracy, say_accuracy
from pipelines.commands.night import NIGHTLY, as_document, execute, say_outcome, say_products
from pipelines.display import complain, counting, emit_json, say, table
from pipelines.excerpt import excerpt_sql
from pipelines.execution import RunOutcome, dagster_instance
from pipelines.place import Place, prepare_dagster
from pipelines.products import ProductState, product_states

MARK = "made_by_throughcare_demo"
CLIP = 34
SEED = 20_260_302


@dataclass
class Account:
    """What the demo did."""

    seconds: dict[str, float] = field(default_factory=dict)
    outcomes: list[RunOutcome] = field(default_factory=list)
    products: list[ProductState] = field(default_factory=list)
    accuracy: Accuracy | None = None
    extracts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether every night ran, every product is readable and linkage keeps what it promises."""
        ran = all(outcome.success for outcome in self.outcomes)
        return ran and all(state.readable for state in self.products) and self.accuracy is not None and self.accuracy.good


def demo(
    residents: Annotated[int, typer.Option(min=1_000, max=1_000_000, help="People living in the simulated county.")] = 20_000,
    nights: Annotated[int, typer.Option(min=1, max=365, help="Nights to run.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same county.")] = SEED,
    as_json: AsJson = False,
) -> None:
    """Simulate a county, run its nights, and show what came of it: products, figures, linkage accuracy, what was withheld and why.

    Starts afresh each time: it empties the home it made before, keys excepted, and touches no other.

    Example: throughcare demo --residents 20000 --nights 3
    """
    place = here()
    county = terms(place)
    _start_afresh(place)
    prepare_dagster(place)
    account = Account()
    first = county.text.first_night
    begun = time.monotonic()
    _simulate(place, first, residents=residents, nights=nights, seed=seed)
    account.seconds["simulation"] = time.monotonic() - begun
    with dagster_instance(place) as instance:
        for night in (first + timedelta(days=number) for number in range(nights)):
            begun = time.monotonic()
            _deliver(place, night)
            outcome = execute(place, instance, county=county, job=NIGHTLY, night=night)
            account.outcomes.append(outcome)
            account.seconds[f"night {night}"] = time.monotonic() - begun
            if not as_json:
                say_outcome(outcome)
    account.products = product_states(place.home, county)
    begun = time.monotonic()
    if account.outcomes[-1].success:
        account.accuracy = measure_accuracy(place, place.simulated / "truth")
        account.extracts = _extracts(place, county)
    account.seconds["evaluation"] = time.monotonic() - begun
    if as_json:
        emit_json(_document(account))
    else:
        _say(place, county, account)
    if not account.good:
        raise typer.Exit(BAD)


def _start_afresh(place: Place) -> None:
    root = place.home.root
    if root.exists() and any(root.iterdir()) and not (root / MARK).exists():
        complain(
            f"{root} holds a home that the demo did not make, and it is left alone; "
            "set THROUGHCARE_HOME to an empty folder to run the demo there"
        )
        raise typer.Exit(USAGE)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in sorted(root.iterdir()):
        # Keys stay, so that the same county gives the same products.
        if path == place.home.keys or path.name == MARK:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    (root / MARK).touch(mode=0o600)


def _simulate(place: Place, first: date, *, residents: int, nights: int, seed: int) -> None:
    from resources.simulated_county.simulate import simulate

    with counting(f"simulating {residents:,} residents") as report:
        simulate(place.simulated, residents=residents, first_night=first, nights=nights, seed=seed, progress=report)


def _deliver(place: Place, night: date) -> None:
    from resources.simulated_county.deliver import deliver

    deliver(place.simulated, place.systems, night)
    set_simulated_day(place.home, night)


def _extracts(place: Place, county: County) -> list[dict[str, Any]]:
    """Hand out the extract of every research project of the county's text; a small county may not reach its k, and that is no fault."""
    from assets.published.research import Desk, ResearchRefused, extract
    from pipelines.commands.desk import writing
    from resources.keyring import Keyring
    from resources.ledger import Ledger

    home = place.home
    made: list[dict[str, Any]] = []
    with writing() as held:
        desk = Desk(held.con, county, home, Keyring(home.keys), Ledger(home), held.night, today(county, home))
        for project in county.research:
            try:
                found = extract(desk, project, by="throughcare demo", reason="the demo shows every product of the county", write=True)
            except ResearchRefused as error:
                made.append({"project": project.id, "refused": str(error)})
            else:
                made.append(
                    {
                        "project": project.id,
                        "refused": None,
                        "records": found.made.rows.height,
                        "left_out": found.made.left_out,
                        "k": found.made.k,
                        "l_diversity": found.made.l_diversity,
                        "steps": dict(found.made.steps),
                        "destroy_by": found.valid_until.isoformat(),
                    }
                )
    return made


def _document(account: Account) -> dict[str, Any]:
    return {
        "good": account.good,
        "seconds": {name: round(seconds, 1) for name, seconds in account.seconds.items()},
        "runs": [as_document(outcome) for outcome in account.outcomes],
        "products": [vars(state) for state in account.products],
        "linkage": accuracy_document(account.accuracy) if account.accuracy else None,
        "extracts": account.extracts,
    }


def _say(place: Place, county: County, account: Account) -> None:
    _say_aggregates(place, county)
    say_products(account.products)
    if account.accuracy:
        say_accuracy(account.accuracy)
    table(
        "Logical hashes (the same county gives the same hashes)",
        ("product", "table", "sha256"),
        ((state.name, name, sha256[:32]) for state in account.products for name, sha256 in state.logical_hashes.items()),
    )
    table("Where the products are", ("product", "file"), ((state.name, state.path) for state in account.products))
    table(
        "Extracts for research",
        ("project", "records", "left out", "k", "l", "until"),
        (
            (item["project"], item["records"], item["left_out"], item["k"], item["l_diversity"], item["destroy_by"])
            if item["refused"] is None
            else (item["project"], item["refused"], None, None, None, None)
            for item in account.extracts
        ),
    )
    total = sum(account.seconds.values())
    say(f"{total:.0f} s: " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in account.seconds.items()))
    say('next: throughcare status; throughcare query county/measures "select * from stepping_up"; throughcare up')


def _say_aggregates(place: Place, county: County) -> None:
    """The top of each aggregate table, read as any reader must."""
    from resources.published_files import NoSuchProduct
    from resources.published_reader import query

    day = today(county, place.home)
    for product, listed in [(owner, listed) for owner in county.products for listed in owner.tables]:
        sql = excerpt_sql(listed)
        if sql is None:
            continue
        try:
            columns, rows = query(place.home, product.recipient, product.name, sql, as_of=day)
        except NoSuchProduct:
            continue
        table(f"{product.path}: {listed.name}, first groups", columns, rows, clip=CLIP)
