"""The account of what was disclosed and decided: append-only, hash-chained, with a signed head.

Belongs here: writing, repairing and verifying entries. Does not belong here: deciding what deserves an entry, and any person's name
or key: an entry says which product, night, clause and count.

One line of ``ledger.jsonl`` is one entry in canonical JSON (RFC 8785); its ``prev`` is the sha256 of the line before it. ``head.json``
holds the newest line's number and sha256 under an Ed25519 signature. A bare chain is a diary, not an affidavit: the head is small so that
a county can keep a copy outside the integrator.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import rfc8785

from resources.home import Home, sync_folder, write_atomically
from resources.ledger_lines import (
    CLOCK_SET_BACK,
    GENESIS,
    PERSON_FIELDS,
    clock_faults,
    line_faults,
    parsed,
    recorded,
    refuse_persons,
    sha256,
)  # fmt: skip
from resources.signing_key import HANDOVER, INTERRUPTED, LedgerFault, SigningKey, fingerprint, handover, handover_faults, is_signed

__all__ = ["GENESIS", "PERSON_FIELDS", "EntryKind", "Ledger", "LedgerFault", "LedgerReport", "spool"]


class EntryKind(StrEnum):
    """What an entry testifies to."""

    RUN_STARTED = "run_started"
    RUN_ENDED = "run_ended"
    GATE_OVERRIDDEN = "gate_overridden"
    DECIDED = "decided"  # the set of decisions that a product rests on: counts by reason, and a mark that no other set has
    PUBLISHING = "publishing"  # intent, written before a product can be seen
    PUBLISHED = "published"
    PURGED = "purged"
    WITHDRAWN = "withdrawn"
    DENIES = "denies"
    QUERIED = "queried"
    JUDGED = "judged"  # a reviewer's judgement of a pair: its number in the register, never the pair
    SAMPLED = "sampled"  # a sample for measuring linkage was drawn, or its estimate written
    ERASED = "erased"
    INCIDENT = "incident"  # somebody was shown what was another's
    CONSENT_RECORDED = "consent_recorded"  # a paper form was entered, or taken back, by hand
    RETIRED = "retired"  # deliveries or refused rows whose time was up were removed
    BACKED_UP = "backed_up"
    RESTORED = "restored"
    EXPORTED = "exported"  # a file was written for somebody, outside the products
    KEY_ROTATED = HANDOVER  # the signing key handed over to another
    SECRET_CHANGED = "secret_changed"  # noqa: S105  a secret of pseudonyms was replaced or destroyed: fingerprints only
    CLOCK_SET_BACK = CLOCK_SET_BACK
    RELEASE = "release"  # a step of a public release: proposed, approved, rejected, published
    ACCESS_REVIEWED = "access_reviewed"  # somebody went through who reads what: counts, and the hash of the list
    RESEARCH_EXTRACT = "research_extract"  # an extract for research was handed out, or destroyed
    RECOVERED = "recovered"
    NOTE = "note"


@dataclass(frozen=True)
class LedgerReport:
    """What :meth:`Ledger.verify` found.

    ``entries`` counts whole lines; ``signed_through`` is the number of the last entry under the signed head; ``faults`` name the line.
    """

    entries: int
    signed_through: int
    head: str
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every line chains, the head is authentic and covers a line that is still there."""
        return not self.faults


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Ledger:
    """The ledger of one home.

    ``clock`` gives the time written into an entry; it is the only thing here that differs between two equal runs.
    """

    home: Home
    clock: Callable[[], datetime] = _now

    @property
    def file(self) -> Path:
        """The entries, one canonical JSON line each."""
        return self.home.ledger / "ledger.jsonl"

    @property
    def head_file(self) -> Path:
        """Number, sha256 and signature of the newest entry."""
        return self.home.ledger / "head.json"

    @property
    def public_key_file(self) -> Path:
        """The key that anyone may use to check a head."""
        return self.keys.public_file

    @property
    def keys(self) -> SigningKey:
        """The key pair that signs heads."""
        return SigningKey(self.home)

    def append(self, kind: EntryKind, *, night: date, **fields: Any) -> int:
        """Write one entry, durably, and sign the new head; returns the entry's number.

        Args:
            kind: what the entry testifies to.
            night: the night it belongs to.
            fields: JSON values (text, whole numbers, booleans, null, lists and maps of them) under snake_case names.

        Raises:
            ValueError: if a field could name a person or its name is not snake_case.
            LedgerFault: if the last entry on disk is not an entry.
        """
        refuse_persons(fields)
        with self._lock():
            self._ready(night)
            return self._write(kind, night, fields)

    def rotate_key(self, *, night: date, reason: str) -> str:
        """Let a new signing key take over: the old one signs an entry that names both; returns the new key's fingerprint.

        Killed on the way, the next entry finishes it; called again before that, it goes on with the key it had made.

        Raises:
            LedgerFault: as :meth:`append`, and if there is no ledger yet.
        """
        with self._lock():
            self._ready(night)
            if not self.head_file.exists():
                raise LedgerFault("there is no ledger yet whose key could be changed; run a night first")
            old, new = self.keys.private(is_begun=True), self.keys.prepare_next().public_key()
            self._write(EntryKind.KEY_ROTATED, night, {**handover(old, new), "reason": reason})
            self._finish_handover()
            return fingerprint(new)

    def _ready(self, night: date) -> None:
        """Bring what a killed writer left to a state that can be gone on from."""
        # First of all: until a handover is finished, the key that lies there may be another than the one beside the ledger.
        self._finish_handover()
        self._repair(night)
        self._note_clock(night)

    def _finish_handover(self) -> None:
        lines = self._lines()
        # Looked for as bytes first: reading every entry for every entry would make a long ledger slow.
        told = [line for line in lines if b'"kind":"key_rotated"' in line]
        known = [entry for line in told if (entry := parsed(line)) is not None and entry.get("kind") == EntryKind.KEY_ROTATED]
        handed = [str(entry["fields"]["new_key"]) for entry in known]
        if handed and self.keys.take_over(handed[-1]) is not None:
            self._sign(len(lines), sha256(lines[-1]))

    def _note_clock(self, night: date) -> None:
        """Say it where the machine's clock stands before the newest entry: its time would read as if something had been put in later."""
        lines = self._lines()
        last = recorded(lines[-1]) if lines else None
        now = self.clock()
        if last is not None and now < last:
            self._write(EntryKind.CLOCK_SET_BACK, night, {"seconds": int((last - now).total_seconds()), "stood_at": last.isoformat()})

    def entries(self) -> list[dict[str, Any]]:
        """Every whole entry, oldest first; a torn last line is left out."""
        return [json.loads(line) for line in self._lines()]

    def has(self, kind: EntryKind, **fields: Any) -> bool:
        """Whether an entry of that kind with those exact fields was ever written."""
        return any(
            entry["kind"] == kind.value and all(entry["fields"].get(key) == value for key, value in fields.items())
            for entry in self.entries()
        )

    def verify(self) -> LedgerReport:
        """Check every line against the one before it, and the signed head against the lines.

        Lines after the signed head are not a fault: a crash between the two writes leaves one, and the next append signs it.
        """
        faults: list[str] = []
        hashes: list[str] = []
        lines = self._lines()
        for number, line in enumerate(lines, start=1):
            faults += line_faults(number, line, hashes[-1] if hashes else GENESIS)
            hashes.append(sha256(line))
        if self._torn():
            faults.append(f"line {len(hashes) + 1}: torn; the next append repairs it")
        faults += clock_faults(lines)
        faults += handover_faults([entry for line in lines if (entry := parsed(line)) is not None], self.keys.public())
        signed_through, head_faults = self._head_faults(hashes)
        return LedgerReport(len(hashes), signed_through, hashes[-1] if hashes else GENESIS, (*faults, *head_faults))

    def tampered(self) -> tuple[str, ...]:
        """Faults that no killed writer leaves: a line that was changed, removed or put in, or a head that is not this ledger's.

        What the next append repairs is none: a torn last line, a first entry not signed yet, a key half handed over, a clock set back.
        """
        lines = self._lines()
        last = parsed(lines[-1]) if lines else None
        mended = {f"line {len(lines) + 1}: torn; the next append repairs it", *clock_faults(lines)}
        if len(lines) <= 1:
            mended.add("head.json is missing")
        if last is not None and last.get("kind") == EntryKind.KEY_ROTATED:
            mended |= {"head.json is not signed by this ledger's key", INTERRUPTED}
        return tuple(fault for fault in self.verify().faults if fault not in mended)

    def hashes(self) -> list[str]:
        """sha256 of every whole line, oldest first: entry n is covered by the n-th."""
        return [sha256(line) for line in self._lines()]

    def seal_spools(self, *, night: date) -> int:
        """Move what other processes spooled (see :func:`spool`) into the chain; returns how many entries were sealed.

        A spool line that is not an entry is counted in the seal, not copied. Killed on the way, it goes on where it was the next time.
        """
        folder = self.home.ledger / "spool"
        for path in sorted(folder.glob("*.jsonl")):
            with _held(path) as is_there:
                # A file that a killed run was sealing goes first; this one waits for the next time.
                if is_there and not path.with_suffix(".sealing").exists():
                    path.rename(path.with_suffix(".sealing"))
        return sum(self._seal(path, night) for path in sorted(folder.glob("*.sealing")))

    def spooled(self) -> list[tuple[str, dict[str, Any] | None]]:
        """(account, fields) of every note that waits to be sealed, in order of account; None for a line that is no note."""
        folder = self.home.ledger / "spool"
        known = {entry["fields"].get("spool_mark") for entry in self.entries() if entry["kind"] == EntryKind.QUERIED}
        found: list[tuple[str, dict[str, Any] | None]] = []
        for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.sealing")]):
            for number, line in enumerate(path.read_bytes().splitlines()):
                if f"{number}:{sha256(line)}" not in known:
                    found.append((path.stem, _spooled(line)))
        return found

    def _seal(self, path: Path, night: date) -> int:
        lines = path.read_bytes().splitlines()
        marks = [f"{number}:{sha256(line)}" for number, line in enumerate(lines)]
        known = {entry["fields"].get("spool_mark") for entry in self.entries() if entry["kind"] == EntryKind.QUERIED}
        sealed = 0
        for mark, line in zip(marks, lines, strict=True):
            if mark not in known:
                fields = _spooled(line) or {"readable": False}
                self.append(EntryKind.QUERIED, night=night, **{**fields, "spool": path.stem, "spool_mark": mark})
                sealed += 1
        path.unlink()
        return sealed

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.home.ledger.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.home.ledger / "ledger.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _bytes(self) -> bytes:
        return self.file.read_bytes() if self.file.exists() else b""

    def _lines(self) -> list[bytes]:
        return self._bytes().split(b"\n")[:-1]

    def _torn(self) -> bool:
        return self._bytes().split(b"\n")[-1] != b""

    def _repair(self, night: date) -> None:
        torn = self._bytes().split(b"\n")[-1]
        if torn == b"":
            return
        os.truncate(self.file, self.file.stat().st_size - len(torn))
        self._write(EntryKind.RECOVERED, night, {"bytes_removed": len(torn), "sha256_removed": sha256(torn)})

    def _write(self, kind: EntryKind, night: date, fields: Mapping[str, Any]) -> int:
        lines = self._lines()
        number = len(lines) + 1
        if lines and parsed(lines[-1]) is None:
            raise LedgerFault(f"ledger line {len(lines)} is not an entry; restore the ledger from its backup")
        # Asked for before anything is written: without its key a ledger takes no entry at all.
        self.keys.private(is_begun=self.head_file.exists())
        entry: dict[str, Any] = {
            "number": number,
            "prev": sha256(lines[-1]) if lines else GENESIS,
            "recorded_at": self.clock().isoformat(),
            "night": night.isoformat(),
            "kind": kind.value,
            "fields": dict(fields),
        }
        line = rfc8785.dumps(entry)
        _append(self.file, line + b"\n")
        sync_folder(self.home.ledger)
        self._sign(number, sha256(line))
        return number

    def _sign(self, number: int, head: str) -> None:
        key = self.keys.private(is_begun=self.head_file.exists())
        signature = key.sign(rfc8785.dumps({"entries": number, "head": head})).hex()
        signed: dict[str, Any] = {"entries": number, "head": head, "signature": signature}
        write_atomically(self.head_file, rfc8785.dumps(signed) + b"\n", mode=0o600)

    def _head_faults(self, hashes: list[str]) -> tuple[int, list[str]]:
        if not self.head_file.exists():
            return 0, ["head.json is missing"] if hashes else []
        head = parsed(self.head_file.read_bytes())
        if head is None or not {"entries", "head", "signature"} <= head.keys():
            return 0, ["head.json is not a signed head"]
        key = self.keys.public()
        if key is None or not is_signed(key, str(head["signature"]), {"entries": head["entries"], "head": head["head"]}):
            return 0, ["head.json is not signed by this ledger's key"]
        signed = int(head["entries"])
        if signed > len(hashes):
            return signed, [f"line {len(hashes) + 1}: missing; the signed head covers {signed} entries"]
        if hashes[signed - 1] != head["head"]:
            return signed, [f"line {signed}: differs from the signed head"]
        return signed, []


def spool(home: Home, **fields: Any) -> None:
    """Note a query of a reader who may not write the ledger itself; the integrator seals it later.

    One file per operating-system user, so that two readers never share one.

    Raises:
        ValueError: as :meth:`Ledger.append`.
    """
    refuse_persons(fields)
    folder = home.ledger / "spool"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{getpass.getuser()}.jsonl"
    written = False
    while not written:
        with _held(path) as is_there:
            # The integrator may have taken the file away between opening and holding it.
            if is_there:
                _append(path, rfc8785.dumps(dict(fields)) + b"\n")
                written = True


@contextmanager
def _held(path: Path) -> Iterator[bool]:
    """Hold a file against others, created if need be; whether it still lies under that name."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        held = os.fstat(descriptor)
        try:
            there = path.stat()
        except FileNotFoundError:
            yield False
        else:
            yield (held.st_dev, held.st_ino) == (there.st_dev, there.st_ino)
    finally:
        os.close(descriptor)


def _append(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _spooled(line: bytes) -> dict[str, Any] | None:
    fields = parsed(line)
    if fields is None:
        return None
    try:
        refuse_persons(fields)
    except ValueError:
        return None
    return fields
