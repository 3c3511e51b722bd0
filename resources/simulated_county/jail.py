"""The jail management system: bookings as the jail wrote them, and the whole database as it stood on each night.

Belongs here: JacketNos and BookingNos, recorded identities, races, screens, corrections, voided bookings. Does not belong here: true
bookings (bookings.py), the smaller tables (jail_parts.py), SQL (jail_database.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from resources.simulated_county import rates
from resources.simulated_county.calendar import DAY, HOUR, Calendar, flattened, known_on, touched
from resources.simulated_county.draw import Ints, coded, happens, weighted
from resources.simulated_county.identities import birth_text, carried, write_identities
from resources.simulated_county.jail_parts import aliases, charges, daily_counts, legal_events, screens
from resources.simulated_county.people import People
from resources.simulated_county.population import GROUPS
from resources.simulated_county.writing import day_text, shuffled_numbers, time_text, yes_no

STAMP = "%Y-%m-%d %H:%M:%S"
AGENCIES = ("LPD", "SO", "SMPD", "HFPD", "XSP")
AGENCY_SHARES = (0.44, 0.26, 0.15, 0.09, 0.06)
RELEASE_CODES = {
    "NEW": (("ROR", 0.30), ("BAIL", 0.18), ("BOND", 0.14), ("CRT", 0.11), ("DISM", 0.08), ("NCF", 0.07), ("TS", 0.05), ("PROB", 0.04),
            ("DOC", 0.018), ("HOSP", 0.008), ("DEC", 0.001), ("OTH", 0.003)),
    "FTA": (("ROR", 0.34), ("BAIL", 0.20), ("BOND", 0.16), ("CRT", 0.20), ("TS", 0.08), ("DISM", 0.02)),
    "HOLD": (("TRAN", 0.86), ("OTH", 0.08), ("CRT", 0.06)),
    "SENT": (("TS", 0.92), ("PROB", 0.04), ("CRT", 0.04)),
    "TECH": (("PROB", 0.34), ("PAR", 0.18), ("CRT", 0.20), ("DOC", 0.14), ("TS", 0.10), ("TRAN", 0.04)),
}  # fmt: skip
SPLIT_AFTER = 2
REUSE_FROM_RESIDENTS = 2_000


@dataclass(frozen=True)
class Jail:
    """The jail's records.

    ``bookings``: vendor columns as first recorded, with person, booked, released, screened_at, updated (seconds), night (first known)
    and voided (night from which it is gone, or null); ``corrections``: BookingNo, night and the corrected columns;
    the other frames are those of jail_parts, each with the night from which it is known.
    """

    calendar: Calendar
    bookings: pl.DataFrame
    corrections: pl.DataFrame
    charges: pl.DataFrame
    aliases: pl.DataFrame
    legal_events: pl.DataFrame
    daily_counts: pl.DataFrame
    screens: pl.DataFrame

    def night(self, k: int) -> dict[str, pl.DataFrame]:
        """Every table of the database as it stands at the as-of of night ``k``."""
        as_of = self.calendar.as_of(k)
        present = self.bookings.filter(pl.col("night") <= k, pl.col("voided").is_null() | (pl.col("voided") > k))
        mended = self.corrections.filter(pl.col("night") <= k).select(pl.all().exclude("night").name.suffix("_mended"))
        present = present.join(mended, left_on="BookingNo", right_on="BookingNo_mended", how="left", maintain_order="left")
        changed = [name.removesuffix("_mended") for name in mended.columns if name not in {"BookingNo_mended", "updated_mended"}]
        is_mended = pl.col("updated_mended").is_not_null()
        seen = {
            name: pl.when(pl.col(name) < as_of).then(pl.col(name))
            for name in ("released", "screened_at", "updated_mended")
        }  # fmt: skip
        booking = present.with_columns(
            *(pl.when(is_mended).then(pl.col(f"{name}_mended")).otherwise(pl.col(name)).alias(name) for name in changed)
        ).with_columns(
            BookDt=time_text(pl.col("booked"), STAMP),
            ReleaseDt=time_text(seen["released"], STAMP),
            ReleaseCd=pl.when(pl.col("released") < as_of).then("ReleaseCd"),
            BjmhsResult=pl.when(pl.col("screened_at") < as_of).then("BjmhsResult"),
            BjmhsDt=time_text(seen["screened_at"], STAMP),
            LastUpdDt=time_text(pl.min_horizontal(pl.max_horizontal("updated", *seen.values()), pl.lit(as_of - 60)), STAMP),
        )
        numbers = booking.select("BookingNo")
        jackets = booking.select("JacketNo").unique()
        return {
            "inmate_booking": booking,
            "booking_charge": self.charges.filter(pl.col("night") <= k).join(numbers, on="BookingNo", how="semi", maintain_order="left"),
            "inmate_alias": self.aliases.filter(pl.col("night") <= k).join(jackets, on="JacketNo", how="semi", maintain_order="left"),
            "legal_event": self.legal_events.filter(pl.col("night") <= k),
            "daily_count": self.daily_counts.filter(pl.col("night") <= k),
            "bjmhs_screen": self.screens.filter(pl.col("screened_at") < as_of)
            .join(numbers, on="BookingNo", how="semi", maintain_order="left")
            .with_columns(ScreenDt=time_text(pl.col("screened_at"), STAMP)),
        }


def _jackets(rng: np.random.Generator, bookings: pl.DataFrame, residents: int) -> Ints:
    """A jacket number for each booking: one a person, a second for a few, and a few given to somebody else later."""
    person = bookings["person"].to_numpy()
    people, jacket = np.unique(person, return_inverse=True)
    many = np.bincount(jacket)
    split = (many >= SPLIT_AFTER) & happens(rng, rates.JAIL_SECOND_JACKET, len(people))
    if not split.any() and (many >= SPLIT_AFTER).any():
        split[np.flatnonzero(many >= SPLIT_AFTER)[0]] = True
    nth = bookings.select(pl.int_range(pl.len()).over("person")).to_series().to_numpy()
    moves = split[jacket] & ((nth == 1) | ((nth > 1) & happens(rng, 0.5, len(person))))
    numbered = np.where(moves, len(people) + jacket, jacket)

    span = bookings.group_by("person").agg(pl.col("booked").min().alias("first"), pl.col("released").max().alias("last")).sort("person")
    middle = int(np.median(bookings["booked"].to_numpy())) if len(person) else 0
    givers = np.flatnonzero((span["last"].to_numpy() < middle) & ~split)
    takers = np.flatnonzero((span["first"].to_numpy() > middle + 90 * DAY) & ~split)
    wanted = max(round(rates.JAIL_JACKET_REUSED * len(people)), int(residents >= REUSE_FROM_RESIDENTS))
    reused = min(wanted, len(givers), len(takers))
    given_to = np.arange(2 * len(people))
    given_to[rng.permutation(takers)[:reused]] = rng.permutation(givers)[:reused]
    return shuffled_numbers(rng, 2 * len(people))[given_to[numbered]]


def _races(rng: np.random.Generator, people: People, person: Ints) -> tuple[pl.Series, pl.Series]:
    """RaceCd and EthCd of each booking: what the first officer saw, and now and then another officer sees otherwise."""
    kinds = (*GROUPS[:2], "HISPANIC", *GROUPS[3:])
    ethnicity = {name: rates.JAIL_ETHNICITY["HISPANIC" if name == "HISPANIC" else "OTHER"] for name in kinds}
    found = []
    for table in (rates.JAIL_RACE, ethnicity):
        usual = coded(rng, people.group, kinds, table).gather(person)
        again = coded(rng, people.group[person], kinds, table)
        differs = pl.Series(happens(rng, 0.05, len(person)))
        found.append(pl.select(pl.when(differs).then(again).otherwise(usual)).to_series())
    return found[0], found[1]


def _vendor_identity(identity: pl.DataFrame) -> pl.DataFrame:
    return identity.select(
        LastNm="last", FirstNm="first", MidNm="middle", SuffixNm="suffix", DOB=birth_text("iso"), SexCd=pl.col("sex").fill_null("U"),
        Ssn4="ssn4", StateId="state_id", Phone="phone", StreetAddr="street", City="city", St="state", Zip="zip",
    )  # fmt: skip


def _screens(rng: np.random.Generator, people: People, bookings: pl.DataFrame) -> pl.DataFrame:
    size = bookings.height
    booked, released = bookings["booked"].to_numpy(), bookings["released"].to_numpy()
    given = (released - booked >= 6 * HOUR) & happens(rng, rates.SCREENED, size)
    after = np.minimum((HOUR + rng.gamma(2.0, 4.0 * HOUR, size)).astype(np.int64), released - booked - 600)
    smi = people.smi[bookings["person"].to_numpy()]
    positive = happens(rng, np.where(smi, rates.SCREEN_SENSITIVITY, rates.SCREEN_FALSE_POSITIVE), size)
    is_given = pl.Series(given)
    return pl.select(
        BjmhsResult=pl.when(is_given).then(pl.when(pl.Series(positive)).then(pl.lit("P")).otherwise(pl.lit("N"))),
        screened_at=pl.when(is_given).then(pl.Series(booked + np.maximum(after, 600))),
    )


def _vendor_rows(rng: np.random.Generator, people: People, bookings: pl.DataFrame) -> pl.DataFrame:
    size = bookings.height
    person = bookings["person"].to_numpy()
    year = day_text(pl.col("booked")).str.slice(2, 2)
    rows = bookings.with_columns(
        BookingNo=pl.format("{}-{}", year, (pl.int_range(pl.len()).over(year) + 1).cast(pl.String).str.zfill(6)),
    )
    identity = write_identities(rng, people, person, bookings["booked"].to_numpy(), rates.JAIL)
    identity = carried(identity, [rows["JacketNo"], rows["person"]], happens(rng, rates.JAIL_IDENTITY_RETAKEN, size))
    race, ethnicity = _races(rng, people, person)
    homeless = np.where(people.homeless[person], happens(rng, 0.75, size), happens(rng, 0.01, size))
    kinds = tuple(RELEASE_CODES)
    kind = bookings["kind"].replace_strict({name: at for at, name in enumerate(kinds)}, return_dtype=pl.Int64).to_numpy()
    annex = happens(rng, np.where(people.sex[person] == 0, 0.65, 0.12), size)
    return pl.concat([rows, _vendor_identity(identity), _screens(rng, people, bookings)], how="horizontal").with_columns(
        RaceCd=race,
        EthCd=ethnicity,
        ReleaseCd=coded(rng, kind, kinds, RELEASE_CODES),
        ArrAgency=pl.Series(AGENCIES).gather(weighted(rng, AGENCY_SHARES, size)),
        FacilityCd=pl.Series(["MAIN", "ANNEX"]).gather(annex.astype(np.int64)),
        BookTypeCd=pl.col("kind"),
        HomelessFl=pl.when(pl.Series(~happens(rng, 0.10, size))).then(yes_no(pl.lit(pl.Series(homeless)), "Y", "N")),
        updated=pl.col("booked") + pl.Series(rng.integers(600, 3 * HOUR, size)),
    )


def _corrections(rng: np.random.Generator, people: People, calendar: Calendar, bookings: pl.DataFrame) -> pl.DataFrame:
    """Later nights put some bookings right: the identity without any fault, and the arresting agency."""
    night = bookings["night"].to_numpy()
    row, on = flattened(touched(rng, calendar, night, rates.CORRECTED_PER_NIGHT, free=night == 0))
    of = bookings[row]
    clean = write_identities(rng, people, of["person"].to_numpy(), of["booked"].to_numpy(), rates.CLEAN)
    other = [AGENCIES[(AGENCIES.index(agency) + 1) % len(AGENCIES)] for agency in of["ArrAgency"].to_list()]
    updated = calendar.as_of(0) + on * DAY - rng.integers(HOUR, 20 * HOUR, len(on))
    return (
        _vendor_identity(clean)
        .drop("StateId")
        .with_columns(
            BookingNo=of["BookingNo"],
            night=pl.Series(on),
            ArrAgency=pl.Series(other, dtype=pl.String),
            updated=pl.Series(updated.astype(np.int64)),
        )
    )


def record_jail(rng: np.random.Generator, people: People, calendar: Calendar, bookings: pl.DataFrame) -> Jail:
    """What the jail recorded about the true bookings.

    Args:
        rng: the jail's generator.
        people: the true people.
        calendar: the nights.
        bookings: true bookings in order of time (bookings.py).
    """
    residents = int(people.is_resident.sum())
    jackets = _jackets(rng, bookings, residents)
    numbered = bookings.with_columns(JacketNo=pl.Series(jackets).cast(pl.String).str.zfill(7)).with_columns(
        pl.format("J{}", "JacketNo").alias("JacketNo")
    )
    rows = _vendor_rows(rng, people, numbered)
    fresh = rows["booked"].to_numpy() >= calendar.as_of(0)
    rows = rows.with_columns(night=pl.Series(known_on(rng, calendar, rows["booked"].to_numpy(), spare=fresh)))
    corrections = _corrections(rng, people, calendar, rows)
    settled = (rows["released"] < calendar.as_of(0)) & (rows["night"] == 0) & ~rows["BookingNo"].is_in(corrections["BookingNo"].to_list())
    voided = np.full(rows.height, -1, dtype=np.int64)
    for k, gone in touched(rng, calendar, rows["night"].to_numpy(), rates.DELETED_PER_NIGHT, free=settled.to_numpy()):
        voided[gone] = k
    rows = rows.with_columns(voided=pl.Series(voided)).with_columns(pl.when(pl.col("voided") >= 0).then("voided").alias("voided"))
    held = rows.group_by("JacketNo", "person", maintain_order=True).agg(pl.col("night").min())
    return Jail(
        calendar=calendar,
        bookings=rows,
        corrections=corrections,
        charges=charges(rng, rows),
        aliases=aliases(rng, people, held),
        legal_events=legal_events(rng, calendar, rows),
        daily_counts=daily_counts(rng, calendar, rows),
        # Last, so that no other draw depends on it.
        screens=screens(rng, rows),
    )
