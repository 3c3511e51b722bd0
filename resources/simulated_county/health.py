"""The behavioural health system: FHIR resources of every night, as lines of JSON.

Belongs here: patient records, ids, self-reported race, which resources are new, changed or entered in error on which night.
Does not belong here: what happened (care.py), who signs (consents.py), JSON shapes (fhir_text.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from resources.simulated_county import rates
from resources.simulated_county.calendar import DAY, HOUR, NEVER_KNOWN, Calendar, flattened, known_on, touched
from resources.simulated_county.care import Care
from resources.simulated_county.draw import Ints, happens, weighted
from resources.simulated_county.fhir_consent import consent_ids, consent_resources
from resources.simulated_county.fhir_text import (
    condition_lines,
    consent_lines,
    encounter_lines,
    ethnicity_extension,
    patient_lines,
    race_extension,
)
from resources.simulated_county.identities import birth_text, surname_text, write_identities
from resources.simulated_county.names import vocabulary
from resources.simulated_county.people import People
from resources.simulated_county.population import GROUPS
from resources.simulated_county.rates import IdentityRates
from resources.simulated_county.writing import instant_text, shuffled_numbers

LINES: Mapping[str, Callable[[], pl.Expr]] = {
    "Patient": patient_lines,
    "Encounter": encounter_lines,
    "Condition": condition_lines,
    "Consent": consent_lines,
}
"""How a resource of each type becomes a line."""
SLICE = 40_000
ANSWERS = {
    "WHITE": ("2106-3",),
    "BLACK": ("2054-5",),
    "HISPANIC": ("2106-3", "2131-1", "2054-5", "1002-5"),
    "ASIAN": ("2028-9",),
    "AIAN": ("1002-5",),
    "NHPI": ("2076-8",),
    "MULTIRACIAL": ("2054-5|2106-3", "2028-9|2106-3", "1002-5|2106-3", "1002-5|2054-5", "2028-9|2054-5"),
}
"""US Core race answers of each group; codes of people of several races are joined with ``|``."""
ANSWER_SHARES = {"HISPANIC": (0.62, 0.29, 0.04, 0.05), "MULTIRACIAL": (0.36, 0.26, 0.26, 0.08, 0.04)}
MAIDEN_NAMED = 0.60
NICKNAME_NAMED = 0.35


@dataclass(frozen=True)
class Health:
    """Every resource ever exported, by type: id, person, night and the columns of its line (fhir_text.py).

    ``patients``: id, person and first night of each patient record.
    """

    resources: dict[str, pl.DataFrame]
    patients: pl.DataFrame

    def lines(self, k: int, resource: str) -> Iterator[pl.Series]:
        """Lines of one file of night ``k``, some tens of thousands at a time, so that a large county fits in memory."""
        for part in self.resources[resource].filter(pl.col("night") == k).iter_slices(SLICE):
            yield part.select(LINES[resource]()).to_series()


def _ids(rng: np.random.Generator, prefix: str, size: int) -> pl.Series:
    numbers = pl.Series(shuffled_numbers(rng, size)).cast(pl.String).str.zfill(8)
    return pl.select(pl.format(f"{prefix}-{{}}", numbers)).to_series()


def _stamp(calendar: Calendar, base: pl.Expr) -> pl.Expr:
    """``meta.lastUpdated`` in seconds: soon after the event, and within the day that the row's night covers."""
    as_of = calendar.as_of(0) + pl.col("night") * DAY
    soon = base + 1_800
    inside = pl.when(pl.col("night") == 0).then(soon).otherwise(pl.max_horizontal(soon, as_of - DAY + HOUR))
    return pl.min_horizontal(inside, as_of - 60)


def _races(rng: np.random.Generator, people: People, person: Ints) -> tuple[pl.Series, pl.Series]:
    """US Core extensions of race and ethnicity; null where nothing was recorded."""
    size = len(person)
    group = people.group[person]
    codes = np.full(size, "", dtype=object)
    # People of one group in one go; a person gives the same answer in both of two patient records most of the time.
    for index, name in enumerate(GROUPS):
        mine = np.flatnonzero(group == index)
        shares = ANSWER_SHARES.get(name, (1.0,) * len(ANSWERS[name]))
        codes[mine] = np.array(ANSWERS[name], dtype=object)[weighted(rng, shares, len(mine))]
    other = rng.permutation(size)
    swapped = happens(rng, rates.HEALTH_RACE_MISREGISTERED, size)
    codes[swapped] = codes[other[swapped]]
    hispanic = group == GROUPS.index("HISPANIC")
    one = (group == GROUPS.index("MULTIRACIAL")) & happens(rng, rates.HEALTH_MULTIRACIAL_GIVES_ONE, size)
    lot = rng.random(size)
    missing = (lot < rates.HEALTH_RACE_MISSING) | (hispanic & happens(rng, rates.HEALTH_HISPANIC_WITHOUT_RACE, size))
    declined = ~missing & (lot > 1 - rates.HEALTH_RACE_DECLINED)
    race = pl.Series(codes.tolist(), dtype=pl.String)
    race = pl.select(pl.when(pl.Series(one)).then(race.str.split("|").list.first()).otherwise(race)).to_series()
    unknown = happens(rng, 0.4, size)
    race = pl.select(
        pl.when(pl.Series(missing & unknown)).then(pl.lit("UNK")).when(pl.Series(missing)).then(pl.lit(None, dtype=pl.String))
        .when(pl.Series(declined)).then(pl.lit("ASKU")).otherwise(race)
    ).to_series()  # fmt: skip
    asked = ~happens(rng, rates.HEALTH_ETHNICITY_MISSING, size)
    wrong = happens(rng, np.where(hispanic, 0.04, 0.006), size)
    ethnicity = pl.select(
        pl.when(pl.Series(asked)).then(pl.when(pl.Series(hispanic ^ wrong)).then(pl.lit("2135-2")).otherwise(pl.lit("2186-5")))
    ).to_series()
    return (
        race.replace_strict(
            {code: race_extension(code) for code in race.drop_nulls().unique().sort().to_list()}, default=None, return_dtype=pl.String
        ),
        ethnicity.replace_strict({code: ethnicity_extension(code) for code in ("2135-2", "2186-5")}, default=None, return_dtype=pl.String),
    )


def _patient_identity(rng: np.random.Generator, people: People, person: Ints, when: Ints, written: IdentityRates) -> pl.DataFrame:
    size = len(person)
    identity = write_identities(rng, people, person, when, written)
    day = when.astype("datetime64[s]").astype("datetime64[D]")
    changed = people.surname_changed[person]
    has_maiden = pl.Series(~np.isnat(changed) & (day >= changed) & happens(rng, MAIDEN_NAMED, size))
    maiden = surname_text(people.old_surname, person)["first_part"]
    nickname = people.nickname[person]
    says = pl.Series((nickname >= 0) & happens(rng, NICKNAME_NAMED, size))
    familiar = vocabulary().first_names.gather(np.maximum(nickname, 0))
    phone = pl.col("phone")
    return identity.select(
        family=pl.col("last").str.to_titlecase(),
        given=pl.col("first").str.to_titlecase(),
        middle=pl.col("middle").str.to_titlecase(),
        suffix=pl.col("suffix").str.to_titlecase(),
        maiden=pl.when(has_maiden).then(maiden.str.to_titlecase()),
        nickname=pl.when(says).then(familiar.str.to_titlecase()),
        birth_date=birth_text("iso_partial"),
        gender=pl.col("sex").replace_strict({"F": "female", "M": "male"}, default="unknown"),
        line=pl.col("street").str.to_titlecase(),
        city=pl.col("city").str.to_titlecase(),
        state="state",
        zip="zip",
        phone=pl.format("+1-{}-{}-{}", phone.str.slice(0, 3), phone.str.slice(3, 3), phone.str.slice(6, 4)),
        ssn4="ssn4",
    )


def _patients(rng: np.random.Generator, people: People, calendar: Calendar, care: Care, first_seen: pl.DataFrame) -> pl.DataFrame:
    size = care.patients.height
    person = care.patients["person"].to_numpy()
    rows = care.patients.with_columns(patient=pl.int_range(pl.len())).join(first_seen, on="patient", how="left", maintain_order="left")
    registered = rows.select(pl.min_horizontal("registered", "started")).to_series().to_numpy()
    night = np.minimum(calendar.night_of(registered), rows["night"].fill_null(NEVER_KNOWN).to_numpy())
    race, ethnicity = _races(rng, people, person)
    numbers = pl.Series(shuffled_numbers(rng, size)).cast(pl.String).str.zfill(7)
    frame = pl.DataFrame(
        {"id": _ids(rng, "pt", size), "person": person, "night": night, "registered": registered, "race": race, "ethnicity": ethnicity}
    )
    frame = frame.with_columns(mrn=pl.format("M{}", pl.lit(numbers)))
    return pl.concat([frame, _patient_identity(rng, people, person, registered, rates.HEALTH)], how="horizontal")


def _changed_patients(rng: np.random.Generator, people: People, calendar: Calendar, patients: pl.DataFrame) -> pl.DataFrame:
    """Patients whose record a later night puts right, with today's address and telephone."""
    night = patients["night"].to_numpy()
    person, noon = patients["person"].to_numpy(), calendar.as_of(0) + 12 * HOUR
    today = _patient_identity(rng, people, person, np.full(len(night), noon), rates.CLEAN)
    asked = ("family", "given", "birth_date", "line", "phone")
    differs = pl.select(pl.any_horizontal(patients[name].ne_missing(today[name]) for name in asked)).to_series().to_numpy()
    row, on = flattened(touched(rng, calendar, night, 2 * rates.CORRECTED_PER_NIGHT, free=(night == 0) & differs))
    of = patients[row]
    when = calendar.as_of(0) + (on - 1) * DAY + 12 * HOUR
    clean = _patient_identity(rng, people, of["person"].to_numpy(), when, rates.CLEAN)
    return of.with_columns(*(clean[name] for name in clean.columns if name != "ssn4"), night=pl.Series(on), registered=pl.Series(when))


def _encounter_nights(rng: np.random.Generator, calendar: Calendar, encounters: pl.DataFrame) -> pl.DataFrame:
    """Encounters with id, night (first delivered) and done (night on which the end is known)."""
    stays = (encounters["kind"] == "acute_psychiatric").to_numpy()
    complete = np.where(stays, encounters["started"].to_numpy(), encounters["ended"].to_numpy())
    fresh = encounters["started"].to_numpy() >= calendar.as_of(0)
    night = known_on(rng, calendar, complete, spare=fresh | stays)
    done = np.maximum(night, calendar.night_of(encounters["ended"].to_numpy()))
    return encounters.with_columns(
        encounter=pl.int_range(pl.len()), id=_ids(rng, "en", encounters.height), night=pl.Series(night), done=pl.Series(done)
    )


def _encounters(
    rng: np.random.Generator, calendar: Calendar, encounters: pl.DataFrame, ids: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(resources of all nights, encounter and night of those entered in error)."""
    first = encounters.with_columns(
        status=pl.when(pl.col("done") > pl.col("night")).then(pl.lit("in-progress")).otherwise(pl.lit("finished")),
        shown_end=pl.when(pl.col("done") <= pl.col("night")).then("ended"),
    )
    ended = encounters.filter(pl.col("done") > pl.col("night"), pl.col("done") < calendar.nights).with_columns(
        night=pl.col("done"), status=pl.lit("finished"), shown_end=pl.col("ended")
    )
    night = encounters["night"].to_numpy()
    row, on = flattened(touched(rng, calendar, night, rates.DELETED_PER_NIGHT, free=(night == 0) & (encounters["done"] == 0).to_numpy()))
    wrong = encounters[row].with_columns(night=pl.Series(on), status=pl.lit("entered-in-error"), shown_end=pl.col("ended"))
    everything = pl.concat([first, ended.select(first.columns), wrong.select(first.columns)]).filter(pl.col("night") < calendar.nights)
    shown = everything.with_columns(stamp=_stamp(calendar, pl.coalesce("shown_end", "started"))).select(
        "id", "person", "night", "status", "kind", "programme",
        patient=ids.gather(everything["patient"]),
        updated=instant_text(pl.col("stamp")),
        start=instant_text(pl.col("started")),
        end=instant_text(pl.col("shown_end")),
        **{"class": pl.col("encounter_class")},
    )  # fmt: skip
    return shown, wrong.select("encounter", "night")


def _conditions(
    rng: np.random.Generator, calendar: Calendar, care: Care, *, encounters: pl.DataFrame, wrong: pl.DataFrame, ids: pl.Series
) -> pl.DataFrame:
    known = encounters.select("encounter", encounter_id=pl.col("id"), encounter_night=pl.col("night"))
    rows = care.diagnoses.with_columns(id=_ids(rng, "cd", care.diagnoses.height)).join(
        known, on="encounter", how="inner", maintain_order="left"
    )
    recorded = pl.Series(calendar.night_of(rows["recorded"].to_numpy()))
    rows = rows.with_columns(night=pl.max_horizontal("encounter_night", recorded), verification=pl.lit("confirmed"))
    rows = rows.filter(pl.col("night") < calendar.nights)
    void = (
        rows.drop("night")
        .join(wrong, on="encounter", how="inner", maintain_order="left")
        .with_columns(verification=pl.lit("entered-in-error"))
    )
    night = rows["night"].to_numpy()
    free = (night == 0) & ~rows["encounter"].is_in(wrong["encounter"].to_list()).to_numpy()
    row, on = flattened(touched(rng, calendar, night, rates.CORRECTED_PER_NIGHT, free=free))
    recoded = pl.when(pl.col("code") == "F39").then(pl.lit("F43.20")).otherwise(pl.lit("F39"))
    changed = rows[row].with_columns(night=pl.Series(on), code=recoded)
    everything = pl.concat([rows, void.select(rows.columns), changed.select(rows.columns)])
    return everything.with_columns(stamp=_stamp(calendar, pl.col("recorded"))).select(
        "id", "person", "night", "verification", "code",
        patient=ids.gather(everything["patient"]),
        encounter="encounter_id",
        updated=instant_text(pl.col("stamp")),
        recorded=instant_text(pl.col("recorded")),
    )  # fmt: skip


def record_health(rng: np.random.Generator, people: People, calendar: Calendar, *, care: Care, consents: pl.DataFrame) -> Health:
    """What the health system exports about true care and consents, night by night.

    Args:
        rng: the system's generator.
        people: the true people.
        calendar: the nights.
        care: patients, encounters, diagnoses.
        consents: who signed what.
    """
    encounters = _encounter_nights(rng, calendar, care.encounters)
    seen = encounters.group_by("patient").agg(pl.col("night").min(), pl.col("started").min())
    patients = _patients(rng, people, calendar, care, seen)
    ids = patients["id"]
    everyone = pl.concat([patients, _changed_patients(rng, people, calendar, patients).select(patients.columns)])
    everyone = everyone.filter(pl.col("night") < calendar.nights).with_columns(
        updated=instant_text(_stamp(calendar, pl.col("registered")))
    )  # fmt: skip
    encounter_rows, wrong = _encounters(rng, calendar, encounters, ids)
    numbers = shuffled_numbers(rng, consents.height)
    known = patients.select("id", "person", "night")
    return Health(
        resources={
            "Patient": everyone,
            "Encounter": encounter_rows,
            "Condition": _conditions(rng, calendar, care, encounters=encounters, wrong=wrong, ids=ids),
            "Consent": consent_resources(calendar, consents, patients=known, ids=consent_ids(numbers)),
        },
        patients=known.filter(pl.col("night") < calendar.nights),
    )
