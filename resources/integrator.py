"""One run at work: the open warehouse, the lock, and what may be told about it.

Belongs here: opening everything a run writes to, freezing what the first attempt at a night used, and turning any failure into words
without values. Does not belong here: what a step does.
"""

from __future__ import annotations

import hashlib
import os
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from contracts.receiving import unlicensed_sources
from resources.backup import refuse_half_restored
from resources.home import Home
from resources.ledger import EntryKind, Ledger
from resources.sql import Connection, rows, scalar
from resources.terms import Terms
from resources.warehouse import Warehouse

ROOMS = ("pipelines", "assets", "resources", "contracts")
_ROOT = Path(__file__).resolve().parents[1]
REDACTION = "DAGSTER_REDACT_USER_CODE_ERRORS"


class RunRefused(RuntimeError):
    """The run may not start; the message says what to mend."""


class StepFailed(RuntimeError):
    """A step ended with an error. The message names the kind of error and its place in this repository, never a value."""


class Journal(Protocol):
    """Who is told how a run goes: a progress display, a log, a test."""

    def started(self, step: str) -> None:
        """A step began."""

    def ended(self, step: str, seconds: float) -> None:
        """A step finished."""

    def failed(self, step: str, message: str) -> None:
        """A step failed, for the reason given."""


@dataclass
class QuietJournal:
    """Keeps what happened and says nothing."""

    seconds: dict[str, float] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def expect(self, steps: int) -> None:
        """Nothing to show."""

    def started(self, step: str) -> None:
        """Nothing to show."""

    def ended(self, step: str, seconds: float) -> None:
        """Remember how long it took."""
        self.seconds[step] = seconds

    def failed(self, step: str, message: str) -> None:
        """Remember why it failed."""
        self.failures[step] = message


@dataclass
class Integrator:
    """What the steps of one run share: one writer's connection, the county's terms, its home and the outside world's addresses."""

    con: Connection
    terms: Terms
    home: Home
    environment: Mapping[str, str]
    journal: Journal
    run_id: str
    failed_steps: int = 0

    @contextmanager
    def step(self, name: str) -> Iterator[Connection]:
        """A connection for one step; whatever goes wrong inside leaves as :class:`StepFailed`.

        DuckDB, Pandera and SQLAlchemy quote values in their messages. None of those messages may reach Dagster's event log.
        """
        self.journal.started(name)
        begun = time.monotonic()
        failure: StepFailed | None = None
        cursor = self.con.cursor()
        try:
            yield cursor
        except Exception as error:
            failure = StepFailed(f"{name}: {describe(error)}")
        finally:
            cursor.close()
        if failure is not None:
            self.failed_steps += 1
            self.journal.failed(name, str(failure))
            # "from None": the original message must not be printed as context either.
            raise failure from None
        self.journal.ended(name, time.monotonic() - begun)


def describe(error: BaseException) -> str:
    """An error in words without values: our own message, or the kind of a foreign error and where in this repository it arose."""
    if type(error).__module__.split(".")[0] in ROOMS:
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _room_of(frame.filename)]
    place = f" at {_room_of(ours[-1].filename)}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{place} (the library's own message is withheld: it may quote a value)"


def _room_of(filename: str) -> str | None:
    path = Path(filename)
    if not path.is_relative_to(_ROOT) or path.relative_to(_ROOT).parts[0] not in ROOMS:
        return None
    return path.relative_to(_ROOT).as_posix()


def refuse_unredacted(environment: Mapping[str, str]) -> None:
    """Make sure that Dagster masks tracebacks before it stores them.

    Raises:
        RunRefused: if the setting is missing.
    """
    if environment.get(REDACTION, "").lower() not in {"1", "true", "t"}:
        raise RunRefused(f"set {REDACTION}=1 in the environment of this process; without it Dagster would store values of failed rows")


def code_sha256() -> str:
    """Hash of the Python and SQL text of the four rooms."""
    digest = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (_ROOT / room).rglob("*") if path.suffix in {".py", ".sql"}):
        digest.update(path.relative_to(_ROOT).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def refuse_unlicensed(terms: Terms, night: date) -> None:
    """Make sure that every source is received under instruments that hold tonight; the denies run, which receives nothing, never waits.

    Raises:
        RunRefused: naming file, line and instrument of every source that is not.
    """
    county = terms.county
    faults = unlicensed_sources(county.sources, county.instruments, folder=county.folder, night=night)
    if faults:
        raise RunRefused("\n".join(str(fault) for fault in faults))


def refuse_tampered(ledger: Ledger) -> None:
    """Nothing new is disclosed on an account that somebody has changed: the next entry would be signed over it.

    Raises:
        RunRefused: if a line or the head is not what was written; names file and line.
    """
    if faults := ledger.tampered():
        raise RunRefused(
            f"ledger/{ledger.file.name}: {'; '.join(faults[:3])}; products stay as they are until it is restored from its backup: "
            "throughcare ledger verify"
        )


def refuse_older_night(con: Connection, night: date) -> None:
    """Only the newest night may change the registers.

    Raises:
        RunRefused: if a later night was already begun.
    """
    newest = scalar(con, "select max(night) from registers.main.night_item")
    if newest is not None and night < newest:
        raise RunRefused(
            f"night {night} is older than {newest}, which has already written to the registers; "
            "an older night is replayed in a scratch THROUGHCARE_HOME and never published"
        )


def freeze(con: Connection, night: date, terms: Terms) -> None:
    """Note by hash the terms and code of the first attempt at a night; hold a rerun to the same terms.

    Raises:
        RunRefused: if the night was first run under other terms.
    """
    frozen = dict(
        rows(con, "select kind, sha256 from registers.main.night_item where night = $night and name = 'first attempt'", {"night": night})
    )
    if not frozen:
        for kind, sha256 in (("terms", terms.sha256), ("code", code_sha256())):
            con.execute("insert into registers.main.night_item values (?, ?, 'first attempt', ?, 'frozen')", [night, kind, sha256])
        return
    if frozen.get("terms") != terms.sha256:
        raise RunRefused(
            f"night {night} was first run under terms {str(frozen.get('terms'))[:12]}, and the county folder is now {terms.sha256[:12]}; "
            "what changed belongs to the next night. To rerun as it was, set THROUGHCARE_COUNTY to that snapshot under terms/ in the home; "
            'to replace the terms of the night, add --new-terms --by "…" --reason "…"'
        )


def override_gate(con: Connection, night: date, gate: str) -> None:
    """Note that a gate may be held on that night without stopping it (the caller writes name and reason to the ledger)."""
    con.execute("insert or replace into registers.main.night_item values (?, 'gate', ?, null, 'overridden')", [night, gate])


def overridden_gates(con: Connection, night: date) -> frozenset[str]:
    """Names of the gates that somebody overrode for that night."""
    found = rows(con, "select name from registers.main.night_item where night = $night and kind = 'gate'", {"night": night})
    return frozenset(str(name) for (name,) in found)


def refreeze(con: Connection, night: date, terms: Terms) -> str | None:
    """Replace the terms of a night by name and reason (the caller writes the ledger); returns the hash they had."""
    before = rows(
        con,
        "select sha256 from registers.main.night_item where night = $night and kind = 'terms' and name = 'first attempt'",
        {"night": night},
    )
    con.execute(
        "update registers.main.night_item set sha256 = ? where night = ? and kind = 'terms' and name = 'first attempt'",
        [terms.sha256, night],
    )
    return str(before[0][0]) if before else None


@contextmanager
def open_integrator(
    *,
    warehouse: Warehouse,
    terms: Terms,
    night: date | None,
    frozen: bool,
    journal: Journal,
    environment: Mapping[str, str],
    run_id: str,
    ledger: Ledger | None = None,
) -> Iterator[Integrator]:
    """Open everything one run writes to, under the single-writer lock.

    Args:
        warehouse: where to write.
        terms: the county's text as the definitions were built from it.
        night: the partition; None for a run without one.
        frozen: whether the night's first attempt freezes its terms (the nightly run), or not (denies, which never wait).
        journal: who is told how it goes.
        environment: addresses of the source systems by variable name.
        run_id: name of the run in its account.
        ledger: where beginning and end of the run are entered, and what readers spooled is sealed.

    Raises:
        RunRefused: if the run may not start.
        resources.backup.BackupFault: if a restore of the home has only begun.
        resources.terms.TermsChanged: if the county folder changed.
        resources.warehouse.WarehouseBusy: if another run is writing.
    """
    refuse_unredacted(os.environ)
    refuse_half_restored(warehouse.home)
    terms.verify()
    if night is not None and frozen:
        refuse_unlicensed(terms, night)
        # A deny never waits, not even for the ledger.
        if ledger is not None:
            refuse_tampered(ledger)
    with warehouse.lock(), warehouse.writer() as con:
        if night is not None:
            refuse_older_night(con, night)
            if frozen:
                freeze(con, night, terms)
        terms.snapshot()
        opened = Integrator(con=con, terms=terms, home=warehouse.home, environment=environment, journal=journal, run_id=run_id)
        if ledger is None or night is None:
            yield opened
            return
        ledger.seal_spools(night=night)
        keys = [{"name": name, "fingerprint": fingerprint} for name, fingerprint in _fingerprints(con)]
        ledger.append(EntryKind.RUN_STARTED, night=night, run_id=run_id, terms_sha256=terms.sha256, code_sha256=code_sha256(), secrets=keys)
        try:
            yield opened
        finally:
            ledger.append(EntryKind.RUN_ENDED, night=night, run_id=run_id, failed_steps=opened.failed_steps)


def _fingerprints(con: Connection) -> list[tuple[str, str]]:
    """Fingerprints of the secrets in use, by name."""
    found = rows(con, "select name, fingerprint from registers.main.secret where destroyed_on is null order by name")
    return [(str(name), str(fingerprint)) for name, fingerprint in found]
