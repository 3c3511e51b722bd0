"""The true people of the simulated county: residents and visitors, with names, addresses, telephones and traits.

Belongs here: what is true of a person on any date. Does not belong here: what a system wrote down (identities.py), events.
Columns are numpy arrays, one row a person; names are vocabulary indices, so that a million people need a few hundred megabytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from resources.simulated_county import rates
from resources.simulated_county.draw import Flags, Floats, Ints, generator, happens, heavy_tailed
from resources.simulated_county.households import Families, draw_families
from resources.simulated_county.names import alike, draw_first_names, draw_nicknames, draw_surnames, vocabulary
from resources.simulated_county.place import Addresses, draw_addresses, phone_numbers
from resources.simulated_county.population import GROUPS, Drawn, ages, draw_residents, draw_visitors, split_dates

Dates = npt.NDArray[np.datetime64]
NEVER = np.datetime64("NaT")
SUFFIXES = ("", "JR", "SR", "III")
SPACE, HYPHEN = 0, 1
HISPANIC = GROUPS.index("HISPANIC")


@dataclass(frozen=True)
class Surnames:
    """One surname a person, of one or two parts; ``second`` is -1 where there is one part."""

    first: Ints
    second: Ints
    separator: Ints
    spaced: Flags  # writes a particle apart


@dataclass(frozen=True)
class People:
    """Everything true about every person. Residents come first, visitors after them."""

    on: date  # the first night, for which ages and bands hold
    group: Ints
    sex: Ints
    birth: Dates
    is_resident: Flags
    families: Families
    first: Ints
    middle: Ints  # -1 without
    nickname: Ints  # what the person goes by; -1: the first name
    surname: Surnames
    old_surname: Surnames
    surname_changed: Dates  # NaT: never
    suffix: Ints
    addresses: Addresses
    address: Ints
    old_address: Ints
    moved: Dates
    phone: Ints  # 0 without
    old_phone: Ints
    phone_changed: Dates
    ssn4: Ints
    state_id: Ints
    smi: Flags
    sud: Flags
    homeless: Flags
    booking_frailty: Floats
    contact_frailty: Floats

    def __len__(self) -> int:
        return len(self.group)

    @property
    def age(self) -> Ints:
        """Completed years on the first night."""
        return ages(self.birth, self.on)

    @property
    def person_number(self) -> list[str]:
        """The number by which truth names each person."""
        return [f"P{number:07d}" for number in range(len(self))]


def _joined(a: Drawn, b: Drawn) -> Drawn:
    return Drawn(*(np.concatenate([getattr(a, name), getattr(b, name)]) for name in ("group", "sex", "band", "birth")))


def _alone(families: Families, extra: int) -> Families:
    none = np.full(extra, -1, dtype=np.int64)
    households = int(families.household.max()) + 1 + np.arange(extra, dtype=np.int32)
    return Families(
        household=np.concatenate([families.household, households]),
        partner=np.concatenate([families.partner, none]),
        father=np.concatenate([families.father, none]),
        mother=np.concatenate([families.mother, none]),
        twin_of=np.concatenate([families.twin_of, none]),
        lives_with_parent=np.concatenate([families.lives_with_parent, np.zeros(extra, dtype=bool)]),
    )


def _within_years(rng: np.random.Generator, size: int, last: date, years: float) -> Dates:
    return np.datetime64(last) - (1 + rng.random(size) * years * 365).astype("timedelta64[D]")


def _absent_fathers(rng: np.random.Generator, people: Drawn, families: Families, age: Ints) -> Ints:
    """Fathers who live elsewhere in the county, for some grown men; the father is never such a son himself."""
    father = families.father.copy()
    sons = np.flatnonzero((people.sex == 1) & (age >= 18) & (age <= 55) & ~families.lives_with_parent & (rng.random(len(age)) < 0.15))
    is_son = np.zeros(len(age), dtype=bool)
    is_son[sons] = True
    for group in range(len(GROUPS)):
        mine = sons[people.group[sons] == group]
        pool = np.flatnonzero((people.group == group) & (people.sex == 1) & (age >= 36) & ~is_son & ~families.lives_with_parent)
        if not len(mine) or not len(pool):
            continue
        pool = pool[np.argsort(age[pool], kind="stable")]
        low = np.minimum(np.searchsorted(age[pool], age[mine] + 20), len(pool) - 1)
        pick = np.minimum(low + (rng.random(len(mine)) * np.maximum(len(pool) - low, 1) * 0.6).astype(np.int64), len(pool) - 1)
        fits = age[pool[pick]] - age[mine] >= 17
        father[mine[fits]] = pool[pick[fits]]
    return father


def _surnames(
    rng: np.random.Generator, people: Drawn, families: Families, *, father: Ints, age: Ints, on: date
) -> tuple[Surnames, Surnames, Dates]:
    size = len(people)
    words = vocabulary()
    is_man = people.sex == 1
    born = draw_surnames(rng, people.group)
    twin = np.flatnonzero(families.twin_of >= 0)
    born[twin] = born[families.twin_of[twin]]
    has_father = np.flatnonzero(father >= 0)
    born[has_father] = born[father[has_father]]
    of_mother = np.flatnonzero((father < 0) & (families.mother >= 0))
    born[of_mother] = born[families.mother[of_mother]]
    born[twin] = born[families.twin_of[twin]]

    two = (people.group == HISPANIC) & happens(rng, rates.COMPOUND_SURNAME, size)
    two[twin] = two[families.twin_of[twin]]
    other = draw_surnames(rng, people.group)
    with_mother = np.flatnonzero(families.mother >= 0)
    other[with_mother] = born[families.mother[with_mother]]
    other[twin] = other[families.twin_of[twin]]
    second = np.where(two & (other != born), other, -1)
    separator = happens(rng, 0.4, size).astype(np.int8)
    separator[twin] = separator[families.twin_of[twin]]
    spaced = words.has_particle[born] & happens(rng, 0.6, size)
    old = Surnames(first=born, second=second, separator=separator, spaced=spaced)

    wife = (families.partner >= 0) & ~is_man & happens(rng, 0.78, size)
    chance = np.where(people.group == HISPANIC, rates.WIFE_TAKES_SURNAME_HISPANIC, rates.WIFE_TAKES_SURNAME)
    lot = rng.random(size)
    takes = wife & (lot < chance)
    joins = wife & ~takes & (lot < chance + rates.WIFE_JOINS_SURNAMES)
    divorced = ~is_man & (families.partner < 0) & (age >= 28) & ~families.lives_with_parent & happens(rng, 0.18, size)
    husband = born[np.maximum(families.partner, 0)]
    former = draw_surnames(rng, people.group)
    first = np.where(takes, husband, np.where(divorced, former, born))
    new = Surnames(
        first=first.astype(np.int32),
        second=np.where(joins, husband, np.where(takes | divorced, -1, second)),
        separator=np.where(joins, HYPHEN, separator).astype(np.int8),
        spaced=np.where(takes | divorced, words.has_particle[first] & happens(rng, 0.6, size), spaced),
    )
    recent = happens(rng, rates.MARRIED_IN_WINDOW, size) & ~divorced
    ago = np.where(recent, rng.random(size) * 2, 2 + rng.random(size) * np.maximum(age - 22, 1))
    changed = np.datetime64(on) - (1 + ago * 365).astype("timedelta64[D]")
    # Some divorced women go back to the name they were born with: then the earlier name is the husband's.
    back = divorced & happens(rng, 0.4, size)
    old, new = _exchange(old, new, back)
    return new, old, np.where(takes | joins | divorced, changed, NEVER)


def _exchange(a: Surnames, b: Surnames, where: Flags) -> tuple[Surnames, Surnames]:
    names = ("first", "second", "separator", "spaced")
    return (
        Surnames(*(np.where(where, getattr(b, name), getattr(a, name)) for name in names)),
        Surnames(*(np.where(where, getattr(a, name), getattr(b, name)) for name in names)),
    )


def _first_names(rng: np.random.Generator, people: Drawn, families: Families, father: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    size = len(people)
    year = split_dates(people.birth)[0]
    first = draw_first_names(rng, people.group, people.sex, year)
    middle = np.where(happens(rng, 0.84, size), draw_first_names(rng, people.group, people.sex, year), -1)
    suffix = np.zeros(size, dtype=np.int8)
    second = np.flatnonzero(families.twin_of >= 0)
    same = second[first[second] == first[families.twin_of[second]]]
    similar = np.union1d(second[happens(rng, rates.TWINS_NAMED_ALIKE, len(second))], same)
    of = families.twin_of[similar]
    first[similar] = alike(rng, first[of], people.group[of], people.sex[similar], year[of])
    named = np.flatnonzero((father >= 0) & (people.sex == 1) & (families.twin_of < 0) & happens(rng, rates.SON_NAMED_FOR_FATHER, size))
    named = named[father[father[named]] < 0] if len(named) else named  # no chains
    first[named], middle[named] = first[father[named]], middle[father[named]]
    suffix[named] = np.where(happens(rng, 0.08, len(named)), 3, 1)
    seniors = np.unique(father[named[happens(rng, 0.5, len(named))]])
    suffix[seniors] = 2
    nickname = np.where(happens(rng, rates.NICKNAME_USED, size), draw_nicknames(rng, first), -1)
    by_middle = (middle >= 0) & happens(rng, 0.03, size)
    return first, middle, np.where(by_middle, middle, nickname), suffix


def _traits(rng: np.random.Generator, people: Drawn, age: Ints) -> tuple[Flags, Flags, Flags]:
    size = len(people)
    adult = age >= 18
    smi = adult & happens(rng, rates.SMI_ADULTS, size)
    sud = adult & happens(rng, np.where(smi, rates.SUD_GIVEN_SMI, rates.SUD_ADULTS), size)
    factor = np.array([rates.HOMELESS_FACTOR_RACE[group] for group in GROUPS])[people.group]
    factor = factor * np.where(smi, rates.HOMELESS_FACTOR_SMI, 1) * np.where(sud, rates.HOMELESS_FACTOR_SUD, 1)
    chance = np.minimum(rates.HOMELESS_ADULTS * factor, 0.5)
    return smi, sud, adult & (age < 75) & happens(rng, chance, size)


def _homes(rng: np.random.Generator, households: Ints, residents: int, first_night: date) -> tuple[Addresses, Ints, Ints, Dates]:
    """Addresses, and per person the present one, the one before, and the date of the move (NaT: none)."""
    many = int(households[:residents].max()) + 1
    outside = len(households) - residents
    home = draw_addresses(rng, many)
    before = draw_addresses(rng, many)
    everything = home + before + draw_addresses(rng, outside, outside=True)
    moves = happens(rng, rates.HOUSEHOLD_MOVES, many)
    moved = np.where(moves, _within_years(rng, many, first_night + timedelta(days=10), 2), NEVER)
    old = many + np.arange(many)
    # Three in ten movers leave a home into which another mover has moved: one address, two families, different years.
    movers = np.flatnonzero(moves)
    taken = movers[happens(rng, 0.3, len(movers))]
    old[taken] = np.roll(taken, 1)
    address = np.concatenate([households[:residents], 2 * many + np.arange(outside)])
    return (
        everything,
        address.astype(np.int32),
        np.concatenate([old[households[:residents]], address[residents:]]).astype(np.int32),
        np.concatenate([moved[households[:residents]], np.full(outside, NEVER, dtype="datetime64[D]")]),
    )


def draw_people(*, residents: int, first_night: date, seed: int) -> People:
    """The whole county, drawn in one go.

    Args:
        residents: 1,000 to 1,000,000.
        first_night: the night for which ages and age bands hold.
        seed: the county's seed; equal seeds give equal people.

    Raises:
        ValueError: for a number of residents out of range.
    """
    rng = generator(seed, "people")
    drawn = draw_residents(rng, residents, first_night)
    age = ages(drawn.birth, first_night)
    families = draw_families(generator(seed, "families"), drawn, age)
    visitors = draw_visitors(rng, max(int(residents * rates.NON_RESIDENTS_PER_RESIDENT), 20), first_night)
    people = _joined(drawn, visitors)
    families = _alone(families, len(visitors))
    size = len(people)
    age = ages(people.birth, first_night)

    naming = generator(seed, "names")
    father = _absent_fathers(naming, people, families, age)
    surname, old_surname, surname_changed = _surnames(naming, people, families, father=father, age=age, on=first_night)
    first, middle, nickname, suffix = _first_names(naming, people, families, father)
    homes = generator(seed, "homes")
    addresses, address, old_address, moved = _homes(homes, families.household, residents, first_night)

    phones = generator(seed, "phones")
    numbers = phone_numbers(phones, 2 * size)
    owns = (age >= 12) & happens(phones, 0.95, size)
    phone = np.where(owns, numbers[:size], 0)
    shared = np.flatnonzero((families.partner >= 0) & (people.sex == 0) & happens(phones, rates.PHONE_SHARED_BY_COUPLE, size))
    phone[shared] = phone[families.partner[shared]]
    traits = generator(seed, "traits")
    smi, sud, homeless = _traits(traits, people, age)
    phone[homeless & happens(phones, 0.4, size)] = 0
    return People(
        on=first_night,
        group=people.group,
        sex=people.sex,
        birth=people.birth,
        is_resident=np.arange(size) < residents,
        families=families,
        first=first,
        middle=middle,
        nickname=nickname,
        surname=surname,
        old_surname=old_surname,
        surname_changed=surname_changed,
        suffix=suffix,
        addresses=addresses,
        address=address,
        old_address=old_address,
        moved=moved,
        phone=phone,
        old_phone=np.where(owns, numbers[size:], 0),
        phone_changed=np.where(happens(phones, rates.PHONE_CHANGES, size), _within_years(phones, size, first_night, 2), NEVER),
        ssn4=traits.integers(1, 10_000, size).astype(np.int16),
        state_id=10_000_000 + traits.permutation(size).astype(np.int64) * 7 % 89_999_999,
        smi=smi,
        sud=sud,
        homeless=homeless,
        booking_frailty=heavy_tailed(traits, rates.BOOKING_GAMMA_SHAPE, size),
        contact_frailty=heavy_tailed(traits, rates.CAD_GAMMA_SHAPE, size),
    )
