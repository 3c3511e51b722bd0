"""What a recipient must know and obey, in words: NOTICE.txt and the table ``_notice``.

Belongs here: the text, chosen by what the product holds and what its clauses oblige to. Does not belong here: deciding either.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from contracts.columns import Label
from contracts.instruments import Obligation
from contracts.products import Product, ProductForm

PART2_STATEMENT: Final = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
"""The short form that 42 CFR 2.32(a)(2) gives; it goes with every disclosure of such a record."""

_FORM: Final = {
    ProductForm.AGGREGATE: (
        "It holds counts of people and figures made from them. Small counts, and counts that would give them away, are withheld."
    ),
    ProductForm.PSEUDONYMISED: (
        "It holds one row a person or record, under pseudonyms that exist in this product only. Nobody may try to find out who is who."
    ),
    ProductForm.IDENTIFIED: "It holds rows under your agency's own identifiers of its own records.",
}

_OBLIGATION: Final = {
    Obligation.NOTICE: "Whoever is given any of it must be given this notice with it.",
    Obligation.COPY_OF_CONSENT: (
        "The scope of the consents behind it: every row disclosed on a consent carries its consent_scope_id, and the table consent_scope "
        "says which classes of elements, purposes and recipient each covers, until when, and how it is taken back. Whoever is given such "
        "a row must be given the lines of its scope with it. A copy of a form's wording can be had from the integrator."
    ),
    Obligation.NO_REDISCLOSURE: "It may not be passed on.",
    Obligation.NO_REIDENTIFICATION: "Nobody may try to identify a person in it or to contact one because of it.",
    Obligation.MIN_CELL: "Figures made from it must not show fewer people than its manifest's minimum cell.",
    Obligation.DESTROY_BY: "It must be destroyed by the date it may be read until, and the destruction confirmed.",
    Obligation.ACCOUNT: "Its disclosure is entered in the account of disclosures (45 CFR 164.528).",
}


def notice_lines(
    product: Product, *, agency_title: str, obligations: Collection[str], labels: Collection[str], clauses: Sequence[str], valid_until: date
) -> list[str]:
    """The notice, one sentence or heading a line.

    Args:
        product: the product.
        agency_title: the recipient as pages show it.
        obligations: what the clauses behind it oblige to.
        labels: labels of the rows about people that it holds; aggregates, in which there is nobody, carry none.
        clauses: clauses by which it is disclosed.
        valid_until: first day on which it may no longer be read.
    """
    lines = [
        f"{product.title}",
        f"For {agency_title}, for: {', '.join(purpose.value for purpose in product.purposes)}. For no other purpose, and for nobody else.",
        _FORM[product.form],
        f"It may be read until {valid_until.isoformat()}, that day excluded; after that its terms have run out and it must not be used.",
        "That somebody is not in it, or has an empty field, means nothing: what is withheld and what never happened look the same.",
    ]
    if Label.PART2.value in labels:
        lines.append(PART2_STATEMENT)
        lines.append(_OBLIGATION[Obligation.COPY_OF_CONSENT])
    for obligation in Obligation:
        text = _OBLIGATION[obligation]
        if obligation.value in obligations and text not in lines:
            lines.append(text)
    if clauses:
        lines.append(f"Disclosed under: {'; '.join(clauses)}.")
    lines.append("It may not be used to investigate or prosecute a person in it, nor to enforce immigration law.")
    return lines


def notice_text(lines: Sequence[str]) -> str:
    """NOTICE.txt."""
    return "\n".join(lines) + "\n"
