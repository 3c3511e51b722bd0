"""Which secrets are in use, by fingerprint: so that a lost one is missed instead of made anew.

Belongs here: ``registers.main.secret`` and ``key_epoch``, and how each key stands. Does not belong here: the secrets themselves
(keyring.py, signing_key.py), and what is derived from a secret.

A secret is created on first use. Without this register a lost key would be created again, everybody would get a new pseudonym, and
nobody would know why: what was once used must be there, and be the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from resources.keyring import MINT, Keyring, KeyringFault, pseudonym_secret
from resources.signing_key import SigningKey, fingerprint
from resources.sql import Connection, rows, scalar


class Standing(StrEnum):
    """What became of a secret."""

    HERE = "here"
    NEW = "new"  # lies in the folder, and no night has used it yet
    MISSING = "missing"  # a night used it, and it is not in the folder
    CHANGED = "changed"  # another secret lies under its name
    UNREADABLE = "unreadable"
    DESTROYED = "destroyed"  # on purpose, for ever


LEDGER = "ledger"
"""Name by which the ledger's signing key is listed."""

LOST = frozenset({Standing.MISSING, Standing.CHANGED, Standing.UNREADABLE})
"""Standings that stop whatever needs the secret."""


@dataclass(frozen=True)
class KnownSecret:
    """One secret: its fingerprint as the register has it (or, of a new one, as it is), and how it stands."""

    name: str
    fingerprint: str | None
    since: date | None
    standing: Standing

    @property
    def if_lost(self) -> str:
        """What cannot be had again without it."""
        if self.name == MINT:
            return "person keys cannot be continued: every recipient would see strangers, and the register of persons must begin anew"
        if self.name == LEDGER:
            return "nothing can be entered any more, so no night runs; old entries stay verifiable by the public key beside them"
        _, recipient, product, epoch = self.name.split("__") if self.name.count("__") == 3 else ("", "?", "?", "?")
        return (
            f"what {recipient}/{product} called people in epoch {epoch} cannot be told any more; the product can be rebuilt under new names"
        )


def hold(con: Connection, keyring: Keyring, name: str, night: date) -> None:
    """Make sure that a secret is the one that was used before; one that was never used is created and entered.

    Args:
        con: a writer with ``registers`` attached.
        keyring: where the secret lies.
        name: the secret.
        night: tonight.

    Raises:
        KeyringFault: naming the file that is missing or another, or the secret that was destroyed.
    """
    known = rows(con, "select fingerprint, destroyed_on from registers.main.secret where name = $name", {"name": name})
    if not known:
        con.execute("insert into registers.main.secret values (?, ?, ?, null)", [name, keyring.fingerprint(name), night]).fetchall()
        return
    ((fingerprint, destroyed_on),) = known
    if destroyed_on is not None:
        raise KeyringFault(
            f"keys/{name}.key was destroyed on {destroyed_on}; what it named cannot be named again. Rotate the product's key"
        )
    if not keyring.has(name):
        raise KeyringFault(f"keys/{name}.key is missing; restore it from the key backup, or `throughcare keys drill` says what is lost")
    if keyring.fingerprint(name) != fingerprint:
        raise KeyringFault(
            f"keys/{name}.key is not the secret that was used before; restore the key backup that belongs to registers.duckdb"
        )


def known_secrets(con: Connection, keyring: Keyring) -> tuple[KnownSecret, ...]:
    """Every secret that was used or lies in the folder, sorted by name; ``con`` may be read-only."""
    found = rows(con, "select name, fingerprint, since, destroyed_on from registers.main.secret order by name")
    known = {str(name): (str(print_), since, gone) for name, print_, since, gone in found}
    listed = []
    for name in sorted({*known, *keyring.names()}):
        fingerprint, since, gone = known.get(name, (None, None, None))
        now = _fingerprint(keyring, name)
        listed.append(KnownSecret(name, fingerprint or now, since, _standing(fingerprint, gone, now, is_here=keyring.has(name))))
    return tuple(listed)


def ledger_secret(keys: SigningKey) -> KnownSecret:
    """The ledger's signing key, held against the public key beside the ledger."""
    public = keys.public()
    known, now = fingerprint(public) if public else None, keys.held()
    return KnownSecret(LEDGER, known or now, None, _standing(known, None, now, is_here=keys.private_file.exists()))


def lost_before_a_restore(con: Connection, keyring: Keyring, keys: SigningKey, *, signed_by: str | None) -> list[str]:
    """Keys without which restored registers and ledger could not be gone on with, in words; ``con`` has the backup's registers.

    Args:
        con: read-only will do.
        keyring: the secrets of the home that is restored into.
        keys: its ledger's key.
        signed_by: fingerprint of the key that the ledger which will lie there was signed by; None if nothing was ever entered.
    """
    lost = []
    if signed_by is not None and keys.held() != signed_by:
        word = "another key" if keys.private_file.exists() else "missing"
        lost.append(f"keys/{keys.private_file.name} is {word}")
    known = {item.name: item for item in known_secrets(con, keyring)}
    if MINT in known and known[MINT].standing in LOST:
        lost.append(f"keys/{MINT}.key is {known[MINT].standing.value}")
    return lost


def _standing(known: str | None, gone: date | None, now: str | None, *, is_here: bool) -> Standing:
    if gone is not None:
        return Standing.DESTROYED
    if not is_here:
        return Standing.MISSING
    if now is None:
        return Standing.UNREADABLE
    if known is None:
        return Standing.NEW
    return Standing.HERE if now == known else Standing.CHANGED


def _fingerprint(keyring: Keyring, name: str) -> str | None:
    if not keyring.has(name):
        return None
    try:
        return keyring.fingerprint(name)
    except KeyringFault:
        return None


def epoch_of(con: Connection, recipient: str, product: str, stated: int) -> int:
    """The epoch in which a product calls people tonight: the county's text says the least, a rotation raises it."""
    found = scalar(
        con,
        "select coalesce(max(epoch), 0) from registers.main.key_epoch where recipient = $recipient and product = $product",
        {"recipient": recipient, "product": product},
    )
    return max(stated, int(found))


def told_since(con: Connection, recipient: str, product: str, epoch: int) -> date | None:
    """Since when recipients of that epoch may be told by which names the one before it called the same people; None if they may not."""
    values = {"recipient": recipient, "product": product, "epoch": epoch}
    question = (
        "select max(since) from registers.main.key_epoch where recipient = $recipient and product = $product and epoch = $epoch and told"
    )
    found = scalar(con, question, values)
    return found if isinstance(found, date) else None


def rotate(
    con: Connection, keyring: Keyring, *, recipient: str, product: str, stated: int, night: date, told: bool, by: str, reason: str
) -> tuple[int, str]:
    """Begin a new epoch of one product; returns it and its secret's fingerprint. Nothing changes for readers until it is rebuilt.

    Args:
        con: a writer with ``registers`` attached.
        keyring: where the new secret is made.
        recipient: who receives the product.
        product: its name.
        stated: the epoch of the county's text.
        night: tonight.
        told: whether the recipient may be told the old names beside the new ones.
        by: who asks for it.
        reason: why.
    """
    epoch = epoch_of(con, recipient, product, stated) + 1
    name = pseudonym_secret(recipient, product, epoch)
    hold(con, keyring, name, night)
    con.execute(
        "insert into registers.main.key_epoch values (?, ?, ?, ?, ?, ?, ?)", [recipient, product, epoch, night, told, by, reason]
    ).fetchall()
    return epoch, keyring.fingerprint(name)


def shred(con: Connection, keyring: Keyring, *, name: str, night: date, account: Callable[[str], None]) -> str:
    """Destroy a secret for ever and enter that it was; returns its fingerprint.

    Entered first, here and where ``account`` enters it: killed in between, they say destroyed of a secret that still lies there, and doing
    it again ends it.
    """
    known = rows(con, "select fingerprint from registers.main.secret where name = $name", {"name": name})
    fingerprint = str(known[0][0]) if known else keyring.fingerprint(name)
    con.execute(
        "insert into registers.main.secret values (?, ?, ?, ?) on conflict (name) do update set destroyed_on = excluded.destroyed_on",
        [name, fingerprint, night, night],
    ).fetchall()
    account(fingerprint)
    keyring.destroy(name)
    return fingerprint
