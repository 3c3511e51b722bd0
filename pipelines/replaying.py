"""Earlier nights once more, from the landing into an empty warehouse, so that what lives from night to night comes out as it was.

Belongs here: the steps of a night that leave something for the nights after it, in their order, and whether the persons that come out are
those of the register. Does not belong here: the newest night, which is an ordinary run; what is refused (restoring.py); any step itself.

Earlier nights are linked beside a scratch copy of the registers in which nobody has been linked yet: the registers themselves are never
written by a night that is not the newest. Keys follow from domain and sequence, so the same persons get the same keys.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from assets.acquired.acquire import acquire
from assets.checked.check import check_source, derive_identity, derive_race, derive_subject
from assets.checked.quality.measure import measure_quality
from assets.consented.assets import fill_stage
from assets.linked.checks import held
from assets.linked.night import link_night, take_back
from assets.linked.register import Mint
from assets.source_groups import source_groups
from contracts.county import County
from pipelines.place import Place
from resources.home import Home
from resources.integrator import overridden_gates
from resources.keyring import Keyring
from resources.sql import Connection, quoted, rows
from resources.warehouse import Warehouse

PERSONS: Final = ("person_event", "membership", "person")
_KNOWN_BEFORE: Final = (
    "select domain, subject_id, person_key, known_from, case when known_to < $night then known_to end as known_to"
    " from {registers}.main.membership where known_from < $night"
)


def replay(place: Place, texts: Mapping[date, County], *, taken: Mapping[date, Sequence[str]], newest: date) -> bool:
    """Build what earlier nights left in the warehouse, night by night; the caller holds the writer's lock and emptied the warehouse.

    Args:
        place: the home and the environment of its connectors.
        texts: the terms each earlier night was run with, oldest first.
        taken: sources that were asked on each night.
        newest: the night that is run after this one.

    Returns:
        whether linkage came out as the register knows it. If not (somebody was erased since, or the rules of linkage are others now), what
        is known of links is left empty: the newest night compares everybody, keeps the register's keys, and its edges begin with it.
    """
    keyring = Keyring(place.home.keys)
    with _beside(place.home) as scratch:
        for night, text in texts.items():
            with Warehouse(place.home).writer() as con:
                _read(con, text, night=night, taken=taken.get(night, ()), place=place)
            with Warehouse(scratch).writer() as con:
                _permit(con, text, night=night, registers=place.home.registers)
                found = link_night(con, county=text, keyring=keyring, night=night)
                if held(found, overridden_gates(con, night)):
                    take_back(con, night)
        with Warehouse(scratch).writer() as con:
            con.execute(f"attach {quoted(place.home.registers)} as known (read_only)").fetchall()
            same = not any(
                rows(
                    con, f"({_KNOWN_BEFORE.format(registers=one)}) except all ({_KNOWN_BEFORE.format(registers=other)})", {"night": newest}
                )
                for one, other in (("registers", "known"), ("known", "registers"))
            )
            if not same:
                con.execute("drop schema linked cascade").fetchall()
    return same


def refuse_foreign_keys(home: Home) -> None:
    """Make sure that the mint secret is the register's, before anything is emptied.

    Raises:
        KeysDoNotFit: if it is missing or another.
    """
    with Warehouse(home).writer() as con:
        for (domain,) in rows(con, "select distinct domain from registers.main.person order by domain"):
            Mint.of(con, Keyring(home.keys), domain)


def _read(con: Connection, text: County, *, night: date, taken: Sequence[str], place: Place) -> None:
    """From deliveries to people, in the order of a run: records that others name are admitted first."""
    sources = [source for group in source_groups(text.sources) for source in group.sources if source.name in taken]
    for source in sources:
        acquire(source, night=night, home=place.home, con=con, environment=place.environment)
    for source in sources:
        check_source(source, county=text, night=night, home=place.home, con=con)
    derive_identity(con, night)
    derive_subject(con, night)
    derive_race(con, night)
    measure_quality(con, county=text, night=night, home=place.home)


def _permit(con: Connection, text: County, *, night: date, registers: Path) -> None:
    """What might be linked on that night: a deny known only from a deny list does not reach back before the night it began."""
    con.execute(f"attach {quoted(registers)} as known (read_only)").fetchall()
    con.execute("delete from registers.main.replayed_deny").fetchall()
    began = "select * from known.main.replayed_deny where from_night <= $night"
    con.execute(f"insert into registers.main.replayed_deny by name {began}", {"night": night}).fetchall()
    con.execute("detach known").fetchall()
    fill_stage(con, text, night)


class _Beside(Home):
    """A home whose registers are a scratch copy; everything else is the home's own."""

    @property
    def registers(self) -> Path:
        """The scratch copy."""
        return self.scratch / "replayed_registers.duckdb"


@contextmanager
def _beside(home: Home) -> Iterator[_Beside]:
    """The home with a copy of its registers in which nobody was linked yet; the copy is gone afterwards."""
    beside = _Beside(home.root)
    shutil.copy2(home.registers, beside.registers)
    beside.registers.chmod(0o600)
    try:
        with Warehouse(beside).writer() as con:
            for table in PERSONS:
                con.execute(f"delete from registers.main.{table}").fetchall()
        yield beside
    finally:
        for name in (beside.registers, beside.registers.with_name(f"{beside.registers.name}.wal")):
            name.unlink(missing_ok=True)
