"""What is wrong with a product shows only beside the rest of the county: each fault names file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.agencies import Agencies
from contracts.product_faults import product_faults
from contracts.products import Product
from contracts.reviewed import Fault, file_lines, line_of, load_reviewed

DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county"
SOURCES = ("jail", "cad", "co_responder", "health")
CARE = DEMO / "products" / "health_care_coordination.yaml"


def _faults(folder: Path) -> list[Fault]:
    files = sorted(folder.glob("*.yaml"))
    return list(
        product_faults(
            {path.name: load_reviewed(path, Product) for path in files},
            agencies=load_reviewed(DEMO / "agencies.yaml", Agencies),
            sources=SOURCES,
            line_of=lambda file, place: line_of(file_lines(folder / file), place),
        )
    )


def _changed(folder: Path, before: str, after: str) -> tuple[list[Fault], int]:
    """The faults of the care product with one change, and the line of the change."""
    text = CARE.read_text()
    assert before in text
    changed = text.replace(before, after, 1)
    (folder / "care.yaml").write_text(changed)
    return _faults(folder), next(number for number, line in enumerate(changed.splitlines(), start=1) if after in line)


def test_the_demo_countys_products_have_no_fault() -> None:
    assert _faults(DEMO / "products") == []


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("agency: behavioral_health", "agency: mobile_crisis", "is not a recipient"),
        ("recipient: health", "recipient: elsewhere", "publishes for this agency as [health]"),
        ("- cad_person.is_behavioral_health", "- cad_person.is_behavioural_health", "mend its spelling"),
        ("- co_responder.__present__", "- corresponder.__present__", "mend its spelling"),
        ("elements: [jail_booking.facility]", "elements: [jail_booking.cell]", "mend its spelling"),
    ],
)
def test_a_fault_between_files_names_its_line(tmp_path: Path, before: str, after: str, message: str) -> None:
    (fault, *_), line = _changed(tmp_path, before, after)
    assert message in fault.message
    assert (fault.file, fault.line) == ("care.yaml", line)


def test_nobody_gets_another_agencys_identifiers(tmp_path: Path) -> None:
    faults, _ = _changed(tmp_path, "own_id: {system: health, key: person}", "own_id: {system: jail, key: person}")
    assert ["another agency's identifiers" in fault.message for fault in faults] == [True]


def test_two_products_of_one_name_are_a_fault(tmp_path: Path) -> None:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(CARE.read_text())
    (fault,) = _faults(tmp_path)
    assert (fault.file, fault.key) == ("two.yaml", "name")
    assert "one.yaml" in fault.message
