"""What a person may overrule for one night, by name and with a reason that enters the ledger.

Belongs here: replacing the terms of a night, letting a held gate pass. Does not belong here: the rules themselves.
"""

from __future__ import annotations

from datetime import date

from contracts.county import County
from pipelines.place import Place
from resources.integrator import override_gate, refreeze
from resources.ledger import EntryKind, Ledger
from resources.terms import Terms
from resources.warehouse import Warehouse


class NotOverridable(ValueError):
    """Nothing of that name can be overruled."""


def replace_terms(place: Place, county: County, night: date, reason: str, *, by: str) -> None:
    """Let a night be rerun under the county's text as it is now."""
    terms = Terms(county, place.home)
    warehouse = Warehouse(place.home)
    with warehouse.lock(), warehouse.writer() as con:
        before = refreeze(con, night, terms)
    Ledger(place.home).append(
        EntryKind.NOTE, night=night, what="terms of the night replaced", before=before, now=terms.sha256, reason=reason, by=by
    )


def let_gate_pass(place: Place, night: date, gate: str, reason: str, *, by: str) -> None:
    """Let one gate of linkage be held without stopping that night; who said so and why enter the ledger.

    Raises:
        NotOverridable: naming the gates there are.
    """
    from assets.linked.gates import Gate

    if gate not in {known.value for known in Gate}:
        raise NotOverridable(f"[{gate}] is no gate; there are: {', '.join(sorted(known.value for known in Gate))}")
    warehouse = Warehouse(place.home)
    with warehouse.lock(), warehouse.writer() as con:
        override_gate(con, night, gate)
    Ledger(place.home).append(EntryKind.GATE_OVERRIDDEN, night=night, gate=gate, reason=reason, by=by)
