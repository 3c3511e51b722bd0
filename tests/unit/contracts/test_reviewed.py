"""Every fault of a reviewed text has its line and its key, whatever reads the YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.reviewed import Reviewed, TermsFaults, load_reviewed


class Rule(Reviewed):
    """A text of two keys."""

    name: str
    days: int


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("name: a\ndays: 1\nname: b\n", 3, "-", "key [name] is said twice"),
        ("name: [a, b\ndays: 1\n", 2, "-", "not valid YAML"),
        ("name: a\n\tdays: 1\n", 2, "-", "not valid YAML"),
        ("name: a\x00\ndays: 1\n", 1, "-", "a character that text may not hold"),
        ("", 1, "-", "the file is empty"),
        ("name: a\ndays: soon\n", 2, "days", "integer"),
        ("name: a\n", 1, "days", "required"),
    ],
    ids=["said twice", "list not closed", "tab", "control character", "empty", "no number", "missing"],
)
def test_a_fault_says_its_line_its_key_and_what_is_wrong(text: str, line: int, key: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "rule.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TermsFaults) as refused:
        load_reviewed(file, Rule)
    (fault,) = refused.value.faults
    assert (fault.file, fault.line, fault.key) == ("rule.yaml", line, key)
    assert says.lower() in fault.message.lower()


def test_what_a_file_says_is_what_is_read(tmp_path: Path) -> None:
    file = tmp_path / "rule.yaml"
    file.write_text("name: a\ndays: 1\n", encoding="utf-8")
    assert load_reviewed(file, Rule) == Rule(name="a", days=1)
