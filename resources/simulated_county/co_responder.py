"""The co-responder team's system: encounters as its vendor exports them, night by night.

Belongs here: client numbers, the tablet's way of writing identities, corrections, tombstones. Does not belong here: what happened
(crises.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from resources.simulated_county import rates
from resources.simulated_county.calendar import Calendar, flattened, known_on, touched
from resources.simulated_county.draw import coded, happens, weighted
from resources.simulated_county.identities import birth_text, carried, write_identities
from resources.simulated_county.people import People
from resources.simulated_county.population import GROUPS
from resources.simulated_county.rates import IdentityRates
from resources.simulated_county.writing import shuffled_numbers, time_text, yes_no

STAMP = "%Y-%m-%dT%H:%M"
COLUMNS = (
    "encounter_id", "client_no", "cad_incident", "encounter_start", "encounter_end", "team_type", "clinician_present", "client_first",
    "client_middle", "client_last", "client_suffix", "birthdate", "gender", "race_ethnicity", "phone", "address", "city", "zip",
    "presenting_issue", "suicidal", "intoxicated", "weapon", "disposition", "homeless", "record_status",
)  # fmt: skip
TEAMS = ("co_response", "mobile_crisis", "cit", "telehealth", "follow_up")
IDENTITY_RETAKEN = 0.40
NONBINARY = 0.006


@dataclass(frozen=True)
class CoResponder:
    """Every row ever exported, with ``night``, the night whose file holds it, and the true person."""

    encounters: pl.DataFrame

    def night(self, k: int) -> pl.DataFrame:
        """Rows of the file of night ``k``."""
        return self.encounters.filter(pl.col("night") == k).select(COLUMNS)


def _clients(rng: np.random.Generator, crises: pl.DataFrame) -> pl.Series:
    nth = crises.select(pl.int_range(pl.len()).over("person")).to_series().to_numpy()
    person = np.unique(crises["person"].to_numpy(), return_inverse=True)[1]
    anew = (nth > 0) & happens(rng, rates.CO_RESPONDER_NEW_CLIENT_NO, len(nth))
    own = np.where(anew, len(nth) + np.cumsum(anew), person)
    numbers = shuffled_numbers(rng, 2 * len(nth) + 1)
    return pl.select(pl.format("K{}", pl.Series(numbers[own]).cast(pl.String).str.zfill(6))).to_series()


def _identity(
    rng: np.random.Generator, people: People, crises: pl.DataFrame, *, client: pl.Series | None, written: IdentityRates
) -> pl.DataFrame:
    person = crises["person"].to_numpy()
    identity = write_identities(rng, people, person, crises["started"].to_numpy(), written)
    if client is not None:
        identity = carried(identity, [client], happens(rng, IDENTITY_RETAKEN, crises.height))
    other = pl.Series(happens(rng, NONBINARY, crises.height))
    phone = pl.col("phone")
    return identity.select(
        client_first=pl.col("first").str.to_titlecase(),
        client_middle=pl.col("middle").str.to_titlecase(),
        client_last=pl.col("last").str.to_titlecase(),
        client_suffix=pl.col("suffix").str.to_titlecase(),
        birthdate=birth_text("iso"),
        gender=pl.when(other).then(pl.lit("nonbinary"))
        .otherwise(pl.col("sex").replace_strict({"M": "male", "F": "female"}, default="unknown")),
        phone=pl.format("{}-{}-{}", phone.str.slice(0, 3), phone.str.slice(3, 3), phone.str.slice(6, 4)),
        address=pl.col("street").str.to_titlecase(),
        city=pl.col("city").str.to_titlecase(),
        zip="zip",
    )  # fmt: skip


def record_co_responder(
    rng: np.random.Generator, people: People, calendar: Calendar, *, crises: pl.DataFrame, incidents: pl.Series
) -> CoResponder:
    """What the team exports about the true encounters: each row once, again when corrected, and again when deleted.

    Args:
        rng: the team's generator.
        people: the true people.
        calendar: the nights.
        crises: true encounters in order of time.
        incidents: incident number of each true call.
    """
    size = crises.height
    person = crises["person"].to_numpy()
    client = _clients(rng, crises)
    call = crises["call"].to_numpy()
    noted = pl.Series(call >= 0) & crises["call_noted"]
    incident = pl.select(pl.when(noted).then(incidents.gather(np.maximum(call, 0)))).to_series()
    linked = call >= 0
    team = np.where(linked, weighted(rng, (0.66, 0.14, 0.20, 0.0, 0.0), size), weighted(rng, (0.20, 0.42, 0.0, 0.12, 0.26), size))
    usual = coded(rng, people.group, GROUPS, rates.CO_RESPONDER_RACE).gather(person)
    again = coded(rng, people.group[person], GROUPS, rates.CO_RESPONDER_RACE)
    differs = pl.Series(happens(rng, 0.25, size))
    homeless = np.where(people.homeless[person], happens(rng, 0.85, size), happens(rng, 0.02, size))
    rows = crises.select(
        encounter_id=pl.format("MC-{}", pl.Series(shuffled_numbers(rng, size)).cast(pl.String).str.zfill(7)),
        client_no=client,
        cad_incident=incident,
        encounter_start=time_text(pl.col("started"), STAMP),
        encounter_end=time_text(pl.col("ended"), STAMP),
        team_type=pl.Series(TEAMS).gather(team),
        clinician_present=yes_no(pl.col("clinician"), "true", "false"),
        presenting_issue="issue",
        suicidal=yes_no(pl.col("suicidal"), "true", "false"),
        intoxicated=yes_no(pl.col("intoxicated"), "true", "false"),
        weapon=yes_no(pl.col("weapon"), "true", "false"),
        disposition="disposition",
        homeless=yes_no(pl.lit(pl.Series(homeless)), "true", "false"),
        record_status=pl.lit("active"),
        race_ethnicity=pl.when(differs).then(again).otherwise(usual),
        person="person",
        row=pl.int_range(pl.len()),
    )
    rows = pl.concat([rows, _identity(rng, people, crises, client=client, written=rates.CO_RESPONDER)], how="horizontal")
    fresh = crises["started"].to_numpy() >= calendar.as_of(0)
    rows = rows.with_columns(night=pl.Series(known_on(rng, calendar, crises["ended"].to_numpy(), spare=fresh)))
    rows = rows.filter(pl.col("night") < calendar.nights)

    night = rows["night"].to_numpy()
    calm = (rows["disposition"] == "resolved_on_scene").to_numpy()
    changed, on = flattened(touched(rng, calendar, night, rates.CORRECTED_PER_NIGHT, free=(night == 0) & calm))
    mended = rows[changed]
    clean = _identity(rng, people, crises[mended["row"].to_numpy()], client=None, written=rates.CLEAN)
    mended = mended.with_columns(*(clean[name] for name in clean.columns), disposition=pl.lit("referral"), night=pl.Series(on))
    free = (night == 0) & ~np.isin(np.arange(len(night)), changed)
    gone, gone_on = flattened(touched(rng, calendar, night, rates.DELETED_PER_NIGHT, free=free))
    deleted = rows[gone].with_columns(record_status=pl.lit("deleted"), night=pl.Series(gone_on))
    untouched = np.setdiff1d(np.flatnonzero(night == 0), np.concatenate([changed, gone]))
    ahead = np.sort(rng.permutation(untouched)[: int(rates.CO_RESPONDER_BIRTH_DATE_AHEAD * len(untouched))])
    born = rows["birthdate"].scatter(ahead, [f"{year}-07-04" for year in 2050 + np.arange(len(ahead)) % 40])
    rows = rows.with_columns(born.alias("birthdate"))
    everything = pl.concat([rows, mended.select(rows.columns), deleted.select(rows.columns)])
    return CoResponder(encounters=everything.drop("row"))
