"""Nothing but counts, enum members and hashes reaches the control plane."""

from __future__ import annotations

from enum import StrEnum

import pytest

from assets.figures import Digest, NotAFigure, figures, per_ten_thousand


class Verdict(StrEnum):
    ACCEPTED = "accepted"


def test_counts_enum_members_and_hashes_pass() -> None:
    given = {"rows": 3, "passed": True, "verdict": Verdict.ACCEPTED, "sha256": Digest("ab" * 32), "unknown": None}
    assert figures(given) == {"rows": 3, "passed": True, "verdict": Verdict.ACCEPTED, "sha256": "ab" * 32}


@pytest.mark.parametrize("value", ["QUARRELWICK", 0.5, ["QUARRELWICK"], {"name": "QUARRELWICK"}, b"QUARRELWICK"])
def test_text_floats_and_containers_are_refused_without_being_quoted(value: object) -> None:
    with pytest.raises(NotAFigure) as refused:
        figures({"rows": value})
    assert "rows" in str(refused.value)
    assert "QUARRELWICK" not in str(refused.value)


@pytest.mark.parametrize("name", ["Quarrelwick", "a b", "", "1st", "x" * 101, "naïve"])
def test_a_name_that_is_not_plain_words_is_refused_without_being_quoted(name: str) -> None:
    with pytest.raises(NotAFigure) as refused:
        figures({name: 1})
    assert not name or name not in str(refused.value)


@pytest.mark.parametrize("text", ["", "quarrelwick", "AB" * 32, "ab" * 7, "ab" * 33, "ab" * 8 + "\n"])
def test_only_a_hash_is_a_digest(text: str) -> None:
    with pytest.raises(NotAFigure):
        Digest(text)


def test_a_share_of_nothing_is_absent_and_not_zero() -> None:
    assert per_ten_thousand(0, 0) is None
    assert per_ten_thousand(1, 3) == 3333
