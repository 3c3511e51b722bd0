"""True calls for service and the people involved in them.

Belongs here: what happened, who was subject, caller, victim or witness. Does not belong here: CSV columns and names (cad.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from resources.simulated_county import rates
from resources.simulated_county.bookings import in_custody
from resources.simulated_county.calendar import Calendar, draw_times, each_later_night
from resources.simulated_county.draw import Floats, Ints, Seconds, happens, weighted
from resources.simulated_county.people import People


@dataclass(frozen=True)
class CallType:
    """One nature of call: its share of calls and how often each role is written down."""

    name: str
    share: float
    subject: float
    victim: float
    behavioral: bool = False


CALL_TYPES = (
    CallType("WELFARE", 0.100, 0.80, 0.00),
    CallType("MH", 0.065, 0.97, 0.00, behavioral=True),
    CallType("SUICIDE", 0.035, 0.97, 0.00, behavioral=True),
    CallType("OD", 0.022, 0.95, 0.00, behavioral=True),
    CallType("INTOX", 0.030, 0.90, 0.00, behavioral=True),
    CallType("DISTURB", 0.140, 0.65, 0.10),
    CallType("TRESPASS", 0.080, 0.70, 0.05),
    CallType("DOMESTIC", 0.080, 0.80, 0.75),
    CallType("ASSAULT", 0.038, 0.60, 0.80),
    CallType("THEFT", 0.090, 0.30, 0.55),
    CallType("DRUGS", 0.020, 0.75, 0.00),
    CallType("SUSP", 0.080, 0.45, 0.00),
    CallType("TRAFFIC", 0.150, 0.70, 0.15),
    CallType("MEDICAL", 0.040, 0.75, 0.00),
    CallType("OTHER", 0.030, 0.10, 0.05),
)
"""Codes of the dispatch centre; the county's mapping of them lies in sources/cad.yaml."""
NAMES = tuple(kind.name for kind in CALL_TYPES)
TURNS_OUT = {"WELFARE": 0.24, "DISTURB": 0.09, "TRESPASS": 0.05, "SUSP": 0.04}
"""Share of calls of a nature that turn out to be a mental health crisis."""
ARREST_TYPES = ("DISTURB", "TRESPASS", "DOMESTIC", "ASSAULT", "THEFT", "TRAFFIC", "MH", "INTOX")
ARREST_SHARES = (0.18, 0.14, 0.20, 0.12, 0.14, 0.12, 0.05, 0.05)
CALLED = 0.72
CALLER_IS_SUBJECT = 0.12
CALLER_IS_RELATIVE = 0.33
WITNESS = 0.09
OTHER = 0.05
CANCELLED = 0.04
DISPOSITIONS = ("RPT", "RES", "CIT", "WARN", "UNF", "GOA", "OTH")
DISPOSITION_SHARES = (0.30, 0.24, 0.10, 0.10, 0.10, 0.10, 0.06)
BH_DISPOSITIONS = ("RES", "TRANS", "HOLD", "CORESP", "REF", "RPT", "GOA")
BH_DISPOSITION_SHARES = (0.28, 0.26, 0.09, 0.16, 0.06, 0.08, 0.07)


@dataclass(frozen=True)
class Calls:
    """``events``: one row a call, in order of time; ``involved``: call (row of events), person (-1 unknown), role."""

    events: pl.DataFrame
    involved: pl.DataFrame


def _subject_weights(people: People) -> tuple[Floats, Floats]:
    old_enough = (people.age >= 12).astype(np.float64)
    frailty = people.contact_frailty + 0.4 * people.booking_frailty
    base = old_enough * frailty * np.where(people.is_resident, 1.0, 0.5)
    base = base * np.where(people.homeless, rates.CAD_FACTOR_HOMELESS, 1) * np.where(people.sud, rates.CAD_FACTOR_SUD, 1)
    return base * np.where(people.smi, 1.8, 1), base * np.where(people.smi, rates.CAD_FACTOR_SMI * 1.6, 1)


def _relative(people: People, person: Ints) -> Ints:
    families = people.families
    known = np.maximum(person, 0)
    found = families.partner[known]
    for column in (families.mother, families.father):
        found = np.where(found < 0, column[known], found)
    return np.where(person >= 0, found, -1)


def _times(rng: np.random.Generator, received: Seconds, cancelled: np.ndarray) -> dict[str, pl.Series]:
    """Dispatched, en_route, arrived, cleared; null where a cancelled call never got so far."""
    size = len(received)
    dispatched = received + (20 + rng.exponential(240, size)).astype(np.int64)
    en_route = dispatched + (10 + rng.exponential(60, size)).astype(np.int64)
    arrived = en_route + (90 + rng.gamma(2.0, 240, size)).astype(np.int64)
    cleared = arrived + (240 + rng.gamma(1.6, 1_300, size)).astype(np.int64)
    cleared = np.where(cancelled, dispatched + 60, cleared)
    gone = pl.Series(cancelled)
    return {
        "dispatched": pl.Series(dispatched),
        "en_route": pl.select(pl.when(~gone).then(pl.Series(en_route))).to_series(),
        "arrived": pl.select(pl.when(~gone).then(pl.Series(arrived))).to_series(),
        "cleared": pl.Series(cleared),
    }


def _events(rng: np.random.Generator, people: People, calendar: Calendar, bookings: pl.DataFrame) -> pl.DataFrame:
    arrests = bookings.filter("from_call", pl.col("booked") >= calendar.start + 86_400)
    before = (1_800 + rng.exponential(3_600, arrests.height)).astype(np.int64)
    from_arrest = arrests["booked"].to_numpy() - before
    residents = int(people.is_resident.sum())
    many = max(int(rates.CAD_EVENTS_PER_1000 / 1_000 * residents * calendar.years) - arrests.height, 0)
    fresh = each_later_night(rng, calendar, 2)
    received = np.concatenate([from_arrest, draw_times(rng, calendar.start, calendar.end, many) + rng.integers(0, 60, many), fresh])
    kind = np.concatenate(
        [
            np.array([NAMES.index(name) for name in ARREST_TYPES])[weighted(rng, ARREST_SHARES, len(from_arrest))],
            weighted(rng, [kind.share for kind in CALL_TYPES], many),
            np.resize([NAMES.index("MH"), NAMES.index("DISTURB")], len(fresh)),
        ]
    )
    arrested = np.arange(len(received)) < len(from_arrest)
    is_fresh = np.arange(len(received)) >= len(from_arrest) + many
    subject = np.concatenate([arrests["person"].to_numpy(), np.full(many + len(fresh), -1, dtype=np.int64)])
    turns = np.array([TURNS_OUT.get(name, 0.0) for name in NAMES])[kind]
    final = np.where(~arrested & happens(rng, turns, len(kind)), NAMES.index("MH"), kind)
    behavioral = np.array([kind.behavioral for kind in CALL_TYPES])[final]
    plain, troubled = _subject_weights(people)
    named = happens(rng, np.array([kind.subject for kind in CALL_TYPES])[final], len(kind)) | is_fresh
    chosen = np.where(behavioral, weighted(rng, troubled, len(kind)), weighted(rng, plain, len(kind)))
    chosen = np.where(named, chosen, -1)
    chosen[in_custody(bookings, chosen, received)] = -1
    subject = np.where(arrested, subject, chosen)
    cancelled = ~arrested & ~is_fresh & happens(rng, CANCELLED, len(kind))
    disposition = pl.select(
        pl.when(pl.Series(cancelled)).then(pl.lit("CAN"))
        .when(pl.Series(arrested)).then(pl.lit("ARR"))
        .when(pl.Series(behavioral)).then(pl.Series(BH_DISPOSITIONS).gather(weighted(rng, BH_DISPOSITION_SHARES, len(kind))))
        .otherwise(pl.Series(DISPOSITIONS).gather(weighted(rng, DISPOSITION_SHARES, len(kind))))
    ).to_series()  # fmt: skip
    at_home = (subject >= 0) & happens(rng, 0.45, len(kind))
    anywhere = rng.integers(0, residents, len(kind))
    return pl.DataFrame(
        {
            "received": received,
            **_times(rng, received, cancelled),
            "initial": pl.Series(NAMES).gather(kind),
            "final": pl.Series(NAMES).gather(final),
            "is_behavioral": behavioral,
            "priority": np.clip(np.where(behavioral, 2, 3) + rng.integers(-1, 2, len(kind)), 1, 5),
            "disposition": disposition,
            "place": people.address[np.where(at_home, subject, anywhere)],
            "cancelled": cancelled,
            "subject": subject,
        }
    ).sort("received", maintain_order=True)


def _involved(rng: np.random.Generator, people: People, events: pl.DataFrame) -> pl.DataFrame:
    size = events.height
    rows = np.arange(size)
    subject = events["subject"].to_numpy()
    kind = events["final"].replace_strict({name: at for at, name in enumerate(NAMES)}, return_dtype=pl.Int64).to_numpy()
    anyone = np.flatnonzero(people.age >= 16)
    lot = rng.random(size)
    caller = anyone[rng.integers(0, len(anyone), size)]
    relative = _relative(people, subject)
    caller = np.where((lot < CALLER_IS_RELATIVE + CALLER_IS_SUBJECT) & (relative >= 0), relative, caller)
    caller = np.where((lot < CALLER_IS_SUBJECT) & (subject >= 0), subject, caller)
    stopped = events["final"].eq("TRAFFIC").to_numpy() & happens(rng, 0.6, size)  # begun by the officer: nobody calls
    victim = np.where(happens(rng, 0.4, size), _relative(people, subject), -1)
    victim = np.where(victim < 0, anyone[rng.integers(0, len(anyone), size)], victim)
    victim_shares = np.array([kind.victim for kind in CALL_TYPES])[kind]
    parts = [
        ("SUBJ", rows[subject >= 0], subject),
        ("CALLER", rows[happens(rng, CALLED, size) & ~stopped], caller),
        ("VICT", rows[happens(rng, victim_shares, size)], victim),
        ("WIT", rows[happens(rng, WITNESS, size)], anyone[rng.integers(0, len(anyone), size)]),
        ("OTH", rows[happens(rng, OTHER, size)], anyone[rng.integers(0, len(anyone), size)]),
    ]
    frames = [
        pl.DataFrame({"call": call, "person": person[call], "role": pl.Series([role], dtype=pl.String).new_from_index(0, len(call))})
        for role, call, person in parts
    ]
    everyone = pl.concat(frames).unique(subset=["call", "person", "role"], maintain_order=True)
    return everyone.sort("call", "role", maintain_order=True)


def draw_calls(rng: np.random.Generator, people: People, calendar: Calendar, bookings: pl.DataFrame) -> Calls:
    """Calls for service from the start of the history to the last night.

    ``events`` has received, dispatched, en_route, arrived, cleared (seconds; null where it never came to it), initial, final,
    is_behavioral, priority, disposition, place (row of ``people.addresses``), cancelled, subject (person or -1). A share of
    bookings for new charges begins with a call whose disposition is ARR. People in custody are never subjects.
    """
    events = _events(rng, people, calendar, bookings)
    return Calls(events=events, involved=_involved(rng, people, events))
