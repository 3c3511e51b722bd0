"""True bookings: who is booked into the jail when, for what, and for how long.

Belongs here: the planted disparity, heavy-tailed rates, lengths of stay, custody. Does not belong here: vendor columns (jail.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from resources.simulated_county import rates
from resources.simulated_county.calendar import DAY, HOUR, Calendar, draw_times, each_later_night
from resources.simulated_county.draw import Flags, Floats, Ints, Seconds, happens, weighted
from resources.simulated_county.people import People
from resources.simulated_county.population import GROUPS

AGE_FACTORS = ((16, 0.03), (18, 1.30), (25, 1.60), (35, 1.20), (45, 0.70), (55, 0.30), (65, 0.05))
"""(from age, factor) of the booking rate; nobody younger than the first is booked."""
WOMEN = 0.30
KINDS = ("NEW", "FTA", "HOLD", "SENT", "TECH")
KIND_SHARES = (0.62, 0.17, 0.08, 0.06, 0.07)
LEVELS = ("F", "M", "I")
FELONY = {"NEW": 0.36, "FTA": 0.25, "HOLD": 0.50, "SENT": 0.30, "TECH": 0.60}
INFRACTION = {"NEW": 0.05, "FTA": 0.10, "HOLD": 0.0, "SENT": 0.0, "TECH": 0.0}
STAY_HOURS = {  # (median hours, sigma of the logarithm) by kind and level
    ("NEW", "F"): (150, 1.60), ("NEW", "M"): (14, 1.50), ("NEW", "I"): (5, 0.80),
    ("FTA", "F"): (60, 1.40), ("FTA", "M"): (26, 1.30), ("FTA", "I"): (8, 1.00),
    ("HOLD", "F"): (84, 1.00), ("HOLD", "M"): (60, 1.00), ("HOLD", "I"): (24, 1.00),
    ("SENT", "F"): (900, 0.50), ("SENT", "M"): (480, 0.60), ("SENT", "I"): (48, 0.50),
    ("TECH", "F"): (260, 0.90), ("TECH", "M"): (200, 0.90), ("TECH", "I"): (48, 0.50),
}  # fmt: skip
LONGEST_STAY = 400 * 24
MOST_A_YEAR = 12.0
"""Ceiling of a person's booking rate: somebody booked more often would be in jail most of the time anyway."""
FROM_CALL = 0.45
"""Share of new charges that begin with a call for service."""


def age_factor(age: Ints) -> Floats:
    """Factor of the booking rate at each age."""
    starts = np.array([start for start, _ in AGE_FACTORS])
    factors = np.array([0.0, *(factor for _, factor in AGE_FACTORS)])
    return factors[np.searchsorted(starts, age, side="right")]


def expected_bookings(people: People) -> Floats:
    """Expected bookings a year of each person, before their own frailty.

    Within the residents the mean of each group stands to the mean of White residents exactly as
    ``PLANTED_BOOKING_RATE_RATIO`` says, whatever the group's ages and needs: the disparity a measure has to find.
    """
    factor = age_factor(people.age) * np.where(people.sex == 1, 1.0, WOMEN)
    factor = factor * np.where(people.smi, rates.BOOKING_FACTOR_SMI, 1) * np.where(people.sud, rates.BOOKING_FACTOR_SUD, 1)
    factor = factor * np.where(people.homeless, rates.BOOKING_FACTOR_HOMELESS, 1)
    expected = np.zeros(len(people))
    for index, group in enumerate(GROUPS):
        mine = people.is_resident & (people.group == index)
        if mine.any() and factor[mine].mean() > 0:
            expected[mine] = factor[mine] / factor[mine].mean() * rates.PLANTED_BOOKING_RATE_RATIO[group]
    residents = int(people.is_resident.sum())
    total = rates.BOOKINGS_PER_1000 / 1_000 * residents
    expected *= total * (1 - rates.BOOKINGS_OF_NON_RESIDENTS) / expected.sum()
    visitors = ~people.is_resident
    expected[visitors] = factor[visitors] / factor[visitors].sum() * total * rates.BOOKINGS_OF_NON_RESIDENTS
    return expected


def _settled(people: People, expected: Floats, rate: Floats) -> Floats:
    """Rates scaled so that each group's sum is its expected sum: a few very busy people must not hide the planted disparity."""
    settled = np.minimum(rate, MOST_A_YEAR)
    for _ in range(4):  # what the ceiling takes from the busiest goes to the others
        for index in range(len(GROUPS)):
            for mine in (people.is_resident & (people.group == index), ~people.is_resident & (people.group == index)):
                total = settled[mine].sum()
                if total > 0:
                    settled[mine] = np.minimum(settled[mine] * (expected[mine].sum() / total), MOST_A_YEAR)
    return settled


def _stays(rng: np.random.Generator, kind: Ints, level: Ints, smi: Flags) -> Seconds:
    median = np.array([[STAY_HOURS[k, lv][0] for lv in LEVELS] for k in KINDS])[kind, level]
    sigma = np.array([[STAY_HOURS[k, lv][1] for lv in LEVELS] for k in KINDS])[kind, level]
    hours = median * np.exp(sigma * rng.normal(size=len(kind))) * np.where(smi, rates.STAY_FACTOR_SMI, 1)
    stays: Seconds = (np.clip(hours, 1.0, LONGEST_STAY) * 60).astype(np.int64) * 60
    return stays


def _not_overlapping(person: Ints, booked: Seconds, released: Seconds) -> Flags:
    frame = pl.DataFrame({"row": np.arange(len(person)), "person": person, "booked": booked, "released": released})
    before = pl.col("released").cum_max().shift(1).over("person", order_by=["booked", "row"])
    kept = frame.select((before.is_null() | (pl.col("booked") > before + HOUR)).alias("kept"))
    return kept["kept"].to_numpy()


def draw_bookings(rng: np.random.Generator, people: People, calendar: Calendar) -> pl.DataFrame:
    """Bookings in order of time: person, booked, released (seconds), kind, level, from_call.

    Bookings that begin before the history are kept when the person is still in custody at its start. ``released`` may lie
    after the last night. Nobody is booked twice at one time. Every later night has at least one person never booked before.
    """
    expected = expected_bookings(people)
    rate = _settled(people, expected, expected * people.booking_frailty)
    start = calendar.start - rates.JAIL_BURN_IN_DAYS * DAY
    years = (calendar.end - start) / DAY / 365
    many = rng.poisson(rate * years)
    person = np.repeat(np.arange(len(people)), many)
    booked = draw_times(rng, start, calendar.end, len(person))
    booked += rng.integers(0, 60, len(person))

    extra_times = each_later_night(rng, calendar, 1)
    candidates = np.flatnonzero(people.is_resident & (many == 0) & (expected > 0) & (people.age >= 18))
    newcomers = candidates[np.unique(weighted(rng, expected[candidates], 4 * len(extra_times) + 1))]
    newcomers = rng.permutation(newcomers)[: len(extra_times)]
    person = np.concatenate([person, newcomers])
    booked = np.concatenate([booked, extra_times[: len(newcomers)]])

    size = len(person)
    kind = weighted(rng, KIND_SHARES, size)
    lot = rng.random(size)
    felony = np.array([FELONY[k] for k in KINDS])[kind]
    infraction = np.array([INFRACTION[k] for k in KINDS])[kind]
    level = np.where(lot < felony, 0, np.where(lot < 1 - infraction, 1, 2))
    released = booked + _stays(rng, kind, level, people.smi[person])
    frame = pl.DataFrame(
        {
            "person": person,
            "booked": booked,
            "released": released,
            "kind": pl.Series(KINDS).gather(kind),
            "level": pl.Series(LEVELS).gather(level),
            "from_call": (kind == 0) & happens(rng, FROM_CALL, size),
        }
    )
    keep = _not_overlapping(person, booked, released) & (released > calendar.start)
    return frame.filter(pl.Series(keep)).sort("booked", "person")


def in_custody(bookings: pl.DataFrame, person: Ints, when: Seconds) -> Flags:
    """Whether each person is in jail at each time; -1 is nobody."""
    asked = pl.DataFrame({"row": np.arange(len(person)), "person": person, "when": when}).sort("when")
    held = bookings.select("person", "booked", "released").sort("booked")
    joined = asked.join_asof(held, left_on="when", right_on="booked", by="person", strategy="backward", check_sortedness=False)
    inside = pl.col("released").is_not_null() & (pl.col("when") < pl.col("released"))
    return joined.sort("row").select(inside.alias("inside"))["inside"].to_numpy()
