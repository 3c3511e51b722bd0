"""True behavioural health care: patients, encounters, diagnoses.

Belongs here: who is treated when, where and for what. Does not belong here: FHIR (health.py), consents (consents.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from resources.simulated_county import rates
from resources.simulated_county.bookings import in_custody
from resources.simulated_county.calendar import DAY, HOUR, Calendar, draw_times, each_later_night
from resources.simulated_county.crises import TRANSPORTED
from resources.simulated_county.draw import Floats, Ints, Seconds, happens, heavy_tailed, weighted
from resources.simulated_county.people import People

KINDS = ("outpatient", "crisis", "emergency", "acute_psychiatric", "substance_use", "case_management")
CLASSES = ("AMB", "AMB", "EMER", "IMP", "AMB", "HH")
PROGRAMMES = ("prog-mh-1", "prog-mh-2", "prog-mh-3", "prog-mh-4", "prog-crisis-1", "prog-sud-1", "prog-sud-2")
PART2_PROGRAMMES = ("prog-sud-1", "prog-sud-2")
KIND_SHARES = (0.76, 0.06, 0.07, 0.02, 0.0, 0.09)
KIND_SHARES_SMI = (0.60, 0.11, 0.12, 0.05, 0.0, 0.12)
SUBSTANCE_USE_VISITS = 0.55
"""Share of the encounters of people with a substance use disorder that happen in a substance use programme."""
HOURS = ((0.9, 0.3), (3.0, 0.5), (7.0, 0.5), (130.0, 0.6), (0.8, 0.3), (1.2, 0.4))
"""(median, sigma of the logarithm) of the length of each kind of encounter, in hours."""
DIAGNOSED = 0.55
SMI_CODES = (("F20.9", 0.20), ("F25.0", 0.13), ("F31.9", 0.24), ("F31.81", 0.08), ("F33.2", 0.22), ("F33.3", 0.08), ("F29", 0.05))
SUD_CODES = (("F10.20", 0.36), ("F11.20", 0.26), ("F15.20", 0.20), ("F14.20", 0.08), ("F12.20", 0.10))
OTHER_CODES = (("F32.1", 0.20), ("F33.1", 0.18), ("F41.1", 0.20), ("F43.10", 0.14), ("F43.23", 0.12), ("F90.0", 0.10), ("F41.9", 0.06))
HOMELESS_CODE = "Z59.00"


@dataclass(frozen=True)
class Care:
    """``patients``: person, registered (seconds), one row a patient record, a few people twice;
    ``encounters``: patient (row of patients), person, started, ended, kind, encounter_class, programme, in order of time;
    ``diagnoses``: encounter (row of encounters), patient, person, code, recorded (seconds).
    """

    patients: pl.DataFrame
    encounters: pl.DataFrame
    diagnoses: pl.DataFrame


def _patient_chance(people: People) -> Floats:
    total = rates.PATIENTS_PER_1000 / 1_000 * int(people.is_resident.sum())
    marked = np.zeros(len(people))
    for trait in ("smi", "sud", "homeless"):
        marked = np.maximum(marked, np.where(getattr(people, trait), rates.PATIENT_SHARE[trait], 0.0))
    marked *= people.is_resident
    others = people.is_resident & (marked == 0) & (people.age >= 6)
    rest = max(total - float(marked.sum()), 0.02 * float(others.sum()))
    return np.where(others, rest / max(int(others.sum()), 1), marked)


def _visits(rng: np.random.Generator, people: People, person: Ints, registered: Seconds, calendar: Calendar) -> pl.DataFrame:
    """Planned and unplanned encounters of each patient: row of the patient, time, kind."""
    factor = np.where(people.smi[person], 2.2, 1.0) * np.where(people.sud[person], 1.5, 1.0)
    expected = rates.HEALTH_ENCOUNTERS_PER_PATIENT * factor / factor.mean() * heavy_tailed(rng, rates.HEALTH_GAMMA_SHAPE, len(person))
    share = (calendar.end - np.maximum(registered, calendar.start)) / (calendar.end - calendar.start)
    many = 1 + rng.poisson(np.maximum(expected - 1, 0) * share)
    patient = np.repeat(np.arange(len(person)), many)
    since = np.maximum(registered, calendar.start)[patient]
    when = since + (rng.random(len(patient)) * (calendar.end - since)).astype(np.int64) // 60 * 60
    who = person[patient]
    by_day = when // DAY * DAY + rng.integers(8 * 60, 18 * 60, len(when)) * 60
    kind = np.where(people.smi[who], weighted(rng, KIND_SHARES_SMI, len(who)), weighted(rng, KIND_SHARES, len(who)))
    kind = np.where(people.sud[who] & happens(rng, SUBSTANCE_USE_VISITS, len(who)), KINDS.index("substance_use"), kind)
    planned = np.isin(kind, [KINDS.index(name) for name in ("outpatient", "substance_use", "case_management")])
    when = np.where(planned & (by_day >= since) & (by_day < calendar.end), by_day, when)
    return pl.DataFrame({"patient": patient, "started": when, "kind": kind})


def _prompted(rng: np.random.Generator, people: People, bookings: pl.DataFrame, crises: pl.DataFrame, end: int) -> pl.DataFrame:
    """Encounters that follow a crisis or a release from jail: person, time, kind."""
    brought = crises.filter(pl.col("disposition").is_in(TRANSPORTED)).select("person", "ended", "disposition")
    brought = brought.filter(pl.Series(happens(rng, 0.72, brought.height)))
    crisis, emergency, acute = (KINDS.index(name) for name in ("crisis", "emergency", "acute_psychiatric"))
    kind = brought["disposition"].replace_strict(
        {"crisis_center": crisis, "ed": emergency, "involuntary_hold": acute, "voluntary_transport": emergency}, return_dtype=pl.Int64
    )
    after = (600 + rng.exponential(2_400, brought.height)).astype(np.int64)
    first = pl.DataFrame({"person": brought["person"], "started": brought["ended"] + pl.Series(after), "kind": kind})
    freed = bookings.filter(pl.Series(people.smi[bookings["person"].to_numpy()]), pl.col("released") < end)
    freed = freed.filter(pl.Series(happens(rng, rates.JAIL_SMI_CONNECTED, freed.height)))
    later = (DAY + rng.random(freed.height) * 13 * DAY).astype(np.int64) // 60 * 60
    second = pl.DataFrame(
        {
            "person": freed["person"],
            "started": freed["released"] + pl.Series(later),
            "kind": np.where(happens(rng, 0.6, freed.height), KINDS.index("outpatient"), KINDS.index("case_management")),
        }
    )
    return pl.concat([first, second]).filter(pl.col("started") < end)


def _programmes(rng: np.random.Generator, kind: Ints, person: Ints) -> pl.Series:
    clinic = np.where(person % 5 < 3, 0, 1)  # people keep to their clinic
    substance = np.where(person % 2 == 0, 5, 6)
    by_kind = np.select(
        [kind == KINDS.index(name) for name in ("crisis", "emergency", "acute_psychiatric", "substance_use")],
        [np.full(len(kind), 4), np.full(len(kind), 2), np.full(len(kind), 3), substance],
        default=clinic,
    )
    elsewhere = happens(rng, 0.06, len(kind)) & (by_kind <= 1)
    return pl.Series(PROGRAMMES).gather(np.where(elsewhere, 1 - by_kind, by_kind))


def _codes(rng: np.random.Generator, table: tuple[tuple[str, float], ...], size: int) -> pl.Series:
    return pl.Series([code for code, _ in table]).gather(weighted(rng, [share for _, share in table], size))


def _diagnoses(rng: np.random.Generator, people: People, encounters: pl.DataFrame) -> pl.DataFrame:
    first = encounters.select(pl.int_range(pl.len()).over("patient") == 0).to_series().to_numpy()
    noted = np.flatnonzero(first | happens(rng, DIAGNOSED, encounters.height))
    chosen = encounters[noted]
    person = chosen["person"].to_numpy()
    # A person keeps one main diagnosis of each kind; now and then another clinician sees it otherwise.
    main = {name: _codes(rng, table, len(people)) for name, table in (("smi", SMI_CODES), ("sud", SUD_CODES), ("other", OTHER_CODES))}
    again = {name: _codes(rng, table, len(person)) for name, table in (("smi", SMI_CODES), ("sud", SUD_CODES), ("other", OTHER_CODES))}
    differs = pl.Series(happens(rng, 0.12, len(person)))
    code = {name: pl.select(pl.when(differs).then(again[name]).otherwise(main[name].gather(person))).to_series() for name in main}
    substance = chosen["kind"] == "substance_use"
    smi = pl.Series(people.smi[person] & happens(rng, 0.85, len(person)))
    sud = pl.Series(people.sud[person] & happens(rng, 0.20, len(person)))
    unhoused = pl.Series(people.homeless[person] & happens(rng, 0.12, len(person)))
    return chosen.select(
        encounter=pl.Series(noted.astype(np.int64)),
        patient="patient",
        person="person",
        code=pl.when(unhoused & ~substance).then(pl.lit(HOMELESS_CODE))
        .when(substance | sud).then(code["sud"]).when(smi).then(code["smi"]).otherwise(code["other"]),
        recorded=pl.col("started") + pl.Series(rng.integers(0, 3 * HOUR, len(person))),
    )  # fmt: skip


def draw_care(rng: np.random.Generator, people: People, calendar: Calendar, *, bookings: pl.DataFrame, crises: pl.DataFrame) -> Care:
    """Patients with their encounters and diagnoses, from the start of the history to the last night.

    Nobody is seen while in jail. Every later night has at least one new patient, with an encounter and a diagnosis.
    """
    chosen = happens(rng, _patient_chance(people), len(people))
    prompted = _prompted(rng, people, bookings, crises, calendar.end)
    chosen[prompted["person"].to_numpy()] = True
    fresh_times = each_later_night(rng, calendar, 1)
    strangers = np.flatnonzero(~chosen & people.is_resident & (people.age >= 18))
    fresh = rng.permutation(strangers)[: len(fresh_times)]
    person = np.concatenate([np.flatnonzero(chosen), fresh])
    registered = np.where(
        happens(rng, 0.55, len(person)), calendar.start - DAY * 200, draw_times(rng, calendar.start, calendar.end, len(person))
    )
    registered[len(person) - len(fresh) :] = fresh_times[: len(fresh)]
    visits = _visits(rng, people, person, registered, calendar)
    visits = visits.with_columns(person=pl.Series(person).gather(visits["patient"]))
    is_fresh = visits["patient"] >= len(person) - len(fresh)
    first = pl.Series(person[: len(person) - len(fresh)])
    newest = visits.filter(is_fresh).unique(subset="patient", keep="first", maintain_order=True)
    newest = newest.with_columns(started=pl.Series(registered).gather(newest["patient"]), kind=pl.lit(0, dtype=pl.Int64))
    rows = pl.DataFrame({"person": first, "patient": np.arange(len(first))})
    prompted = prompted.join(rows, on="person", how="inner", maintain_order="left").select("patient", "started", "kind", "person")
    everything = pl.concat([visits.filter(~is_fresh), newest, prompted]).with_columns(pl.col("patient", "kind", "person").cast(pl.Int64))
    held = in_custody(bookings, everything["person"].to_numpy(), everything["started"].to_numpy())
    everything = everything.filter(~pl.Series(held)).sort("started", "patient", "kind", maintain_order=True)

    twice = np.flatnonzero(happens(rng, rates.HEALTH_DUPLICATE_PATIENT, len(first)))
    patients = pl.DataFrame(
        {"person": np.concatenate([person, person[twice]]), "registered": np.concatenate([registered, registered[twice]])}
    )
    other = np.full(len(person), -1, dtype=np.int64)
    other[twice] = len(person) + np.arange(len(twice))
    second = other[everything["patient"].to_numpy()]
    moves = (second >= 0) & happens(rng, 0.45, len(second))
    patient = np.where(moves, second, everything["patient"].to_numpy())

    kind = everything["kind"].to_numpy()
    who = everything["person"].to_numpy()
    hours = np.array([median for median, _ in HOURS])[kind] * np.exp(np.array([s for _, s in HOURS])[kind] * rng.normal(size=len(kind)))
    encounters = pl.DataFrame(
        {
            "patient": patient,
            "person": who,
            "started": everything["started"],
            "ended": everything["started"].to_numpy() + np.maximum((hours * 60).astype(np.int64), 10) * 60,
            "kind": pl.Series(KINDS).gather(kind),
            "encounter_class": pl.Series(CLASSES).gather(kind),
            "programme": _programmes(rng, kind, who),
        }
    )
    return Care(patients=patients, encounters=encounters, diagnoses=_diagnoses(rng, people, encounters))
