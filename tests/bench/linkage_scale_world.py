"""A synthetic county's identities at any size, already checked and consented, with known truth: what a linkage night reads.

Belongs here: seeded people in households, twins among them, and how four systems write them down with slips; one night's changes.
Does not belong here: linking, measuring, any expectation. Nothing is real: names are drawn from syllables, dates and numbers at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import polars as pl

NIGHT = date(2026, 3, 2)
NEXT = date(2026, 3, 3)
DOMAIN = "county"
SYSTEMS = ("jail", "cad", "co_responder", "health")
SYSTEM_SHARE = (0.27, 0.30, 0.15, 0.28)
RECORDS = (0.45, 0.27, 0.14, 0.07, 0.04, 0.03)
"""Share of people with one, two, … identities; two on average."""
WITHOUT_PERMISSION = 0.002
GIVEN, SURNAMES, STREETS = 6_000, 90_000, 3_000

IDENTITY = (
    "identity_id varchar, subject_id varchar, system varchar, source varchar, record_id varchar, person_role varchar, evidence varchar,"
    " first_name varchar, middle_name varchar, last_name varchar, name_suffix varchar, full_name varchar, birth_date date,"
    " birth_date_quality varchar, birth_year integer, birth_month integer, sex varchar, phone varchar, street_address varchar,"
    " city varchar,"
    " state varchar, zip varchar, ssn4 varchar, state_id varchar, recorded_on date, known_from date, known_to date"
)


@dataclass(frozen=True)
class Slips:
    """How often a value is written wrong or left out: shares of identities."""

    first_name: float = 0.06
    initial: float = 0.02
    last_name: float = 0.04
    other_last_name: float = 0.03
    birth_date: float = 0.02
    swapped_date: float = 0.01
    no_birth_date_in_911: float = 0.45
    ssn4: float = 0.02
    no_ssn4: float = 0.5
    sex: float = 0.01
    no_phone: float = 0.3
    no_address: float = 0.2
    moved: float = 0.15


SLIPS = Slips()


def names(draw: np.random.Generator, number: int, syllables: tuple[int, int]) -> np.ndarray:
    """Distinct pronounceable names."""
    onset = np.array([*"BCDFGHJKLMNPRSTVWZ", "BR", "CH", "DR", "GR", "KR", "SH", "ST", "TH", "TR", ""])
    vowel = np.array(["A", "E", "I", "O", "U", "IA", "EO", "AU"])
    coda = np.array(["", "", "", "N", "R", "S", "L", "M", "ND", "RT"])
    found: dict[str, None] = {}
    while len(found) < number:
        for _ in range(number):
            length = draw.integers(*syllables)
            parts = [
                onset[draw.integers(len(onset))] + vowel[draw.integers(len(vowel))] + coda[draw.integers(len(coda))] for _ in range(length)
            ]
            text = "".join(parts)
            if 3 <= len(text) <= 12:
                found[text] = None
            if len(found) == number:
                break
    return np.array(list(found))


def _zipf(draw: np.random.Generator, size: int, number: int) -> np.ndarray:
    weight = 1.0 / (np.arange(number) + 20.0)
    return draw.choice(number, size=size, p=weight / weight.sum())


def people(identities: int, seed: int) -> pl.DataFrame:
    """One row a person: household values, twins and the number of its identities."""
    draw = np.random.default_rng(seed)
    number = identities // 2
    first, last = names(draw, GIVEN, (1, 4)), names(draw, SURNAMES, (2, 4))
    # A person in 2 lives alone; the others in households of 2 to 5 next to each other in the table.
    streets = names(draw, STREETS, (2, 4))
    household = np.cumsum(draw.random(number) < 0.55)
    homes = int(household.max()) + 1
    home_last, home_place, home_street = _zipf(draw, homes, SURNAMES), draw.integers(1, 4000, homes), draw.integers(0, STREETS, homes)
    home_zip, home_phone = draw.integers(45000, 45060, homes), draw.integers(2_000_000, 9_999_999, homes)
    own_last = draw.random(number) < 0.2
    born = draw.integers(-10_950, 14_000, number)  # 1940 to 2008
    twin = np.zeros(number, dtype=bool)
    twin[1:] = (household[1:] == household[:-1]) & (draw.random(number - 1) < 0.02)
    born[1:] = np.where(twin[1:], born[:-1], born[1:])
    return pl.DataFrame(
        {
            "person": np.arange(number),
            "first": first[_zipf(draw, number, GIVEN)],
            "middle": pl.select(
                pl.when(pl.Series(draw.random(number) < 0.6)).then(pl.Series(first[_zipf(draw, number, GIVEN)]))
            ).to_series(),
            "last": last[np.where(own_last, _zipf(draw, number, SURNAMES), home_last[household])],
            "born": born.astype(np.int64),
            "sex": np.where(draw.random(number) < 0.5, "F", "M"),
            "house": home_place[household],
            "street": streets[home_street[household]],
            "zip": home_zip[household].astype(str),
            "phone": np.where(draw.random(number) < 0.5, home_phone[household], draw.integers(2_000_000, 9_999_999, number)),
            "ssn4": draw.integers(1, 10_000, number),
            "times": draw.choice(np.arange(1, len(RECORDS) + 1), size=number, p=RECORDS),
        }
    )


def identities(persons: pl.DataFrame, seed: int, *, prefix: str = "k") -> pl.DataFrame:
    """One row an identity as its system wrote it, with the person it truly belongs to."""
    draw = np.random.default_rng(seed + 1)
    written = persons.select(pl.all().repeat_by("times").explode()).drop("times")
    size = len(written)
    system = np.array(SYSTEMS)[draw.choice(len(SYSTEMS), size=size, p=SYSTEM_SHARE)]
    return written.with_columns(
        pl.Series("system", system),
        pl.Series("key", [f"{prefix}{number}" for number in range(size)]),
        *(pl.Series(name, draw.random(size)) for name in _CHANCES),
        pl.Series("nudge", draw.integers(1, 1_000, size)),
        pl.Series("other_last", written["last"].gather(draw.permutation(size))),
    )


_CHANCES = ("c_first", "c_initial", "c_last", "c_other", "c_date", "c_swap", "c_nodate", "c_ssn", "c_nossn", "c_sex", "c_phone",
            "c_address", "c_moved", "c_permit")  # fmt: skip


def write(con: duckdb.DuckDBPyConnection, written: pl.DataFrame, *, night: date = NIGHT, slips: Slips = SLIPS) -> None:
    """Append identities to the checked and consented tables, which are made if they are missing."""
    con.register("written_frame", written)
    for table, columns in _TABLES.items():
        con.execute(f"create table if not exists {table} ({columns})").fetchall()
    con.execute(_IDENTITY_SQL, {**vars(slips), "night": night}).fetchall()
    con.execute(
        "insert into checked.subject select left(sha256(concat_ws(chr(31), 'subject', system, key)), 32), system, system, key, 'subject',"
        " false, $night::date from written_frame",
        {"night": night},
    ).fetchall()
    con.execute(
        "insert into consented.link_permission select left(sha256(concat_ws(chr(31), 'subject', system, key)), 32), system, $domain,"
        " c_permit >= $without, 'bench' from written_frame",
        {"domain": DOMAIN, "without": WITHOUT_PERMISSION},
    ).fetchall()
    con.execute(
        "insert into checked.truth select left(sha256(concat_ws(chr(31), 'subject', system, key)), 32), person from written_frame"
    ).fetchall()
    con.unregister("written_frame")
    con.execute("create or replace table consented.link_domain as select $domain as domain, $systems::varchar[] as systems",
                {"domain": DOMAIN, "systems": list(SYSTEMS)}).fetchall()  # fmt: skip


_TABLES = {
    "checked.identity": IDENTITY,
    "checked.subject": "subject_id varchar, system varchar, source varchar, source_person_id varchar, person_role varchar,"
    " is_key_reuse boolean, first_seen_on date",
    "checked.truth": "subject_id varchar, person bigint",
    "consented.link_permission": "subject_id varchar, system varchar, domain varchar, permitted boolean, reason varchar",
    "consented.erased_record": "record_id varchar",
}

_IDENTITY_SQL = """
insert into checked.identity
with slipped as (
    select
        *,
        left(sha256(concat_ws(chr(31), 'subject', system, key)), 32) as subject_id,
        1 + nudge % greatest(length(first) - 1, 1) as first_at,
        1 + nudge % greatest(length(last) - 2, 1) as last_at,
        case when system = 'cad' and c_nodate < $no_birth_date_in_911 then null else date '1970-01-01' + born::integer end as true_date,
        case when c_moved < $moved then nudge else house end as house_now,
        case when c_moved < $moved then 2000000 + (nudge * 7919 + house * 104729) % 7999999 else phone end as phone_now
    from written_frame
),
dated as (
    select
        *,
        case
            when c_date < $birth_date then true_date + (1 + nudge % 27)::integer
            when c_swap < $swapped_date and day(true_date) <= 12 then make_date(year(true_date), day(true_date), month(true_date))
            else true_date
        end as birth_date
    from slipped
)
select
    'i' || key, subject_id, system, system, 'record-' || key, 'subject', 'primary',
    case
        when c_initial < $initial then left(first, 1)
        when c_first < $first_name then left(first, first_at::integer) || substr(first, first_at::integer + 2)
        else first
    end,
    case when system in ('cad', 'co_responder') then null else middle end,
    case
        when c_other < $other_last_name then other_last
        when c_last < $last_name then left(last, last_at::integer) || substr(last, last_at::integer + 2, 1)
            || substr(last, last_at::integer + 1, 1) || substr(last, last_at::integer + 3)
        else last
    end,
    null, null, birth_date, case when birth_date is null then 'missing' else 'full' end, year(birth_date), month(birth_date),
    case when c_sex < $sex then case sex when 'F' then 'M' else 'F' end else sex end,
    case when c_phone < $no_phone then null else '614' || phone_now::varchar end,
    case when c_address < $no_address then null else house_now::varchar || ' ' || street || ' AVE' end,
    null, null,
    case when c_address < $no_address then null else zip end,
    case when system in ('cad', 'co_responder') or c_nossn < $no_ssn4 then null
         when c_ssn < $ssn4 then lpad(((ssn4 * 31 + nudge) % 9999 + 1)::varchar, 4, '0') else lpad(ssn4::varchar, 4, '0') end,
    null, $night::date, $night::date, null
from dated
"""


@dataclass(frozen=True)
class Changes:
    """How much of a night's identities moves, as shares of all; together one per cent."""

    inserted: float = 0.0035
    updated: float = 0.0035
    deleted: float = 0.0015
    revoked: float = 0.001
    permitted: float = 0.0003
    judged: float = 0.0002


def change(
    con: duckdb.DuckDBPyConnection, *, total: int, first_seed: int, seed: int, changes: Changes = Changes(), judge: bool = True
) -> dict[str, int]:
    """Let one night's changes happen to the checked and consented tables (and, if asked, to the reviewers' judgements)."""
    done: dict[str, int] = {}
    known = pl.DataFrame(con.sql("select subject_id from checked.subject order by sha256(subject_id || 'change')").to_arrow_table())[
        "subject_id"
    ].to_list()
    taken = iter(known)

    def some(name: str, share: float) -> list[str]:
        done[name] = int(total * share)
        return [next(taken) for _ in range(done[name])]

    for name, share, statement in (
        ("updated", changes.updated, ("update checked.identity set phone = '614' || (2000000 + hash(subject_id) % 7999999)::varchar,"
         " first_name = case when hash(subject_id) % 5 = 0 then left(first_name, 1) else first_name end"
         " where subject_id in (select unnest($s))")),
        ("deleted", changes.deleted, "delete from checked.subject where subject_id in (select unnest($s))"),
        ("revoked", changes.revoked, "update consented.link_permission set permitted = false where subject_id in (select unnest($s))"),
    ):  # fmt: skip
        con.execute(statement, {"s": some(name, share)}).fetchall()
    for table in ("checked.identity", "consented.link_permission"):
        con.execute(f"delete from {table} where subject_id not in (select subject_id from checked.subject)").fetchall()
    done["permitted"] = int(total * changes.permitted)
    con.execute(
        "update consented.link_permission set permitted = true where subject_id in (select subject_id from consented.link_permission"
        " where not permitted order by sha256(subject_id || 'permit') limit $n)",
        {"n": done["permitted"]},
    ).fetchall()
    if judge:
        done["judged"] = int(total * changes.judged)
        con.execute(_JUDGE_SQL, {"n": done["judged"], "night": NEXT}).fetchall()
    fresh = int(total * changes.inserted)
    done["inserted"] = fresh
    # One in two is somebody known already, seen once more; the others are new people.
    known_people = people(total, first_seed).sample(n=fresh // 2, seed=seed)
    new_people = people(total, seed).sample(n=fresh - fresh // 2, seed=seed).with_columns(pl.col("person") + total)
    crowd = pl.concat([known_people, new_people]).with_columns(pl.lit(1).alias("times"))
    write(con, identities(crowd, seed + 7, prefix="new"), night=NEXT)
    return done


_JUDGE_SQL = """
insert into registers.main.review_decision
    (subject_a, subject_b, decision, decided_by, decided_on, reason, evidence_hash)
with told as (
    select edge.subject_a, edge.subject_b, own.person_key = other.person_key as is_together
    from linked.edge as edge
    join linked.membership as own on own.subject_id = edge.subject_a
    join linked.membership as other on other.subject_id = edge.subject_b
    where edge.known_to is null
),
picked as (
    (select * from told where is_together order by sha256(subject_a || subject_b) limit $n // 2)
    union all
    (select * from told where not is_together order by sha256(subject_a || subject_b) limit $n // 2)
)
select subject_a, subject_b, case when is_together then 'different' else 'same' end, 'bench', $night, 'bench', 'bench' from picked
"""
