"""The jail's smaller tables: charges, aliases, legal events, answers to the screen and the jail's own daily count.

Belongs here: the vendor rows of those tables and on which night each appears. Does not belong here: bookings (jail.py).
Every frame has a column ``night``: the first night that has the row.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from resources.simulated_county import rates
from resources.simulated_county.calendar import DAY, Calendar, flattened, touched
from resources.simulated_county.draw import Ints, happens, weighted
from resources.simulated_county.identities import surname_text
from resources.simulated_county.names import draw_first_names, draw_nicknames, draw_surnames, vocabulary
from resources.simulated_county.noise import misspelled, wrong_dates
from resources.simulated_county.people import People
from resources.simulated_county.population import split_dates
from resources.simulated_county.writing import day_text, yes_no

BJMHS_ITEMS = 8

CHARGES: tuple[tuple[str, str, str, float], ...] = (
    ("XX 18-305", "AGGRAVATED ASSAULT", "F", 0.09),
    ("XX 18-412", "BURGLARY 2ND DEGREE", "F", 0.10),
    ("XX 18-420", "THEFT OVER 1000", "F", 0.11),
    ("XX 18-433", "UNAUTHORIZED USE OF VEHICLE", "F", 0.07),
    ("XX 20-110", "POSSESSION CONTROLLED SUBSTANCE SCHED I-II", "F", 0.24),
    ("XX 20-115", "POSSESSION WITH INTENT TO DELIVER", "F", 0.11),
    ("XX 18-510", "ROBBERY", "F", 0.05),
    ("XX 18-610", "UNLAWFUL POSSESSION OF FIREARM", "F", 0.08),
    ("XX 18-230", "DOMESTIC ASSAULT STRANGULATION", "F", 0.07),
    ("XX 18-710", "FORGERY", "F", 0.08),
    ("XX 18-301", "SIMPLE ASSAULT", "M", 0.13),
    ("XX 18-231", "DOMESTIC ASSAULT", "M", 0.13),
    ("XX 18-440", "CRIMINAL TRESPASS", "M", 0.13),
    ("XX 18-421", "THEFT UNDER 1000", "M", 0.13),
    ("XX 18-801", "DISORDERLY CONDUCT", "M", 0.11),
    ("XX 18-805", "RESISTING ARREST", "M", 0.07),
    ("XX 39-502", "DRIVING UNDER THE INFLUENCE", "M", 0.14),
    ("XX 20-120", "POSSESSION DRUG PARAPHERNALIA", "M", 0.09),
    ("XX 39-410", "DRIVING WHILE SUSPENDED", "M", 0.07),
    ("XX 18-815", "PUBLIC INTOXICATION", "I", 0.40),
    ("XX 39-201", "TRAFFIC INFRACTION", "I", 0.35),
    ("XX 18-820", "OPEN CONTAINER", "I", 0.25),
)
"""(statute, description, level, share within the level); the code of a state that does not exist."""
FIRST_CHARGE = {
    "FTA": ("XX 16-550", "FAILURE TO APPEAR"),
    "HOLD": ("XX 16-900", "HOLD FOR OTHER AGENCY"),
    "TECH": ("XX 16-710", "VIOLATION OF SUPERVISION"),
}
LEGAL_FIRST = "2022-01-01"


def charges(rng: np.random.Generator, bookings: pl.DataFrame) -> pl.DataFrame:
    """One to six charges a booking. ``bookings`` has BookingNo, kind, level, booked, night; further charges are never graver."""
    many = np.minimum(1 + rng.poisson(0.8, bookings.height), 6)
    row = np.repeat(np.arange(bookings.height), many)
    position = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many)
    of = bookings[row]
    levels = np.array(["F", "M", "I"])
    grave = of["level"].replace_strict({"F": 0, "M": 1, "I": 2}, return_dtype=pl.Int64).to_numpy()
    level = np.where(position == 0, grave, np.minimum(grave + rng.integers(0, 2, len(row)), 2))
    picked = np.zeros(len(row), dtype=np.int64)
    for index, name in enumerate(levels):
        mine = np.flatnonzero(level == index)
        rows = np.array([at for at, charge in enumerate(CHARGES) if charge[2] == name])
        picked[mine] = rows[weighted(rng, [CHARGES[at][3] for at in rows], len(mine))]
    statute, description = (pl.Series([charge[at] for charge in CHARGES]).gather(picked) for at in (0, 1))
    special = (pl.Series(position == 0)) & of["kind"].is_in(list(FIRST_CHARGE))
    first_statute = of["kind"].replace_strict({k: v[0] for k, v in FIRST_CHARGE.items()}, default=None)
    first_description = of["kind"].replace_strict({k: v[1] for k, v in FIRST_CHARGE.items()}, default=None)
    return of.select(
        ChargeId=pl.format("C{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(8)),
        BookingNo="BookingNo",
        SeqNo=pl.Series(position + 1).cast(pl.Int32),
        Statute=pl.when(special).then(first_statute).otherwise(statute),
        ChargeDesc=pl.when(special).then(first_description).otherwise(description),
        ChargeLvl=pl.Series(levels[level]),
        ChargeDt=day_text(pl.col("booked")),
        night="night",
    )


def aliases(rng: np.random.Generator, people: People, jackets: pl.DataFrame) -> pl.DataFrame:
    """Other names under which the jail knows some people. ``jackets`` has JacketNo, person, night, one row a person's jacket."""
    known = np.flatnonzero(happens(rng, rates.JAIL_ALIAS_PEOPLE, jackets.height))
    if not len(known) and jackets.height:
        known = np.array([0])
    row = np.repeat(known, 1 + (rng.random(len(known)) < 0.25))
    of = jackets[row]
    person = of["person"].to_numpy()
    size = len(person)
    words = vocabulary()
    changed = ~np.isnat(people.surname_changed[person])
    parts = surname_text(people.old_surname, person)
    former = parts["first_part"]
    own = surname_text(people.surname, person)["first_part"]
    slipped = misspelled(rng, own)
    invented = words.surnames.gather(draw_surnames(rng, people.group[person]))
    lot = pl.Series(rng.random(size))
    is_changed = pl.Series(changed)
    last = pl.select(
        pl.when(is_changed & (lot < 0.6)).then(former).when(lot < 0.55).then(slipped).when(lot < 0.85).then(own).otherwise(invented)
    )
    year, month, day = split_dates(people.birth[person])
    nick = draw_nicknames(rng, people.first[person])
    nick = np.where(nick < 0, people.first[person], nick)
    other = draw_first_names(rng, people.group[person], people.sex[person], year)
    first = words.first_names.gather(np.where(rng.random(size) < 0.7, nick, other))
    wrong = wrong_dates(rng, year, month, day)
    pick = rng.random(size)
    shown = pl.DataFrame(
        dict(zip(("y", "m", "d"), (np.where(pick < 0.15, b, g) for b, g in zip(wrong, (year, month, day), strict=True)), strict=True))
    )
    dob = shown.select(
        pl.format("{}-{}-{}", *(pl.col(c).cast(pl.Int64).cast(pl.String).str.zfill(width) for c, width in (("y", 4), ("m", 2), ("d", 2))))
    ).to_series()
    return pl.DataFrame(
        {
            "AliasId": pl.Series([], dtype=pl.String)
            if not size
            else pl.select(pl.format("A{}", pl.int_range(1, size + 1).cast(pl.String).str.zfill(7))).to_series(),
            "JacketNo": of["JacketNo"],
            "LastNm": last.to_series(),
            "FirstNm": first,
            "DOB": pl.select(pl.when(pl.Series(pick < 0.40)).then(dob)).to_series(),
            "night": of["night"],
            "person": person,
        }
    )


def legal_events(rng: np.random.Generator, calendar: Calendar, bookings: pl.DataFrame) -> pl.DataFrame:
    """Sealings and expungements of finished bookings, and at least one more on every later night.

    ``bookings`` has BookingNo, JacketNo, released, night, voided. One order in ten names no booking and covers the whole jacket.
    """
    settled = (bookings["released"] < calendar.as_of(0) - 40 * DAY).to_numpy() & (bookings["night"] == 0).to_numpy()
    settled &= bookings["voided"].is_null().to_numpy()
    early = settled & happens(rng, rates.SEALED_BOOKINGS, bookings.height)
    if not early.any() and settled.any():
        early[np.flatnonzero(settled)[0]] = True
    later, on = flattened(touched(rng, calendar, bookings["night"].to_numpy(), 0.00002, free=settled & ~early))
    row = np.concatenate([np.flatnonzero(early), later])
    night = np.concatenate([np.zeros(len(row) - len(later), dtype=np.int64), on])
    of = bookings[row]
    released = of["released"].to_numpy()
    until = calendar.as_of(0) - DAY
    before = released + 30 * DAY + (rng.random(len(row)) * np.maximum(until - released - 30 * DAY, DAY)).astype(np.int64)
    when = np.where(night == 0, np.minimum(before, until), calendar.as_of(0) + (night - 1) * DAY)
    whole = pl.Series(happens(rng, 0.1, len(row)) & (night == 0))
    return of.select(
        EventId=pl.format("L{}", pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(6)),
        JacketNo="JacketNo",
        BookingNo=pl.when(~whole).then("BookingNo"),
        EventCd=pl.when(pl.Series(happens(rng, 0.12, len(row)))).then(pl.lit("EXPG")).otherwise(pl.lit("SEAL")),
        EventDt=day_text(pl.Series(when)),
        night=pl.Series(night),
    )


def daily_counts(rng: np.random.Generator, calendar: Calendar, bookings: pl.DataFrame) -> pl.DataFrame:
    """The jail's own count: people held at midnight at the start of each day and admissions during it, by facility.

    Counted from the true intervals; on a few days off by one or two, as counts taken by hand are.
    """
    days = np.arange(calendar.start, calendar.end, DAY)
    frames = []
    for facility in sorted(bookings["FacilityCd"].unique().to_list()):
        mine = bookings.filter(pl.col("FacilityCd") == facility)
        booked, released = np.sort(mine["booked"].to_numpy()), np.sort(mine["released"].to_numpy())
        held: Ints = np.searchsorted(booked, days, side="right") - np.searchsorted(released, days, side="right")
        admitted: Ints = np.searchsorted(booked, days + DAY, side="left") - np.searchsorted(booked, days, side="left")
        off = np.where(happens(rng, rates.COUNT_DIFFERS, len(days)), rng.choice((-2, -1, 1, 2), len(days), p=(0.1, 0.4, 0.4, 0.1)), 0)
        late = np.where(happens(rng, rates.COUNT_BOOKINGS_DIFFERS, len(days)), rng.choice((-1, 1), len(days)), 0)
        frames.append(
            pl.DataFrame(
                {
                    "CountDt": pl.select(day_text(pl.Series(days))).to_series(),
                    "FacilityCd": pl.Series([facility]).new_from_index(0, len(days)),
                    "PopCount": pl.Series(np.maximum(held + off, 0)).cast(pl.Int32),
                    "BookingCount": pl.Series(np.maximum(admitted + late, 0)).cast(pl.Int32),
                    "night": np.maximum((days - calendar.as_of(0)) // DAY + 1, 0),
                }
            )
        )
    return pl.concat(frames).sort("CountDt", "FacilityCd")


def screens(rng: np.random.Generator, bookings: pl.DataFrame) -> pl.DataFrame:
    """Answers to the Brief Jail Mental Health Screen of every booking that was screened: they say what its result says.

    A positive screen has two or more yeses among items 1 to 6, or item 7, or item 8; a negative one at most one, among the first six.
    """
    given = bookings.filter(pl.col("BjmhsResult").is_not_null())
    size = given.height
    positive = (given["BjmhsResult"] == "P").to_numpy()
    answers = np.zeros((size, BJMHS_ITEMS), dtype=bool)
    order = rng.permuted(np.tile(np.arange(BJMHS_ITEMS - 2), (size, 1)), axis=1)
    symptoms = np.where(positive, rng.integers(0, 5, size), happens(rng, rates.SCREEN_ONE_SYMPTOM, size).astype(np.int64))
    hospital = positive & happens(rng, rates.SCREEN_HOSPITAL, size)
    medicine = positive & happens(rng, rates.SCREEN_MEDICINE, size)
    # A positive screen that neither of the two made so has two symptoms at least.
    symptoms = np.where(positive & ~hospital & ~medicine, np.maximum(symptoms, 2), symptoms)
    for place in range(BJMHS_ITEMS - 2):
        answers[np.arange(size), order[:, place]] = place < symptoms
    answers[:, -2], answers[:, -1] = hospital, medicine
    return given.select("BookingNo", "night", "screened_at", ScreenId=pl.format("S{}", "BookingNo")).with_columns(
        yes_no(pl.lit(pl.Series(answers[:, item])), "Y", "N").alias(f"Q{item + 1}") for item in range(BJMHS_ITEMS)
    )
