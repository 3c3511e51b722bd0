"""The page of canonical records shows every type, field, rule, switch and link between types."""

from __future__ import annotations

import pytest

from contracts.records import RECORD_TYPES
from pipelines.reference.records import SHARED_FIELDS, records_diagram, records_page

PAGE = records_page()
DIAGRAM = records_diagram()


@pytest.mark.parametrize("name", list(RECORD_TYPES))
def test_a_type_is_shown_with_everything_it_declares(name: str) -> None:
    record_type = RECORD_TYPES[name]
    section = PAGE.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
    shared = set(SHARED_FIELDS) if record_type.identity_fields else set()
    for field in set(record_type.fields) - shared:
        line = next(line for line in section.splitlines() if line.startswith(f"| `{field}` |"))
        assert record_type.standard(field).replace("|", "\\|") in line
    for said in (*record_type.rules, *record_type.derived, *(record_type.counting.switches if record_type.counting else ())):
        assert f"| `{said.name}` |" in section


def test_the_fields_of_a_person_are_shown_once() -> None:
    assert PAGE.count("| `first_name` |") == 1
    assert PAGE.count("| `race_raw` |") == 1


def test_the_diagram_has_every_type_its_parent_and_what_it_names() -> None:
    for name, record_type in RECORD_TYPES.items():
        assert f"    {name} {{" in DIAGRAM
        if record_type.parent:
            needed = "||" if record_type.parent.required else "|o"
            assert f'    {record_type.parent.record_type} {needed}--o{{ {name} : "has"' in DIAGRAM
        for reference in record_type.references:
            assert f"    {reference.record_type} |o..o{{ {name} :" in DIAGRAM
    assert DIAGRAM.startswith("```mermaid\nerDiagram\n")
    assert DIAGRAM.count("{\n") == DIAGRAM.count("    }\n")
    assert "subject ||--o{ aggregate_count" not in DIAGRAM
