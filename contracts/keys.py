"""How records and subjects are keyed: one formula, in Python and as the SQL text that computes the same value.

Belongs here: record_id, subject_id and version. Does not belong here: person keys, which are minted with a secret.
"""

from __future__ import annotations

import hashlib

SEPARATOR = "\x1f"
KEY_HEX_DIGITS = 32  # 128 bits


def _digest(*parts: str) -> str:
    return hashlib.sha256(SEPARATOR.join(parts).encode()).hexdigest()[:KEY_HEX_DIGITS]


def record_id(source: str, record_type: str, vendor_key: str) -> str:
    """128-bit unkeyed hash that stays the same when the record is corrected. An identifier: it never leaves the integrator."""
    return _digest("record", source, record_type, vendor_key)


def subject_id(system: str, source_person_id: str) -> str:
    """128-bit unkeyed hash of one system's own person id."""
    return _digest("subject", system, source_person_id)


def sql_digest(*expressions: str) -> str:
    """SQL that computes ``_digest`` of the given SQL expressions (trusted text from this repository, never input)."""
    return f"left(sha256(concat_ws(chr(31), {', '.join(expressions)})), {KEY_HEX_DIGITS})"


def sql_record_id(source: str, record_type: str, vendor_key: str) -> str:
    """SQL twin of :func:`record_id`; every argument is a SQL expression."""
    return sql_digest("'record'", source, record_type, vendor_key)


def sql_subject_id(system: str, source_person_id: str) -> str:
    """SQL twin of :func:`subject_id`; every argument is a SQL expression."""
    return sql_digest("'subject'", system, source_person_id)
