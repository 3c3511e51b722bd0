"""What all measures cost for a large county over two years of monthly as-of dates, and one product's night.

Run: python tests/bench/bench_measures.py [--small] [--residents N] [--contacts N] [--dates N] [--threads N] [--memory 5GB] [--home FOLDER]

A county is drawn with a fixed seed: contacts fall on people very unevenly, as they do. Each step has a process of its own, so that its peak
memory is its own: the series of dates asks every measure of the integrator's scope; the last date is asked again alone, and the logical
hashes of all its tables must be those of the series; the product's night builds every table of the county's product, longer windows for
small groups and suppression included. ``--home`` keeps the drawn county for the next run of the same size.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from stamp import commit  # noqa: E402

from assets.measured.measure import MEASURED_TABLES, measure, measure_series  # noqa: E402
from assets.measured.scope import close_scope, open_scope, whole_of  # noqa: E402
from assets.published.build import Bench, build_tables  # noqa: E402
from contracts.county import load_county  # noqa: E402
from contracts.definition_parts import Window  # noqa: E402
from contracts.definitions import Definitions, load_definitions  # noqa: E402
from resources.warehouse import logical_hash  # noqa: E402

DEMO = ROOT / "contracts" / "demo_county"
LAST = datetime(2026, 3, 2)
YEARS = 4
SEED = 20260302
PRODUCT = ("county", "measures")
POPULATION = DEMO / "benchmarks" / "population.csv"
SERVICES = DEMO / "services.csv"
GIB = 1024**2
FILLS = re.compile(r"(?:create or replace|insert into|create)\s+(?:temp )?(?:table |view |type )?(\S+)")

# Drawn with hash() of a number, so that the same size gives the same county on every machine.
PEOPLE = """
create table linked.person_attribute as
select
    printf('p%07d', n) as person_key, 'county' as domain,
    if(hash(n, 1) % 100 < 49, 'F', 'M') as sex, (12 + hash(n, 2) % 70)::integer as age, hash(n, 3) % 100 < 92 as resident,
    ['north', 'central', 'south'][(1 + hash(n, 4) % 3)::bigint] as region
from range($residents) as people (n)
"""
CONTACTS = """
create table bench_contact as
with drawn as (
    select
        n,
        -- The cube of a uniform number: a tenth of the people has about half of the contacts.
        (pow((hash(n, 11) % 1000003) / 1000003.0, 3) * $residents)::bigint as person,
        (hash(n, 12) % 1000)::integer as kind,
        timestamp '2022-03-02' + to_seconds((hash(n, 13) % ($years * 365 * 86400))::bigint) as start_at,
        (hash(n, 14) % 1000)::integer as length,
        (hash(n, 15) % 1000000007)::bigint as other
    from range($contacts) as contacts (n)
)
select
    printf('r%09d', n) as record_id, printf('p%07d', person) as person_key, 'county' as domain,
    case when kind < 90 then 'jail' when kind < 400 then 'cad' when kind < 440 then 'co_responder' else 'health' end as system,
    start_at,
    length,
    other
from drawn
"""
TABLES = {
    "jail_booking": """
        select record_id, person_key, domain, system, system as source, person_key || ':' || system as subject_id,
            start_at as booked_at, start_at + to_hours((1 + length * length // 900)::integer) as released_at,
            ['bail', 'recognizance', 'time_served', 'prison'][1 + other % 4] as release_type,
            ['main', 'annex'][1 + other % 2] as facility, ['city', 'county', 'state'][1 + (other // 7) % 3] as arresting_agency,
            ['new_charge', 'fta', 'hold', 'technical_violation'][1 + (other // 11) % 4] as booking_type,
            ['F', 'M', 'I'][1 + (other // 13) % 3] as charge_level, if(other % 5 = 0, null, (other // 17) % 6 = 0) as bjmhs_positive,
            start_at + to_hours((other % 30)::integer) as bjmhs_at, other % 9 = 0 as homeless, true as resident,
            (18 + other % 50)::integer as age_at_event, if(other % 2 = 0, 'F', 'M') as sex,
            ['north', 'central', 'south'][1 + other % 3] as region
        from bench_contact where system = 'jail'
    """,
    "health_encounter": """
        select record_id, person_key, domain, system, system as source, person_key || ':' || system as subject_id, start_at as started_at,
            start_at + to_hours((length // 100)::integer) as ended_at,
            ['outpatient', 'emergency', 'crisis', 'substance_use'][1 + other % 4] as encounter_type
        from bench_contact where system = 'health'
    """,
    "health_diagnosis": """
        select 'd' || record_id as record_id, person_key, domain, system, system as source, person_key || ':' || system as subject_id,
            start_at::date as diagnosed_on,
            'F20.9' as icd10, other % 8 = 0 as is_smi
        from bench_contact where system = 'health' and other % 4 = 0
    """,
    "race_assertion": """
        select 'a' || record_id as record_id, person_key, domain, system, system as source, person_key || ':' || system as subject_id,
            [['WHITE'], ['BLACK'], ['WHITE'], ['ASIAN'], ['BLACK', 'WHITE'], ['WHITE'], ['AIAN']]
            [(1 + hash(person_key) % 7)::bigint] as races,
            hash(person_key, 2) % 6 = 0 as hispanic, 'omb1997_two_question' as category_system,
            if(system = 'health', 'self', 'observed') as method, start_at::date as asserted_on
        from bench_contact where hash(record_id) % 10 = 0
    """,
    "membership": """
        select distinct person_key || ':' || system as subject_id, person_key, domain, system,
            if(hash(person_key) % 50 = 0, 'withheld', 'linked') as link_state
        from bench_contact
    """,
    # A person's systems are held together one by one; shares of weak links as in the simulated county: a tenth below 12 bits, three in a
    # hundred uncertain, one in two hundred below 8 bits. One person in a thousand has a pair with the next that fell short.
    "edge": """
        with held as (
            select
                domain, person_key, subject_id, lag(subject_id) over (partition by domain, person_key order by system) as before,
                case when sure < 900 then 20.0 when sure < 970 then 10.5 when sure < 995 then 9.0 else 6.0 end as weight
            from (select *, hash(person_key, 21) % 1000 as sure from linked.membership where link_state = 'linked')
        ),
        first as (select domain, person_key, min(subject_id) as subject_id from held group by all),
        short as (
            select
                domain, person_key, subject_id, lag(subject_id) over (partition by domain order by person_key) as before, 3.0 as weight
            from first
        ),
        pair as (
            select * from held where before is not null
            union all by name
            select * from short where before is not null and hash(person_key, 22) % 1000 = 0
        )
        select
            domain, least(subject_id, before) as subject_a, greatest(subject_id, before) as subject_b, weight::double as match_weight,
            (1 / (1 + pow(2, -weight)))::double as match_probability, null::varchar as veto, null::date as known_to
        from pair
    """,
    "contact": """
        select record_id, person_key, domain, system, system as source, person_key || ':' || system as subject_id,
            case system when 'jail' then 'jail_booking' when 'cad' then 'cad_person'
                when 'co_responder' then 'co_responder_encounter' else 'health_encounter' end as record_type,
            start_at,
            case system when 'jail' then start_at + to_hours((1 + length * length // 900)::integer) end as end_at,
            if(system = 'jail', 'bed_day', 'event') as unit,
            case system when 'jail' then 2 when 'health' then 0 else 1 end as intercept,
            case system when 'jail' then ['new_charge', 'fta', 'hold', 'technical_violation'][1 + (other // 11) % 4]
                when 'health' then ['outpatient', 'emergency', 'crisis', 'substance_use'][1 + other % 4]
                else 'mental_health' end as event_type,
            case system when 'co_responder' then ['resolved_on_scene', 'arrest', 'involuntary_hold', 'referral'][1 + other % 4]
                when 'jail' then ['bail', 'recognizance', 'time_served', 'prison'][1 + other % 4] end as disposition,
            system <> 'jail' as is_behavioral_health, (18 + other % 50)::integer as age_at_event,
            ['north', 'central', 'south'][1 + other % 3] as region
        from bench_contact
    """,
    "source_total": """
        select system as source, system, 'all' as feed, if(system = 'jail', 'jail_booking', system) as record_type,
            count(*) as rows_read, count(*) as admitted_now, date '2026-03-02' as complete_through
        from bench_contact group by system
    """,
}


def county(con: duckdb.DuckDBPyConnection, residents: int, contacts: int) -> None:
    """Draw the county into the schema ``linked``."""
    con.execute("create schema linked")
    con.execute("create schema measured")
    con.execute(PEOPLE, {"residents": residents})
    con.execute(CONTACTS, {"residents": residents, "contacts": contacts, "years": YEARS})
    for name, question in TABLES.items():
        con.execute(f"create table linked.{name} as {question}")
    con.execute("drop table bench_contact")


def moments(dates: int) -> list[datetime]:
    """The last moment and the same day of the months before, oldest first."""
    return [LAST if back == 0 else Window(months=back).start(LAST) for back in reversed(range(dates))]


def definitions() -> Definitions:
    """The demo county's, with records that begin where the drawn ones do."""
    read = load_definitions(DEMO / "definitions")
    timeline = read.timeline.model_copy(
        update={"records_begin": {system: datetime(2022, 3, 2).date() for system in read.timeline.records_begin}}
    )
    return read.model_copy(update={"timeline": timeline})


class Timed:
    """A connection that adds up what each table took: CPU seconds by the table that a statement fills, or by the question it asks."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.spent: Counter[str] = Counter()

    def execute(self, question: str, *parameters: Any) -> Any:
        """Ask, and remember what it took."""
        begin = time.process_time()
        answer = self.con.execute(question, *parameters)
        filled = FILLS.match(question.lstrip())
        asked = re.search(r"-- (.*)", question)
        self.spent[filled.group(1) if filled else asked.group(1) if asked else "the rest"] += time.process_time() - begin
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.con, name)


def hashes(con: Any) -> dict[str, str]:
    """Logical hash of every measured table."""
    return {name: str(logical_hash(con, f"measured.{name}")) for name in MEASURED_TABLES}


def draw(con: Any, given: argparse.Namespace) -> dict[str, Any]:
    """The county itself."""
    county(con, given.residents, given.contacts)
    return {}


def series(con: Any, given: argparse.Namespace) -> dict[str, Any]:
    """Every measure at every date."""
    begin = time.perf_counter()
    open_scope(con, whole_of(con, "linked"))
    report = measure_series(
        con,
        target_schema="measured",
        definitions=definitions(),
        benchmarks=POPULATION,
        as_ofs=moments(given.dates),
        services=SERVICES,
        done=lambda as_of: print(f"    {as_of:%Y-%m-%d} after {time.perf_counter() - begin:6.0f} s", file=sys.stderr, flush=True),
    )
    return {"rows": sum(report.values())}


def alone(con: Any, given: argparse.Namespace) -> dict[str, Any]:
    """Every measure at the last date, as on a night."""
    open_scope(con, whole_of(con, "linked"))
    measure(con, target_schema="measured", definitions=definitions(), benchmarks=POPULATION, as_of=LAST, services=SERVICES)
    return {}


def product(con: Any, given: argparse.Namespace) -> dict[str, Any]:
    """Every table of the county's product from what was handed over to it."""
    demo = load_county(DEMO)
    # A product's scratch holds what was handed over and nothing that others measured.
    con.execute("drop schema measured cascade")
    bench = Bench(con, definitions(), POPULATION, demo.disclosure, LAST.date(), services=SERVICES, thresholds=demo.linkage.thresholds)
    built = build_tables(bench, demo.product(*PRODUCT).tables)
    return {"tables": len(built)}


STEPS: Final[dict[str, tuple[str, Callable[[Any, argparse.Namespace], dict[str, Any]]]]] = {
    "draw": ("the county is drawn", draw),
    "series": ("all measures, all dates", series),
    "alone": ("all measures, the last date alone", alone),
    "product": ("the night of the product county/measures", product),
}
HASHED: Final = ("series", "alone")


def run_step(given: argparse.Namespace) -> None:
    """One step in this process; prints what it took as one line of JSON."""
    con = duckdb.connect(str(given.home / "county.duckdb"), config={"threads": given.threads, "memory_limit": given.memory})
    timed = Timed(con)
    wall, cpu = time.perf_counter(), time.process_time()
    found = STEPS[given.step][1](timed, given)
    found |= {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    found |= {"gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIB, "spent": timed.spent}
    close_scope(con)
    if given.step in HASHED:
        found["hashes"] = hashes(con)
    con.close()
    print(json.dumps(found))


def in_process(step: str, given: argparse.Namespace) -> dict[str, Any]:
    """The step in a process of its own."""
    sizes = [f"--{name}={getattr(given, name)}" for name in ("residents", "contacts", "dates", "threads", "memory", "home")]
    print(f"  {STEPS[step][0]}", flush=True)
    done = subprocess.run([sys.executable, __file__, f"--step={step}", *sizes], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"    {found['wall']:8.1f} s {found['cpu']:8.1f} CPU s {found['gib']:6.2f} GiB", flush=True)
    return found


def shares(found: dict[str, Any], least: float = 0.005) -> list[list[object]]:
    """What each table took of a step, the dearest first; what is less than half a percent is one line."""
    whole = found["cpu"]
    lines: list[list[object]] = [
        [name, round(spent, 1), f"{spent / whole:.1%}"]
        for name, spent in sorted(found["spent"].items(), key=lambda item: -item[1])
        if spent >= least * whole
    ]
    rest = whole - sum(spent for spent in found["spent"].values() if spent >= least * whole)
    return [*lines, ["everything else, Python included", round(rest, 1), f"{rest / whole:.1%}"]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw, measure, print and write data/bench/measures.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--small", action="store_true", help="20,000 residents, 200,000 contacts, 3 dates")
    parser.add_argument("--residents", type=int, default=1_000_000)
    parser.add_argument("--contacts", type=int, default=10_000_000)
    parser.add_argument("--dates", type=int, default=24)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="5GB", help="what DuckDB may hold before it writes to disk; the process takes some more")
    parser.add_argument("--home", type=Path, help="folder that keeps the drawn county")
    parser.add_argument("--step", choices=tuple(STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "bench" / "measures.json")
    given = parser.parse_args(arguments)
    if given.step:
        run_step(given)
        return
    if given.small:
        given.residents, given.contacts, given.dates = 20_000, 200_000, 3
    with tempfile.TemporaryDirectory() as folder:
        given.home = given.home or Path(folder)
        given.home.mkdir(parents=True, exist_ok=True)
        steps = [step for step in STEPS if step != "draw" or not (given.home / "county.duckdb").exists()]
        found = {step: in_process(step, given) for step in steps}
    alike = found["alone"]["hashes"]
    unequal = sorted(name for name, found_hash in found["series"]["hashes"].items() if found_hash != alike[name])
    dates = {"series": given.dates, "draw": 0}
    rows = [
        [STEPS[step][0], dates.get(step, 1), *(round(each[name], 1) for name in ("wall", "cpu")), round(each["gib"], 2)]
        for step, each in found.items()
    ]
    document = {
        "title": "Measures",
        "command": f"python tests/bench/bench_measures.py --residents {given.residents} --contacts {given.contacts} --dates {given.dates}",
        "versions": {"python": platform.python_version(), "duckdb": duckdb.__version__},
        "commit": commit(),
        "seed": SEED,
        "notes": [
            f"{given.residents:,} residents, {given.contacts:,} contacts in {YEARS} years",
            f"{given.threads} threads, DuckDB held to {given.memory}",
            "asked: all dates within 300 s and 6 GB on two cores, a product's night within 60 s",
            f"the last date asked alone gives the logical hashes of the series: {'NO: ' + ', '.join(unequal) if unequal else 'yes'}",
            f"rows of the last date: {found['series']['rows']:,}",
        ],
        "tables": [
            {"caption": "Seconds", "columns": ["what", "dates", "wall s", "CPU s", "peak GiB"], "rows": rows},
            *(
                {"caption": f"Share of each table: {STEPS[step][0]}", "columns": ["table", "CPU s", "share"], "rows": shares(found[step])}
                for step in ("series", "product")
            ),
        ],
    }
    for row in rows:
        print(*row, sep="  ")
    print(*document["notes"], sep="\n")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    if unequal:
        raise SystemExit("the same moment gave other tables")


if __name__ == "__main__":
    main()
