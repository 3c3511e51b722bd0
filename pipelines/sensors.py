"""What starts a run besides the clock: complete deliveries in the drop folders, and a night that failed.

Belongs here: sensors and what they look at (file names, sizes, times; never content). Does not belong here: judging a delivery (acquire).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.source_groups import CARRIERS_OF_DENIES
from contracts.connectors import DropFolder, HmisCsv
from contracts.county import County
from contracts.source_feeds import FILE_DATE
from contracts.sources import FhirNdjson, Source, SqlAlchemyQuery
from pipelines.place import Place
from pipelines.schedules import night_at

SECONDS = 120
"""Between two looks; a file must look the same in both to count as complete."""


@dataclass(frozen=True)
class Drop:
    """What lies in a source's drop folder for a night: a hash over names, sizes and times, or nothing while a file is missing."""

    source: str
    fingerprint: str | None


def expected_files(source: Source, folder: Path, night: date) -> list[Path]:
    """Files that make a delivery of that night complete."""
    if isinstance(source.connector, FhirNdjson):
        bulk = folder / night.isoformat()
        manifest = [bulk / source.connector.manifest] if source.connector.manifest else []
        return [*manifest, *(bulk / f"{feed.origin.name}.ndjson" for feed in source.feeds.values())]
    if isinstance(source.connector, HmisCsv):
        return [folder / _of_night(source.connector.file, night) if source.connector.file else folder / night.isoformat() / "Export.csv"]
    return [folder / _of_night(feed.origin.file or feed.origin.name, night) for feed in source.feeds.values()]


def _beside(source: Source, files: list[Path]) -> list[Path]:
    """Markers and checksums that have to lie beside files before they count as whole."""
    options = source.connector
    if not isinstance(options, DropFolder):
        return []
    patterns = [options.ready.marker] if options.ready.rule == "marker" else []
    patterns += [options.checksums] if options.checksums else []
    return [path.with_name(pattern.replace("{name}", path.name)) for path in files for pattern in patterns]


def _of_night(pattern: str, night: date) -> str:
    return FILE_DATE.sub(lambda found: night.strftime(found.group(1)), pattern)


def look(source: Source, place: Place, night: date) -> Drop:
    """Look into a source's drop folder."""
    where = source.connector.where.resolve(place.environment, place.home.root)
    files = expected_files(source, Path(where), night) if where else []
    if not files or not all(path.is_file() and path.stat().st_size for path in files):
        return Drop(source.name, None)
    if not all(path.is_file() for path in _beside(source, files)):
        return Drop(source.name, None)
    seen = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return Drop(source.name, hashlib.sha256(json.dumps(seen).encode()).hexdigest())


def drop_sources(county: County) -> list[Source]:
    """Sources that deliver files."""
    return [source for source in county.sources.values() if not isinstance(source.connector, SqlAlchemyQuery)]


def settled(drops: list[Drop], cursor: str | None) -> tuple[str | None, str]:
    """The hash of all drops once every one is complete and looks as it did at the last look, and the cursor for the next look."""
    now = {drop.source: drop.fingerprint for drop in drops}
    before = json.loads(cursor) if cursor else {}
    following = json.dumps(now, sort_keys=True)
    if not now or None in now.values() or now != before:
        return None, following
    return hashlib.sha256(following.encode()).hexdigest(), following


def drop_folders(county: County, place: Place, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Start the night as soon as every drop folder holds its complete delivery; the schedule starts it anyway, at its hour."""

    @dg.sensor(
        name="drop_folders",
        job=job,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Requests the night once every file source has delivered it completely; run key: hash of what was seen.",
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        night = night_at(county, datetime.now(UTC))
        return _request(context, [look(source, place, night) for source in drop_sources(county)], night)

    return watch


def deny_without_waiting(county: County, place: Place, job: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """Start the denies job when a source that carries consents or sealings has delivered, whatever the others do."""

    @dg.sensor(
        name="denies",
        job=job,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Requests the denies job for a delivery that can take a permission away; a deny never waits for the night.",
    )
    def watch(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        night = night_at(county, datetime.now(UTC))
        carriers = [source for source in drop_sources(county) if any(kind.name in CARRIERS_OF_DENIES for kind in source.record_types)]
        return _request(context, [look(source, place, night) for source in carriers], night)

    return watch


def _request(context: dg.SensorEvaluationContext, drops: list[Drop], night: date) -> dg.SensorResult:
    key, cursor = settled(drops, context.cursor)
    if key is None:
        waiting = sorted(drop.source for drop in drops if drop.fingerprint is None)
        reason = f"not complete for {night}: {', '.join(waiting)}" if waiting else f"deliveries of {night} changed since the last look"
        return dg.SensorResult(skip_reason=reason, cursor=cursor)
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=f"{night}-{key}", partition_key=night.isoformat())], cursor=cursor)


def deny_after_failure(nightly: UnresolvedAssetJobDefinition, denies: UnresolvedAssetJobDefinition) -> dg.SensorDefinition:
    """A night that failed keeps the last good products; the denies it brought are applied to them at once."""

    @dg.run_failure_sensor(
        name="deny_after_failure",
        monitored_jobs=[nightly],
        request_job=denies,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Requests the denies job for a night that failed.",
    )
    def react(context: dg.RunFailureSensorContext) -> Iterator[dg.RunRequest]:
        partition = context.dagster_run.tags.get("dagster/partition")
        if partition:
            yield dg.RunRequest(run_key=f"after-{context.dagster_run.run_id}", partition_key=partition)

    return react
