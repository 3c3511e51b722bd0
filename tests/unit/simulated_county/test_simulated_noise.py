from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from resources.simulated_county.draw import generator
from resources.simulated_county.identities import BirthDate, birth_text, carried, write_identities
from resources.simulated_county.noise import misspell_where, misspelled, swapped_dates, wrong_dates, wrong_digit
from resources.simulated_county.people import draw_people
from resources.simulated_county.rates import CAD, CLEAN, HEALTH, JAIL

ON = date(2026, 3, 2)


def distance(a: str, b: str) -> int:
    """Optimal string alignment distance."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, start=1):
        row = [i]
        for j, y in enumerate(b, start=1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def test_a_slip_is_one_slip() -> None:
    names = pl.Series(["MARTINEZ", "PHILLIPS", "O'BRIEN", "DE LA CRUZ", "NGUYEN", "LI"] * 300)
    wrong = misspelled(generator(1, "test"), names)
    far = [distance(a, b) for a, b in zip(names, wrong, strict=True)]
    assert max(far) <= 2
    assert np.mean([d > 0 for d in far]) > 0.9
    assert wrong.str.contains(r"^[A-Z' ]+$").all()


def test_a_name_of_one_letter_and_a_missing_name_stay() -> None:
    names = pl.Series(["X", None, "ANNA"])
    wrong = misspell_where(generator(1, "test"), names, np.array([True, True, False]))
    assert wrong.to_list() == ["X", None, "ANNA"]


def test_a_wrong_date_exists_and_is_another_date() -> None:
    size = 5_000
    rng = generator(2, "test")
    year, month, day = np.full(size, 1988), rng.integers(1, 13, size), rng.integers(1, 29, size)
    bad = wrong_dates(rng, year, month, day)
    assert not ((bad[0] == year) & (bad[1] == month) & (bad[2] == day)).any()
    assert [date(int(y), int(m), int(d)) for y, m, d in zip(*bad, strict=True)]


def test_month_and_day_change_places_where_they_can() -> None:
    month, day = swapped_dates(np.array([3, 3]), np.array([11, 25]))
    assert (month.tolist(), day.tolist()) == ([11, 3], [3, 25])


def test_one_digit_is_wrong() -> None:
    numbers = np.arange(1_000, 9_000)
    wrong = wrong_digit(generator(3, "test"), numbers, 4)
    assert all(sum(x != y for x, y in zip(f"{a:04d}", f"{b:04d}", strict=True)) == 1 for a, b in zip(numbers, wrong, strict=True))


def test_identities_are_as_faulty_as_the_rates_say() -> None:
    people = draw_people(residents=1_000, first_night=ON, seed=2)
    rng = generator(2, "test")
    who = rng.integers(0, len(people), 40_000)
    when = np.full(len(who), 1_740_000_000)
    clean = write_identities(generator(9, "test"), people, who, when, CLEAN)
    assert clean["birth_kind"].unique().to_list() == [BirthDate.FULL.value]
    for rates in (JAIL, HEALTH, CAD):
        written = write_identities(generator(9, "test"), people, who, when, rates)
        missing = (written["birth_kind"] == BirthDate.MISSING.value).mean()
        assert missing == pytest.approx(rates.birth_date_missing, abs=0.01)
        assert written["ssn4"].is_not_null().mean() == pytest.approx(rates.ssn4_present, abs=0.012)
        full = written["birth_kind"] == BirthDate.FULL.value
        same = written.select(pl.all_horizontal(pl.col(f"birth_{p}") == clean[f"birth_{p}"] for p in ("year", "month", "day"))).to_series()
        fault = 1 - same.filter(full).mean()
        assert fault < rates.birth_date_wrong + rates.birth_date_swapped + rates.birth_date_january_first + 0.01
        assert fault > rates.birth_date_wrong * 0.8


def test_surnames_before_a_marriage_are_the_old_ones() -> None:
    people = draw_people(residents=3_000, first_night=ON, seed=2)
    changed = np.flatnonzero(~np.isnat(people.surname_changed) & (people.surname.first != people.old_surname.first))
    day = people.surname_changed[changed].astype("datetime64[s]").astype(np.int64)
    before = write_identities(generator(1, "test"), people, changed, day - 86_400, CLEAN)["last"]
    after = write_identities(generator(1, "test"), people, changed, day + 86_400, CLEAN)["last"]
    assert (before != after).mean() > 0.99


def test_an_identity_is_carried_until_it_is_taken_afresh() -> None:
    columns = {name: pl.Series([None] * 4, dtype=pl.String) for name in ("middle", "suffix", "sex", "ssn4", "state_id")}
    numbers = {f"birth_{name}": [1, 2, 3, 4] for name in ("year", "month", "day", "kind")}
    taken = pl.DataFrame({"first": list("ABCD"), "last": list("EFGH"), **columns, **numbers, "phone": list("1234")})
    kept = carried(taken, [pl.Series(["x", "x", "y", "x"])], np.array([False, False, False, True]))
    assert kept["first"].to_list() == ["A", "A", "C", "D"]
    assert kept["birth_day"].to_list() == [1, 1, 3, 4]
    assert kept["phone"].to_list() == list("1234")


def test_birth_dates_are_written_as_each_vendor_does() -> None:
    frame = pl.DataFrame(
        {"birth_year": [1988, 1988, 1900, 1988], "birth_month": [3, 3, 1, 3], "birth_day": [9, 9, 1, 9], "birth_kind": [0, 1, 2, 3]}
    )
    assert frame.select(birth_text("iso")).to_series().to_list() == ["1988-03-09", "1988-03-09", "1900-01-01", None]
    assert frame.select(birth_text("iso_partial")).to_series().to_list() == ["1988-03-09", "1988-03", "1900-01-01", None]
    assert frame.select(birth_text("us")).to_series().to_list() == ["03/09/1988", "03/09/1988", "01/01/1900", None]
    with pytest.raises(ValueError, match="no such way"):
        birth_text("dutch")
