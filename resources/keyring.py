"""Secrets and what is derived from them: person keys and recipients' pseudonyms.

Belongs here: secret files under ``$THROUGHCARE_HOME/keys`` and the two pseudo-random functions. Does not belong here: which person
gets which number (assets/linked/register.py) and who may receive which pseudonym. Secrets never appear in errors, logs or configuration.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from resources.home import sync_folder

SECRET_BYTES = 32
KEY_HEX_DIGITS = 32  # 128 bits, like every other key of the warehouse
_NAME = re.compile(r"^[a-z0-9][a-z0-9_]{0,63}$")
_FILE = re.compile(r"[a-z0-9_]{1,200}")
_SEPARATOR = b"\x1f"
MINT = "mint"
"""Name of the secret that person keys are made with."""


class KeyringFault(RuntimeError):
    """A secret cannot be used; the message names the file and how to mend it, never its content."""


@dataclass(frozen=True)
class Keyring:
    """The secrets of one county's home.

    ``folder`` is ``Home.keys``. A secret is created on first use, 32 random bytes, mode 0600.
    """

    folder: Path

    def person_key(self, domain: str, sequence: int) -> str:
        """Key of the person with that register number in that link domain: HMAC-SHA256, 32 hexadecimal digits.

        Looks random to everyone without the mint secret, and is the same in a rerun. It is never derived from a name,
        a birth date or a vendor's id (45 CFR 164.514(c)).
        """
        return self.person_keys(domain, [sequence])[0]

    def person_keys(self, domain: str, sequences: Iterable[int]) -> list[str]:
        """:meth:`person_key` of many register numbers, in their order."""
        secret, name = self._secret(MINT), domain.encode()
        return [_derive(secret, b"person", name, str(sequence).encode()) for sequence in sequences]

    def pseudonym(self, recipient: str, product: str, epoch: int, person_key: str) -> str:
        """What one product calls a person: HMAC-SHA256(key[recipient, product, epoch], person_key), 32 hexadecimal digits."""
        return self.pseudonyms(recipient, product, epoch, [person_key])[person_key]

    def pseudonyms(self, recipient: str, product: str, epoch: int, person_keys: Iterable[str]) -> dict[str, str]:
        """Pseudonyms of many persons at once, by person key. Two products never share a secret, so their files do not join.

        Raises:
            KeyringFault: if recipient, product or epoch is not a plain name or number, or the secret cannot be used.
        """
        secret = self._secret(pseudonym_secret(recipient, product, epoch))
        return {key: _derive(secret, b"pseudonym", recipient.encode(), product.encode(), key.encode()) for key in person_keys}

    def names(self) -> list[str]:
        """Secrets that lie in the folder, by name, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.key")) if self.folder.is_dir() else []

    def has(self, name: str) -> bool:
        """Whether the secret of that name lies in the folder."""
        return (self.folder / f"{name}.key").exists()

    def fingerprint(self, name: str) -> str:
        """16 hexadecimal digits that tell one secret from another and nothing about it; the secret is created if it is not there.

        Raises:
            KeyringFault: if the secret cannot be used.
        """
        return hashlib.sha256(_SEPARATOR.join((b"fingerprint", self._secret(name)))).hexdigest()[:16]

    def destroy(self, name: str) -> None:
        """Overwrite a secret and remove it: whatever was derived from it can never be derived again. Backups are the caller's to purge.

        Raises:
            KeyringFault: if there is no such secret.
        """
        path = self.folder / f"{name}.key"
        if not _FILE.fullmatch(name) or not path.exists():
            raise KeyringFault(f"keys/{name}.key is not there; `throughcare keys list` names what is")
        with path.open("r+b") as stream:
            stream.write(secrets.token_bytes(SECRET_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        path.unlink()
        sync_folder(self.folder)

    def mark(self, recipient: str, text: str) -> str:
        """Mark of a text under a secret of the recipient's: HMAC-SHA256, 16 hexadecimal digits. Equal for equal texts, and nothing else.

        Raises:
            KeyringFault: if the recipient is not a plain name, or the secret cannot be used.
        """
        if not _NAME.match(recipient) or "__" in recipient:
            raise KeyringFault(f"[{recipient}] cannot name a secret; use lower-case letters, digits and single underscores")
        return _derive(self._secret(f"mark__{recipient}"), b"mark", text.encode())[:16]

    def _secret(self, name: str) -> bytes:
        path = self.folder / f"{name}.key"
        if not path.exists():
            _create(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise KeyringFault(f"keys/{path.name} can be read by others (mode {mode:04o}); run chmod 600 on it and rotate the secret")
        secret = path.read_bytes()
        if len(secret) != SECRET_BYTES:
            raise KeyringFault(f"keys/{path.name} is damaged ({len(secret)} bytes, not {SECRET_BYTES}); restore it from the key backup")
        return secret


def pseudonym_secret(recipient: str, product: str, epoch: int) -> str:
    """Name of the secret by which one product calls people in one epoch.

    Raises:
        KeyringFault: if recipient, product or epoch is not a plain name or number.
    """
    if epoch < 1:
        raise KeyringFault(f"key epoch [{epoch}] must be 1 or more")
    for name in (recipient, product):
        if not _NAME.match(name) or "__" in name:
            raise KeyringFault(f"[{name}] cannot name a secret; use lower-case letters, digits and single underscores")
    return f"pseudonym__{recipient}__{product}__{epoch}"


def _derive(secret: bytes, *parts: bytes) -> str:
    return hmac.new(secret, _SEPARATOR.join(parts), hashlib.sha256).hexdigest()[:KEY_HEX_DIGITS]


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(secrets.token_bytes(SECRET_BYTES))
        stream.flush()
        os.fsync(stream.fileno())
    try:
        # link() fails where another process created the secret first: the first one stands, no secret is ever replaced.
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    sync_folder(path.parent)
