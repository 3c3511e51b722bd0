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
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from resources.home import Home, sync_folder, write_atomically

GENESIS = "0" * 64
"""``prev`` of the first entry."""

_FIELD = re.compile(r"[a-z][a-z0-9_]*")

PERSON_FIELDS = frozenset(
    {
        "first_name", "middle_name", "last_name", "full_name", "name_suffix", "birth_date", "phone", "street_address", "ssn4", "state_id",
        "source_person_id", "subject_id", "record_id", "person_key", "own_id", "client_id", "booking_no", "jacket_no",
    }
)  # fmt: skip
"""Fields that would put a person into the ledger; an entry that carries one is refused."""


class EntryKind(StrEnum):
    """What an entry testifies to."""

    RUN_STARTED = "run_started"
    RUN_ENDED = "run_ended"
    GATE_OVERRIDDEN = "gate_overridden"
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
    RECOVERED = "recovered"
    NOTE = "note"


class LedgerFault(RuntimeError):
    """The ledger cannot be extended, because what is there does not hold together."""


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
        return self.home.ledger / "public_key.pem"

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
        _refuse_persons(fields)
        with self._lock():
            self._repair(night)
            return self._write(kind, night, fields)

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
        for number, line in enumerate(self._lines(), start=1):
            faults += _line_faults(number, line, hashes[-1] if hashes else GENESIS)
            hashes.append(_sha256(line))
        if self._torn():
            faults.append(f"line {len(hashes) + 1}: torn; the next append repairs it")
        signed_through, head_faults = self._head_faults(hashes)
        return LedgerReport(len(hashes), signed_through, hashes[-1] if hashes else GENESIS, (*faults, *head_faults))

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

    def _seal(self, path: Path, night: date) -> int:
        lines = path.read_bytes().splitlines()
        marks = [f"{number}:{_sha256(line)}" for number, line in enumerate(lines)]
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
        self._write(EntryKind.RECOVERED, night, {"bytes_removed": len(torn), "sha256_removed": _sha256(torn)})

    def _write(self, kind: EntryKind, night: date, fields: Mapping[str, Any]) -> int:
        lines = self._lines()
        number = len(lines) + 1
        if lines and _parsed(lines[-1]) is None:
            raise LedgerFault(f"ledger line {len(lines)} is not an entry; restore the ledger from its backup")
        entry: dict[str, Any] = {
            "number": number,
            "prev": _sha256(lines[-1]) if lines else GENESIS,
            "recorded_at": self.clock().isoformat(),
            "night": night.isoformat(),
            "kind": kind.value,
            "fields": dict(fields),
        }
        line = rfc8785.dumps(entry)
        _append(self.file, line + b"\n")
        sync_folder(self.home.ledger)
        self._sign(number, _sha256(line))
        return number

    def _sign(self, number: int, head: str) -> None:
        key = self._signing_key()
        statement = rfc8785.dumps({"entries": number, "head": head})
        signed: dict[str, Any] = {"entries": number, "head": head, "signature": key.sign(statement).hex()}
        write_atomically(self.head_file, rfc8785.dumps(signed) + b"\n", mode=0o600)

    def _signing_key(self) -> Ed25519PrivateKey:
        path = self.home.keys / "ledger_ed25519.pem"
        if path.exists():
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
            if not isinstance(key, Ed25519PrivateKey):
                raise LedgerFault("keys/ledger_ed25519.pem is not an Ed25519 key; restore the key from its backup")
            if not self.public_key_file.exists():
                # A ledger begun anew under an older key has no public key beside it yet.
                self._write_public_key(key)
            return key
        if self.head_file.exists():
            raise LedgerFault("keys/ledger_ed25519.pem is missing though a signed ledger exists; restore the key from its backup")
        key = Ed25519PrivateKey.generate()
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self._write_public_key(key)
        write_atomically(path, private, mode=0o600)
        return key

    def _write_public_key(self, key: Ed25519PrivateKey) -> None:
        public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        write_atomically(self.public_key_file, public, mode=0o644)

    def _head_faults(self, hashes: list[str]) -> tuple[int, list[str]]:
        if not self.head_file.exists():
            return 0, ["head.json is missing"] if hashes else []
        head = _parsed(self.head_file.read_bytes())
        if head is None or not {"entries", "head", "signature"} <= head.keys():
            return 0, ["head.json is not a signed head"]
        if not self._authentic(head):
            return 0, ["head.json is not signed by this ledger's key"]
        signed = int(head["entries"])
        if signed > len(hashes):
            return signed, [f"line {len(hashes) + 1}: missing; the signed head covers {signed} entries"]
        if hashes[signed - 1] != head["head"]:
            return signed, [f"line {signed}: differs from the signed head"]
        return signed, []

    def _authentic(self, head: Mapping[str, Any]) -> bool:
        try:
            key = serialization.load_pem_public_key(self.public_key_file.read_bytes())
            if not isinstance(key, Ed25519PublicKey):
                return False
            key.verify(bytes.fromhex(str(head["signature"])), rfc8785.dumps({"entries": head["entries"], "head": head["head"]}))
        except (InvalidSignature, ValueError, OSError):
            return False
        return True


def spool(home: Home, **fields: Any) -> None:
    """Note a query of a reader who may not write the ledger itself; the integrator seals it later.

    One file per operating-system user, so that two readers never share one.

    Raises:
        ValueError: as :meth:`Ledger.append`.
    """
    _refuse_persons(fields)
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
    fields = _parsed(line)
    if fields is None:
        return None
    try:
        _refuse_persons(fields)
    except ValueError:
        return None
    return fields


def _refuse_persons(fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if not _FIELD.fullmatch(name):
            raise ValueError("a ledger field must have a snake_case name")
        if name in PERSON_FIELDS:
            raise ValueError(f"the ledger takes no person: remove the field {name}")
        for inner in value if isinstance(value, list | tuple) else [value]:
            if isinstance(inner, Mapping):
                _refuse_persons(inner)


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _line_faults(number: int, line: bytes, prev: str) -> list[str]:
    entry = _parsed(line)
    if entry is None:
        return [f"line {number}: not an entry"]
    faults = []
    if rfc8785.dumps(entry) != line:
        faults.append(f"line {number}: not canonical")
    if entry.get("number") != number:
        faults.append(f"line {number}: numbered {entry.get('number')}")
    if entry.get("prev") != prev:
        faults.append(f"line {number}: does not follow the line before it")
    return faults


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
