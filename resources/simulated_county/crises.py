"""True encounters of the co-responder team.

Belongs here: which crises the team met, with whom, and how they ended. Does not belong here: CSV columns and names (co_responder.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from resources.simulated_county import rates
from resources.simulated_county.bookings import in_custody
from resources.simulated_county.calendar import Calendar, draw_times, each_later_night
from resources.simulated_county.calls import Calls
from resources.simulated_county.draw import happens, weighted
from resources.simulated_county.people import People

ISSUES = (
    "suicidal",
    "psychosis",
    "mood",
    "substance_use",
    "aggression",
    "disoriented",
    "family_conflict",
    "basic_needs",
    "welfare_check",
    "other",
)
ISSUE_SHARES = (0.23, 0.16, 0.16, 0.16, 0.05, 0.06, 0.06, 0.05, 0.05, 0.02)
DISPOSITIONS = ("resolved_on_scene", "voluntary_transport", "involuntary_hold", "crisis_center", "ed", "citation", "referral", "refused")
DISPOSITION_SHARES = (0.38, 0.12, 0.08, 0.11, 0.12, 0.02, 0.11, 0.06)
FROM_CALLS = 0.66
"""Share of encounters that begin with a call for service; the rest are follow-ups and walk-ups."""
CALL_NUMBER_MISSING = 0.08
FOLLOW_UP = 0.30
TRANSPORTED = ("voluntary_transport", "involuntary_hold", "crisis_center", "ed")


def _from_calls(rng: np.random.Generator, calls: Calls, wanted: int, newest: int) -> pl.DataFrame:
    met = calls.events.with_row_index("call").filter(
        "is_behavioral", ~pl.col("cancelled"), pl.col("subject") >= 0, pl.col("disposition") != "GOA", pl.col("arrived") < newest
    )
    chosen = np.sort(rng.permutation(met.height)[:wanted])
    met = met[chosen]
    started = met["arrived"] + pl.Series(rng.integers(0, 900, met.height))
    return met.select(
        person="subject",
        started=started,
        call=pl.col("call").cast(pl.Int64),
        arrested=pl.col("disposition") == "ARR",
    )


def draw_crises(rng: np.random.Generator, people: People, calendar: Calendar, bookings: pl.DataFrame, calls: Calls) -> pl.DataFrame:
    """Encounters in order of time.

    Columns person, started, ended (seconds), call (row of the calls, -1 for none), call_noted, issue, suicidal, intoxicated,
    weapon, clinician, disposition. Every later night has at least one person the team has not met before.
    """
    residents = int(people.is_resident.sum())
    total = int(rates.CO_RESPONDER_PER_1000 / 1_000 * residents * calendar.years)
    linked = _from_calls(rng, calls, int(total * FROM_CALLS), calendar.end - 7_200)
    extra = max(total - linked.height, 0)
    known = linked["person"].to_numpy()
    weight = people.contact_frailty * (people.age >= 12) * np.where(people.smi, 12, 1) * np.where(people.homeless, 8, 1)
    weight = weight * np.where(people.sud, 3, 1)
    person = weighted(rng, weight * people.is_resident, extra)
    if len(known):
        again = happens(rng, FOLLOW_UP, extra)
        person = np.where(again, known[rng.integers(0, len(known), extra)], person)
    fresh_times = each_later_night(rng, calendar, 1)
    unmet = np.flatnonzero(people.is_resident & (people.age >= 16) & ~np.isin(np.arange(len(people)), np.concatenate([known, person])))
    fresh = rng.permutation(unmet)[: len(fresh_times)]
    others = pl.DataFrame(
        {
            "person": np.concatenate([person, fresh]),
            "started": np.concatenate([draw_times(rng, calendar.start, calendar.end, extra), fresh_times[: len(fresh)]]),
            "call": np.full(extra + len(fresh), -1, dtype=np.int64),
            "arrested": np.zeros(extra + len(fresh), dtype=bool),
        }
    )
    met = pl.concat([linked, others])
    met = met.filter(~pl.Series(in_custody(bookings, met["person"].to_numpy(), met["started"].to_numpy())))
    met = met.sort("started", "person", maintain_order=True)
    size = met.height
    issue = weighted(rng, ISSUE_SHARES, size)
    disposition = pl.Series(DISPOSITIONS).gather(weighted(rng, DISPOSITION_SHARES, size))
    return met.select(
        "person",
        "started",
        ended=pl.col("started") + pl.Series((900 + rng.gamma(2.0, 1_500, size)).astype(np.int64)),
        call="call",
        call_noted=pl.Series(~happens(rng, CALL_NUMBER_MISSING, size)),
        issue=pl.Series(ISSUES).gather(issue),
        suicidal=pl.Series((issue == 0) | happens(rng, 0.08, size)),
        intoxicated=pl.Series((issue == 3) | happens(rng, 0.12, size)),
        weapon=pl.Series(happens(rng, 0.05, size)),
        clinician=pl.Series(happens(rng, 0.86, size)),
        disposition=pl.when("arrested").then(pl.lit("arrest")).otherwise(disposition),
    )
