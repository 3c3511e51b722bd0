"""Paper forms count like delivered ones; what takes away counts at once, what gives from the night after."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from assets.consented.paper import Found, Paper, PaperRefused, find_subjects, record, revoke
from resources.warehouse import migrate
from tests.fixtures.consented_world import NIGHT, ConsentedWorld, demo_terms

TOMORROW = NIGHT + timedelta(days=1)


@pytest.fixture
def world() -> Iterator[ConsentedWorld]:
    made = ConsentedWorld(demo_terms())
    made.con.execute("attach ':memory:' as registers")
    migrate(made.con)
    for column in ("first_name", "last_name"):
        made.con.execute(f"alter table checked.identity add column {column} varchar")
    made.subject("h1", "health")
    made.encounter("h1")
    made.con.execute("update checked.identity set first_name = 'Zoë', last_name = 'Quandry' where subject_id = 'h1'")
    yield made
    made.con.close()


def _who() -> Found:
    return Found("h1", "health", "health", "pt-1")


def _paper(world: ConsentedWorld, form_id: str = "roi-crisis-contacts", **changes: object) -> Paper:
    form = next(form for form in world.terms.forms if form.id == form_id)
    values = {
        "form": form,
        "signed_at": datetime(2026, 2, 20, 15),
        "signed_by": "self",
        "valid_from": None,
        "valid_to": date(2027, 1, 1),
        "recipients": form.recipients,
        "element_classes": form.element_classes,
        "purposes": tuple(purpose.value for purpose in form.purposes),
        **changes,
    }
    return Paper(**values)


def _state(world: ConsentedWorld, night: date) -> list[str]:
    world.run(night)
    return [state for (state,) in world.con.execute("select state from consented.consent_state order by consent_id").fetchall()]


def _entered(world: ConsentedWorld, paper: Paper, *, on: date = NIGHT, why: str = "signed at the counter") -> str:
    return record(world.con, _who(), paper, recorded_on=on, recorded_by="officer", reason=why)


def test_a_form_entered_today_counts_from_the_night_after(world: ConsentedWorld) -> None:
    _entered(world, _paper(world))
    assert _state(world, NIGHT) == []
    assert _state(world, TOMORROW) == ["in_force"]


def test_an_opt_out_entered_today_counts_tonight(world: ConsentedWorld) -> None:
    _entered(world, _paper(world, "opt-out", valid_to=None))
    world.run(NIGHT)
    assert world.con.execute("select subject_id, reason from consented.deny").fetchall() == [("h1", "opted_out")]


def test_what_is_taken_back_at_the_office_counts_tonight_even_if_a_system_delivered_it(world: ConsentedWorld) -> None:
    delivered = world.consent("h1", "roi_508")
    assert _state(world, NIGHT) == ["in_force"]
    done = revoke(
        world.con, [delivered], revoked_at=datetime(2026, 3, 2, 9), recorded_on=NIGHT, recorded_by="officer", reason="came to the counter"
    )
    assert done == 1
    assert _state(world, NIGHT) == ["revoked"]
    assert [reason for (reason,) in world.con.execute("select distinct reason from consented.deny").fetchall()] == ["revoked"]
    again = revoke(
        world.con, [delivered], revoked_at=datetime(2026, 3, 3, 9), recorded_on=NIGHT, recorded_by="officer", reason="came to the counter"
    )
    assert again == 0


def test_a_past_night_does_not_know_what_was_taken_back_later(world: ConsentedWorld) -> None:
    delivered = world.consent("h1", "roi_508")
    revoke(
        world.con,
        [delivered],
        revoked_at=datetime(2026, 3, 3, 9),
        recorded_on=TOMORROW,
        recorded_by="officer",
        reason="came to the counter",
    )
    assert _state(world, NIGHT) == ["in_force"]
    assert _state(world, TOMORROW) == ["revoked"]


def test_a_form_without_what_the_law_asks_is_defective(world: ConsentedWorld) -> None:
    _entered(world, _paper(world, valid_to=None))
    assert _state(world, TOMORROW) == ["defective"]


def test_what_a_paper_narrows_is_honoured_by_decisions(world: ConsentedWorld) -> None:
    world.subject("h2", "health")
    for name in ("h1", "h2"):
        world.subject(f"m{name}", "co_responder")
        world.crisis(f"m{name}")
        world.same_person(name, f"m{name}", person=f"person {name}")
    _entered(world, _paper(world, data_from=date(2025, 6, 1), data_to=date(2026, 1, 1)))
    narrow = _paper(world, excluded_classes=("crisis_contacts",))
    record(
        world.con, Found("h2", "health", "health", "pt-2"), narrow, recorded_on=NIGHT, recorded_by="officer", reason="signed at the counter"
    )
    world.run(TOMORROW)
    world.decide("health", ["care_coordination"], "disclose_row", ["co_responder_encounter.started_at"], night=TOMORROW)
    found = world.con.execute("select subject_id, reason, records_from, records_to from main.decision where system = 'co_responder'")
    assert sorted(found.fetchall()) == [
        ("mh1", "permitted", date(2025, 6, 1), date(2026, 1, 1)),
        ("mh2", "restricted", None, None),
    ]


@pytest.mark.parametrize(("is_open", "state"), [(True, "in_force"), (False, "expired"), (None, "expired")])
def test_a_paper_that_an_event_ends_holds_while_the_event_is_known_not_to_have_happened(
    world: ConsentedWorld, is_open: bool | None, state: str
) -> None:
    _entered(world, _paper(world, valid_to=None, expiry_event="end_of_treatment", expiry_event_open=is_open))
    assert _state(world, TOMORROW) == [state]


def test_the_same_form_that_says_something_else_is_refused_and_the_first_stays(world: ConsentedWorld) -> None:
    _entered(world, _paper(world))
    with pytest.raises(PaperRefused, match="something else"):
        _entered(world, _paper(world, data_from=date(2026, 1, 1)))
    assert world.con.execute("select data_from from registers.main.paper_consent").fetchall() == [(None,)]


def test_the_same_paper_twice_is_one_consent(world: ConsentedWorld) -> None:
    assert _entered(world, _paper(world)) == _entered(world, _paper(world))
    assert world.con.execute("select count(*) from registers.main.paper_consent").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("changes", "why", "says"),
    [
        ({"signed_at": datetime(2026, 5, 1)}, "signed at the counter", "after"),
        ({"signed_at": datetime(1990, 1, 1)}, "signed at the counter", "not in use"),
        ({}, "  ", "why"),
    ],
)
def test_a_paper_that_cannot_be_right_is_refused(world: ConsentedWorld, changes: dict[str, object], why: str, says: str) -> None:
    with pytest.raises(PaperRefused, match=says):
        _entered(world, _paper(world, **changes), why=why)
    assert world.con.execute("select count(*) from registers.main.paper_consent").fetchall() == [(0,)]


def test_a_revocation_of_a_consent_nobody_knows_is_refused_without_repeating_it(world: ConsentedWorld) -> None:
    with pytest.raises(PaperRefused) as refused:
        revoke(
            world.con, ["SECRET"], revoked_at=datetime(2026, 3, 2), recorded_on=NIGHT, recorded_by="officer", reason="came to the counter"
        )
    assert "SECRET" not in str(refused.value)


def test_a_person_is_found_by_name_and_birth_date_whatever_the_accents(world: ConsentedWorld) -> None:
    found = find_subjects(world.con, last_name=" quandry", first_name="ZOE", birth_date=date(1980, 5, 17))
    assert [(item.subject_id, item.system) for item in found] == [("h1", "health")]
    assert find_subjects(world.con, last_name="quandry", first_name="zoe", birth_date=date(1981, 5, 17)) == ()
