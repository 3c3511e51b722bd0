"""The notice: what a recipient must know and obey."""

from __future__ import annotations

from datetime import date

import pytest

from assets.published.notice import PART2_STATEMENT, notice_lines, notice_text
from contracts.county import County
from contracts.instruments import Obligation


def _lines(county: County, path: str = "health/care_coordination", **more: object) -> list[str]:
    given: dict[str, object] = {"obligations": [], "labels": [], "clauses": [], "valid_until": date(2026, 3, 5), **more}
    return notice_lines(county.product(*path.split("/")), agency_title="Larkmoor Behavioral Health", **given)


def test_the_part_2_statement_and_the_scope_of_the_consents_go_with_part_2_rows(county: County) -> None:
    lines = _lines(county, labels=["phi", "part2"], obligations=["copy_of_consent"])
    assert PART2_STATEMENT in lines
    assert sum(line.startswith("The scope of the consents") for line in lines) == 1


def test_without_part_2_rows_the_statement_is_not_there(county: County) -> None:
    assert PART2_STATEMENT not in _lines(county, labels=["phi"])


@pytest.mark.parametrize("obligation", list(Obligation))
def test_every_obligation_has_its_sentence(county: County, obligation: Obligation) -> None:
    assert len(_lines(county, obligations=[obligation.value])) == len(_lines(county)) + 1


def test_the_notice_names_recipient_purpose_clauses_and_end(county: County) -> None:
    text = notice_text(_lines(county, clauses=["DUL-2026-BH §3.2"]))
    assert "For Larkmoor Behavioral Health, for: care_coordination." in text
    assert "until 2026-03-05, that day excluded" in text
    assert "Disclosed under: DUL-2026-BH §3.2." in text
    assert text.endswith("nor to enforce immigration law.\n")
