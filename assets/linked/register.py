"""The person register: which group of subjects is which person, night after night.

Belongs here: minting keys, events, and writing ``registers.main.{person, membership, person_event}``. Does not belong here: how groups
come about, or which group goes on as which person (survivorship.py). A key is never reused; a person that disappears keeps its row and
says where it went.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from assets.linked.survivorship import Assignment, Event, PersonEvent, assign
from resources.key_register import hold
from resources.keyring import MINT, Keyring
from resources.sql import Connection, rows, scalar

__all__ = ["Assignment", "Event", "KeysDoNotFit", "Mint", "NotTheNewestNight", "PersonEvent", "Recorded", "assign", "check_newest",
           "live_domains", "record", "undo"]  # fmt: skip


@dataclass(frozen=True)
class Recorded:
    """What one night wrote for one domain: ``keys`` (subject_id, person_key) of everybody in scope, and events by name."""

    keys: pl.DataFrame
    events: Mapping[str, int]


class KeysDoNotFit(RuntimeError):
    """The mint secret is not the one under which the register's keys were made."""


class NotTheNewestNight(RuntimeError):
    """Registers may be changed by the newest night only."""


def check_newest(con: Connection, night: date) -> None:
    """Refuse to change registers that a later night has already changed.

    Raises:
        NotTheNewestNight: naming both nights.
    """
    newest = scalar(
        con,
        "select greatest((select max(created_on) from registers.main.person), (select max(retired_on) from registers.main.person),"
        " (select max(known_from) from registers.main.membership), (select max(known_to) from registers.main.membership))",
    )
    if newest is not None and newest > night:
        raise NotTheNewestNight(
            f"the registers already know the night {newest}; night {night} can only be replayed in a scratch home, which publishes nothing"
        )


def live_domains(con: Connection) -> list[str]:
    """Domains in which somebody is a member."""
    return [
        domain for (domain,) in rows(con, "select distinct domain from registers.main.membership where known_to is null order by domain")
    ]


def undo(con: Connection, night: date) -> None:
    """Take back what ``night`` wrote into the registers, so that a rerun gives the same keys."""
    values = {"night": night}
    con.execute("delete from registers.main.person_event where night = $night", values).fetchall()
    con.execute("delete from registers.main.membership where known_from = $night", values).fetchall()
    con.execute("update registers.main.membership set known_to = null where known_to = $night", values).fetchall()
    con.execute("delete from registers.main.person where created_on = $night", values).fetchall()
    con.execute("update registers.main.person set retired_on = null, redirect_to = null where retired_on = $night", values).fetchall()


@dataclass
class Mint:
    """Hands out the next keys of one domain in register order."""

    keyring: Keyring
    domain: str
    sequence: int

    @classmethod
    def of(cls, con: Connection, keyring: Keyring, domain: str) -> Mint:
        """The mint of ``domain``, standing behind its newest person.

        Raises:
            KeysDoNotFit: if the newest person's key was not made with this mint secret.
        """
        newest = rows(
            con,
            "select sequence, person_key from registers.main.person where domain = $domain order by sequence desc limit 1",
            {"domain": domain},
        )
        for sequence, person_key in newest:
            if not keyring.has(MINT):
                raise KeysDoNotFit(
                    "keys/mint.key is missing though the register holds persons whose keys were made with it;"
                    " restore the key backup that belongs to registers.duckdb, or `throughcare keys drill` says what is lost"
                )
            if keyring.person_key(domain, sequence) != person_key:
                raise KeysDoNotFit(
                    "keys/mint.key is not the secret under which the register's person keys were made;"
                    " restore the key backup that belongs to registers.duckdb"
                )
        return cls(keyring, domain, newest[0][0] if newest else 0)

    def next(self, number: int) -> pl.DataFrame:
        """The next keys: sequence, person_key."""
        sequences = range(self.sequence + 1, self.sequence + number + 1)
        self.sequence += number
        return pl.DataFrame(
            {"sequence": list(sequences), "person_key": self.keyring.person_keys(self.domain, sequences)},
            schema={"sequence": pl.Int64, "person_key": pl.String},
        )


def record(con: Connection, *, domain: str, night: date, members: pl.DataFrame, keyring: Keyring, scope: str) -> Recorded:
    """Bring the register of one domain up to date for the subjects in ``scope``.

    Args:
        con: the warehouse with ``registers`` attached.
        domain: link domain.
        night: the newest night.
        members: tonight's persons among the subjects in scope: subject_id, person (any number that the members of one group share).
        keyring: holder of the mint secret.
        scope: a temporary table with ``subject_id``, closed under previous persons: with one member, every member.

    Raises:
        KeysDoNotFit: see :class:`Mint`.
    """
    # Members first: asked at once, DuckDB would look up the person of everybody.
    previous = con.sql(
        f"with own as materialized (select subject_id, person_key from registers.main.membership"
        f" where domain = $domain and known_to is null and subject_id in (select subject_id from {scope}))"
        f" select own.subject_id, own.person_key as old_key, person.sequence from own"
        f" join registers.main.person as person on person.domain = $domain and person.person_key = own.person_key",
        params={"domain": domain},
    ).pl()
    mint = Mint.of(con, keyring, domain)
    hold(con, keyring, MINT, night)
    held = members.select("subject_id", pl.col("person").cast(pl.Int64)).join(previous, on="subject_id", how="left")
    overlap = held.filter(pl.col("old_key").is_not_null()).group_by("person", "old_key").agg(pl.len().alias("subjects"))
    contested = _contested(overlap)
    calm = held.join(contested, on="person", how="anti")
    settled = _settle(held.join(contested, on="person", how="semi"), previous)
    kept = calm.group_by("person").agg(
        pl.col("subject_id").min().alias("first"),
        pl.col("old_key").drop_nulls().first(),
        pl.len().alias("subjects"),
        pl.col("old_key").is_null().sum().alias("new"),
    )
    minted = _mint(mint, pl.concat([kept.filter(pl.col("old_key").is_null()).select("person", "first"), settled.unnamed], how="diagonal"))
    names = dict(minted.filter(pl.col("stand_in").is_not_null()).select("stand_in", "person_key").iter_rows())
    key_of = pl.concat(
        [
            kept.filter(pl.col("old_key").is_not_null()).select("person", pl.col("old_key").alias("person_key")),
            minted.select("person", "person_key"),
            settled.named,
        ]
    )
    keys = held.join(key_of, on="person").select("subject_id", "person_key", "old_key")
    gone = previous.join(overlap, on="old_key", how="anti").select("old_key").unique()
    ended = {key: names.get(successor or "", successor) for key, successor in settled.ended.items()} | dict.fromkeys(gone["old_key"])
    _write_persons(con, domain=domain, night=night, minted=minted, ended=ended)
    _write_memberships(con, domain=domain, night=night, previous=previous, keys=keys)
    events = _events(kept, minted, settled, names, gone["old_key"].to_list())
    _append(con, "person_event", events.select(pl.lit(night).alias("night"), pl.lit(domain).alias("domain"), pl.all()))
    return Recorded(keys.select("subject_id", "person_key"), dict(events["event"].value_counts().sort("event").iter_rows()))


@dataclass(frozen=True)
class _Settled:
    """Contested groups: those that keep a key (person, person_key), those to be named (person, first, stand_in), and the account."""

    named: pl.DataFrame
    unnamed: pl.DataFrame
    ended: Mapping[str, str | None]
    events: list[Event]


def _contested(overlap: pl.DataFrame) -> pl.DataFrame:
    """Groups with members of two persons, or of a person that has members in two groups: only there does survivorship have to choose."""
    several = (pl.len().over("person") > 1) | (pl.len().over("old_key") > 1)
    return overlap.filter(several).select("person").unique()


def _settle(held: pl.DataFrame, previous: pl.DataFrame) -> _Settled:
    groups = held.sort("subject_id").group_by("person", maintain_order=True).agg("subject_id")
    concerned = previous.join(held.filter(pl.col("old_key").is_not_null()), on="old_key", how="semi")
    stand_ins = (f"stand-in {number}" for number in range(len(groups)))
    assignment = assign(
        [tuple(members) for members in groups["subject_id"].to_list()],
        dict(concerned.select("subject_id", "old_key").iter_rows()),
        dict(concerned.select("old_key", "sequence").iter_rows()),
        lambda: next(stand_ins),
    )
    keyed = groups.select(
        "person", pl.col("subject_id").list.first().alias("first"), pl.Series("person_key", assignment.keys, dtype=pl.String)
    )
    is_new = pl.col("person_key").str.starts_with("stand-in ")
    return _Settled(
        named=keyed.filter(~is_new).select("person", "person_key"),
        unnamed=keyed.filter(is_new).select("person", "first", pl.col("person_key").alias("stand_in")),
        ended=assignment.ended,
        events=assignment.events,
    )


def _mint(mint: Mint, unnamed: pl.DataFrame) -> pl.DataFrame:
    """Keys in the order of the groups' smallest subjects, which is the same in a night of changes and in a full run."""
    ordered = unnamed.sort("first")
    return pl.concat([ordered, mint.next(len(ordered))], how="horizontal")


def _events(kept: pl.DataFrame, minted: pl.DataFrame, settled: _Settled, names: Mapping[str, str], gone: list[str]) -> pl.DataFrame:
    schema = {"event": pl.String, "person_key": pl.String, "other_key": pl.String, "subjects": pl.Int64}
    nobody = pl.lit(None, pl.String).alias("other_key")
    created = kept.join(minted, on="person").select(pl.lit(PersonEvent.CREATE.value).alias("event"), "person_key", nobody, "subjects")
    extended = kept.filter(pl.col("old_key").is_not_null(), pl.col("new") > 0).select(
        pl.lit(PersonEvent.EXTEND.value).alias("event"), pl.col("old_key").alias("person_key"), nobody, pl.col("new").alias("subjects")
    )
    told = [
        (event.event.value, names.get(event.person_key, event.person_key), names.get(other, event.other_key), event.subjects)
        for event in settled.events
        for other in (event.other_key or "",)
    ]
    retired = [(PersonEvent.RETIRE.value, key, None, 0) for key in gone]
    frames = (created, extended, pl.DataFrame([*told, *retired], schema=schema, orient="row"))
    return pl.concat([frame.select(pl.col(name).cast(kind) for name, kind in schema.items()) for frame in frames]).sort(
        "event", "person_key", "other_key"
    )


def _write_persons(con: Connection, *, domain: str, night: date, minted: pl.DataFrame, ended: Mapping[str, str | None]) -> None:
    _append(con, "person", minted.select("sequence", "person_key", domain=pl.lit(domain), created_on=pl.lit(night)))
    if ended:
        staged = pl.DataFrame(
            {"person_key": list(ended), "redirect_to": list(ended.values())}, schema={"person_key": pl.String, "redirect_to": pl.String}
        )
        con.register("linked_register_rows", staged)
        con.execute(
            "update registers.main.person as person set retired_on = $night, redirect_to = staged.redirect_to"
            " from linked_register_rows as staged where person.domain = $domain and person.person_key = staged.person_key",
            {"night": night, "domain": domain},
        ).fetchall()
        con.unregister("linked_register_rows")


def _write_memberships(con: Connection, *, domain: str, night: date, previous: pl.DataFrame, keys: pl.DataFrame) -> None:
    moved = keys.filter(pl.col("old_key").is_null() | (pl.col("old_key") != pl.col("person_key")))
    stays = keys.join(moved, on="subject_id", how="anti")
    closed = previous.join(stays, on="subject_id", how="anti").select("subject_id")
    if len(closed):
        con.register("linked_register_rows", closed)
        con.execute(
            "update registers.main.membership as membership set known_to = $night from linked_register_rows as staged"
            " where membership.domain = $domain and membership.known_to is null and membership.subject_id = staged.subject_id",
            {"night": night, "domain": domain},
        ).fetchall()
        con.unregister("linked_register_rows")
    opened = moved.sort("subject_id").select("subject_id", "person_key", domain=pl.lit(domain), known_from=pl.lit(night))
    _append(con, "membership", opened)


def _append(con: Connection, table: str, staged: pl.DataFrame) -> None:
    if len(staged):
        con.register("linked_register_rows", staged)
        con.execute(f"insert into registers.main.{table} by name select * from linked_register_rows").fetchall()
        con.unregister("linked_register_rows")
