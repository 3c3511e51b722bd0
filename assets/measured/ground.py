"""What lies under the measures of one scope whatever the moment: made once, read at every as-of date.

Belongs here: which of these tables is made from which question, and in what order. Does not belong here: anything that hangs on the
as-of moment (measure.py), any question.

A record is known from some moment on, and most of what is said of it never changes after that: the tables hold that moment as a column,
so that each date is a filter. What does change (a stay ends, a stay turns out too short to count) has the moment of the change as a column.
Keys of persons are numbers here and the words that contacts use are enums, both in the order of the text: millions of rows are quick to
join, to group and to sort, and small. Finished tables hold text again (run.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from assets.measured.run import PACKAGE, Held, held_by
from assets.measured.scope import SCOPE
from assets.measured.settled import months_and_days
from contracts.definitions import Definitions
from resources.sql import Connection, load_sql, replace_table

EVER: Final = "infinity"
"""The moment at which everything is known."""


@dataclass(frozen=True)
class Ground:
    """The scope's tables are laid; what it holds at all."""

    held: Held
    spelled: dict[str, str] = field(default_factory=dict)
    """Questions of finished tables as they are put, their codes as text: the same at every date."""


def lay(con: Connection, definitions: Definitions) -> Ground:
    """Make the tables that do not hang on the moment, for the scope that is open; the definitions are settled (``event_filter``)."""
    code(con)
    rules = definitions.stepping_up
    months, days = months_and_days(rules.smi.diagnosis_window)
    cuts = rules.smi.rules
    parameters: dict[str, Any] = {
        "bjmhs_current": cuts.bjmhs_current,
        "k6_cut": cuts.k6,
        "cmhs_men": cuts.cmhs_m,
        "cmhs_women": cuts.cmhs_w,
        "diagnosis_months": months,
        "diagnosis_days": days,
        "counted_types": list(rules.booking.types.counted),
        "minimum_stay_hours": rules.booking.minimum_stay_hours,
        "first_appearance_hours": definitions.timeline.first_appearance_hours,
        "breakdowns": [each.value for each in rules.breakdowns],
        "age_bands": list(rules.age_bands),
        "age_labels": age_labels(rules.age_bands),
        **screen_rules(definitions),
        "said_before": EVER,
        "only_late": False,
    }
    for name in _TABLES:
        replace_table(con, f"{SCOPE}.{name}", load_sql(PACKAGE, name), parameters)
    return Ground(held_by(con))


_TABLES: Final = (
    "booking_known", "screening_score", "booking_screen", "step", "race_evidence", "withheld", "contact_fact", "contact_source",
    "person_system", "withheld_seen", "person_known", "matched_contact", "withheld_contact", "booking_service", "late_service",
    "booking_screened", "booking_category", "split", "cell", "booking_split", "booking_ready",
)  # fmt: skip


def screen_rules(definitions: Definitions) -> dict[str, Any]:
    """How soon after a booking which screens say something about it: parameters of booking_screened.sql and booking.sql."""
    rules = definitions.stepping_up.smi
    return {
        "early_hours": rules.early_hours,
        "landmark_hours": rules.landmark_hours,
        "screens": [screen.value for screen in rules.screens],
        "screened_within_hours": rules.screened_within_hours,
    }


def age_labels(bands: Sequence[int]) -> list[str]:
    """Names of the age bands, the youngest first: "under 18", "18-24", …, "65+"."""
    between = [f"{first}-{following - 1}" for first, following in pairwise(bands)]
    return [f"under {bands[0]}", *between, f"{bands[-1]}+"]


def code(con: Connection) -> None:
    """Give everybody of the scope and every word of its contacts a code that sorts like the text."""
    for name in (*_TABLES, "person_code"):
        con.execute(f"drop table if exists {SCOPE}.{name}")
    replace_table(con, f"{SCOPE}.every_person", load_sql(PACKAGE, "every_person"))
    _type(con, "domain_word", f"select distinct domain from {SCOPE}.every_person order by domain")
    _type(con, "word", load_sql(PACKAGE, "every_word"))
    replace_table(con, f"{SCOPE}.person_code", load_sql(PACKAGE, "person_code"))
    con.execute(f"drop table {SCOPE}.every_person")


def _type(con: Connection, name: str, question: str) -> None:
    con.execute(f"drop type if exists {SCOPE}.{name}")
    con.execute(f"create type {SCOPE}.{name} as enum ({question})")
