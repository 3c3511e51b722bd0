"""``throughcare run`` and ``throughcare denies``: one night, in this process.

Belongs here: the two verbs and their account in words. Does not belong here: jobs, steps and rules.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from contracts.county import County
from pipelines.commands.common import BAD, AsJson, Night, here, terms
from pipelines.display import ProgressJournal, complain, emit_json, progress_bar, say, table
from pipelines.execution import RunOutcome, dagster_instance, run_job
from pipelines.overrides import let_gate_pass, replace_terms
from pipelines.place import Place, prepare_dagster
from pipelines.products import ProductState, product_states

NIGHTLY = "nightly"
DENIES = "denies"


def run(
    night: Night,
    new_terms: Annotated[bool, typer.Option("--new-terms", help="Rerun a night under terms changed since its first attempt.")] = False,
    override_gate: Annotated[
        list[str] | None,
        typer.Option("--override-gate", metavar="GATE", help="Let this gate of linkage be held without stopping the night."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who overrules; a person's name, which enters the ledger.")] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; it enters the ledger with what was overruled.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run one night: deliveries in, checked, consented, linked, measured, products out.

    A rerun gives the same result. If a gate fails, last night's products stay, and denies are applied to them at once.

    Example: throughcare run --night 2026-03-02
    """
    overruled = [*(["terms"] if new_terms else []), *(override_gate or [])]
    if overruled and not (reason or "").strip():
        raise typer.BadParameter("say why with --reason; it enters the ledger", param_hint="--reason")
    if overruled and not (by or "").strip():
        raise typer.BadParameter("say who with --by; nothing is overruled without a name", param_hint="--by")
    place = here()
    county = terms(place)
    prepare_dagster(place)
    if new_terms:
        replace_terms(place, county, night, str(reason), by=str(by))
    for gate in override_gate or []:
        let_gate_pass(place, night, gate, str(reason), by=str(by))
    with dagster_instance(place) as instance:
        outcomes = [execute(place, instance, county=county, job=NIGHTLY, night=night)]
        if not outcomes[0].success and "start" not in outcomes[0].failures:
            # A deny never waits for a night that succeeds.
            outcomes.append(execute(place, instance, county=county, job=DENIES, night=night))
    report(place, county, outcomes, as_json=as_json)


def denies(night: Night, as_json: AsJson = False) -> None:
    """Read consents and sealings now, and rebuild or withdraw every product they touch.

    Example: throughcare denies --night 2026-03-05
    """
    place = here()
    county = terms(place)
    prepare_dagster(place)
    with dagster_instance(place) as instance:
        outcome = execute(place, instance, county=county, job=DENIES, night=night)
    report(place, county, [outcome], as_json=as_json)


def execute(place: Place, instance: Any, *, county: County, job: str, night: date) -> RunOutcome:
    """Run a job with its progress on standard error."""
    with progress_bar() as progress:
        journal = ProgressJournal(progress, f"{job} {night}")
        outcome = run_job(place, instance, county=county, job=job, night=night, journal=journal)
        journal.close()
    return outcome


def report(place: Place, county: County, outcomes: list[RunOutcome], *, as_json: bool) -> None:
    """Say what came of it; exit non-zero if any of it is bad."""
    products = product_states(place.home, county)
    good = all(outcome.success for outcome in outcomes)
    if as_json:
        emit_json({"good": good, "runs": [as_document(outcome) for outcome in outcomes], "products": [vars(state) for state in products]})
    else:
        for outcome in outcomes:
            say_outcome(outcome)
        say_products(products)
    if not good:
        raise typer.Exit(BAD)


def as_document(outcome: RunOutcome) -> dict[str, Any]:
    """A run as JSON."""
    return {
        "job": outcome.job,
        "night": outcome.night,
        "run_id": outcome.run_id,
        "success": outcome.success,
        "seconds": {step: round(seconds, 3) for step, seconds in outcome.seconds.items()},
        "failures": outcome.failures,
        "checks_passed": outcome.checks_passed,
        "checks_failed": [vars(check) for check in outcome.checks_failed],
    }


def say_outcome(outcome: RunOutcome) -> None:
    """One run in words."""
    seconds = sum(outcome.seconds.values())
    word = "[green]done[/green]" if outcome.success else "[red]failed[/red]"
    say(f"{word}  {outcome.job} {outcome.night}: {len(outcome.seconds)} steps in {seconds:.1f} s, {outcome.checks_passed} checks passed")
    for step, message in outcome.failures.items():
        complain(message if message.startswith(step) else f"{step}: {message}")
    for check in outcome.checks_failed:
        figures = ", ".join(f"{name} {value}" for name, value in check.figures.items())
        complain(f"{check.severity.lower()}  {check.asset}: {check.check}" + (f" ({figures})" if figures else ""))
    if not outcome.success and outcome.job == NIGHTLY:
        complain("products of the last good night stay; nothing that was delivered is lost")


def say_products(products: list[ProductState]) -> None:
    """Products as they stand, and whom they withhold by reason."""
    table(
        "Products",
        ("product", "standing", "version", "readable until", "rows by table"),
        ((state.name, state.standing.value, state.version, state.valid_until, state.tables) for state in products),
    )
    reasons = sorted({reason for state in products for reason in state.withheld})
    if reasons:
        table(
            "Withheld: people of whom something was kept out of a product, by reason",
            ("reason", *(state.name for state in products)),
            ((reason, *(state.withheld.get(reason) for state in products)) for reason in reasons),
            numbers=tuple(state.name for state in products),
        )
