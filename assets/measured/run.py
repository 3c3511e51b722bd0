"""What one run of the measures knows: where it reads and writes, the moment it stands at, what its scope holds.

Belongs here: the context that the measures share, and the one way they write a table. Does not belong here: any measure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final

from assets.measured.scope import SCOPE
from assets.measured.settled import records_begin
from contracts.definition_parts import EventFilter, Window
from contracts.definitions import Definitions
from resources.sql import Connection, count, insert_into, load_sql, replace_table, rows, scalar

PACKAGE: Final = "assets.measured"
BY_PERSON: Final = frozenset(
    {"person_timeline", "person_race", "frequent_utilizers", "person_race_view", "screening_result", "episode", "person_summary"}
)
"""Tables with a row a person or contact; of a series of dates only the last one's are kept."""

FILTERED: Final = ("event_type", "disposition", "region", "is_behavioral_health")
"""Fields of a filter that a scope may lack, in the order of system_seen.sql; record type and intercept are always there."""


@dataclass(frozen=True)
class Held:
    """Which of the facts that definitions ask for the scope holds at all; a fact it lacks makes a measure NULL, never zero."""

    has_contacts: bool
    has_bookings: bool
    booking_type_is_known: bool
    release_type_is_known: bool
    charge_level_is_known: bool
    bjmhs_is_known: bool
    diagnosis_is_known: bool
    homeless_is_known: bool
    residence_is_known: bool
    age_is_known: bool
    age_at_event_is_known: bool
    race_is_known: bool
    stop_is_known: bool
    membership_is_known: bool


@dataclass(frozen=True)
class Run:
    """One run of the measures over one scope at one moment."""

    con: Connection
    target: str
    definitions: Definitions
    as_of: datetime
    held: Held
    horizons: Mapping[str, datetime]
    """System -> moment through which its records are complete; a system whose completeness is unknown is absent."""
    asked_before: datetime | None = None
    """The moment that was asked before this one on the same ground, of which race is remembered."""
    seen: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """(domain, system) of every contact -> facts (fields of a filter) that the scope holds about such contacts."""
    alike: Mapping[str, str] = field(default_factory=dict)
    """Filter of the definitions -> name under which its contacts are looked up (``matched_contact``)."""
    place: str = ""
    """The target with its database."""
    by_person: frozenset[str] = frozenset()
    """Tables with a row a person or contact that are wanted; the others are not written."""
    as_views: frozenset[str] = frozenset()
    """Tables that are read while the scope is open and never kept: views, whose questions name no parameter but the moment."""
    written: dict[str, int] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)
    """Questions of finished tables with codes as text, remembered for later moments of the same ground."""

    @property
    def systems(self) -> frozenset[str]:
        """Every system of which the scope shows a contact."""
        return frozenset(system for _, system in self.seen)

    def can_filter(self, domain: str, system: str, wanted: EventFilter) -> bool:
        """Whether the scope holds every fact that a filter asks of a system's contacts."""
        asked = {name for name in FILTERED if getattr(wanted, name) is not None}
        return asked <= self.seen.get((domain, system), frozenset())

    def since(self, window: Window, systems: Iterable[str]) -> datetime:
        """First moment of a window that ends at the run's moment, no earlier than the records of ``systems`` begin."""
        begins = (records_begin(self.definitions, system) for system in systems)
        return max([window.start(self.as_of), *(begin for begin in begins if begin is not None)])

    def publish(self, name: str, **parameters: Any) -> None:
        """Fill ``target.name`` from name.sql, and show it to later questions as ``scope.name``."""
        if name in BY_PERSON and name not in self.by_person:
            return
        given = self._with_moment(parameters)
        if name not in self.spelled:
            self.spelled[name] = _spelled(self.con, load_sql(PACKAGE, name), given)
        if name in self.as_views:
            moment = f"timestamp '{self.as_of:%Y-%m-%d %H:%M:%S.%f}'"
            self.con.execute(f"create or replace view {self.target}.{name} as {self.spelled[name].replace('$as_of', moment)}").fetchall()
            self.written[name] = count(self.con, f"{self.target}.{name}")
        else:
            self.written[name] = replace_table(self.con, f"{self.target}.{name}", self.spelled[name], given)
        self.show(name)

    def show(self, name: str) -> None:
        """Make a finished table readable as ``scope.name``."""
        self.con.execute(f"create or replace view {SCOPE}.{name} as select * from {self.place}.{name}")

    def keep(self, name: str, **parameters: Any) -> None:
        """Fill the scratch table ``scope.name`` from name.sql."""
        self.keep_as(name, name, **parameters)

    def keep_as(self, table: str, question: str, **parameters: Any) -> None:
        """Fill the scratch table ``scope.table`` from question.sql."""
        replace_table(self.con, f"{SCOPE}.{table}", load_sql(PACKAGE, question), self._with_moment(parameters))

    def refresh(self, name: str, **parameters: Any) -> None:
        """Answer name.sql again for the people of ``scope.race_new`` in the scratch table ``scope.name``; the others stay as they are."""
        table, question = f"{SCOPE}.{name}", load_sql(PACKAGE, name)
        if self.asked_before is None:
            replace_table(self.con, table, question, self._with_moment(parameters))
            return
        self.con.execute(
            f"delete from {table} where (domain, person_key) in (select (domain, person_key) from {SCOPE}.race_new)"
        ).fetchall()
        insert_into(self.con, table, question, self._with_moment(parameters))

    def extend(self, table: str, question: str, **parameters: Any) -> None:
        """Append what question.sql answers to the scratch table ``scope.table``."""
        insert_into(self.con, f"{SCOPE}.{table}", load_sql(PACKAGE, question), self._with_moment(parameters))

    def view(self, name: str) -> None:
        """Create the view ``scope.name`` from name.sql, which has no parameters."""
        self.con.execute(f"create or replace view {SCOPE}.{name} as {load_sql(PACKAGE, name)}")

    def _with_moment(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"as_of": self.as_of, **parameters}


def _spelled(con: Connection, question: str, parameters: Mapping[str, Any]) -> str:
    """The question with text where it answers in codes of the scratch database (ground.py)."""
    kinds = {str(name): str(kind) for name, kind, *_ in rows(con, f"describe {question}", parameters)}
    spelled = [
        f'coded."{name}"::varchar{"[]" if kind.endswith("[]") else ""} as "{name}"'
        for name, kind in kinds.items()
        if kind.startswith("ENUM(")
    ]
    named = ""
    if kinds.get("person_key") == "INTEGER":
        spelled.append("person_code.given_key as person_key")
        named = f" join {SCOPE}.person_code on person_code.person_key = coded.person_key"
    return f"select coded.* replace ({', '.join(spelled)}) from ({question}) as coded{named}" if spelled else question


def held_by(con: Connection) -> Held:
    """What the open scope holds."""
    names = [each.name for each in fields(Held)]
    answer = rows(con, f"select {', '.join(names)} from ({load_sql(PACKAGE, 'scope_availability')}) as facts")[0]
    return Held(*(bool(value) for value in answer))


def systems_seen(con: Connection) -> dict[tuple[str, str], frozenset[str]]:
    """What ``scope.system_seen`` says: (domain, system) -> facts held about its contacts."""
    found = rows(con, f"select * from {SCOPE}.system_seen")
    return {
        (domain, system): frozenset(name for name, is_known in zip(FILTERED, known, strict=True) if is_known)
        for domain, system, *known in found
    }


def qualified(con: Connection, schema: str) -> str:
    """``schema`` with its database: a view in ``scope`` would look in ``scope`` first."""
    if "." in schema:
        return schema
    current = str(scalar(con, "select current_database()"))
    schemas = {name for (name,) in rows(con, "select schema_name from duckdb_schemas() where database_name = current_database()")}
    return f'"{current}".{schema}' if schema in schemas else schema
