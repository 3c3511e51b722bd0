"""What the verbs share that ask the integrator's own tables: the open warehouse, the model, the newest night, one way to refuse.

Belongs here: opening for reading and for judging. Does not belong here: any verb.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from assets.linked.model import FrozenModel, load_model
from contracts.county import County
from pipelines.commands.common import here, terms
from pipelines.place import Place
from resources.registers import MIGRATIONS
from resources.sql import Connection, scalar, table_exists
from resources.warehouse import Warehouse


class NothingLinked(RuntimeError):
    """No night of linkage has been finished in this home."""


@dataclass(frozen=True)
class Desk:
    """What somebody who asks of links, consents or disclosures has before them."""

    place: Place
    county: County
    con: Connection
    night: date

    def model(self) -> FrozenModel:
        """The county's frozen model.

        Raises:
            assets.linked.model.ModelRefused: if it is not the file its card describes.
        """
        return load_model(self.county.folder / "linkage", self.county.linkage.model)


@contextmanager
def reading() -> Iterator[Desk]:
    """The warehouse and registers, read-only.

    Raises:
        NothingLinked: before the first night.
    """
    place = here()
    county = terms(place)
    if not place.home.warehouse.exists():
        raise NothingLinked(_BEGIN)
    warehouse = Warehouse(place.home)
    _bring_up_to_date(warehouse)
    with warehouse.reader() as con:
        yield Desk(place, county, con, newest_night(con))


@contextmanager
def writing() -> Iterator[Desk]:
    """The warehouse and registers, writable, under the lock that a night takes as well.

    Raises:
        NothingLinked: before the first night.
        resources.warehouse.WarehouseBusy: while a run is writing.
    """
    place = here()
    county = terms(place)
    if not place.home.warehouse.exists():
        raise NothingLinked(_BEGIN)
    warehouse = Warehouse(place.home)
    with warehouse.lock(), warehouse.writer() as con:
        yield Desk(place, county, con, newest_night(con))


def _bring_up_to_date(warehouse: Warehouse) -> None:
    """Give registers of an older version their new columns, which a reader cannot do."""
    with warehouse.reader() as con:
        done = int(scalar(con, "select count(*) from registers.main.migration"))
    if done < len(MIGRATIONS):
        with warehouse.lock(), warehouse.writer():
            pass


def newest_night(con: Connection) -> date:
    """The newest night whose persons stand.

    Raises:
        NothingLinked: if there is none.
    """
    night = (
        scalar(con, "select max(night) from linked.night_begun where is_finished") if table_exists(con, "linked", "night_begun") else None
    )
    if not isinstance(night, date):
        raise NothingLinked(_BEGIN)
    return night


_BEGIN = "no night has been linked in this home; run one with: throughcare run --night DATE"
