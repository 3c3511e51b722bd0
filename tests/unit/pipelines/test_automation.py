"""What starts a run by itself: the schedule, complete deliveries, a night that failed."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from contracts.county import County, load_county
from pipelines import sensors
from pipelines.definitions import build_defs
from pipelines.jobs import denies_job, nightly_job
from pipelines.place import Place, demo_county
from pipelines.schedules import night_at, nightly_schedule
from pipelines.sensors import expected_files
from resources.home import Home


@pytest.fixture(scope="module")
def county() -> County:
    return load_county(demo_county())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(Home(tmp_path), demo_county(), {})


def _deliver(county: County, place: Place, night: date, *names: str) -> None:
    for source in sensors.drop_sources(county):
        if names and source.name not in names:
            continue
        where = source.connector.where.resolve({}, place.home.root)
        for path in expected_files(source, Path(str(where)), night):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x")


def test_the_schedule_asks_for_the_night_that_began_at_the_last_cut_off(county: County) -> None:
    schedule = nightly_schedule(county, nightly_job(county))
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 2 * * *", "America/New_York")
    at = datetime(2026, 3, 9, 6, 30, tzinfo=UTC)  # 02:30 in daylight saving time
    request: Any = schedule(dg.build_schedule_context(scheduled_execution_time=at))
    assert (request.partition_key, request.run_key) == ("2026-03-09", "nightly-2026-03-09")


def _look(sensor: dg.SensorDefinition, cursor: str | None) -> Any:
    return sensor(dg.build_sensor_context(cursor=cursor))


def test_the_night_is_requested_once_every_drop_folder_is_complete_and_at_rest(county: County, place: Place) -> None:
    sensor = sensors.drop_folders(county, place, nightly_job(county))
    night = night_at(county, datetime.now(UTC))
    _deliver(county, place, night, "cad")
    waiting = _look(sensor, None)
    assert waiting.run_requests in (None, [])
    assert "co_responder, health" in str(waiting.skip_reason)

    _deliver(county, place, night)
    moving = _look(sensor, waiting.cursor)
    assert "changed since the last look" in str(moving.skip_reason)
    settled = _look(sensor, moving.cursor)
    (request,) = settled.run_requests
    assert request.partition_key == night.isoformat()
    (again,) = _look(sensor, settled.cursor).run_requests
    assert again.run_key == request.run_key, "Dagster runs one key once"


def test_a_delivery_that_can_take_a_permission_away_starts_the_denies_whatever_the_others_do(county: County, place: Place) -> None:
    sensor = sensors.deny_without_waiting(county, place, denies_job(county))
    night = night_at(county, datetime.now(UTC))
    _deliver(county, place, night, "health")
    cursor = _look(sensor, None).cursor
    (request,) = _look(sensor, cursor).run_requests
    assert request.partition_key == night.isoformat()


def test_a_sensor_never_says_a_file_name_or_its_content(county: County, place: Place) -> None:
    sensor = sensors.drop_folders(county, place, nightly_job(county))
    night = night_at(county, datetime.now(UTC))
    _deliver(county, place, night)
    strange = place.home.root / "county_systems" / "cad" / "QUARRELWICK.csv"
    strange.write_text("QUARRELWICK")
    os.utime(strange, (time.time(), time.time()))
    first = _look(sensor, None)
    said = str([first, _look(sensor, first.cursor)])
    assert "QUARRELWICK" not in said


@pytest.fixture
def definitions(county: County, place: Place) -> dg.Definitions:
    return build_defs(place, county=county)


def test_a_night_that_failed_asks_for_its_denies(definitions: dg.Definitions) -> None:
    sensor = next(item for item in definitions.sensors or [] if isinstance(item, dg.SensorDefinition) and item.name == "deny_after_failure")
    assert sensor.job_name == "denies"

    @dg.op
    def fails() -> None:
        raise dg.Failure("on purpose")

    @dg.job(name="nightly")
    def nightly() -> None:
        fails()

    with dg.DagsterInstance.ephemeral() as instance:
        result = nightly.execute_in_process(instance=instance, raise_on_error=False, tags={"dagster/partition": "2026-03-03"})
        context = dg.build_run_status_sensor_context(
            sensor_name=sensor.name,
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        ).for_run_failure()
        (request,) = list(sensor(context))
    assert (request.partition_key, request.run_key) == ("2026-03-03", f"after-{result.run_id}")


def test_the_partitions_begin_at_the_first_night_and_reach_today(county: County, definitions: dg.Definitions) -> None:
    partitions = definitions.resolve_job_def("nightly").partitions_def
    assert partitions is not None
    keys = partitions.get_partition_keys()
    assert keys[0] == county.text.first_night.isoformat()
    today = night_at(county, datetime.now(UTC))
    assert keys[-1] == max(today, county.text.first_night).isoformat()
    assert len(keys) == (today - county.text.first_night) // timedelta(days=1) + 1
