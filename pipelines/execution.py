"""Running a job of the code location in this process.

Belongs here: one instance, one job, one night, and what came of it. Does not belong here: rendering (display) and definitions.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from contracts.county import County
from pipelines.event_storage import held_open
from pipelines.place import Place
from resources.integrator import QuietJournal

if TYPE_CHECKING:
    from dagster import DagsterInstance


@dataclass(frozen=True)
class CheckOutcome:
    """An asset check that did not pass."""

    asset: str
    check: str
    severity: str
    figures: dict[str, str | int]


@dataclass(frozen=True)
class RunOutcome:
    """What one run did; counts and names of rules only.

    ``failures`` maps a step to why it failed; ``skipped`` are steps that could not run because of it.
    """

    job: str
    night: date
    run_id: str
    success: bool
    seconds: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    checks_passed: int = 0
    checks_failed: tuple[CheckOutcome, ...] = ()

    @property
    def gates_failed(self) -> tuple[CheckOutcome, ...]:
        """Failed checks that stop what comes after them."""
        return tuple(check for check in self.checks_failed if check.severity == "ERROR")


@contextmanager
def dagster_instance(place: Place) -> Iterator[DagsterInstance]:
    """The county's own instance; ``prepare_dagster`` has set it up."""
    _quiet()
    import dagster as dg

    with held_open(place.dagster_home), dg.DagsterInstance.from_config(str(place.dagster_home)) as instance:
        yield instance


def _quiet() -> None:
    warnings.filterwarnings("ignore", module="dagster")
    # The traceback of a masked error is ours and carries no value, but the journal has said the same in one line.
    masked = logging.getLogger("dagster.redacted_errors")
    masked.addHandler(logging.NullHandler())
    masked.propagate = False


def run_job(place: Place, instance: DagsterInstance, *, county: County, job: str, night: date, journal: QuietJournal) -> RunOutcome:
    """Execute a job for one night in this process."""
    from pipelines.definitions import build_defs

    definition = build_defs(place, county=county, journal=journal).resolve_job_def(job)
    journal.expect(len(definition.graph.node_dict))
    result = definition.execute_in_process(
        instance=instance,
        partition_key=night.isoformat(),
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    passed, failed = 0, []
    for evaluation in result.get_asset_check_evaluations():
        if evaluation.passed:
            passed += 1
        else:
            failed.append(
                CheckOutcome(
                    asset="/".join(evaluation.asset_key.path),
                    check=evaluation.check_name,
                    severity=evaluation.severity.value,
                    figures={name: value.value for name, value in evaluation.metadata.items() if isinstance(value.value, str | int)},
                )
            )
    skipped = tuple(sorted(event.step_key for event in result.all_events if event.is_step_skipped and event.step_key))
    return RunOutcome(
        job=job,
        night=night,
        run_id=result.run_id,
        success=result.success,
        seconds=dict(journal.seconds),
        failures=dict(journal.failures),
        skipped=skipped,
        checks_passed=passed,
        checks_failed=tuple(sorted(failed, key=lambda check: (check.asset, check.check))),
    )
