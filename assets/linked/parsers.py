"""Values that SQL cannot read: handed to kept parsers, each distinct value once, and put into lookup tables.

Belongs here: which library reads which kind of value. Does not belong here: the values that SQL reads itself (nearly all of them: the .sql
files beside this module say which), and any decision about what a value is worth. Parsers are slow (phonenumbers 48,000, usaddress 10,000,
nameparser 4,000 values a second and core), SQL reads millions: so the rule is SQL first, then the parser on what is left, once per value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from resources.sql import Connection, load_sql, replace_table, rows

PACKAGE = "assets.linked"
NANP = 1
"""Country code of the North American numbering plan, whose numbers are kept as their ten digits."""


def plain_text(value: str) -> str:
    """The value in Latin letters without marks: José is Jose, Weiß is Weiss, Иван is Ivan (anyascii)."""
    from anyascii import anyascii

    return str(anyascii(value))


def phone_number(value: str) -> str | None:
    """A telephone number as digits: ten of North America, with the country code elsewhere; extensions are left out.

    None where the value is no possible number (the phonenumbers library's lengths by country).
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(value, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(number.national_number) if number.country_code == NANP else f"{number.country_code}{number.national_number}"


STREET_PARTS = (
    "AddressNumber", "AddressNumberSuffix", "StreetNamePreDirectional", "StreetNamePreModifier", "StreetNamePreType", "StreetName",
    "StreetNamePostType", "StreetNamePostDirectional",
)  # fmt: skip
ONES = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10"}


def street(value: str) -> str | None:
    """House number and street, or a post-office box, of a line that also holds a flat, a town or a name (usaddress).

    None where nobody lives: a crossing, "homeless", a place without a number.
    """
    import usaddress

    try:
        parts, kind = usaddress.tag(value)
    except usaddress.RepeatedLabelError:
        return None
    if kind == "PO Box" and "USPSBoxID" in parts:
        return f"0 BOX {parts['USPSBoxID']}"
    if kind != "Street Address" or "AddressNumber" not in parts or "StreetName" not in parts:
        return None
    number = ONES.get(parts["AddressNumber"].lower(), parts["AddressNumber"])
    return " ".join([number, *(parts[name] for name in STREET_PARTS[1:] if name in parts)])


def name_parts(value: str) -> tuple[str | None, str | None, str | None, str | None]:
    """(given, middle, surname, suffix) of a whole name in reading order, particles kept with the surname (nameparser)."""
    from nameparser import HumanName

    name = HumanName(value)
    given, surname = name.first or None, name.last or None
    # One word alone is read as a given name; as elsewhere it is the surname that a report has.
    return (None, given, None, name.suffix or None) if surname is None else (given, name.middle or None, surname, name.suffix or None)


LOOKUPS: Mapping[str, Callable[[str], str | None]] = {"plain": plain_text, "phone": phone_number, "street": street}
"""Lookup tables by name: ``temp.linked_<name>`` (raw, parsed), filled from the values that ``odd_<name>.sql`` finds."""


def split_full_names(con: Connection) -> None:
    """Fill ``temp.linked_full_name`` (raw, first_name, middle_name, last_name, name_suffix) with the whole names that SQL cannot split."""
    found: list[tuple[str | None, ...]] = [(raw, *name_parts(raw)) for (raw,) in rows(con, load_sql(PACKAGE, "odd_full_name"))]
    _put(con, "full_name", found, ("raw", "first_name", "middle_name", "last_name", "name_suffix"))


def look_up(con: Connection, words: Mapping[str, Any]) -> None:
    """Fill the lookup tables of :data:`LOOKUPS` from ``temp.linked_raw_identity``; ``words`` as the standardising SQL gets them."""
    for name, parse in LOOKUPS.items():
        odd = rows(con, load_sql(PACKAGE, f"odd_{name}"), words)
        _put(con, name, [(raw, parse(raw)) for (raw,) in odd], ("raw", "parsed"))


def _put(con: Connection, name: str, found: list[tuple[str | None, ...]], columns: tuple[str, ...]) -> None:
    con.register("linked_lookup_frame", pl.DataFrame(found, schema=dict.fromkeys(columns, pl.String), orient="row"))
    replace_table(con, f"temp.linked_{name}", f"select {', '.join(columns)} from linked_lookup_frame")
    con.unregister("linked_lookup_frame")
