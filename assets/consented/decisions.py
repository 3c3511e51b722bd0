"""Every decision about one product's elements at once: policy compiled to SQL and run set-based.

Belongs here: running ``decide`` for all subjects of the warehouse, into a table. Does not belong here: the rule itself (decide.py is its
specification, decisions.sql its compiled form, a property test holds them equal) or building anything from the answers (published).

How to use the answer
---------------------
One row of the target table answers: may this recipient have this element of those rows of this subject that carry exactly these labels?

=============== ==========================================================================================================
subject_id      VARCHAR; NULL for elements without a person behind a row (``jail_count.population``)
element         VARCHAR; ``<record_type>.<column>``, ``<record_type>.__present__``, ``<source>.__present__``
labels          VARCHAR; the row labels decided on, sorted, comma-joined: ``labels_key(row.labels)``; '' for rows without labels.
                For elements without row labels of their own (``<source>.__present__``, ``race_assertion.*``, ``person_attribute.*``)
                it is always '' and the decision is about what all rows of the subject have in common
verdict         VARCHAR; ``permit`` or ``deny``; a missing row is a deny
reason          VARCHAR; ``permitted`` or the first gate that denied (``Reason``)
clause_id       VARCHAR; the clause that permits, ``DUL-2026-SO §3.1``; NULL when denied
consent_id      VARCHAR; record_id of the consent that was needed and found; NULL when none was needed
transform       VARCHAR; raw | zip3 | age_band | year | flag | suppress; NULL when denied
output_form     VARCHAR; identified | lds | pseudonymised | aggregate; NULL when denied
obligations     VARCHAR[]; union over the clauses that permit
min_cell        INTEGER; largest of the clauses that permit
records_from    DATE; first day of records the clauses reach; NULL when unlimited
valid_until     DATE; first night on which clause or consent no longer holds
=============== ==========================================================================================================

A row of content may be shown only if ``<record_type>.__present__`` is permitted *for the row's own labels*; a column only if its element
is. Joining on subject and element alone would show a juvenile's or a Part 2 row on the strength of another row: join on labels too, or
use :func:`assets.consented.permitted.write_permitted_rows`, which does it all. A recipient's own subjects may carry another agency's rows
only when their own ``linked.membership.link_confidence`` is at least ``PERMITS_ACROSS``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from contracts.instruments import Operation
from resources.sql import Connection

PERMITS_ACROSS = 0.99
"""A consent or a custody fact reaches another subject of the person only if both are tied to it at least so surely."""

DENIES_ACROSS = 0.5
"""A deny reaches every subject tied to the person at least so surely."""


def write_decisions(
    con: Connection,
    *,
    target_table: str,
    recipient: str,
    purposes: Sequence[str],
    operation: Operation | str,
    elements: Sequence[str],
    night: date,
) -> dict[str, int]:
    """Create or replace ``target_table`` with one decision per subject, label set and element; columns as in the module's table.

    Reads ``consented.*`` of ``night``, ``linked.membership`` and, if it is there, ``linked.edge``.

    Args:
        con: the warehouse, writable.
        target_table: qualified table name from this repository, never from input.
        recipient: the agency, as clauses name it (``behavioral_health``), or the folder it receives in (``health``).
        purposes: what the product may be used for; a permit needs a clause, and where one is due a consent, that covers all of them.
        operation: ``disclose_row``, ``disclose_aggregate`` or ``research_extract``.
        elements: elements to decide; an element the county's catalogue does not hold yields no row, which is a deny.
        night: tonight.

    Returns:
        decisions by reason, in order of reason.

    Raises:
        ValueError: if the operation is unknown, or is ``link``, which is decided before anything is compared.
    """
    raise NotImplementedError
