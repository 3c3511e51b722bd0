"""Gates of linkage and the conservation of rows through it.

Belongs here: turning findings and counts into check results. Does not belong here: judging a gate (gates) or linking (night).
"""

from collections.abc import Sequence
from math import ceil

import dagster as dg

from assets.catalogue import Table, TableKey, linked
from assets.checks import check_result
from assets.linked.gates import Gate, GateFinding, GateVerdict, worst
from assets.linked.night import LinkReport
from resources.sql import Connection, load_sql, rows

CONSERVED = "rows_conserved"
MEMBERSHIP = linked("membership")[0]

_MEANS = {
    Gate.VIOLATIONS: "No person holds a pair of records that a veto keeps apart.",
    Gate.LARGEST_PERSON: "No person holds more subjects than the county's limit.",
    Gate.MERGES: "Persons merged tonight, per thousand, are within the county's limit.",
    Gate.SPLITS: "Persons split tonight, per thousand, are within the county's limit.",
    Gate.CANDIDATES: "No blocking rule gives more candidate pairs per compared subject than the county's limit.",
    Gate.SCORE_DRIFT: "Weights and comparison levels of every system still look like those of the model's first night here.",
    Gate.PARITY: "Sampled persons, standardised, compared and resolved anew, come out as they are stored.",
}


def gate_specs(membership: TableKey) -> list[dg.AssetCheckSpec]:
    """One blocking check a gate: a held gate keeps last night's products."""
    return [
        dg.AssetCheckSpec(f"gate_{gate.value}", asset=dg.AssetKey(membership.path), blocking=True, description=meaning)
        for gate, meaning in _MEANS.items()
    ]


def held(found: LinkReport, overridden: frozenset[str]) -> frozenset[Gate]:
    """Gates that stop the night: held, or without a finding, and not overridden by name."""
    worst_of = {gate: worst(found.findings, gate) for gate in Gate}
    passed = {gate for gate, finding in worst_of.items() if finding is not None and finding.verdict is GateVerdict.PASSED}
    return frozenset(gate for gate in Gate if gate not in passed and gate.value not in overridden)


def gates(found: LinkReport, overridden: frozenset[str]) -> Sequence[dg.AssetCheckResult]:
    """The gates' findings; a gate that was overridden by name still shows that it does not hold."""
    return [_gate(gate, worst(found.findings, gate), blocks=gate.value not in overridden) for gate in Gate]


def _gate(gate: Gate, finding: GateFinding | None, *, blocks: bool) -> dg.AssetCheckResult:
    passed = finding is not None and finding.verdict is GateVerdict.PASSED
    figures: dict[str, int] = {}
    if finding is not None:
        # Drift is a fraction, and a check's figures are whole: thousandths of it.
        unit = 1000 if gate is Gate.SCORE_DRIFT else 1
        figures = {"figure_rounded_up": ceil(finding.figure * unit), "limit": int(finding.limit * unit)}
    return check_result(MEMBERSHIP, f"gate_{gate.value}", passed, figures, blocks=blocks)


def conserved_specs(tables: Sequence[Table], content: Sequence[str]) -> list[dg.AssetCheckSpec]:
    """Every admitted row about a subject is linked, erased, or without a person key: none is lost and none invented."""
    return [
        dg.AssetCheckSpec(
            CONSERVED,
            asset=dg.AssetKey(table.key.path),
            blocking=True,
            description="Every checked row about a subject is here, or erased, or its subject has no person key; none twice in a domain.",
        )
        for table in tables
        if table.key.name in content
    ]


def conserved(con: Connection, table: Table) -> dg.AssetCheckResult:
    """Count one content table against the checked rows it comes from."""
    sql = load_sql("assets.linked", "conservation").replace("checked.content", f"checked.{table.key.name}")
    checked_rows, erased, without_key, linked_rows, doubled = rows(con, sql.replace("linked.content", table.key.qualified))[0]
    return check_result(
        table.key,
        CONSERVED,
        doubled == 0 and checked_rows == erased + without_key + linked_rows,
        {"checked": checked_rows, "erased": erased, "without_person": without_key, "linked": linked_rows, "twice": doubled},
        blocks=True,
    )
