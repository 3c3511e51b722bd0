"""A source whose instrument does not hold is not read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contracts.county import County, load_county
from contracts.receiving import unlicensed_sources

DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county"
NIGHT = date(2026, 3, 2)


@pytest.fixture(scope="module")
def county() -> County:
    return load_county(DEMO)


def test_every_source_of_the_demo_county_may_be_received(county: County) -> None:
    assert unlicensed_sources(county.sources, county.instruments, folder=county.folder, night=NIGHT) == []


def test_an_instrument_out_of_force_names_the_file_the_line_and_the_reason(county: County) -> None:
    jail = next(instrument for instrument in county.instruments if instrument.id == "DSA-2025-SO")
    faults = unlicensed_sources(county.sources, county.instruments, folder=county.folder, night=jail.expires_on)
    found = next(fault for fault in faults if "[DSA-2025-SO]" in fault.message)
    assert (found.file, found.key) == ("sources/jail.yaml", "instruments")
    assert (DEMO / "sources" / "jail.yaml").read_text().splitlines()[found.line - 1].startswith("instruments:")
    assert f"not in force on {jail.expires_on}" in found.message


def test_a_lapsed_parent_closes_every_source_under_it(county: County) -> None:
    parent = next(instrument for instrument in county.instruments if instrument.id == "MOU-2025-01")
    lapsed = [
        instrument.model_copy(update={"expires_on": NIGHT}) if instrument is parent else instrument for instrument in county.instruments
    ]
    faults = unlicensed_sources(county.sources, lapsed, folder=county.folder, night=NIGHT)
    assert {fault.file for fault in faults} == {f"sources/{name}.yaml" for name in county.sources}
    assert all("parent not in force" in fault.message for fault in faults)


def test_an_instrument_that_is_not_there_closes_its_source(county: County) -> None:
    others = [instrument for instrument in county.instruments if instrument.id != "DSA-2025-EC"]
    faults = unlicensed_sources(county.sources, others, folder=county.folder, night=NIGHT)
    assert [(fault.file, "no such instrument" in fault.message) for fault in faults] == [("sources/cad.yaml", True)]
