"""The account a person may ask for, as a letter.

Belongs here: the wording of the accounting of disclosures (45 CFR 164.528) and of the list of disclosures under a general designation
(42 CFR 2.24). Does not belong here: finding disclosures; and no letter names the person, whom the integrator does not know by name here:
the officer who sends it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from assets.published.disclosures import Disclosure
from contracts.accounting import ACCOUNTED_YEARS, PART2_YEARS, Accounting, Letter
from contracts.law import Law
from contracts.purposes import PURPOSE_MEANING, Purpose

__all__ = ["LOOKS_BACK", "Letter", "Office", "belongs", "letter_text", "years_before"]

LOOKS_BACK: Mapping[Letter, int] = {Letter.ACCOUNTING: ACCOUNTED_YEARS, Letter.PART2: PART2_YEARS}
"""Years each account reaches back."""


@dataclass(frozen=True)
class Office:
    """Who answers, under which law, and the agencies by the names people know."""

    county: str
    integrator: str
    contact: str | None
    titles: Mapping[str, str]
    """Recipient folder -> title of the agency."""
    contacts: Mapping[str, str]
    """Recipient folder -> where the agency is reached, where the county's text says."""
    law: Law
    """Rules that hold in the county, its state's among them."""
    orders: Mapping[str, str] = field(default_factory=dict)
    """Instrument that is a court order -> court and docket number."""


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def belongs(disclosure: Disclosure, letter: Letter, law: Law) -> bool:
    """Whether an account of this kind has to list the disclosure."""
    return disclosure.accounted(law, letter).code is Accounting.REQUIRED


def letter_text(letter: Letter, disclosures: Iterable[Disclosure], *, office: Office, asked_on: date) -> str:
    """The letter, in Markdown.

    Args:
        letter: which account.
        disclosures: everything found about the person in the years the account reaches back; what it need not list is left out.
        office: who answers.
        asked_on: the day the account is given.
    """
    listed = [item for item in disclosures if belongs(item, letter, office.law)]
    since = years_before(asked_on, LOOKS_BACK[letter])
    lines = [*_opening(letter, office, asked_on, since), "", *(_lines(letter, listed, office) or _nothing(letter)), "", *_closing(office)]
    return "\n".join(lines) + "\n"


def _opening(letter: Letter, office: Office, asked_on: date, since: date) -> list[str]:
    title = {
        Letter.ACCOUNTING: "Accounting of disclosures of your health information (45 CFR 164.528)",
        Letter.PART2: "Entities to which your substance use treatment information was disclosed (42 CFR 2.24)",
    }[letter]
    return [
        f"# {title}",
        "",
        f"{office.integrator}, {office.county}",
        "",
        f"{asked_on.isoformat()}",
        "",
        "To: ________________________________",
        "",
        "You asked which of your information was disclosed through the county's linked records.",
        f"This account covers {since.isoformat()} to {asked_on.isoformat()}.",
    ]


def _lines(letter: Letter, listed: Sequence[Disclosure], office: Office) -> list[str]:
    found: list[str] = []
    for number, item in enumerate(listed, start=1):
        reach = office.contacts.get(item.recipient)
        purposes = "; ".join(PURPOSE_MEANING[Purpose(purpose)] for purpose in item.purposes)
        found += [
            f"{number}. **To:** {office.titles.get(item.recipient, item.recipient)}{f' ({reach})' if reach else ''}",
            f"   **When:** {_when(item)}",
            f"   **What:** {item.record_type.replace('_', ' ')} ({', '.join(_plain(column) for column in item.columns)})",
            f"   **For:** {purposes}",
            f"   **Under:** {', '.join(_clause(clause_id, office) for clause_id in item.clause_ids)}",
            f"   **Told because of:** {'; '.join(item.accounted(office.law, letter).cited) or _UNSAID}",
            "",
        ]
    return found[:-1]


_UNSAID: Final = "no rule frees it from the account"


def _clause(clause_id: str, office: Office) -> str:
    order = office.orders.get(clause_id.split(" §", maxsplit=1)[0])
    return f"{clause_id} (as ordered by {order})" if order else clause_id


def _when(item: Disclosure) -> str:
    if item.first_night == item.last_night:
        return f"once, with the version of {item.first_night.isoformat()}"
    # 164.528(b)(3): recurring disclosures may be told by the first, the frequency and the last.
    return f"with every version from {item.first_night.isoformat()} to {item.last_night.isoformat()}, at most one a night"


def _plain(column: str) -> str:
    return "that there is such a record" if column == "__present__" else column.replace("_", " ")


def _nothing(letter: Letter) -> list[str]:
    what = "that has to be accounted for" if letter is Letter.ACCOUNTING else "of substance use treatment information"
    return [f"No disclosure {what} was made in that time."]


def _closing(office: Office) -> list[str]:
    reach = f" Write to {office.contact}." if office.contact else ""
    return [
        "The account is drawn from the records that decided and made each disclosure.",
        "Records of one kind are listed together: it names no less than was shown, and may name more.",
        "",
        f"If something is wrong, or you want to take a consent back, you may do so at any time.{reach}",
    ]
