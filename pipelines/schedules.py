"""When the night is run.

Belongs here: the schedule of the nightly job at the county's own hour. Does not belong here: reacting to deliveries (sensors).
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from contracts.county import County


def night_at(county: County, moment: datetime) -> date:
    """The night that a moment belongs to: the county-local date, which changes at the cut-off."""
    hour, minute = map(int, county.text.night_cutoff.split(":"))
    return (moment.astimezone(ZoneInfo(county.text.timezone)) - timedelta(hours=hour, minutes=minute)).date()


def nightly_schedule(county: County, job: UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Start the night that began at the last cut-off, at the county's hour."""
    hour, minute = county.text.nightly_start.split(":")

    @dg.schedule(
        name="nightly",
        job=job,
        cron_schedule=f"{int(minute)} {int(hour)} * * *",
        execution_timezone=county.text.timezone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="The night that began at the last cut-off. A rerun of a night uses the deliveries its first attempt froze.",
    )
    def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        night = night_at(county, context.scheduled_execution_time).isoformat()
        return dg.RunRequest(run_key=f"nightly-{night}", partition_key=night)

    return nightly
