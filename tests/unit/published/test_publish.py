"""Publishing: what is in a version, what it is called, what the ledger says, and what a kill leaves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from assets.published import file as file_module
from assets.published import publish as publish_module
from assets.published.build import BuildFault
from assets.published.file import PublishFault
from assets.published.publish import PublishVerdict, withdraw_product
from assets.published.released import Before, released_before
from contracts.county import County
from contracts.products import Product
from resources.ledger import EntryKind, Ledger, spool
from resources.published_reader import query
from tests.fixtures.published_world import PublishedWorld, crowd

SHERIFF = "sheriff/jail_measures"
COUNTY = "county/measures"
AUDIT = "governance/audit"


@pytest.fixture
def jail(world: PublishedWorld) -> PublishedWorld:
    crowd(world, 14, race="WHITE", prefix="w", released=datetime(2026, 1, 20))
    crowd(world, 12, race="BLACK", prefix="b")
    crowd(world, 3, race="ASIAN", prefix="a")
    return world.ready()


def _own_bookings(world: PublishedWorld) -> Product:
    """The sheriff's product with its rows alone: what most of these tests are about, without measuring anything."""
    product = world.product(SHERIFF)
    return product.model_copy(update={"tables": product.tables[:1]})


def _kinds(world: PublishedWorld) -> list[str]:
    return [entry["kind"] for entry in world.ledger.entries() if entry["kind"] != "decided"]


def test_the_sets_of_decisions_of_a_product_are_entered_before_it_is_published_and_once_a_night(jail: PublishedWorld) -> None:
    for _ in range(2):
        jail.publish(SHERIFF, product=_own_bookings(jail))
    entries = jail.ledger.entries()
    assert [entry["kind"] for entry in entries] == ["decided", "publishing", "published"]
    (by_row,) = entries[0]["fields"]["decided"]
    reasons = {item["reason"]: item["decisions"] for item in by_row["reasons"]}
    assert (by_row["operation"], reasons["permitted"] > 0, len(by_row["mark"])) == ("disclose_row", True, 64)
    assert by_row["clauses"] == entries[1]["fields"]["clauses"]
    jail.booking(jail.inmate("new-jacket"), "new-booking")
    jail.ready().publish(SHERIFF, product=_own_bookings(jail))
    again = [entry["fields"]["decided"][0] for entry in jail.ledger.entries() if entry["kind"] == "decided"]
    assert again[0]["mark"] != again[-1]["mark"], "another set of decisions has another mark"


def test_the_sheriff_gets_its_own_bookings_under_its_own_numbers(jail: PublishedWorld) -> None:
    report = jail.publish(SHERIFF, product=_own_bookings(jail))
    assert report.verdict is PublishVerdict.PUBLISHED
    rows = jail.read(SHERIFF, "select booking_no, jacket_no, released_at is null, days from own_bookings order by booking_no")
    assert len(rows) == 29
    assert rows[0] == ("a-booking-000", "a-jacket-000", True, 51)
    assert rows[-1] == ("w-booking-013", "w-jacket-013", False, 10)


def test_what_identifies_a_record_to_the_integrator_never_leaves(jail: PublishedWorld) -> None:
    jail.publish(SHERIFF)
    content = jail.everything(SHERIFF)
    for internal in (b"record of", b"subject of", b"person of", b"race of"):
        assert internal not in content


def test_small_groups_are_withheld_and_cannot_be_computed(jail: PublishedWorld) -> None:
    jail.publish(COUNTY)
    rows = jail.read(COUNTY, "select race_group, people, withheld from racial_disparity where point like 'person_booked%' order by 1")
    shown = {group: people for group, people, _ in rows}
    assert shown["ASIAN"] is None
    assert sum(people is None for people in (shown["ALL"], shown["WHITE"], shown["BLACK"])) >= 1, (
        "29 - 14 - 12 would give Asian people away"
    )
    assert all(people is None or people >= 11 for people in shown.values())


def test_the_manifest_says_what_is_there_under_which_terms(jail: PublishedWorld) -> None:
    report = jail.publish(SHERIFF, run_id="run-7")
    manifest = jail.files(SHERIFF).manifest(str(report.version))
    assert manifest["night"] == "2026-03-02"
    assert manifest["as_of"] == "2026-03-02T00:00:00"
    assert manifest["run_id"] == "run-7"
    assert manifest["terms_sha256"] == jail.county.sha256
    assert "DUL-2026-SO §3.1" in manifest["clauses"]
    assert manifest["instruments"] == ["DUL-2026-SO"]
    assert manifest["minimum_cell"] == 11
    tables = {table["name"]: table for table in manifest["tables"]}
    assert tables["own_bookings"]["rows"] == 29
    labels = {column["name"]: column["labels"] for column in tables["own_bookings"]["columns"]}
    assert "direct_id" in labels["booking_no"]
    assert "phi" in labels["bjmhs_positive"]
    assert [column["name"] for column in tables["stepping_up"]["columns"]][-1] == "period_end", "helper columns are not published"
    assert tables["stepping_up"]["protection"]["cells"] > 0
    assert {table.name: table.logical_hash for table in report.tables} == {name: table["logical_hash"] for name, table in tables.items()}


def test_a_manifest_does_not_tell_the_recipient_how_many_people_were_withheld(jail: PublishedWorld) -> None:
    text = json.dumps(jail.files(SHERIFF).manifest(str(jail.publish(SHERIFF).version)))
    assert "revoked" not in text
    assert "reasons" not in text


def test_a_published_product_can_be_asked_through_the_reader(jail: PublishedWorld) -> None:
    jail.publish(SHERIFF, product=_own_bookings(jail))
    columns, rows = query(jail.home, "sheriff", "jail_measures", "select count(*) as n from own_bookings", as_of=date(2026, 3, 3))
    assert (columns, rows) == (["n"], [(29,)])
    meaning = query(jail.home, "sheriff", "jail_measures", "select description from _columns where column_name = 'days'", as_of=jail.night)[
        1
    ]
    assert meaning == [("Calendar days from booking to release or to the night.",)]


def test_publishing_again_with_the_same_data_names_the_same_version(jail: PublishedWorld) -> None:
    first = jail.publish(SHERIFF, product=_own_bookings(jail), run_id="one")
    before = {path.name: (path.stat().st_ino, path.read_bytes()) for path in jail.files(SHERIFF).folder.iterdir() if path.name != "CURRENT"}
    entries = len(jail.ledger.entries())
    second = jail.publish(SHERIFF, product=_own_bookings(jail), run_id="two")
    assert (first.verdict, second.verdict) == (PublishVerdict.PUBLISHED, PublishVerdict.UNCHANGED)
    assert (first.version, first.tables) == (second.version, second.tables)
    after = {path.name: (path.stat().st_ino, path.read_bytes()) for path in jail.files(SHERIFF).folder.iterdir() if path.name != "CURRENT"}
    assert before == after
    assert len(jail.ledger.entries()) == entries


@pytest.mark.parametrize("path", [SHERIFF, COUNTY, AUDIT])
def test_the_order_in_which_rows_lie_changes_no_hash(jail: PublishedWorld, path: str) -> None:
    first = jail.publish(path)
    for table in ("checked.jail_booking", "checked.subject", "checked.race_assertion"):
        jail.con.execute(f"create table main.turned as select * from {table} order by random()")
        jail.con.execute(f"delete from {table}")
        jail.con.execute(f"insert into {table} select * from main.turned")
        jail.con.execute("drop table main.turned")
    jail.ready()
    assert jail.publish(path).tables == first.tables


def test_new_data_makes_a_new_version_of_the_rows_while_counts_stay_until_their_period_ends(jail: PublishedWorld) -> None:
    product = jail.product(SHERIFF)
    few = product.model_copy(update={"tables": tuple(table for table in product.tables if table.name in {"own_bookings", "stepping_up"})})
    first = jail.publish(SHERIFF, product=few)
    jail.booking(jail.inmate("new-jacket"), "new-booking")
    jail.night = date(2026, 3, 3)
    second = jail.ready().publish(SHERIFF, product=few)
    assert first.version != second.version
    assert jail.files(SHERIFF).versions() == [second.version]
    assert {path.name.split(".")[0] for path in jail.files(SHERIFF).folder.iterdir()} == {str(second.version), "CURRENT"}
    assert _kinds(jail) == ["publishing", "published", "publishing", "published", "purged"]
    before, after = ({table.name: table.logical_hash for table in report.tables} for report in (first, second))
    assert {name for name in ("own_bookings", "stepping_up") if before[name] != after[name]} == {"own_bookings"}
    tables = {table["name"]: table for table in jail.files(SHERIFF).manifest(str(second.version))["tables"]}
    assert tables["stepping_up"]["counted_on"] == "2026-03-02"


def test_an_aggregate_product_keeps_superseded_versions_as_long_as_the_county_says(jail: PublishedWorld) -> None:
    text = jail.county.text
    kept = text.retention.model_copy(update={"superseded_products_days": 5})
    jail.county = replace(jail.county, text=text.model_copy(update={"retention": kept}))
    first = jail.publish(COUNTY)
    product, policy = jail.product(COUNTY), jail.county.disclosure
    assert len(released_before(jail.con, product, policy, decided_on=jail.night).tonight) == 1
    compares_nothing = policy.model_copy(update={"difference_releases": 0})
    assert released_before(jail.con, product, compares_nothing, decided_on=jail.night) == Before()
    crowd(jail, 15, race="WHITE", prefix="x")
    second = jail.ready().publish(COUNTY)
    assert jail.files(COUNTY).versions() == sorted([str(first.version), str(second.version)])


def test_the_ledger_accounts_for_a_disclosure_before_and_after_it_can_be_seen(jail: PublishedWorld) -> None:
    report = jail.publish(SHERIFF, product=_own_bookings(jail))
    _, before, after = jail.ledger.entries()
    assert (before["kind"], after["kind"]) == ("publishing", "published")
    assert before["fields"]["version"] == after["fields"]["version"] == report.version
    assert "DUL-2026-SO §3.1" in before["fields"]["clauses"]
    assert jail.ledger.verify().sound


def test_a_licence_that_has_ended_takes_the_product_away(jail: PublishedWorld) -> None:
    jail.publish(SHERIFF, product=_own_bookings(jail))
    jail.county = _without(jail.county, "DUL-2026-SO")
    jail.made.terms = jail.county
    report = jail.ready().publish(SHERIFF, product=_own_bookings(jail))
    assert (report.verdict, report.reason, report.version) == (PublishVerdict.WITHDRAWN, "nothing_permitted", None)
    assert report.withheld["no_clause"] > 0
    assert list(jail.files(SHERIFF).folder.iterdir()) == []
    assert _kinds(jail)[-1] == "withdrawn"
    assert jail.publish(SHERIFF, product=_own_bookings(jail)).verdict is PublishVerdict.WITHDRAWN
    assert _kinds(jail).count("withdrawn") == 1


def _without(county: County, instrument: str) -> County:
    return replace(county, instruments=tuple(item for item in county.instruments if item.id != instrument))


def test_a_product_nobody_ever_published_is_withdrawn_without_an_account(world: PublishedWorld) -> None:
    product = world.product(SHERIFF)
    world.ledger.append(EntryKind.PUBLISHED, night=world.night, product=COUNTY, version="another product's")
    report = withdraw_product(
        product, con=world.con, home=world.home, ledger=world.ledger, night=world.night, run_id="run", reason="rebuild_failed"
    )
    assert report.verdict is PublishVerdict.WITHDRAWN
    assert _kinds(world) == ["published"]


def test_a_county_without_people_publishes_empty_tables(world: PublishedWorld) -> None:
    report = world.ready().publish(SHERIFF)
    assert report.verdict is PublishVerdict.PUBLISHED
    assert world.read(SHERIFF, "select count(*) from own_bookings") == [(0,)]


def test_a_column_that_the_question_does_not_answer_is_a_fault_that_names_it(jail: PublishedWorld) -> None:
    product = jail.product(SHERIFF)
    table = product.tables[0]
    odd = table.columns[0].model_copy(update={"name": "shoe_size", "own_id": None})
    changed = product.model_copy(update={"tables": (table.model_copy(update={"columns": (odd,), "order_by": ()}),)})
    with pytest.raises(BuildFault, match="no column shoe_size"):
        jail.publish(SHERIFF, product=changed)
    assert list(jail.home.scratch.iterdir()) == [], "scratch is cleared when building fails"


def test_an_element_that_the_text_does_not_name_stays_empty(jail: PublishedWorld) -> None:
    product = jail.product(SHERIFF)
    table = product.tables[0]
    silent = tuple(
        column.model_copy(update={"elements": ("jail_booking.booked_at",)}) if column.name in {"facility", "release_type"} else column
        for column in table.columns
    )
    changed = product.model_copy(update={"tables": (table.model_copy(update={"columns": silent}),)})
    jail.publish(SHERIFF, product=changed)
    assert jail.read(SHERIFF, "select distinct facility, release_type from own_bookings") == [(None, None)]


def test_a_quarterly_product_stays_as_it_is_until_the_quarter_ends(jail: PublishedWorld) -> None:
    quarterly = _own_bookings(jail).model_copy(update={"cadence": "quarterly"})
    first = jail.publish(SHERIFF, product=quarterly)
    jail.booking(jail.inmate("new-jacket"), "new-booking")
    jail.night = date(2026, 3, 31)
    second = jail.ready().publish(SHERIFF, product=quarterly)
    assert (second.verdict, second.version, second.tables) == (PublishVerdict.UNCHANGED, first.version, first.tables)
    assert jail.publish(SHERIFF, product=quarterly, decided_on=date(2026, 4, 1)).verdict is PublishVerdict.PUBLISHED, "a deny thaws it"
    jail.night = date(2026, 4, 1)
    third = jail.ready().publish(SHERIFF, product=quarterly)
    assert third.verdict is PublishVerdict.PUBLISHED
    assert str(third.version).startswith("2026-04-01-")


def test_a_quarterly_product_still_ends_with_its_terms(jail: PublishedWorld) -> None:
    quarterly = _own_bookings(jail).model_copy(update={"cadence": "quarterly"})
    jail.publish(SHERIFF, product=quarterly)
    jail.county = _without(jail.county, "DUL-2026-SO")
    jail.made.terms = jail.county
    assert jail.ready().publish(SHERIFF, product=quarterly).verdict is PublishVerdict.WITHDRAWN


def test_what_readers_noted_enters_the_ledger_with_the_next_publication(jail: PublishedWorld) -> None:
    spool(jail.home, product=SHERIFF, rows=3)
    jail.publish(SHERIFF, product=_own_bookings(jail))
    assert _kinds(jail) == ["queried", "publishing", "published"]


STEPS = ("write_data", "place:rename", "place:notice", "place:manifest", "make_current", "published", "purge")


class Killed(BaseException):
    """Stands for a kill: nothing in the code under test may catch it."""


def _kill_at(step: str, patch: pytest.MonkeyPatch) -> None:
    def kill(*_: Any, **__: Any) -> Any:
        raise Killed

    if step == "write_data":
        patch.setattr(file_module, "_sync_file", kill)
    elif step == "place:rename":
        patch.setattr(file_module, "sync_folder", kill)
    elif step in {"place:notice", "place:manifest"}:
        real = file_module.write_atomically
        ending = ".NOTICE.txt" if step == "place:notice" else ".manifest.json"
        patch.setattr(file_module, "write_atomically", lambda path, *a, **k: kill() if path.name.endswith(ending) else real(path, *a, **k))
    elif step == "make_current":
        patch.setattr(publish_module, "make_current", kill)
    elif step == "published":
        real_append = Ledger.append
        patch.setattr(Ledger, "append", lambda self, kind, **k: kill() if kind == "published" else real_append(self, kind, **k))
    else:
        patch.setattr(publish_module, "purge", kill)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_a_whole_product_stays_readable_and_the_rerun_ends_the_same(
    jail: PublishedWorld, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = jail.publish(SHERIFF, product=_own_bookings(jail))
    jail.booking(jail.inmate("new-jacket"), "new-booking")
    jail.ready()
    with monkeypatch.context() as patch:
        _kill_at(step, patch)
        with pytest.raises(Killed):
            jail.publish(SHERIFF, product=_own_bookings(jail))
    seen = query(jail.home, "sheriff", "jail_measures", "select count(*) from own_bookings", as_of=jail.night)[1]
    is_new = step in {"published", "purge"}
    assert seen == [(30 if is_new else 29,)]
    assert (jail.files(SHERIFF).current() != first.version) is is_new
    second = jail.publish(SHERIFF, product=_own_bookings(jail))
    assert jail.files(SHERIFF).current() == second.version
    assert jail.read(SHERIFF, "select count(*) from own_bookings") == [(30,)]
    assert jail.files(SHERIFF).versions() == [second.version]
    assert _kinds(jail).count("published") == 2
    assert jail.ledger.verify().sound
    assert list(jail.home.scratch.iterdir()) == []


def test_a_killed_first_publication_leaves_nothing_to_read(jail: PublishedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        _kill_at("make_current", patch)
        with pytest.raises(Killed):
            jail.publish(SHERIFF, product=_own_bookings(jail))
    assert jail.files(SHERIFF).current() is None
    assert jail.publish(SHERIFF, product=_own_bookings(jail)).verdict is PublishVerdict.PUBLISHED


def test_a_version_that_holds_something_else_is_not_made_current(jail: PublishedWorld) -> None:
    report = jail.publish(SHERIFF, product=_own_bookings(jail))
    data = jail.files(SHERIFF).data(str(report.version))
    jail.files(SHERIFF).current_file.unlink()
    data.write_bytes(data.read_bytes()[: 16 * 1024])
    with pytest.raises(PublishFault, match="publish again"):
        jail.publish(SHERIFF, product=_own_bookings(jail))
    assert jail.files(SHERIFF).current() is None


def _renamed(product: Product, name: str) -> Product:
    table = product.tables[0]
    return product.model_copy(update={"tables": (table.model_copy(update={"name": name}),)})


def test_tables_may_bear_any_name_of_the_text(jail: PublishedWorld) -> None:
    jail.publish(SHERIFF, product=_renamed(jail.product(SHERIFF), "order"))
    assert jail.read(SHERIFF, 'select count(*) from "order"') == [(29,)]
