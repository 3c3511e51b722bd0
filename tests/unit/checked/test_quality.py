"""Quality over time: figures beside what is usual, suites that see figures only, pages without a value and without a request."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from assets.checked.quality.bands import METRICS, Metric, Standing
from assets.checked.quality.card import markdown, read_card
from assets.checked.quality.card_page import page
from assets.checked.quality.data_docs import self_contained
from assets.checked.quality.measure import measure_quality
from assets.checked.quality.pages import judge_night, write_cards
from assets.checked.quality.suites import Suite, run_suites, suites_of
from assets.checked.tables import create_tables
from contracts.county import County, load_county
from contracts.source_quality import SourceQuality, UsualBand
from resources.home import Home

ROOT = Path(__file__).resolve().parents[3]
FIRST = date(2026, 3, 1)
NIGHTS = 9
MISSING_RACE = 0.1
Con = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def county() -> County:
    return load_county(ROOT / "contracts" / "demo_county")


def _night(k: int) -> date:
    return FIRST + timedelta(days=k)


def _fill(con: Con, k: int, rows: int, *, ror: float = 0.5, released: float = 1.0, unknown: float = MISSING_RACE) -> None:
    """One night's bookings: so many rows, a share released on recognizance, a share released at all, a share without a known race."""
    asked = {"night": _night(k), "rows": rows, "ror": ror, "released": released, "unknown": unknown, "k": k}
    con.execute(
        "insert into checked.disposition by name select $night as night, 'jail' as source, 'booking' as feed,"
        " 'jail_booking' as record_type, $rows as rows_read, $rows as admitted, 0 as unchanged, 0 as duplicate, 0 as superseded,"
        " 0 as refused, 0 as deleted,"
        " 0 as awaiting_parent, 'accepted' as verdict, $night as complete_through, null as delivery_sha256",
        {"night": asked["night"], "rows": rows},
    ).fetchall()
    con.execute("set variable rows = $rows", {"rows": rows}).fetchall()
    con.execute(
        "insert into checked.jail_booking_versions by name select 'b' || $k || '-' || n as record_id, 'v' as version, 's' || $k || '-' || n"
        " as subject_id, 'subject' as person_role, 'jail' as source, 'jail' as system, 'jail_booking' as record_type, [] as labels,"
        " ($night::date - 1)::timestamp as booked_at, case when n < $released * getvariable('rows') then $night::timestamp end"
        " as released_at, case when n < $ror * getvariable('rows') then 'recognizance' else 'bail' end as release_type, 'main' as facility,"
        " 'new_charge' as booking_type, $night::date as known_from, null::date as known_to from range(getvariable('rows')) as t (n)",
        {name: asked[name] for name in ("k", "night", "released", "ror")},
    ).fetchall()
    con.execute(
        "insert into checked.observation_versions by name select record_id, version, subject_id, person_role, 'primary' as evidence,"
        " source, system, record_type, 'QUARRELWICK' as last_name, known_from, known_to from checked.jail_booking_versions"
        " where known_from = $night",
        {"night": asked["night"]},
    ).fetchall()
    con.execute(
        "insert into checked.race_code_versions by name select record_id, version, subject_id, source, system,"
        " case when row_number() over (order by record_id) <= $unknown * getvariable('rows') then ['UNKNOWN'] else ['WHITE'] end as race,"
        " 'W' as race_raw, 'omb1997_two_question' as category_system, 'observed' as method, known_from, known_to"
        " from checked.jail_booking_versions where known_from = $night",
        {"night": asked["night"], "unknown": unknown},
    ).fetchall()


@pytest.fixture
def con() -> Iterator[Con]:
    with duckdb.connect() as opened:
        opened.execute("set timezone='UTC'")
        create_tables(opened)
        yield opened


def _measure(con: Con, county: County, home: Path, k: int) -> None:
    measure_quality(con, county=county, night=_night(k), home=Home(home))


@pytest.fixture(scope="module")
def ordinary(county: County, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backlog and seven ordinary nights, measured once."""
    folder = tmp_path_factory.mktemp("ordinary")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as opened:
        opened.execute("set timezone='UTC'")
        create_tables(opened)
        for k in range(NIGHTS - 1):
            _fill(opened, k, 3_000 if k == 0 else 100 + k)
            _measure(opened, county, folder, k)
    return folder / "warehouse.duckdb"


@pytest.fixture
def usual(ordinary: Path, tmp_path: Path) -> Iterator[Con]:
    """A copy of the ordinary nights, to be added to."""
    shutil.copyfile(ordinary, tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as opened:
        opened.execute("set timezone='UTC'")
        yield opened


def _figures(con: Con, k: int) -> dict[tuple[str, str], tuple[Any, ...]]:
    found = con.execute(
        "select metric, dimension, value, baseline, compared, verdict from checked.quality_metric where night = ? and source = 'jail'",
        [_night(k)],
    ).fetchall()
    return {(metric, dimension): tuple(rest) for metric, dimension, *rest in found}


def test_the_backlog_and_the_nights_after_it_have_no_baseline(usual: Con) -> None:
    for k in range(4):
        assert _figures(usual, k)["volume", ""][3] == Standing.NO_BASELINE.value
    assert _figures(usual, 4)["volume", ""][3] == Standing.USUAL.value


def test_an_ordinary_night_is_usual_in_everything(usual: Con, county: County, tmp_path: Path) -> None:
    _fill(usual, 8, 110)
    _measure(usual, county, tmp_path, 8)
    unusual = {key for key, figure in _figures(usual, 8).items() if figure[3] == Standing.UNUSUAL.value}
    assert unusual == set()


@pytest.mark.parametrize(
    ("changed", "metric", "dimension"),
    [
        ({"rows": 10}, Metric.VOLUME, ""),
        ({"rows": 110, "released": 0.5}, Metric.FILL, "released_at"),
        ({"rows": 110, "ror": 0.95}, Metric.DRIFT, "release_type"),
        ({"rows": 110, "unknown": 0.6}, Metric.RACE_MISSING, ""),
    ],
)
def test_what_changed_is_named(
    usual: Con, county: County, tmp_path: Path, *, changed: dict[str, Any], metric: Metric, dimension: str
) -> None:
    _fill(usual, 8, **changed)
    _measure(usual, county, tmp_path, 8)
    assert _figures(usual, 8)[metric.value, dimension][3] == Standing.UNUSUAL.value
    verdict = next(item for item in run_suites(suites_of(usual, ("jail",), _night(8)), _night(8)) if item.source == "jail")
    assert metric in verdict.unmet


def test_a_night_that_the_text_exempts_is_neither_judged_nor_usual(usual: Con, county: County, tmp_path: Path) -> None:
    jail = county.sources["jail"].model_copy(update={"quality": SourceQuality(exempt_nights=(_night(8),))})
    exempting = County(**{**vars(county), "sources": {**county.sources, "jail": jail}})
    _fill(usual, 8, 5)
    _measure(usual, exempting, tmp_path, 8)
    assert {figure[3] for figure in _figures(usual, 8).values()} == {Standing.EXEMPT.value}
    _fill(usual, 9, 107)
    _measure(usual, exempting, tmp_path, 9)
    assert _figures(usual, 9)["volume", ""][1] == 104.0, "the median of the seven ordinary nights"


def test_a_county_says_other_bands(usual: Con, county: County, tmp_path: Path) -> None:
    said = SourceQuality(bands={"volume": UsualBand(low=0.01, high=9)})
    jail = county.sources["jail"].model_copy(update={"quality": said})
    _fill(usual, 8, 10)
    _measure(usual, County(**{**vars(county), "sources": {**county.sources, "jail": jail}}), tmp_path, 8)
    assert _figures(usual, 8)["volume", ""][3] == Standing.USUAL.value


def test_a_rerun_of_a_night_gives_the_same_figures(usual: Con, county: County, tmp_path: Path) -> None:
    before = _figures(usual, 7)
    _measure(usual, county, tmp_path, 7)
    assert _figures(usual, 7) == before


def test_the_stability_index_is_the_textbook_one(con: Con, county: County, tmp_path: Path) -> None:
    from math import log

    for k in range(5):
        _fill(con, k, 1_000, ror=0.5 if k < 4 else 0.8)
        _measure(con, county, tmp_path, k)
    p, q = (800.5 / 1001, 200.5 / 1001), (1500.5 / 3001, 1500.5 / 3001)
    expected = sum((a - b) * log(a / b) for a, b in zip(p, q, strict=True))
    assert _figures(con, 4)["drift", "release_type"][0] == pytest.approx(expected)


def test_race_collection_is_counted_by_facility_month_and_method(usual: Con) -> None:
    found = usual.execute(
        "select facility, method, sum(bookings)::int, sum(race_known)::int, sum(race_unknown)::int"
        " from checked.race_collection group by all"
    ).fetchall()
    total = 3_000 + sum(100 + k for k in range(1, NIGHTS - 1))
    assert [(facility, method, bookings) for facility, method, bookings, *_ in found] == [("main", "observed", total)]
    assert found[0][3] + found[0][4] == total
    assert found[0][4] == pytest.approx(MISSING_RACE * total, rel=0.05)


def test_own_totals_are_set_beside_the_jails(con: Con, county: County, tmp_path: Path) -> None:
    _fill(con, 0, 90)
    con.execute(
        "insert into checked.jail_count_versions by name select 'c' as record_id, 'v' as version, 'jail' as source, 'jail' as system,"
        " 'jail_count' as record_type, [] as labels, $day::date as count_date, 'main' as facility, 0 as population, 100 as bookings,"
        " $night::date as known_from, null::date as known_to",
        {"day": _night(0) - timedelta(days=1), "night": _night(0)},
    ).fetchall()
    _measure(con, county, tmp_path, 0)
    assert _figures(con, 0)["own_total", "bookings"][0] == pytest.approx(0.9)


def test_great_expectations_sees_figures_only(usual: Con) -> None:
    frame = suites_of(usual, ("jail",), _night(7))[0].frame
    assert list(frame.columns) == ["about", "dimension", *(metric.value for metric in METRICS)]
    assert "QUARRELWICK" not in frame.to_csv()
    assert frame["about"].isin(["booking", "jail_booking", ""]).all()


def test_a_source_without_figures_has_nothing_unusual() -> None:
    import pandas as pd

    empty = Suite("cad", pd.DataFrame({metric.value: pd.Series(dtype=float) for metric in METRICS}))
    assert run_suites([empty], _night(0))[0].passed


def _pages(con: Con, county: County, home: Path, k: int) -> list[Path]:
    write_cards(con, county=county, home=Home(home))
    judge_night(con, county=county, home=Home(home), night=_night(k))
    return sorted((home / "quality").rglob("*.html"))


def test_no_page_asks_anybody_for_anything_or_names_a_person(usual: Con, county: County, tmp_path: Path) -> None:
    pages = _pages(usual, county, tmp_path, 7)
    assert {"index.html", "jail.html"} <= {path.name for path in pages}
    for path in pages:
        text = path.read_text(encoding="utf-8")
        loads = re.findall(r"<(?:script|link|img|iframe|source)\b|url\(|@import|\bsrc=|xlink:href=\"http", text)
        outside = [url for url in re.findall(r"https?://[^\s\"'<>)]+", text) if not url.startswith("http://www.w3.org/")]
        assert (loads, outside) == ([], []), path.name
        assert "default-src 'none'" in text
        assert "QUARRELWICK" not in text
    shutil.rmtree(tmp_path / "quality")


def test_every_link_between_the_pages_leads_somewhere(usual: Con, county: County, tmp_path: Path) -> None:
    for path in _pages(usual, county, tmp_path, 7):
        for target in re.findall(r'href="([^"#]+)', path.read_text(encoding="utf-8")):
            assert (path.parent / target).resolve().is_file(), f"{path.name} -> {target}"


def test_a_card_is_one_page_a_text_and_a_document(usual: Con, county: County, tmp_path: Path) -> None:
    card = read_card(usual, county.sources["jail"])
    html, text = page(card), markdown(card)
    assert html.count("<svg") == 1
    assert "Race collection at booking" in html
    assert text.startswith("# Jail management system")
    write_cards(usual, county=county, home=Home(tmp_path))
    document = json.loads((tmp_path / "quality" / "jail.json").read_text(encoding="utf-8"))
    assert document["source"] == "jail"
    assert len(document["deliveries"]) == NIGHTS - 1


def test_a_rendered_page_loses_scripts_styles_and_addresses() -> None:
    html = (
        "<html><head><title>T</title><link href='https://x/y.css'><script src='//x/z.js'></script></head><body onload='x()'>"
        "<img src='https://x/p.png'><a href='https://x'>out</a><a href='in.html'>in</a><script>alert(1)</script>"
        "<p style='background:url(https://x)'>kept &lt;b&gt;</p></body></html>"
    )
    made = self_contained(html)
    assert "https:" not in made
    assert "alert(1)" not in made
    assert '<a href="in.html">in</a>' in made
    assert "kept &lt;b&gt;" in made
