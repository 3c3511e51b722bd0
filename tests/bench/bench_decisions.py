"""How many decisions a second the compiled policy makes, and whether the cost grows only with the people.

A county of three systems under the demo county's terms, at four sizes; each subject of each system has rows with one or two sets of labels.
The decisions of two products are made set-based on two threads: an aggregate one and one by row. One decision is one answer to "may this
recipient have this element of those rows of this subject that carry exactly these labels": people times label sets times elements, with
every gate and every clause weighed for it, and one row of its own written. Clauses weighed are several times as many and are not counted.
Run ``python tests/bench/bench_decisions.py --small`` for 20,000 people, without it for 300,000.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

from stamp import commit  # noqa: E402

from assets.consented.decisions import write_decisions  # noqa: E402
from contracts.elements import ELEMENT_CLASSES  # noqa: E402
from tests.fixtures.consented_world import NIGHT, ConsentedWorld, demo_terms  # noqa: E402

TITLE = "Decisions a second"
PROMISE = 3.5
"""Million decisions a second on two cores."""
PRODUCTS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "county",
        "disclose_aggregate",
        ("crisis_system_planning", "disparity_reporting"),
        ("bookings", "treatment_encounters", "dispatch_contacts", "race_and_ethnicity", "person_attributes"),
    ),
    ("health", "disclose_row", ("care_coordination",), ("custody_status", "crisis_contacts")),
)
SYSTEMS = (
    ("jail", "jail_booking", "[]::varchar[]", "false", ", timestamp '2026-01-01' as booked_at"),
    ("health", "health_encounter", "case when i % 10 = 0 then ['part2', 'phi'] else ['phi'] end", "false", ", i % 10 = 0 as is_part2"),
    ("cad", "cad_person", "case when i % 3 = 0 then ['juvenile'] else []::varchar[] end", "i % 3 = 0", ""),
)


def county_of(people: int) -> ConsentedWorld:
    """So many people, each known to three systems as one person, three rows in each; one in twenty has signed a Part 2 form."""
    made = ConsentedWorld(demo_terms())
    con = made.con
    con.execute("set threads = 2")
    for system, table, labels, juvenile, more in SYSTEMS:
        each = f"from range({people}) as people (i)"
        con.execute(
            f"insert into checked.subject by name select '{system}' || i as subject_id, '{system}' as system, '{system}' as source, "
            f"'subject' as person_role, false as is_key_reuse {each}"
        )
        con.execute(
            f"insert into checked.identity by name select '{system}' || i as subject_id, '{system}' as system, 'primary' as evidence, "
            f"'full' as birth_date_quality, date '1980-01-01' as birth_date, '{system}r' || i as record_id {each}"
        )
        con.execute(
            f"insert into checked.{table} by name select '{system}' || (i // 3) as subject_id, '{system}r' || i as record_id, "
            f"{labels} as labels, {juvenile} as is_juvenile, 'subject' as person_role {more} from range({3 * people}) as records (i)"
        )
        con.execute(
            f"insert into linked.membership by name select '{system}' || i as subject_id, 'p' || i as person_key, "
            f"1.0 as link_confidence {each}"
        )
    con.execute(
        "insert into checked.consent by name select 'k' || i as record_id, 'health' || (i * 10) as subject_id, 'health' as system, "
        "'health' as source, 'active' as status, 'part2_tpo' as kind, 'part2-county-data' as form_id, '1' as form_version, "
        "'behavioral_health' as discloser, ['county_data_office', 'behavioral_health'] as recipients, ['TREAT', 'HOPERAT'] as purposes, "
        "['treatment_encounters', 'crisis_contacts'] as element_classes, 'permit' as provision_type, date '2026-01-01' as valid_from, "
        "date '2027-01-01' as valid_to, timestamp '2025-12-20' as signed_at, 'self' as signed_by, false as is_defective "
        f"from range({people // 20}) as consents (i)"
    )
    made.run()
    return made


def measured(people: int) -> list[dict[str, Any]]:
    """Decisions, seconds by the clock and CPU seconds of each product at one size."""
    made = county_of(people)
    found = []
    for recipient, operation, purposes, classes in PRODUCTS:
        elements = [element for name in classes for element in ELEMENT_CLASSES[name]]
        clock, cpu = time.perf_counter(), time.process_time()
        counts = write_decisions(
            made.con,
            target_table="main.decision",
            recipient=recipient,
            purposes=purposes,
            operation=operation,
            elements=elements,
            night=NIGHT,
        )
        found.append(
            {
                "people": people,
                "product": f"{recipient}, {operation}",
                "decisions": sum(counts.values()),
                "clock": time.perf_counter() - clock,
                "cpu": time.process_time() - cpu,
            }
        )
    made.con.close()
    return found


def main() -> None:
    """Measure at four sizes and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="20,000 people instead of 300,000")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "bench", help="where the result is written")
    arguments = parser.parse_args()
    largest = 20_000 if arguments.small else 300_000
    lines = [line for share in (8, 4, 2, 1) for line in measured(largest // share)]
    rows = [
        [
            line["product"],
            line["people"],
            line["decisions"],
            round(line["decisions"] / line["cpu"] / 1e6, 2),
            round(line["decisions"] / line["clock"] / 1e6, 2),
            round(1e6 * line["cpu"] / line["decisions"], 3),
        ]
        for line in lines
    ]
    table = {
        "caption": f"Promise: {PROMISE} million a second on two cores; the microseconds a decision should not grow with the people",
        "columns": ["product", "people", "decisions", "million per CPU second", "million per second, two threads", "CPU microseconds each"],
        "rows": rows,
    }
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 2)
    result = {
        "title": TITLE,
        "command": "python tests/bench/bench_decisions.py",
        "versions": {"duckdb": version("duckdb")},
        "commit": commit(),
        "seed": None,
        "notes": [
            "One decision is one subject, one set of row labels and one element: one row written, whatever the number of clauses weighed.",
            "Decisions are taken once for every distinct signature of facts and joined back; the time is that of all of it, rows written.",
            f"Peak memory {peak} GiB, data included.",
            "No random numbers.",
        ],
        "tables": [table],
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "decisions.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(table["caption"])
    for row in [table["columns"], *rows]:
        print("  ".join(str(cell) for cell in row))


if __name__ == "__main__":
    main()
