"""The truth of a simulated county: which vendor key belongs to which person.

Belongs here: the tables of the folder ``truth``. Does not belong here: anything a system delivers. No stage of the pipeline reads this
folder; ``throughcare link evaluate --truth`` does, outside it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from resources.simulated_county import rates
from resources.simulated_county.bookings import expected_bookings
from resources.simulated_county.cad import Cad
from resources.simulated_county.calendar import Calendar
from resources.simulated_county.co_responder import CoResponder
from resources.simulated_county.health import Health
from resources.simulated_county.jail import Jail
from resources.simulated_county.people import People
from resources.simulated_county.population import GROUPS, SEXES, benchmark
from resources.simulated_county.writing import as_time

FEEDS = {"jail": "inmate_booking", "cad": "cad_persons", "co_responder": "encounters", "health": "Patient"}
"""The vendor's table, file or resource in which each source names people."""


def _person(column: str = "person") -> pl.Expr:
    return pl.format("P{}", pl.col(column).cast(pl.String).str.zfill(7))


def _keyed(source: str, record_type: str, frame: pl.DataFrame, key: str) -> pl.DataFrame:
    return frame.select(
        source=pl.lit(source), record_type=pl.lit(record_type), vendor_key=pl.col(key), person=_person()
    ).unique(maintain_order=True)  # fmt: skip


def subject_truth(calendar: Calendar, jail: Jail, cad: Cad, co_responder: CoResponder, health: Health) -> pl.DataFrame:
    """source, feed, vendor_key, person, valid_from, valid_to (dates, half-open; null: always).

    A JacketNo given to a second person has two rows whose intervals do not overlap.
    """
    held = jail.bookings.filter(pl.col("night") < calendar.nights).group_by("JacketNo", "person", maintain_order=True)
    spans = held.agg(pl.col("booked").min().alias("first")).sort("JacketNo", "first", maintain_order=True)
    shared = pl.len().over("JacketNo") > 1
    begins = as_time(pl.col("first")).cast(pl.Date)
    jackets = spans.select(
        vendor_key="JacketNo",
        person=_person(),
        valid_from=pl.when(shared & (pl.int_range(pl.len()).over("JacketNo") > 0)).then(begins),
        valid_to=pl.when(shared).then(begins.shift(-1).over("JacketNo")),
    )
    others = {
        "cad": cad.persons.select(vendor_key="InvolvementID", person=_person()),
        "co_responder": co_responder.encounters.select(vendor_key="client_no", person=_person()),
        "health": health.patients.select(vendor_key="id", person=_person()),
    }
    always = pl.lit(None, dtype=pl.Date)
    parts = [jackets.select(pl.lit("jail").alias("source"), pl.lit(FEEDS["jail"]).alias("feed"), pl.all())]
    parts += [
        frame.unique(maintain_order=True).select(
            pl.lit(source).alias("source"), pl.lit(FEEDS[source]).alias("feed"), pl.all(), valid_from=always, valid_to=always
        )
        for source, frame in others.items()
    ]
    return pl.concat(parts)


def record_truth(calendar: Calendar, jail: Jail, cad: Cad, co_responder: CoResponder, health: Health) -> pl.DataFrame:
    """source, record_type, vendor_key (of the record), person; one row a record that was ever delivered."""
    known = jail.bookings.filter(pl.col("night") < calendar.nights)
    who = known.select("BookingNo", "person")
    events = jail.legal_events.join(who, on="BookingNo", how="left", maintain_order="left")
    first = known.group_by("JacketNo").agg(pl.col("person").first())
    events = events.join(first, on="JacketNo", how="left", suffix="_of_jacket", maintain_order="left")
    events = events.with_columns(pl.coalesce("person", "person_of_jacket").alias("person"))
    parts = [
        _keyed("jail", "jail_booking", known, "BookingNo"),
        _keyed("jail", "jail_charge", jail.charges.join(who, on="BookingNo", how="inner", maintain_order="left"), "ChargeId"),
        _keyed("jail", "jail_alias", jail.aliases, "AliasId"),
        _keyed("jail", "legal_event", events, "EventId"),
        _keyed("cad", "cad_person", cad.persons, "InvolvementID"),
        _keyed("co_responder", "co_responder_encounter", co_responder.encounters, "encounter_id"),
    ]
    types = {"Patient": "health_patient", "Encounter": "health_encounter", "Condition": "health_diagnosis", "Consent": "consent"}
    parts += [_keyed("health", record_type, health.resources[name], "id") for name, record_type in types.items()]
    return pl.concat(parts)


def person_truth(people: People) -> pl.DataFrame:
    """person, race_group, sex, birth_date, is_resident, smi, sud, homeless, household, twin_of (null: no twin or the first of the pair)."""
    twin = people.families.twin_of
    frame = pl.DataFrame(
        {
            "row": np.arange(len(people)),
            "race_group": pl.Series(GROUPS).gather(people.group),
            "sex": pl.Series(SEXES).gather(people.sex),
            "birth_date": pl.Series(people.birth.astype("datetime64[D]")),
            "is_resident": people.is_resident,
            "smi": people.smi,
            "sud": people.sud,
            "homeless": people.homeless,
            "house": people.families.household,
            "twin": twin,
        }
    )
    return frame.select(
        _person("row").alias("person"), "race_group", "sex", "birth_date", "is_resident", "smi", "sud", "homeless",
        household=pl.format("H{}", pl.col("house").cast(pl.String).str.zfill(7)),
        twin_of=pl.when(pl.col("twin") >= 0).then(_person("twin")),
    )  # fmt: skip


def planted_disparity(people: People, calendar: Calendar, jail: Jail) -> pl.DataFrame:
    """race_group, residents, planted_rate_ratio, expected_bookings, bookings (of residents, since the start of the history)."""
    expected = expected_bookings(people) * calendar.years
    booked = jail.bookings.filter(pl.col("booked") >= calendar.start)["person"].to_numpy()
    many = np.bincount(booked, minlength=len(people))
    mine = [people.is_resident & (people.group == index) for index in range(len(GROUPS))]
    return pl.DataFrame(
        {
            "race_group": GROUPS,
            "residents": [int(who.sum()) for who in mine],
            "planted_rate_ratio": [rates.PLANTED_BOOKING_RATE_RATIO[group] for group in GROUPS],
            "expected_bookings": [round(float(expected[who].sum()), 3) for who in mine],
            "bookings": [int(many[who].sum()) for who in mine],
        }
    )


def write_truth(
    folder: Path, *, people: People, calendar: Calendar, jail: Jail, cad: Cad, co_responder: CoResponder, health: Health
) -> None:
    """Write subject.parquet, record.parquet, person.parquet, population.csv and booking_rate.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    subject_truth(calendar, jail, cad, co_responder, health).write_parquet(folder / "subject.parquet")
    record_truth(calendar, jail, cad, co_responder, health).write_parquet(folder / "record.parquet")
    person_truth(people).write_parquet(folder / "person.parquet")
    benchmark(int(people.is_resident.sum())).write_csv(folder / "population.csv", line_terminator="\n")
    planted_disparity(people, calendar, jail).write_csv(folder / "booking_rate.csv", line_terminator="\n")
