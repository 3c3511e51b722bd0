"""What vendors change: columns, keys, what they send; and what a county changes: its mapping."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from assets.checked.recheck import records_by_older_mappings
from contracts.sources import DeliveryMode, Source
from resources.source_systems.drift import shape_likeness, shape_of

HEADER = "VisitNo,ClientNo,Begin,End,First,Last,Born,Sex,Race,Zip,Outcome"
ROW = "V{0},K{0},2026-02-{0:02} 09:00,2026-02-{0:02} 10:00,Quillon,Vandersnoot,1980-05-{0:02},M,White,69901,home"


def drop(house: Any, k: int = 0, *, header: str = HEADER, rows: range = range(1, 21), row: str = ROW, name: str = "visits") -> None:
    folder = house.place / "visits"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [header, *(row.format(number) for number in rows)]
    (folder / f"{name}_{house.night(k):%Y%m%d}.csv").write_text("\n".join(lines) + "\n")


def changed(source: Source, **said: Any) -> Source:
    return Source.model_validate(source.model_dump(by_alias=True) | said)


def drift(house: Any, k: int = 0) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = house.rows(
        "select drift, column_name, column_position, action from checked.schema_drift"
        f" where night = date '{house.night(k)}' order by drift, column_position, column_name"
    )
    return found


def test_a_new_column_is_reported_and_not_read_where_the_text_only_warns(house: Any) -> None:
    source = changed(house.source("visits"), drift={"new": "warn"})
    drop(house, header=HEADER + ",Shoe", row=ROW + ",Canaryfeather")
    assert house.check(source).feeds[0].admitted == 20
    assert drift(house) == [("new", None, 12, "warn")]
    assert b"Canaryfeather" not in b"".join(path.read_bytes() for path in house.home.landing.rglob("*") if path.is_file())
    assert "column 12 (name hash " in house.rows("select reason from acquired.delivery")[0][0]


def test_a_missing_column_blocks_unless_the_text_warns_and_no_row_needs_it(house: Any) -> None:
    header, row = HEADER.replace(",Zip", ""), ROW.replace(",69901", "")
    drop(house, header=header, row=row)
    assert house.check(house.source("visits")).verdict == "nothing_new"
    assert drift(house) == [("missing", "Zip", None, "block")]
    mild = changed(house.source("visits"), drift={"missing": "warn"})
    assert house.check(mild, 1).feeds[0].admitted == 20
    assert drift(house, 1) == [("missing", "Zip", None, "warn")]
    assert house.rows("select distinct zip from checked.observation_versions where known_to is null") == [(None,)]
    drop(house, 2, header=HEADER.replace(",Begin", ""), row=ROW.replace(",2026-02-{0:02} 09:00", "", 1))
    assert house.check(mild, 2).verdict == "nothing_new"
    assert drift(house, 2) == [("missing", "Begin", None, "block")]


@pytest.mark.parametrize(("name", "is_renamed"), [("LastName", True), ("Surname", True), ("Shoe", True), ("Comment", False)])
def test_a_renamed_column_is_told_from_a_new_one_by_name_shape_and_place(house: Any, name: str, is_renamed: bool) -> None:
    source = changed(house.source("visits"), drift={"new": "warn", "missing": "warn", "renamed": "block"})
    drop(house)
    house.check(source)
    row = ROW if is_renamed else ROW.replace("Vandersnoot", "")
    drop(house, 1, header=HEADER.replace("Last", name), rows=range(21, 29), row=row)
    house.check(source, 1)
    assert [kind for kind, *_ in drift(house, 1)] == (["renamed"] if is_renamed else ["missing", "new"])


def test_a_shape_tells_columns_apart_and_no_value() -> None:
    dates, names = shape_of(["1980-05-17", "1991-12-02"]), shape_of(["Vandersnoot", "Brightwater"])
    assert shape_likeness(dates, shape_of(["2001-01-01", "1999-09-09"])) > 0.9
    assert shape_likeness(dates, names) < 0.5
    assert shape_of([None, " "]) == (0, 0, 0, 0, 0, 0)
    assert all(isinstance(figure, float) for figure in dates)


def test_a_database_that_gains_a_column_says_so_once(house: Any, sound_booking: Any) -> None:
    import sqlite3

    source = house.source("jail")
    for k in range(3):
        house.jail(inmate_booking=[sound_booking(f"B{number}", "J1") for number in range(k + 1)])
        if k:
            with sqlite3.connect(house.place / "jail.sqlite") as connection:
                connection.execute("alter table inmate_booking add column Mood")
            connection.close()
        assert house.check(source, k).verdict == "accepted"
    assert [drift(house, k) for k in range(3)] == [[], [("new", None, 28, "warn")], []]


@pytest.mark.parametrize("mode", [DeliveryMode.FULL_SNAPSHOT, DeliveryMode.INCREMENT])
def test_known_records_under_new_keys_are_held_until_a_person_says_so(house: Any, mode: DeliveryMode) -> None:
    source = house.source("visits", delivery_mode=mode, delete_cap=1.0)
    drop(house)
    house.check(source)
    before = house.rows("select * from checked.co_responder_encounter order by all")
    drop(house, 1, row="N" + ROW)
    report = house.check(source, 1)
    assert report.verdict == "held"
    assert "20 of 20 records under new keys say what known records say" in report.reason
    assert "put 2026-03-03 under rekeyed_on" in report.reason
    assert house.rows("select * from checked.co_responder_encounter order by all") == before
    said = source.model_copy(update={"rekeyed_on": (house.night(2),)})
    assert house.check(said, 2).verdict == "accepted"


def test_new_records_that_only_resemble_known_ones_are_no_new_keys(house: Any) -> None:
    source = house.source("visits")
    drop(house)
    house.check(source)
    drop(house, 1, rows=range(1, 21), row=ROW.replace("V{0},", "N{0},").replace("09:00", "08:59"))
    assert house.check(source, 1).feeds[0].admitted == 20


def test_rows_delivered_under_an_older_mapping_are_read_again_from_the_landing(house: Any) -> None:
    source = house.source("visits", refusal_cap=1.0)
    drop(house, rows=range(1, 4))
    house.check(source)
    drop(house, 1, rows=range(4, 6), row=ROW.replace("White", "Nobody declared it"))
    assert house.check(source, 1).feeds[0].refused == 2
    text = source.model_dump(by_alias=True)
    text["feeds"]["visits"]["columns"]["Race"][0]["codes"] |= {"White": "OTHER", "Nobody declared it": "WHITE"}
    mended = Source.model_validate(text)
    assert records_by_older_mappings(house.con, mended) == 3
    drop(house, 2, rows=range(6, 7))
    report = house.check(mended, 2)
    assert report.read_again == 2
    assert (report.feeds[0].rows_read, report.feeds[0].admitted, report.feeds[0].refused) == (6, 6, 0)
    assert records_by_older_mappings(house.con, mended) == 0
    raced = house.rows("select race, count(*) from checked.race_code_versions where known_to is null group by all order by all")
    assert raced == [(["OTHER"], 4), (["WHITE"], 2)]
    assert house.rows("select count(*) from checked.race_code_versions where known_to is not null") == [(3,)]
    assert house.check(mended, 3).read_again == 0
    assert house.rows("select bool_and(is_conserved) from checked.row_conservation") == [(True,)]


def test_two_feeds_of_one_record_type_speak_of_one_set_of_records(house: Any) -> None:
    text = house.source("visits", delete_cap=1.0).model_dump(by_alias=True)
    feed = text["feeds"]["visits"]
    text["feeds"] = {"visits": feed, "archive": feed | {"from": {"file": "archive_{date:%Y%m%d}.csv"}}}
    source = Source.model_validate(text | {"delivery_mode": "full_snapshot"})
    drop(house, rows=range(1, 11))
    drop(house, rows=range(8, 16), name="archive")
    report = house.check(source)
    assert {one.feed: (one.admitted, one.duplicate) for one in report.feeds} == {"archive": (5, 3), "visits": (10, 0)}
    assert all(one.is_whole for one in report.feeds)
    assert house.rows("select count(*), count(distinct record_id) from checked.co_responder_encounter") == [(15, 15)]
    drop(house, 1, rows=range(1, 11))
    drop(house, 1, rows=range(12, 16), name="archive")
    report = house.check(source, 1)
    assert sum(one.deleted for one in report.feeds) == 1
    assert house.rows("select count(*) from checked.co_responder_encounter") == [(14,)]


@pytest.mark.parametrize(("rows", "verdict"), [(range(1, 5), "refused"), (range(1, 11), "accepted"), (range(1, 21), "refused")])
def test_a_first_delivery_is_held_to_its_declared_baseline(house: Any, rows: range, verdict: str) -> None:
    text = house.source("visits").model_dump(by_alias=True)
    text["feeds"]["visits"]["first_rows"] = {"at_least": 5, "at_most": 15}
    source = Source.model_validate(text)
    drop(house, rows=rows)
    house.check(source)
    found = house.rows("select verdict, reason from acquired.delivery")[0]
    assert found[0] == verdict
    assert ("rows in the first delivery, where 5 to 15 are expected" in found[1]) is (verdict == "refused")
    if verdict == "accepted":
        drop(house, 1, rows=range(20, 22))
        assert house.check(source, 1).feeds[0].admitted == 2


def test_an_empty_snapshot_does_not_erase_a_county(house: Any, sound_booking: Any) -> None:
    source = house.source("jail")
    house.jail(inmate_booking=[sound_booking(f"B{k}", f"J{k}") for k in range(30)])
    house.check(source)
    house.jail()
    house.check(source, 1)
    assert house.rows("select verdict from acquired.delivery order by night desc limit 1") == [("fallback",)]
    assert house.rows("select count(*) from checked.jail_booking") == [(30,)]
    house.jail(inmate_booking=[sound_booking("B1", "J1")])
    report = house.check(source, 2)
    assert "29 of 30 known records are not in tonight's snapshot" in report.reason
    assert (report.verdict, house.rows("select count(*) from checked.jail_booking")) == ("refused", [(30,)])


def test_every_night_accounts_for_every_row_and_every_record(house: Any) -> None:
    source = house.source("visits")
    drop(house, rows=range(1, 11))
    house.check(source)
    drop(house, 1, rows=range(6, 16), row=ROW.replace("home", "hospital"))
    house.check(source, 1)
    columns = "rows_read, admitted, unchanged, known_before, begun, ended, known_after, is_conserved"
    assert house.rows(f"select {columns} from checked.row_conservation order by night") == [
        (10, 10, 0, 0, 10, 0, 10, True),
        (10, 10, 0, 10, 10, 5, 15, True),
    ]
    assert house.night(1) - timedelta(days=1) == house.night(0)
