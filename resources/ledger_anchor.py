"""The ledger's head on one sheet of paper, and the proof that a sheet's head is the beginning of today's chain.

Belongs here: what a sheet says, reading it back, holding it against the chain. Does not belong here: writing entries (ledger.py).

A signed head inside the integrator can be replaced together with everything under it by whoever holds the machine and its key. A sheet in
an auditor's binder cannot: if the chain of today does not contain the sheet's head at the sheet's number, the past was rewritten.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from pathlib import Path

from resources.ledger import Ledger, LedgerFault
from resources.signing_key import fingerprint, is_signed, keys_of

_HEAD = re.compile(r"\b[0-9a-f]{64}\b")
_GROUP = 8


@dataclass(frozen=True)
class Anchor:
    """What one sheet says. ``entries`` and what follows are None where only a bare head was given."""

    head: str
    entries: int | None = None
    signature: str | None = None
    key: str | None = None
    written: str | None = None


@dataclass(frozen=True)
class AnchorProof:
    """Whether a sheet's head begins today's chain; ``at`` is the entry it covers, ``since`` how many were written after it."""

    is_prefix: bool
    at: int | None
    since: int | None
    faults: tuple[str, ...]


def anchor_of(ledger: Ledger) -> Anchor:
    """What a sheet would say now: the newest signed head.

    Raises:
        LedgerFault: if nothing was entered yet, or the ledger is not sound; a sheet of a broken chain would only seal what is broken.
    """
    found = ledger.verify()
    if not found.entries:
        raise LedgerFault("the ledger has no entry yet; run a night first")
    key = ledger.keys.public()
    if not found.sound or key is None:
        raise LedgerFault("the ledger is not sound; `throughcare ledger verify` says where. An anchor of it would seal what is broken")
    signed = json.loads(ledger.head_file.read_bytes())
    newest = ledger.entries()[int(signed["entries"]) - 1]
    return Anchor(str(signed["head"]), int(signed["entries"]), str(signed["signature"]), fingerprint(key), str(newest["recorded_at"]))


def as_text(anchor: Anchor, county: str) -> str:
    """The sheet as plain text; hashes are set in groups that an eye can compare."""
    lines = [
        f"Ledger of {county}",
        "",
        f"entries: {anchor.entries}",
        f"newest entry written: {anchor.written}",
        "head (sha256 of the newest entry):",
        f"    {grouped(anchor.head)}",
        f"head: {anchor.head}",
        "signed by the key with the fingerprint:",
        f"    {grouped(anchor.key or '')}",
        f"key: {anchor.key}",
        f"signature: {anchor.signature}",
        "",
        "Keep this sheet where nobody who runs the system can change it. To prove later that nothing before it was rewritten:",
        "    throughcare ledger verify --anchor FILE        (this sheet as a file), or",
        "    throughcare ledger verify --anchor HEAD        (the head, typed)",
        "",
        "Received by: ______________________________   Date: ______________",
    ]
    return "\n".join(lines) + "\n"


def as_html(anchor: Anchor, county: str) -> str:
    """The sheet as one page that any browser prints on one side."""
    body = html.escape(as_text(anchor, county))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Ledger anchor</title>'
        "<style>@page{margin:2cm}body{font:11pt/1.5 monospace;max-width:42em;margin:2em auto}pre{white-space:pre-wrap;"
        f"overflow-wrap:anywhere}}</style></head><body><pre>{body}</pre></body></html>\n"
    )


def grouped(digits: str) -> str:
    """Hexadecimal digits in groups of eight."""
    return " ".join(digits[start : start + _GROUP] for start in range(0, len(digits), _GROUP))


def read_anchor(said: str) -> Anchor:
    """A sheet from a file (text, HTML or a copied head.json), or a head as typed, with or without blanks.

    Raises:
        LedgerFault: if there is no head in it.
    """
    path = Path(said)
    if not path.is_file():
        typed = "".join(said.split()).lower()
        if not _HEAD.fullmatch(typed):
            raise LedgerFault("--anchor takes a file, or a head of 64 hexadecimal digits as the sheet prints it")
        return Anchor(typed)
    text = path.read_text(encoding="utf-8", errors="replace")
    if text.lstrip().startswith("{"):
        return _from_json(text)
    fields = dict(re.findall(r"^(entries|head|key|signature): (\S+)$", html.unescape(re.sub(r"<[^>]*>", "\n", text)), re.MULTILINE))
    if not (_HEAD.fullmatch(fields.get("head", "")) and fields.get("entries", "").isdigit()):
        raise LedgerFault("the file holds no anchor; give the sheet as `throughcare ledger anchor` wrote it, or a copy of head.json")
    return Anchor(fields["head"], int(fields["entries"]), fields.get("signature"), fields.get("key"))


def _from_json(text: str) -> Anchor:
    try:
        said = json.loads(text)
        return Anchor(str(said["head"]), int(said["entries"]), str(said["signature"]))
    except (ValueError, KeyError, TypeError):
        raise LedgerFault("the file is no signed head; copy ledger/head.json again") from None


def prove(ledger: Ledger, anchor: Anchor) -> AnchorProof:
    """Hold a sheet against today's chain: is its head the hash of the entry it names, and was it signed by one of the ledger's keys?

    The chain itself is judged by :meth:`Ledger.verify`; a head that is in a sound chain fixes every entry before it.
    """
    hashes = ledger.hashes()
    at = hashes.index(anchor.head) + 1 if anchor.head in hashes else None
    faults = []
    if at is None:
        there = f"; today's chain has {len(hashes)}" if anchor.entries else ""
        said = f" at entry {anchor.entries}" if anchor.entries else ""
        faults.append(f"the sheet's head is not in today's chain{said}{there}: entries were changed or removed since it was printed")
    elif anchor.entries is not None and at != anchor.entries:
        faults.append(f"the sheet's head covers entry {at} of today's chain, not {anchor.entries} as it says")
    if anchor.signature is not None and not _is_signed(ledger, anchor):
        faults.append("the sheet's signature is of none of this ledger's keys")
    return AnchorProof(not faults, at, None if at is None else len(hashes) - at, tuple(faults))


def _is_signed(ledger: Ledger, anchor: Anchor) -> bool:
    statement = {"entries": anchor.entries, "head": anchor.head}
    return any(is_signed(key, str(anchor.signature), statement) for key in keys_of(ledger.entries(), ledger.keys.public()))
