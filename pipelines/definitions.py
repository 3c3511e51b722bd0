"""The code location: one lazy assembly of everything Dagster knows.

Belongs here: putting assets, checks, jobs, schedules, sensors and resources together. Does not belong here: any of them.
Nothing is read at import; the county's folder and the environment are read when Dagster asks for the definitions.
"""

import os
from collections.abc import Iterator
from datetime import date

import dagster as dg

from assets.acquired import assets as acquired_assets
from assets.checked import assets as checked_assets
from assets.checked.quality import checks as quality_checks
from assets.consented import assets as consented_assets
from assets.linked import assets as linked_assets
from assets.measured import assets as measured_assets
from assets.published import assets as published_assets
from contracts.county import County
from pipelines import scope_document
from pipelines.jobs import DENIES, denies_job, nightly_job
from pipelines.place import Place, place_of
from pipelines.schedules import nightly_schedule
from pipelines.sensors import deny_after_failure, deny_without_waiting, drop_folders
from resources.integrator import Integrator, Journal, QuietJournal, RunRefused, describe, open_integrator
from resources.keyring import Keyring
from resources.ledger import Ledger
from resources.terms import Terms
from resources.warehouse import Warehouse


def build_defs(place: Place, *, county: County | None = None, journal: Journal | None = None, **overrides: object) -> dg.Definitions:
    """Everything Dagster knows about one county.

    Args:
        place: home, county folder and environment.
        county: the county's terms, if they are loaded already.
        journal: who is told how a run goes; nobody by default.
        overrides: resources by name that replace the real ones (``integrator``, ``keyring``, ``ledger``).

    Raises:
        contracts.reviewed.TermsFaults: with everything wrong with the county folder; nothing is read from any source then.
    """
    terms = Terms(county, place.home) if county is not None else Terms.load(place.county, place.home)
    nightly = nightly_job(terms.county)
    denies = denies_job(terms.county)
    return dg.Definitions(
        assets=[
            *acquired_assets.build(terms.county),
            *checked_assets.build(terms.county),
            *consented_assets.build(terms.county),
            *linked_assets.build(terms.county),
            *measured_assets.build(terms.county),
            *published_assets.build(terms.county),
            *scope_document.build(terms.county, place),
        ],
        asset_checks=[
            *quality_checks.build(terms.county),
        ],
        jobs=[nightly, denies],
        schedules=[nightly_schedule(terms.county, nightly)],
        sensors=[
            drop_folders(terms.county, place, nightly),
            deny_without_waiting(terms.county, place, denies),
            deny_after_failure(nightly, denies),
        ],
        resources={
            "integrator": _integrator(place, terms, journal),
            "keyring": Keyring(place.home.keys),
            "ledger": Ledger(place.home),
            "io_manager": NoRowsHere(),
            **overrides,
        },
    )


class RunLog(QuietJournal):
    """Tells Dagster's run log why a step failed, in our words; the error itself is masked there."""

    def __init__(self, log: dg.DagsterLogManager | None) -> None:
        super().__init__()
        self._log = log

    def failed(self, step: str, message: str) -> None:
        """One line in the run log."""
        super().failed(step, message)
        if self._log:
            self._log.error(message)


class NoRowsHere(dg.IOManager):
    """Stands where Dagster would pickle what an asset returns: assets return figures, and anything else is refused."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Refuse."""
        raise RunRefused(f"the step [{context.step_key}] returned a value; assets write to the warehouse and return figures only")

    def load_input(self, context: dg.InputContext) -> object:
        """Refuse."""
        raise RunRefused("an asset asked Dagster for a value; assets read the warehouse")


def _integrator(place: Place, terms: Terms, journal: Journal | None) -> dg.ResourceDefinition:
    @dg.resource(description="The run's one writer: warehouse, registers, terms and addresses, under the single-writer lock.")
    def integrator(context: dg.InitResourceContext) -> Iterator[Integrator]:
        run = context.run
        partition = run.tags.get("dagster/partition") if run else None
        told = journal or RunLog(context.log)
        opening = open_integrator(
            warehouse=Warehouse(place.home),
            terms=terms,
            night=date.fromisoformat(partition) if partition else None,
            frozen=not (run and run.job_name == DENIES),
            journal=told,
            environment=place.environment,
            run_id=run.run_id if run else "unnamed",
            ledger=Ledger(place.home),
        )
        try:
            opened = opening.__enter__()
        except Exception as error:
            refusal = describe(error)
        else:
            try:
                yield opened
            finally:
                opening.__exit__(None, None, None)
            return
        told.failed("start", refusal)
        raise RunRefused(refusal)

    return integrator


@dg.definitions
def defs() -> dg.Definitions:
    """What ``workspace.yaml`` and ``dg`` load: the place named by the environment."""
    place = place_of(os.environ)
    return build_defs(place)
