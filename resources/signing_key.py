"""The key that signs the ledger's heads: made, read, replaced.

Belongs here: the Ed25519 key pair of one home and how a new one takes over. Does not belong here: entries and heads (ledger.py), the
secrets of pseudonyms (keyring.py). A private key never appears in an error, a log or an entry; its fingerprint may.

A key hands over to the next one inside the chain: an entry names both fingerprints and carries the old key's signature over them, so that
whoever trusts the first key can follow to the last. Killed between any two steps, the next entry finishes what was begun.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from resources.home import Home, sync_folder, write_atomically


class LedgerFault(RuntimeError):
    """The ledger cannot be extended, because what is there does not hold together."""


HANDOVER = "key_rotated"
"""Kind of the entry by which a signing key hands over."""


@dataclass(frozen=True)
class SigningKey:
    """The key pair of one home's ledger."""

    home: Home

    @property
    def private_file(self) -> Path:
        """The private key, mode 0600."""
        return self.home.keys / "ledger_ed25519.pem"

    @property
    def next_file(self) -> Path:
        """The private key that is about to take over; there only while it does."""
        return self.home.keys / "ledger_ed25519.next.pem"

    @property
    def public_file(self) -> Path:
        """The key that anyone may use to check a head."""
        return self.home.ledger / "public_key.pem"

    def private(self, *, is_begun: bool) -> Ed25519PrivateKey:
        """The key to sign with; created for a ledger that has not begun.

        Args:
            is_begun: whether a signed head exists, which only the key that made it may follow.

        Raises:
            LedgerFault: if the key is missing, can be read by others, is of another kind, or is not the one that signed the head.
        """
        if self.private_file.exists():
            key, known = _private_key(self.private_file), self.public()
            # A ledger begun anew under an older key has no public key beside it yet.
            if not self.public_file.exists():
                self.write_public(key)
            elif is_begun and known is not None and fingerprint(known) != fingerprint(key.public_key()):
                raise LedgerFault(
                    f"keys/{self.private_file.name} is another key than the one that signed this ledger "
                    f"({fingerprint(known)[:16]}); restore the key from its newest backup"
                )
            return key
        if is_begun:
            raise LedgerFault("keys/ledger_ed25519.pem is missing though a signed ledger exists; restore the key from its backup")
        key = Ed25519PrivateKey.generate()
        self.write_public(key)
        write_atomically(self.private_file, _pem(key), mode=0o600)
        return key

    def public(self) -> Ed25519PublicKey | None:
        """The public key as it lies beside the ledger; None if there is none of this kind."""
        try:
            key = serialization.load_pem_public_key(self.public_file.read_bytes())
        except (ValueError, OSError):
            return None
        return key if isinstance(key, Ed25519PublicKey) else None

    def held(self) -> str | None:
        """Fingerprint of the private key that lies there; None if there is none that can be used."""
        try:
            return fingerprint(_private_key(self.private_file).public_key())
        except (LedgerFault, OSError):
            return None

    def write_public(self, key: Ed25519PrivateKey) -> None:
        """Let anyone check what this key signs."""
        public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        write_atomically(self.public_file, public, mode=0o644)

    def prepare_next(self) -> Ed25519PrivateKey:
        """The key that will take over; the same one if an earlier attempt was killed."""
        if not self.next_file.exists():
            write_atomically(self.next_file, _pem(Ed25519PrivateKey.generate()), mode=0o600)
        return _private_key(self.next_file)

    def take_over(self, last: str | None) -> Ed25519PrivateKey | None:
        """Finish a handover whose entry stands; the key that signs from now on, or None where no handover is open.

        Args:
            last: fingerprint of the key that the newest handover in the chain names.
        """
        if self.next_file.exists() and fingerprint(_private_key(self.next_file).public_key()) == last:
            self.next_file.replace(self.private_file)
            sync_folder(self.home.keys)
        if last is None or not self.private_file.exists():
            return None
        key = _private_key(self.private_file)
        public = self.public()
        if fingerprint(key.public_key()) != last or (public is not None and fingerprint(public) == last):
            return None
        self.write_public(key)
        return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """sha256 of a public key's 32 bytes, in hexadecimal: what may be printed and compared by eye."""
    return hashlib.sha256(_raw(key)).hexdigest()


def handover(old: Ed25519PrivateKey, new: Ed25519PublicKey) -> dict[str, str]:
    """Fields of the entry by which ``old`` hands over to ``new``."""
    said = {
        "old_key": fingerprint(old.public_key()),
        "old_public": _raw(old.public_key()).hex(),
        "new_key": fingerprint(new),
        "new_public": _raw(new).hex(),
    }
    return {**said, "signature": old.sign(rfc8785.dumps(dict(said))).hex()}


INTERRUPTED: Final = "public_key.pem is not the key that the chain hands over to; the next entry finishes an interrupted change of keys"


def handover_faults(entries: Sequence[Mapping[str, Any]], current: Ed25519PublicKey | None) -> list[str]:
    """What is wrong with the keys that signed a chain: a handover not signed by the key before it, or one that does not lead to today's."""
    faults = []
    expected: str | None = None
    for entry in entries:
        if entry.get("kind") != HANDOVER:
            continue
        fields = entry.get("fields", {})
        if not _handed_over(fields) or expected not in {None, fields.get("old_key")}:
            faults.append(f"line {entry.get('number')}: the signing key was not handed over by the key before it")
        expected = fields.get("new_key")
    if expected is not None and (current is None or fingerprint(current) != expected):
        faults.append(INTERRUPTED)
    return faults


def keys_of(entries: Sequence[Mapping[str, Any]], current: Ed25519PublicKey | None) -> list[Ed25519PublicKey]:
    """Every public key that ever signed a head of the chain, the newest last."""
    former = [
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(entry["fields"]["old_public"]))
        for entry in entries
        if entry.get("kind") == HANDOVER and _handed_over(entry.get("fields", {}))
    ]
    return [*former, *([current] if current else [])]


def is_signed(key: Ed25519PublicKey, signature: str, statement: Mapping[str, Any]) -> bool:
    """Whether the key signed the canonical form of a statement."""
    try:
        key.verify(bytes.fromhex(signature), rfc8785.dumps(dict(statement)))
    except (InvalidSignature, ValueError):
        return False
    return True


def _handed_over(fields: Mapping[str, Any]) -> bool:
    said = {name: fields.get(name) for name in ("old_key", "old_public", "new_key", "new_public")}
    try:
        old, new = (Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(said[name]))) for name in ("old_public", "new_public"))
    except ValueError:
        return False
    named = (fingerprint(old), fingerprint(new)) == (said["old_key"], said["new_key"])
    return named and is_signed(old, str(fields.get("signature")), said)


def _private_key(path: Path) -> Ed25519PrivateKey:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise LedgerFault(
            f"keys/{path.name} can be read by others (mode {mode:04o}); run chmod 600 on it, then `throughcare keys rotate ledger`"
        )
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        raise LedgerFault(f"keys/{path.name} is damaged; restore the key from its backup") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise LedgerFault(f"keys/{path.name} is not an Ed25519 key; restore the key from its backup")
    return key


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
