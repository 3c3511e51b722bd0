"""The consented stage worked out again beside the warehouse: for another night, or under terms that nobody has signed yet.

Belongs here: filling a connection of its own with the facts of one night under given terms. Does not belong here: the facts themselves
(consent.py), comparing two sets of answers (whatif.py), and the nightly run, which this never touches.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from assets.consented import consent
from assets.consented.clauses import Terms
from resources.as_known import as_known
from resources.home import Home
from resources.sql import Connection


@contextmanager
def replayed(home: Home, terms: Terms, night: date) -> Iterator[Connection]:
    """A connection whose ``consented`` tables say what held on ``night`` under ``terms``, given what was known then.

    Memberships and scored pairs are those known that night; decisions can be asked of the connection like of the warehouse.

    Args:
        home: where the warehouse lies; it is only read.
        terms: the county's text, or a draft of it.
        night: the night asked about.

    Raises:
        resources.as_known.NotYetKnown: if the warehouse knows nothing of that night.
    """
    with as_known(home, night) as con:
        write_facts(con, terms, night)
        yield con


def write_facts(con: Connection, terms: Terms, night: date) -> None:
    """Every table of the consented stage, in its order."""
    consent.write_clauses(con, terms, night)
    consent.write_link_domains(con, terms, night)
    consent.write_erased_records(con, terms, night)
    consent.write_consents(con, terms, night)
    consent.write_custody(con, terms, night)
    consent.write_court_orders(con, terms, night)
    consent.write_denies(con, terms, night)
    consent.write_link_permissions(con, terms, night)
