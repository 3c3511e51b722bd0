"""What a system writes down about who a person is, on a given day and with that system's faults.

Belongs here: turning true people into recorded identities. Does not belong here: how a vendor lays them out in columns.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt
import polars as pl

from resources.simulated_county.draw import Flags, Ints, Seconds, happens
from resources.simulated_county.names import vocabulary
from resources.simulated_county.noise import misspell_where, swapped_dates, wrong_dates, wrong_digit
from resources.simulated_county.people import HYPHEN, SUFFIXES, People, Surnames
from resources.simulated_county.place import SHELTERS, STATE, write_addresses
from resources.simulated_county.population import split_dates
from resources.simulated_county.rates import IdentityRates

KEPT = ("first", "middle", "last", "suffix", "birth_year", "birth_month", "birth_day", "birth_kind", "sex", "ssn4", "state_id")
"""What a system's file of a person carries from one record to the next."""


class BirthDate(IntEnum):
    """What kind of birth date was written."""

    FULL = 0
    PARTIAL = 1  # year and month
    PLACEHOLDER = 2  # 1900-01-01
    MISSING = 3


def surname_text(surname: Surnames, which: Ints) -> pl.DataFrame:
    """``first_part``, ``second_part`` (null without), ``separator`` of the surnames at ``which``."""
    words = vocabulary()
    first = surname.first[which]
    second = surname.second[which]
    spaced = pl.Series(surname.spaced[which])
    frame = pl.DataFrame(
        {
            "plain": words.surnames.gather(first),
            "apart": words.spaced.gather(first),
            "spaced": spaced,
            "second_part": words.surnames.gather(np.maximum(second, 0)),
            "has_second": second >= 0,
            "hyphen": surname.separator[which] == HYPHEN,
        }
    )
    return frame.select(
        first_part=pl.when("spaced").then("apart").otherwise("plain"),
        second_part=pl.when("has_second").then("second_part"),
        separator=pl.when("hyphen").then(pl.lit("-")).otherwise(pl.lit(" ")),
    )


def _full_surname(parts: pl.DataFrame) -> pl.Series:
    tail = pl.when(pl.col("second_part").is_not_null()).then(pl.col("separator") + pl.col("second_part")).otherwise(pl.lit(""))
    return parts.select(pl.col("first_part") + tail).to_series()


def _respelled(rng: np.random.Generator, parts: pl.DataFrame, wrong: Flags) -> pl.Series:
    """Surnames of several words as a hurried writer puts them: one part, joined, or with the other separator."""
    lot = rng.random(len(parts))
    full = _full_surname(parts)
    other = pl.when(pl.col("separator") == "-").then(pl.lit(" ")).otherwise(pl.lit("-"))
    two = (
        pl.when(pl.col("lot") < 0.45).then("first_part")
        .when(pl.col("lot") < 0.65).then("second_part")
        .when(pl.col("lot") < 0.85).then(pl.col("first_part") + other + pl.col("second_part"))
        .otherwise(pl.col("first_part") + pl.col("second_part"))
    )  # fmt: skip
    joined = pl.col("first_part").str.replace_all(r"[ ']", "")
    apart = pl.col("first_part").str.replace_all(r"[ ']", "-")
    one = pl.when(pl.col("lot") < 0.8).then(joined).otherwise(apart)
    chosen = pl.when(pl.col("second_part").is_not_null()).then(two).otherwise(one)
    return parts.with_columns(lot=pl.Series(lot), full=full, wrong=pl.Series(wrong)).select(
        pl.when("wrong").then(chosen).otherwise("full")
    ).to_series()  # fmt: skip


def _names(rng: np.random.Generator, people: People, who: Ints, day: npt.NDArray[np.datetime64], rates: IdentityRates) -> pl.DataFrame:
    size = len(who)
    words = vocabulary()
    nickname = people.nickname[who]
    uses = (nickname >= 0) & happens(rng, rates.nickname, size)
    first = words.first_names.gather(np.where(uses, nickname, people.first[who]))
    middle_index = people.middle[who]
    middle = words.first_names.gather(np.maximum(middle_index, 0)).to_frame("middle").with_columns(
        has=pl.Series((middle_index >= 0) & ~happens(rng, rates.middle_missing, size)),
        initial=pl.Series(happens(rng, rates.middle_initial, size)),
    ).select(
        pl.when("has").then(pl.when("initial").then(pl.col("middle").str.slice(0, 1)).otherwise("middle"))
    ).to_series()  # fmt: skip

    changed = people.surname_changed[who]
    has_changed = ~np.isnat(changed)
    late = has_changed & (day >= changed)
    old = has_changed & (~late | happens(rng, rates.old_surname, size))
    now_parts, then_parts = surname_text(people.surname, who), surname_text(people.old_surname, who)
    is_old = pl.Series(old)
    parts = pl.DataFrame(
        {name: pl.select(pl.when(is_old).then(then_parts[name]).otherwise(now_parts[name])).to_series() for name in now_parts.columns}
    )
    last = _respelled(rng, parts, happens(rng, rates.surname_respelled, size))

    first = misspell_where(rng, first, happens(rng, rates.first_name_typo, size))
    last = misspell_where(rng, last, happens(rng, rates.last_name_typo, size))
    swapped = pl.Series(happens(rng, rates.names_swapped, size))
    suffix_index = people.suffix[who]
    suffix = pl.Series(SUFFIXES).gather(suffix_index)
    has_suffix = pl.Series((suffix_index > 0) & ~happens(rng, rates.suffix_missing, size))
    return pl.select(
        first=pl.when(swapped).then(last).otherwise(first),
        middle=middle,
        last=pl.when(swapped).then(first).otherwise(last),
        suffix=pl.when(has_suffix).then(suffix),
    )


def _birth_dates(rng: np.random.Generator, people: People, who: Ints, rates: IdentityRates) -> pl.DataFrame:
    size = len(who)
    year, month, day = split_dates(people.birth[who])
    swaps = happens(rng, rates.birth_date_swapped, size)
    other_month, other_day = swapped_dates(month, day)
    month, day = np.where(swaps, other_month, month), np.where(swaps, other_day, day)
    slips = happens(rng, rates.birth_date_wrong, size)
    wrong = wrong_dates(rng, year, month, day)
    year, month, day = (np.where(slips, bad, good) for bad, good in zip(wrong, (year, month, day), strict=True))
    january = happens(rng, rates.birth_date_january_first, size)
    month, day = np.where(january, 1, month), np.where(january, 1, day)
    lot = rng.random(size)
    edges = np.cumsum([rates.birth_date_missing, rates.birth_date_placeholder, rates.birth_date_partial])
    kind = np.full(size, BirthDate.FULL.value)
    kind[lot < edges[2]] = BirthDate.PARTIAL
    kind[lot < edges[1]] = BirthDate.PLACEHOLDER
    kind[lot < edges[0]] = BirthDate.MISSING
    stands_in = kind == BirthDate.PLACEHOLDER
    return pl.DataFrame(
        {
            "birth_year": np.where(stands_in, 1900, year),
            "birth_month": np.where(stands_in, 1, month),
            "birth_day": np.where(stands_in, 1, day),
            "birth_kind": kind,
        }
    )


def _phones(rng: np.random.Generator, people: People, who: Ints, day: npt.NDArray[np.datetime64], rates: IdentityRates) -> pl.Series:
    size = len(who)
    changed = people.phone_changed[who]
    old = ~np.isnat(changed) & ((day < changed) | happens(rng, rates.phone_old, size))
    phone = np.where(old, people.old_phone[who], people.phone[who])
    families = people.families
    relative = np.maximum(families.partner[who], np.maximum(families.mother[who], families.father[who]))
    common = np.where(relative >= 0, people.phone[np.maximum(relative, 0)], 0)
    shelter = np.array([int(number) for *_, number in SHELTERS])[who % len(SHELTERS)]
    common = np.where(people.homeless[who], shelter, common)
    phone = np.where((common > 0) & happens(rng, rates.phone_shared, size), common, phone)
    missing = (phone == 0) | happens(rng, rates.phone_missing, size)
    return pl.select(pl.when(pl.Series(~missing)).then(pl.Series(phone).cast(pl.String))).to_series()


def _addresses(rng: np.random.Generator, people: People, who: Ints, day: npt.NDArray[np.datetime64], rates: IdentityRates) -> pl.DataFrame:
    size = len(who)
    moved = people.moved[who]
    old = ~np.isnat(moved) & ((day < moved) | happens(rng, rates.address_old, size))
    which = np.where(old, people.old_address[who], people.address[who])
    written = write_addresses(people.addresses, which, long_suffix=happens(rng, 0.3, size))
    street = misspell_where(rng, written["street"], happens(rng, rates.address_typo, size))
    lot = np.where(people.homeless[who], rng.random(size), 1.0)
    shelter_street = pl.Series([row[0] for row in SHELTERS]).gather(who % len(SHELTERS))
    shelter_zip = pl.Series([row[1] for row in SHELTERS]).gather(who % len(SHELTERS))
    missing = pl.Series(happens(rng, rates.address_missing, size))
    lots = pl.Series(lot)
    none = missing | ((lots >= 0.40) & (lots < 0.80))
    nowhere = (lots >= 0.40) & (lots < 0.62)
    return pl.select(
        street=pl.when(~missing).then(
            pl.when(lots < 0.40).then(shelter_street).when(nowhere).then(pl.lit("NO FIXED ADDRESS"))
            .when(lots < 0.80).then(pl.lit("TRANSIENT")).otherwise(street)
        ),
        city=pl.when(~none).then(pl.when(lots < 0.40).then(pl.lit("LARKMOOR")).otherwise(written["city"])),
        state=pl.when(~none).then(pl.lit(STATE)),
        zip=pl.when(~none).then(pl.when(lots < 0.40).then(shelter_zip).otherwise(written["zip"])),
    )  # fmt: skip


def write_identities(rng: np.random.Generator, people: People, who: Ints, when: Seconds, rates: IdentityRates) -> pl.DataFrame:
    """The identity that a system records for each person at each time.

    Args:
        rng: the system's generator.
        people: the true people.
        who: person row of each record.
        when: when each identity is taken down.
        rates: the system's faults.

    Returns:
        Text columns first, middle, last, suffix, sex (F, M or null), phone (ten digits), street, city, state, zip, ssn4, state_id,
        all null where nothing is recorded; and birth_year, birth_month, birth_day, birth_kind (:class:`BirthDate`).
    """
    size = len(who)
    day = when.astype("datetime64[s]").astype("datetime64[D]")
    sex = people.sex[who] ^ happens(rng, rates.sex_wrong, size)
    ssn4 = people.ssn4[who].astype(np.int64)
    ssn4 = np.where(happens(rng, rates.ssn4_wrong, size), wrong_digit(rng, ssn4, 4), ssn4)
    has_ssn4 = pl.Series(happens(rng, rates.ssn4_present, size))
    # Holding a state identity card is a trait of the person: the same third never has one.
    has_state_id = pl.Series(happens(rng, rates.state_id_present * 1.5, size) & (people.state_id[who] % 3 != 0))
    has_sex = pl.Series(~happens(rng, rates.sex_missing, size))
    return pl.concat(
        [
            _names(rng, people, who, day, rates),
            _birth_dates(rng, people, who, rates),
            pl.select(
                sex=pl.when(has_sex).then(pl.Series(["F", "M"]).gather(sex)),
                phone=_phones(rng, people, who, day, rates),
                ssn4=pl.when(has_ssn4).then(pl.Series(ssn4).cast(pl.String).str.zfill(4)),
                state_id=pl.when(has_state_id).then(pl.lit("X") + pl.Series(people.state_id[who]).cast(pl.String)),
            ),
            _addresses(rng, people, who, day, rates),
        ],
        how="horizontal",
    )


def carried(identities: pl.DataFrame, keys: list[pl.Series], retaken: Flags) -> pl.DataFrame:
    """Identities as a system's file of the person carries them: what was taken down last, unless this record took it afresh.

    Args:
        identities: what would be written each time, in order of time.
        keys: columns that together name the system's file of a person.
        retaken: records at which the identity is taken afresh; the first of each file always is.

    Telephone and address are asked each time and stay as they are.
    """
    named = [key.alias(f"key_{at}") for at, key in enumerate(keys)]
    names = [key.name for key in named]
    rows = pl.DataFrame(named).with_columns(row=pl.int_range(pl.len()), retaken=pl.Series(retaken))
    first = pl.int_range(pl.len()).over(names) == 0
    taken = rows.with_columns(at=pl.when(first | pl.col("retaken")).then("row"))
    source = taken.select(pl.col("at").forward_fill().over(names)).to_series()
    kept = identities.select(KEPT)[source.to_numpy()]
    return identities.with_columns(*(kept[name] for name in KEPT))


def birth_text(pattern: str) -> pl.Expr:
    """The birth date as text, null where missing.

    Args:
        pattern: ``iso`` (YYYY-MM-DD), ``iso_partial`` (YYYY-MM-DD, or YYYY-MM where partial) or ``us`` (MM/DD/YYYY).

    Raises:
        ValueError: for another pattern.
    """
    year, month, day = (
        pl.col(f"birth_{part}").cast(pl.String).str.zfill(digits) for part, digits in (("year", 4), ("month", 2), ("day", 2))
    )
    full = {"iso": pl.format("{}-{}-{}", year, month, day), "us": pl.format("{}/{}/{}", month, day, year)}
    known = pl.col("birth_kind") != BirthDate.MISSING.value
    match pattern:
        case "iso" | "us":
            return pl.when(known).then(full[pattern])
        case "iso_partial":
            partial = pl.col("birth_kind") == BirthDate.PARTIAL.value
            return pl.when(known).then(pl.when(partial).then(pl.format("{}-{}", year, month)).otherwise(full["iso"]))
        case _:
            raise ValueError(f"no such way to write a birth date: {pattern}")
