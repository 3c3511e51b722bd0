"""A county folder to be filled: nothing invented in it, everything open marked, schemas where editors look; and what linking lacks."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from contracts.county import load_county
from contracts.readiness import missing_for_linking, missing_for_receiving
from contracts.reviewed import UNDECIDED, TermsFaults
from pipelines.onboarding.new_county import make_county
from pipelines.place import demo_county

NIGHT = date(2026, 3, 2)


def test_an_empty_county_is_refused_line_by_line_until_it_is_decided(tmp_path: Path) -> None:
    make_county(tmp_path / "ours", empty=True)
    with pytest.raises(TermsFaults) as refused:
        load_county(tmp_path / "ours")
    undecided = {
        (path.relative_to(tmp_path / "ours").as_posix(), number)
        for path in (tmp_path / "ours").rglob("*.yaml")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNDECIDED in line.partition("#")[0]
    }
    assert undecided <= {(fault.file, fault.line) for fault in refused.value.faults}


def test_nothing_invented_is_taken_over(tmp_path: Path) -> None:
    make_county(tmp_path / "ours", empty=True)
    texts = "\n".join(path.read_text(encoding="utf-8") for path in (tmp_path / "ours").rglob("*.yaml"))
    assert re.findall(r"larkmoor", texts, re.IGNORECASE) == []
    assert list((tmp_path / "ours" / "sources").iterdir()) == []


@pytest.mark.parametrize("empty", [True, False])
def test_every_file_names_a_schema_that_is_there(tmp_path: Path, empty: bool) -> None:
    county = tmp_path / "ours"
    make_county(county, empty=empty)
    for path in county.rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert found, path.name
        assert "$schema" in json.loads((path.parent / found.group(1)).resolve().read_text(encoding="utf-8"))


def test_a_copied_county_is_as_sound_as_the_one_it_is_copied_from(tmp_path: Path) -> None:
    make_county(tmp_path / "ours", empty=False)
    assert load_county(tmp_path / "ours").sources == load_county(demo_county()).sources


def test_the_demo_county_lacks_nothing() -> None:
    county = load_county(demo_county())
    assert (missing_for_receiving(county, NIGHT), missing_for_linking(county, NIGHT)) == ([], [])


def test_a_draft_is_named_with_the_pairs_it_keeps_apart(tmp_path: Path) -> None:
    make_county(tmp_path / "ours", empty=False)
    agreement = tmp_path / "ours" / "instruments" / "dsa-2025-so.yaml"
    agreement.write_text(agreement.read_text(encoding="utf-8").replace("status: active", "status: draft"), encoding="utf-8")
    county = load_county(tmp_path / "ours")
    assert missing_for_receiving(county, NIGHT) == [
        "source [jail] cannot be received on 2026-03-02: [DSA-2025-SO] is draft; status must be active"
    ]
    lacking = missing_for_linking(county, NIGHT)
    assert [line.split(" are not linked")[0] for line in lacking] == [
        "[cad] and [jail]",
        "[co_responder] and [jail]",
        "[health] and [jail]",
    ]
    assert all("sheriff has a clause that is not in force for [jail]" in line for line in lacking)
