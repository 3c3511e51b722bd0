"""Public releases: two people, one content, one snapshot a quarter that never changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from assets.published.public_release import (
    Audit,
    Office,
    ReleaseRefused,
    Step,
    audit,
    decide,
    faults_of,
    find,
    propose,
    publish,
    releases,
    verify,
)  # fmt: skip
from contracts.county import County
from contracts.products import Product
from pipelines.surfaces.export import Format, export
from tests.fixtures.published_world import PublishedWorld, crowd, published_world

COUNTY = "county/measures"
ANALYST = "committee.analyst@board.larkmoor.example"
OFFICER = "officer@governance.larkmoor.example"
WHY = "figures of the first quarter"


@pytest.fixture(scope="module")
def world(county: County, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublishedWorld]:
    made = published_world(county, tmp_path_factory.mktemp("release"), date(2026, 3, 2))
    crowd(made, 40, race="WHITE", prefix="w", released=datetime(2026, 1, 20))
    crowd(made, 30, race="BLACK", prefix="b")
    made.ready().publish(COUNTY, product=_flat(made))
    yield made
    made.con.close()


def _flat(world: PublishedWorld) -> Product:
    """The Board's product with one table: what these tests are about, and little to measure."""
    product = world.county.product("county", "measures")
    return product.model_copy(update={"tables": tuple(table for table in product.tables if table.name == "frequent_utilizers")})


@pytest.fixture
def office(world: PublishedWorld, tmp_path: Path) -> Iterator[Office]:
    """The same home with registers in which nothing was decided, and an empty public folder."""
    world.con.execute("delete from registers.main.release_step")
    public = world.home.public
    yield Office(world.con, world.county, world.home, world.ledger, date(2026, 3, 5), datetime(2026, 3, 5, 10))
    if public.exists():
        for folder in public.glob("*/*"):
            folder.chmod(0o700)
        public.rename(tmp_path / "public")


def _fill(office: Office) -> object:
    def fill(folder: Path) -> None:
        export(office.home, COUNTY, tables=[], form=Format.CSV, out=folder, as_of=office.night)

    return fill


def _proposed(office: Office, world: PublishedWorld) -> str:
    return propose(office, _flat(world), by=ANALYST, reason=WHY, write=True)[0].name


def _approved(office: Office, world: PublishedWorld) -> str:
    name = _proposed(office, world)
    decide(office, name, by=OFFICER, reason=WHY, approve=True, write=True)
    return name


def test_two_people_make_a_snapshot_that_stands(office: Office, world: PublishedWorld) -> None:
    dry, found = propose(office, _flat(world), by=ANALYST, reason=WHY, write=False)
    assert releases(office.con) == []
    assert (found.passed, found.small, found.moved, found.compared_with) == (True, 0, 0, 0)
    before = len(world.ledger.entries())
    name = _approved(office, world)
    assert name == dry.name
    assert not publish(office, name, by=OFFICER, reason=WHY, fill=_fill(office), write=False).exists()
    folder = publish(office, name, by=OFFICER, reason=WHY, fill=_fill(office), write=True)
    assert (folder.parent.name, folder.name) == ("county_measures", "2026-Q1")
    names = {path.name for path in folder.iterdir()}
    assert {"manifest.json", "NOTICE.txt", "METHODS.md", "SHA256SUMS"} < names
    assert any(name.endswith("frequent_utilizers.csv") for name in names)
    assert all(path.stat().st_mode & 0o222 == 0 for path in (folder, *folder.iterdir()))
    methods = (folder / "METHODS.md").read_text()
    assert "fewer than 11 people is withheld" in methods
    assert "Not reviewed by counsel" in methods
    steps = [entry["fields"] for entry in world.ledger.entries()[before:]]
    assert [(step["step"], step["by"]) for step in steps] == [("propose", ANALYST), ("approve", OFFICER), ("publish", OFFICER)]
    assert {(step["content_sha256"], step["proposed_by"]) for step in steps} == {(find(office.con, name).content_sha256, ANALYST)}
    assert steps[-1]["verdict"].startswith("passed")
    assert verify(office.home, office.ledger) == {"county_measures/2026-Q1": []}
    with pytest.raises(ReleaseRefused, match="public already"):
        propose(office, _flat(world), by=ANALYST, reason=WHY, write=True)
    with pytest.raises(ReleaseRefused, match="public already"):
        publish(office, name, by=OFFICER, reason=WHY, fill=_fill(office), write=True)


def test_publishing_that_was_killed_is_finished_by_doing_it_again(office: Office, world: PublishedWorld) -> None:
    name = _approved(office, world)

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(office, name, by=OFFICER, reason=WHY, fill=killed, write=True)
    assert verify(office.home, office.ledger) == {"county_measures/2026-Q1": ["the snapshot is missing"]}
    publish(office, name, by=OFFICER, reason=WHY, fill=_fill(office), write=True)
    assert verify(office.home, office.ledger) == {"county_measures/2026-Q1": []}
    assert [step for step, *_ in find(office.con, name).steps] == ["propose", "approve", "publish"]


def test_a_changed_snapshot_is_found(office: Office, world: PublishedWorld) -> None:
    folder = publish(office, _approved(office, world), by=OFFICER, reason=WHY, fill=_fill(office), write=True)
    folder.chmod(0o700)
    notice = folder / "NOTICE.txt"
    notice.chmod(0o600)
    notice.write_text("another")
    (folder / "METHODS.md").unlink()
    (folder / "more.csv").write_text("x")
    assert faults_of(folder) == ["METHODS.md is missing", "more.csv was added", "NOTICE.txt was changed"]
    (folder / "SHA256SUMS").unlink()
    assert faults_of(folder) == ["SHA256SUMS is missing"]
    folder.rename(folder.with_name("gone"))
    assert verify(office.home, office.ledger) == {"county_measures/2026-Q1": ["the snapshot is missing"]}
    folder.with_name("gone").rename(folder)


def test_whoever_proposed_cannot_approve(office: Office, world: PublishedWorld) -> None:
    name = propose(office, _flat(world), by=OFFICER, reason=WHY, write=True)[0].name
    with pytest.raises(ReleaseRefused, match="a second person must"):
        decide(office, name, by=f" {OFFICER.upper()} ", reason=WHY, approve=True, write=True)
    with pytest.raises(ReleaseRefused, match="not approved by a second person"):
        publish(office, name, by=OFFICER, reason=WHY, fill=_fill(office), write=True)
    # Not even a register that somebody wrote by hand lets one person through.
    step = (name, COUNTY, find(office.con, name).version, Step.APPROVE.value, office.night, OFFICER, office.now, WHY, "", "")
    office.con.execute("insert into registers.main.release_step values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", list(step))
    with pytest.raises(ReleaseRefused, match="not approved by a second person"):
        publish(office, name, by=OFFICER, reason=WHY, fill=_fill(office), write=True)


def test_who_may_not_decide_is_refused(office: Office, world: PublishedWorld) -> None:
    with pytest.raises(ReleaseRefused, match="nobody in agencies"):
        propose(office, _flat(world), by="stranger@example.org", reason=WHY, write=True)
    with pytest.raises(ReleaseRefused, match="say why"):
        propose(office, _flat(world), by=ANALYST, reason="ok", write=True)
    name = _proposed(office, world)
    with pytest.raises(ReleaseRefused, match="only governance_officer or privacy_officer"):
        decide(office, name, by="linkage.review@data.larkmoor.example", reason=WHY, approve=True, write=True)
    with pytest.raises(ReleaseRefused, match="already"):
        propose(office, _flat(world), by=OFFICER, reason=WHY, write=True)
    with pytest.raises(ReleaseRefused, match="no release"):
        find(office.con, "nothing")


def test_a_rejected_release_is_over_and_may_be_proposed_anew(office: Office, world: PublishedWorld) -> None:
    name = _approved(office, world)
    decide(office, name, by=OFFICER, reason="a label is wrong", approve=False, write=True)
    assert find(office.con, name).state is Step.REJECT
    with pytest.raises(ReleaseRefused, match="does not wait"):
        decide(office, name, by=OFFICER, reason=WHY, approve=True, write=True)
    assert _proposed(office, world) != name


def test_only_a_quarterly_product_of_counts_within_its_terms_goes_public(office: Office, world: PublishedWorld) -> None:
    nightly = _flat(world).model_copy(update={"cadence": "nightly"})
    for product in (nightly, world.county.product("sheriff", "jail_measures")):
        with pytest.raises(ReleaseRefused, match="not a quarterly product"):
            propose(office, product, by=ANALYST, reason=WHY, write=True)
    with pytest.raises(ReleaseRefused, match="run out"):
        propose(replace(office, night=date(2030, 1, 1)), _flat(world), by=ANALYST, reason=WHY, write=True)


def test_what_changed_since_it_was_proposed_is_not_approved(office: Office, world: PublishedWorld) -> None:
    name = _proposed(office, world)
    files = world.files(COUNTY)
    notice = files.notice_file(str(files.current()))
    text = notice.read_text()
    notice.write_text(text + "more\n")
    with pytest.raises(ReleaseRefused, match="not what was proposed"):
        decide(office, name, by=OFFICER, reason=WHY, approve=True, write=True)
    notice.write_text(text)
    data = files.data(str(files.current()))
    whole = data.read_bytes()
    with duckdb.connect(str(data)) as con:
        con.execute("delete from frequent_utilizers")
    with pytest.raises(ReleaseRefused, match="does not hold what its manifest says"):
        decide(office, name, by=OFFICER, reason=WHY, approve=True, write=True)
    data.write_bytes(whole)
    assert decide(office, name, by=OFFICER, reason=WHY, approve=True, write=False).state is Step.PROPOSE


def test_the_audit_finds_what_the_register_says_beside_an_earlier_public_release(office: Office, world: PublishedWorld) -> None:
    con, version = office.con, str(world.files(COUNTY).current())
    name = _approved(office, world)
    con.execute("begin")
    con.execute(
        "insert into registers.main.release_cell select * replace ('earlier' as version, value + 3 as value) "
        "from registers.main.release_cell where version = ?",
        [version],
    )
    con.execute(
        "insert into registers.main.release_step values ('x', ?, 'earlier', 'publish', ?, 'a', ?, '', '', '')",
        [COUNTY, office.night, office.now],
    )
    found = audit(office, _flat(world), version)
    assert (found.passed, found.compared_with, found.moved) == (False, 1, found.shown)
    assert "small change" in found.verdict
    with pytest.raises(ReleaseRefused, match="the audit says"):
        publish(office, name, by=OFFICER, reason=WHY, fill=_fill(office), write=True)
    con.execute("update registers.main.release_cell set value = 4 where version = ? and value is not null", [version])
    assert "are small" in audit(office, _flat(world), version).verdict
    con.execute("update registers.main.release_cell set value = null")
    con.execute("delete from registers.main.release_step")
    with pytest.raises(ReleaseRefused, match="no count is shown"):
        propose(office, _flat(world), by=ANALYST, reason=WHY, write=True)
    con.execute("rollback")


def test_an_approved_release_never_takes_the_place_of_a_snapshot_that_is_there(office: Office, world: PublishedWorld) -> None:
    name = _approved(office, world)
    there = world.home.public / "county_measures" / "2026-Q1"
    there.mkdir(parents=True)
    with pytest.raises(ReleaseRefused, match="2026-Q1 of county/measures is public already"):
        publish(office, name, by=OFFICER, reason=WHY, fill=_fill(office), write=True)
    assert list(there.iterdir()) == []
    assert find(office.con, name).state is Step.APPROVE


def test_a_release_without_a_figure_is_none() -> None:
    assert Audit(10, 0, 0, 0, 0, ()).verdict == "refused: no count is shown"
