"""What exports put around their rows: titles above the header, totals below the last row, other spellings of a column.

Belongs here: taking them away as the county's text says, and refusing what is not as it says. Does not belong here: matching a header with
the text (csv_text), any guess at what a line is.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from contracts.connectors import CsvDrop
from contracts.source_feeds import Feed
from resources.source_systems.connector import Fault, Rule
from resources.source_systems.csv_text import FileFaultError, records
from resources.source_systems.drift import normal


def unaliased(fields: Sequence[str], aliases: Mapping[str, Sequence[str]]) -> list[str]:
    """A header in the spellings of the county's text; two spellings of one column in one file become the same name, which is refused."""
    ours = {normal(alias): column for column, spellings in aliases.items() for alias in spellings}
    return [ours.get(normal(field), field) for field in fields]


def refuse_record_as_footer(fields: Sequence[str | None], begins: Sequence[str], *, place: int) -> None:
    """Refuse to leave out a row that does not begin as the text says footers do.

    Args:
        fields: the row; its first field that holds anything counts.
        begins: beginnings, compared without regard to case and width of letters.
        place: its place from the end of the file.

    Raises:
        FileFaultError: if it begins otherwise.
    """
    first = normal(next((field for field in fields if field and field.strip()), ""))
    if not first.startswith(tuple(normal(text) for text in begins if text.strip())):
        raise FileFaultError(Fault(Rule.MALFORMED_FOOTER, f"row {place} from the end begins otherwise than footer_begins says"))


def has_oddities(feed: Feed) -> bool:
    """Whether the text says that something stands around the rows, or that columns are spelled otherwise."""
    return feed.origin.header_row > 1 or feed.origin.footer_rows > 0 or bool(feed.aliases)


def write_plain(path: Path, target: Path, options: CsvDrop, feed: Feed) -> None:
    """Copy a file of delimited text with its header first, in our spellings, and nothing after its last row.

    Lines are counted among those that hold anything.

    Raises:
        FileFaultError: if there is no header where the text says, or a footer begins otherwise than it says.
        UnicodeDecodeError: if the text is not in its declared encoding.
    """
    held: deque[list[str]] = deque()
    width = 0
    with target.open("w", encoding=options.encoding.value, newline="") as stream:
        writer = csv.writer(stream, delimiter=options.delimiter, quotechar=options.quote, lineterminator="\n")
        for number, fields in enumerate(records(path, options), start=1):
            if number < feed.origin.header_row:
                continue
            if number == feed.origin.header_row:
                width = len(fields)
                writer.writerow(unaliased(fields, feed.aliases))
                continue
            held.append(fields)
            if len(held) > feed.origin.footer_rows:
                writer.writerow(held.popleft())
    if not width:
        raise FileFaultError(Fault(Rule.EMPTY, f"the file has no line {feed.origin.header_row} with the column names"))
    if len(held) < feed.origin.footer_rows:
        raise FileFaultError(Fault(Rule.TRUNCATED, f"{len(held)} lines below the header where {feed.origin.footer_rows} footers are said"))
    for place, fields in zip(range(len(held), 0, -1), held, strict=True):
        refuse_record_as_footer(fields, feed.origin.footer_begins, place=place)
