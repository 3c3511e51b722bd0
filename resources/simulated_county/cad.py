"""Computer-aided dispatch: events and involved people as the dispatch centre exports them, night by night.

Belongs here: incident numbers, the dispatcher's way of writing names, corrections. Does not belong here: what happened (calls.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from resources.simulated_county import rates
from resources.simulated_county.calendar import Calendar, flattened, known_on, touched
from resources.simulated_county.calls import DISPOSITIONS, Calls
from resources.simulated_county.draw import coded, happens
from resources.simulated_county.identities import birth_text, write_identities
from resources.simulated_county.people import People
from resources.simulated_county.place import ZIPS, write_addresses
from resources.simulated_county.population import GROUPS
from resources.simulated_county.rates import IdentityRates
from resources.simulated_county.writing import day_text, shuffled_numbers, time_text, yes_no

STAMP = "%m/%d/%Y %H:%M:%S"
EVENT_COLUMNS = (
    "IncidentNumber", "CallReceived", "Dispatched", "EnRoute", "Arrived", "Cleared", "InitialCallType", "FinalCallType", "Priority",
    "CallDisposition", "Beat", "City", "Zip", "Cancelled",
)  # fmt: skip
PERSON_COLUMNS = ("InvolvementID", "IncidentNumber", "Role", "PersonName", "DOB", "Sex", "Race", "Phone", "Address", "City", "Zip")


@dataclass(frozen=True)
class Cad:
    """Every row ever exported, with ``night``, the night whose files hold it. ``persons`` also has the true person.

    ``numbers`` is the incident number of each true call, in the order of the calls.
    """

    events: pl.DataFrame
    persons: pl.DataFrame
    numbers: pl.Series

    def night(self, k: int) -> dict[str, pl.DataFrame]:
        """Rows of the two files of night ``k``: ``events`` and ``persons``."""
        return {
            "events": self.events.filter(pl.col("night") == k).select(EVENT_COLUMNS),
            "persons": self.persons.filter(pl.col("night") == k).select(PERSON_COLUMNS),
        }


def _numbers(events: pl.DataFrame) -> pl.Series:
    day = day_text(pl.col("received")).str.replace_all("-", "").str.slice(2)
    return events.select(pl.format("{}-{}", day, (pl.int_range(pl.len()).over(day) + 1).cast(pl.String).str.zfill(5))).to_series()


def _events(rng: np.random.Generator, people: People, calendar: Calendar, calls: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
    place = write_addresses(people.addresses, calls["place"].to_numpy(), long_suffix=np.zeros(calls.height, dtype=bool))
    beats = {row[0]: f"{row[1][0].upper()}{at + 1:02d}" for at, row in enumerate(ZIPS)}
    rows = calls.select(
        IncidentNumber=numbers,
        CallReceived=time_text(pl.col("received"), STAMP),
        Dispatched=time_text(pl.col("dispatched"), STAMP),
        EnRoute=time_text(pl.col("en_route"), STAMP),
        Arrived=time_text(pl.col("arrived"), STAMP),
        Cleared=time_text(pl.col("cleared"), STAMP),
        InitialCallType="initial",
        FinalCallType="final",
        Priority=pl.col("priority").cast(pl.String),
        CallDisposition="disposition",
        Beat=place["zip"].replace_strict(beats, default=None, return_dtype=pl.String),
        City=place["city"],
        Zip=place["zip"],
        Cancelled=yes_no(pl.col("cancelled"), "Y", "N"),
    )
    # Only closed events are exported.
    return rows.with_columns(night=pl.Series(known_on(rng, calendar, calls["cleared"].to_numpy(), spare=_recent(calendar, calls))))


def _recent(calendar: Calendar, calls: pl.DataFrame) -> np.ndarray:
    return calls["received"].to_numpy() >= calendar.as_of(0)


def _corrected_events(rng: np.random.Generator, calendar: Calendar, events: pl.DataFrame) -> pl.DataFrame:
    night = events["night"].to_numpy()
    open_to_change = events["CallDisposition"].is_in(DISPOSITIONS).to_numpy()
    row, on = flattened(touched(rng, calendar, night, rates.CORRECTED_PER_NIGHT, free=(night == 0) & open_to_change))
    following = {code: DISPOSITIONS[(at + 1) % len(DISPOSITIONS)] for at, code in enumerate(DISPOSITIONS)}
    return events[row].with_columns(pl.col("CallDisposition").replace(following), night=pl.Series(on))


def _person_name(rng: np.random.Generator, identity: pl.DataFrame) -> pl.Series:
    lot = pl.Series(rng.random(identity.height))
    whole = pl.format(
        "{}, {}{}", "last", "first", pl.when(pl.col("middle").is_not_null()).then(pl.format(" {}", "middle")).otherwise(pl.lit(""))
    )
    whole = pl.when(pl.col("suffix").is_not_null()).then(whole + " " + pl.col("suffix")).otherwise(whole)
    absent, partial = rates.CAD_NAME_ABSENT, rates.CAD_NAME_PARTIAL
    unknown = (
        pl.when(pl.col("sex") == "M")
        .then(pl.lit("UNK MALE"))
        .when(pl.col("sex") == "F")
        .then(pl.lit("UNK FEMALE"))
        .otherwise(pl.lit("UNKNOWN"))
    )
    return identity.select(
        pl.when(lot < absent * 0.4).then(pl.lit(None, dtype=pl.String))
        .when(lot < absent).then(unknown)
        .when(lot < absent + partial * 0.55).then("last")
        .when(lot < absent + partial).then(pl.format("UNK, {}", "first"))
        .otherwise(whole)
    ).to_series()  # fmt: skip


def _persons(
    rng: np.random.Generator, people: People, *, calls: pl.DataFrame, involved: pl.DataFrame, written: IdentityRates, clean: bool
) -> pl.DataFrame:
    """Vendor columns of involved people but the ids; ``clean`` leaves out what dispatchers mix up."""
    size = involved.height
    call, person = involved["call"].to_numpy(), involved["person"].to_numpy()
    identity = write_identities(rng, people, person, calls["received"].to_numpy()[call], written)
    kinds = tuple(GROUPS)
    race = coded(rng, people.group[person], kinds, rates.CAD_RACE)
    subject = (involved["role"] == "SUBJ").to_numpy()
    unseen = pl.Series(~subject & happens(rng, 0.5, size))
    caller = involved.with_columns(own=identity["phone"]).filter(pl.col("role") == "CALLER").select("call", callers="own")
    caller = caller.unique(subset="call", keep="first", maintain_order=True)
    callers = involved.select("call").join(caller, on="call", how="left", maintain_order="left")["callers"]
    mixed = 0.0 if clean else 1.0
    lends = pl.Series(subject & happens(rng, rates.CAD_PHONE_IS_CALLERS * mixed, size)) & callers.is_not_null()
    phone = pl.when(lends).then(callers).otherwise(identity["phone"])
    scene = write_addresses(people.addresses, calls["place"].to_numpy()[call], long_suffix=np.zeros(size, dtype=bool))
    at_scene = pl.Series(subject & happens(rng, rates.CAD_ADDRESS_IS_INCIDENTS * mixed, size))
    name = pl.select(pl.format("{}, {}", identity["last"], identity["first"])).to_series() if clean else _person_name(rng, identity)
    dob = identity.select(birth_text("us")).to_series()
    blank = pl.Series(happens(rng, rates.CAD_ROLE_BLANK * mixed, size))
    return pl.select(
        Role=pl.when(~blank).then(involved["role"]),
        PersonName=name,
        DOB=dob,
        Sex=identity["sex"].fill_null("U"),
        Race=pl.when(unseen).then(pl.lit("U")).otherwise(race),
        Phone=pl.format("({}) {}-{}", phone.str.slice(0, 3), phone.str.slice(3, 3), phone.str.slice(6, 4)),
        Address=pl.when(at_scene).then(scene["street"]).otherwise(identity["street"]),
        City=pl.when(at_scene).then(scene["city"]).otherwise(identity["city"]),
        Zip=pl.when(at_scene).then(scene["zip"]).otherwise(identity["zip"]),
    )


def _some(rng: np.random.Generator, rows: np.ndarray, share: float) -> np.ndarray:
    """A whole number of these rows, rounded down, so that a small county has none of what is very rare."""
    return np.sort(rng.permutation(rows)[: int(share * len(rows))])


def _backlog_flaws(rng: np.random.Generator, events: pl.DataFrame) -> pl.DataFrame:
    """Events with the backlog's repeated rows and earlier versions; an earlier version comes before the later one."""
    backlog = np.flatnonzero((events["night"] == 0).to_numpy() & events["CallDisposition"].is_in(DISPOSITIONS).to_numpy())
    amended = _some(rng, backlog, rates.CAD_AMENDED_IN_BACKLOG)
    repeated = _some(rng, np.setdiff1d(backlog, amended), rates.CAD_EXPORTED_TWICE)
    following = {code: DISPOSITIONS[(at + 2) % len(DISPOSITIONS)] for at, code in enumerate(DISPOSITIONS)}
    earlier = events[amended].with_columns(pl.col("CallDisposition").replace(following))
    return pl.concat([earlier, events, events[repeated]])


def _with_flaws(rng: np.random.Generator, persons: pl.DataFrame, *, spare: np.ndarray) -> pl.DataFrame:
    """Involved people with the backlog's repeated rows and birth dates that are no dates."""
    backlog = np.setdiff1d(np.flatnonzero((persons["night"] == 0).to_numpy()), spare)
    impossible = _some(rng, backlog, rates.CAD_BIRTH_DATE_IMPOSSIBLE)
    repeated = _some(rng, np.setdiff1d(backlog, impossible), rates.CAD_EXPORTED_TWICE)
    birth = persons["DOB"].scatter(impossible, [f"02/30/{year}" for year in 1950 + np.arange(len(impossible)) % 50])
    persons = persons.with_columns(birth.alias("DOB"))
    return pl.concat([persons, persons[repeated]])


def record_cad(rng: np.random.Generator, people: People, calendar: Calendar, calls: Calls) -> Cad:
    """What the dispatch centre exports about the true calls: each row once, and again on the night that corrects it.

    Args:
        rng: the centre's generator.
        people: the true people.
        calendar: the nights.
        calls: what happened.
    """
    numbers = _numbers(calls.events)
    events = _events(rng, people, calendar, calls.events, numbers)
    corrected = _corrected_events(rng, calendar, events)
    events = pl.concat([_backlog_flaws(rng, events), corrected]).filter(pl.col("night") < calendar.nights)
    first_night = events.group_by("IncidentNumber").agg(pl.col("night").min())
    involved = calls.involved
    rows = _persons(rng, people, calls=calls.events, involved=involved, written=rates.CAD, clean=False).with_columns(
        InvolvementID=pl.Series(shuffled_numbers(rng, involved.height)).cast(pl.String).str.zfill(8),
        IncidentNumber=numbers.gather(involved["call"]),
        person=involved["person"],
    )
    rows = rows.with_columns(pl.format("V{}", "InvolvementID").alias("InvolvementID"), at=pl.int_range(pl.len()))
    rows = rows.join(first_night, on="IncidentNumber", how="inner", maintain_order="left")
    night = rows["night"].to_numpy()
    row, on = flattened(
        touched(rng, calendar, night, rates.CORRECTED_PER_NIGHT, free=(night == 0) & (rows["Role"] == "SUBJ").fill_null(False).to_numpy())
    )
    mended = rows[row]
    clean = _persons(rng, people, calls=calls.events, involved=involved[mended["at"].to_numpy()], written=rates.CLEAN, clean=True)
    mended = mended.with_columns(*(clean[name] for name in clean.columns), night=pl.Series(on))
    rows = _with_flaws(rng, rows, spare=row)
    persons = pl.concat([rows, mended.select(rows.columns)]).filter(pl.col("night") < calendar.nights)
    return Cad(events=events, persons=persons.drop("at"), numbers=numbers)
