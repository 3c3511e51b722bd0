"""What is past its time goes; a legal hold, the newest state and the account of disclosures stay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assets.published.retention import plan_retention, remove
from contracts.county import LegalHold, Retention
from resources.home import Home
from resources.sql import Connection
from resources.warehouse import Warehouse

NIGHT = date(2026, 3, 2)
RULES = Retention(landing_days=30, quarantine_days=10, superseded_products_days=0, landing_budget_gb=0.000001)
HOLD = LegalHold(source="jail", until=date(2026, 4, 1), reason="claim of 12 January")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home").prepare()
    for name, night in (("a" * 64, "2026-01-01"), ("b" * 64, "2026-01-15"), ("c" * 64, "2026-03-01")):
        folder = made.landing / "jail" / name
        folder.mkdir(parents=True)
        (folder / "rows.csv").write_text("x" * 1000)
        (folder / "manifest.json").write_text(json.dumps({"night": night}))
        (folder / "rows.csv").chmod(0o400)
    (made.quarantine / "jail").mkdir()
    for night in ("2026-02-01", "2026-03-01"):
        (made.quarantine / "jail" / f"{night}.duckdb").write_text("refused")
    return made


@pytest.fixture
def con(home: Home) -> Iterator[Connection]:
    with Warehouse(home).writer() as opened:
        opened.execute(
            "insert into registers.main.night_item values ('2026-01-15', 'delivery', 'jail', $sha, 'accepted')", {"sha": "b" * 64}
        )
        yield opened


def test_what_is_past_its_time_goes_and_the_newest_state_stays(con: Connection, home: Home) -> None:
    planned = plan_retention(con, home, RULES, night=NIGHT)
    assert planned.counts() == {"landing/jail": 1, "quarantine/jail": 1}
    assert [item.kept_for for item in planned.expired if item.kept_for] == ["in use: the newest state of the source rests on it"]
    assert planned.over_budget > 0, "nothing younger than its time goes to meet a budget; that is said"
    assert remove(planned) > 1000
    assert sorted(path.name[0] for path in (home.landing / "jail").iterdir()) == ["b", "c"]
    assert [path.stem for path in (home.quarantine / "jail").iterdir()] == ["2026-03-01"]
    assert home.registers.exists()


@pytest.mark.parametrize(("night", "goes"), [(NIGHT, 0), (date(2026, 4, 1), 4)])
def test_under_a_legal_hold_nothing_of_a_source_goes_until_the_day_it_ends(con: Connection, home: Home, night: date, goes: int) -> None:
    held = RULES.model_copy(update={"legal_holds": (HOLD,), "landing_budget_gb": None})
    planned = plan_retention(con, home, held, night=night)
    assert (len(planned.going), planned.over_budget) == (goes, 0)
