"""Why two records are one person or two: every part of the weight, and nothing about what may not be linked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from linked_world import NIGHT, Seen, World, open_world

from assets.linked import decisions, diff, history, review, review_sheet
from assets.linked.decisions import Decision, Verdict
from assets.linked.explain import Explanation, NotAPair, Standing, explain
from assets.linked.model import FrozenModel
from assets.linked.night import LinkReport
from assets.linked.references import Reference, UnknownReference, subject_or_person
from contracts.linkage import LinkageChoice
from pipelines import waterfall

ANN = Seen("jail", "J1", "Annabel", "Archerfield", "1980-01-02", sex="F", ssn4="1234", phone="5133330001")
ANN_TOO = Seen("health", "P1", "Annabelle", "Archerfield", "1980-01-02", sex="F", ssn4="1234")
CALL = Seen("cad", "I1", "Annabelle", "Archerfield", None, phone="5133330001")
BEA = Seen("jail", "J2", "Beatrix", "Quill", "1971-07-09", ssn4="8888")
TWIN = Seen("co_responder", "K1", "Bertram", "Quill", "1971-07-09", phone="5133330044")
TWIN_TOO = Seen("health", "P7", "Ophelia", "Quill", "1971-07-09", phone="5133330044")
HIDDEN = Seen("health", "P9", "Annabel", "Archerfield", "1980-01-02", ssn4="1234", permitted=False)
EVERYBODY = [ANN, ANN_TOO, CALL, BEA, TWIN, TWIN_TOO, HIDDEN]


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory, link: Callable[..., LinkReport]) -> World:
    world = open_world(tmp_path_factory.mktemp("explained"))
    link(world.hold(EVERYBODY))
    return world


@pytest.fixture
def why(linked: World, model: FrozenModel, choice: LinkageChoice) -> Callable[[Seen, Seen], Explanation]:
    def ask(one: Seen, other: Seen) -> Explanation:
        return explain(linked.con, model, choice, Reference((one.subject,)), Reference((other.subject,)), night=NIGHT)

    return ask


def test_the_parts_sum_to_the_weight_that_the_night_stored(linked: World, why: Callable[[Seen, Seen], Explanation]) -> None:
    found = why(ANN, ANN_TOO)
    assert found.weighed is not None
    parts = found.weighed.prior + sum(part.total for part in found.weighed.contributions)
    assert parts == pytest.approx(found.weighed.weight, abs=1e-4)
    a, b = found.pair
    stored = linked.con.execute("select match_weight from linked.edge where subject_a = ? and subject_b = ?", [a, b]).fetchall()
    assert found.weighed.weight == pytest.approx(stored[0][0], abs=1e-5)


def test_a_linked_pair_names_its_rules_threshold_and_evidence(why: Callable[[Seen, Seen], Explanation], choice: LinkageChoice) -> None:
    found = why(ANN, ANN_TOO)
    assert found.standing is Standing.LINKED_BY_EDGE
    assert found.threshold == choice.thresholds.link
    assert {"birth_date", "ssn4_and_birth_year"} <= {meeting.rule for meeting in found.meetings}
    bits = {part.field: part.total for part in found.weighed.contributions} if found.weighed else {}
    assert bits["birth_date"] > 5
    assert found.weighed is not None
    assert found.weighed.veto is None


def test_two_strangers_were_never_compared(why: Callable[[Seen, Seen], Explanation]) -> None:
    found = why(ANN, BEA)
    assert found.standing is Standing.NOT_COMPARED
    assert found.meetings == ()
    assert found.path == ()


def test_a_twin_is_vetoed_by_name(why: Callable[[Seen, Seen], Explanation]) -> None:
    found = why(TWIN, TWIN_TOO)
    assert found.standing is Standing.VETOED
    assert found.weighed is not None
    assert found.weighed.veto == "twin_or_household"
    assert found.weighed.names == -1


def test_what_may_not_be_linked_is_withheld_and_nothing_else_is_said(why: Callable[[Seen, Seen], Explanation]) -> None:
    found = why(ANN, HIDDEN)
    assert found.standing is Standing.WITHHELD
    assert found.to_dict() == {"standing": "withheld", "meaning": "withheld: link not permitted"}
    with pytest.raises(ValueError, match="withheld"):
        _ = found.pair


def test_no_name_number_or_id_is_in_the_plain_answer(why: Callable[[Seen, Seen], Explanation]) -> None:
    text = json.dumps(why(ANN, ANN_TOO).to_dict(), default=str)
    for value in ("Annabel", "ANNABEL", "Archerfield", "ARCHERFIELD", "1234", "1980", ANN.subject, ANN_TOO.subject):
        assert value not in text


def test_a_pair_that_is_no_pair_is_refused(linked: World, model: FrozenModel, choice: LinkageChoice) -> None:
    one = Reference((ANN.subject,))
    with pytest.raises(NotAPair, match="one subject"):
        explain(linked.con, model, choice, one, one, night=NIGHT)
    with pytest.raises(NotAPair, match="ended"):
        explain(linked.con, model, choice, one, Reference((), "gone"), night=NIGHT)


def test_a_record_is_found_by_source_id_subject_record_or_person(linked: World) -> None:
    (person,) = linked.con.execute("select person_key from linked.membership where subject_id = ?", [ANN.subject]).fetchall()
    assert subject_or_person(linked.con, "jail:J1") == Reference((ANN.subject,))
    assert subject_or_person(linked.con, ANN.subject) == Reference((ANN.subject,))
    assert ANN_TOO.subject in subject_or_person(linked.con, person[0]).subjects
    with pytest.raises(UnknownReference) as unknown:
        subject_or_person(linked.con, "jail:QUARRELWICK", name="A")
    assert "QUARRELWICK" not in str(unknown.value)


def test_two_persons_are_explained_by_the_pair_that_speaks_most_for_them(linked: World, model: FrozenModel, choice: LinkageChoice) -> None:
    found = explain(linked.con, model, choice, Reference((ANN.subject, BEA.subject)), Reference((ANN_TOO.subject,)), night=NIGHT)
    assert set(found.pair) == {ANN.subject, ANN_TOO.subject}


def test_the_chart_adds_up_and_needs_nothing_from_outside(why: Callable[[Seen, Seen], Explanation]) -> None:
    found = why(ANN, ANN_TOO)
    assert found.weighed is not None
    steps = waterfall.bars(found.weighed.prior, [(part.field, part.total) for part in found.weighed.contributions], "match weight")
    assert steps[-1].end == pytest.approx(found.weighed.weight, abs=1e-4)
    lines = list(waterfall.lines(steps, 5.0))
    assert len(lines) == len(steps)
    assert "=" in lines[-1]
    page = waterfall.page("jail and <health>", steps, 5.0, ["a <b> & c"])
    assert "a &lt;b&gt; &amp; c" in page
    assert 'src="http' not in page
    assert "ARCHERFIELD" not in page.upper()


def test_both_sides_of_a_case_show_values_and_weights_but_no_total_key_or_race(linked: World, model: FrozenModel) -> None:
    case = review.comparable(linked.con, ANN.subject, ANN_TOO.subject)
    shown = review.shown(linked.con, model, case)
    fields = {line.field: line for line in shown.fields}
    assert set(fields["first_name"].left + fields["first_name"].right) == {"Annabel", "Annabelle"}
    assert fields["ssn4"].bits is not None
    assert fields["phone"].bits is None, "one side has no phone"
    text = repr(shown)
    for hidden in (ANN.subject, ANN_TOO.subject, "race", "match_weight"):
        assert hidden not in text


def test_a_case_of_records_that_may_not_be_compared_does_not_exist(linked: World) -> None:
    with pytest.raises(review.UnknownCase, match="nothing to judge"):
        review.comparable(linked.con, ANN.subject, HIDDEN.subject)


def test_a_sheet_comes_back_as_it_went_out_and_cells_are_no_formulas(linked: World, model: FrozenModel, tmp_path: Path) -> None:
    case = review.comparable(linked.con, ANN.subject, ANN_TOO.subject)
    shown = review.shown(linked.con, model, case)
    evil = replace(shown, fields=(replace(shown.fields[0], left=("=cmd|'/c calc'!A1",)), *shown.fields[1:]))
    sheet = tmp_path / "cases.csv"
    assert review_sheet.write_sheet(sheet, [evil]) == 1
    assert sheet.stat().st_mode & 0o777 == 0o600
    assert ",=cmd" not in sheet.read_text()
    assert review_sheet.read_sheet(sheet) == ([], 1)
    sheet.write_text("case,judgement,decided_by,reason\n" + f"{case.case},Same ,D. Osei,one photograph\n")
    (answer,), still_open = review_sheet.read_sheet(sheet)
    assert (answer.line, answer.case, answer.verdict, answer.decided_by, still_open) == (2, case.case, Verdict.SAME, "D. Osei", 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"case,judgement\nx,same\n", "no column decided_by, reason"),
        (b"case,judgement,decided_by,reason\nx,maybe,A,why\n", "line 2: judgement is none"),
        (b"case,judgement,decided_by,reason\nx,same,,why\n", "line 2: decided_by is empty"),
        (b"case,judgement,decided_by,reason\nx,same,A,\n", "line 2: reason is empty"),
        (b"case,judgement,decided_by,reason\nx,,A,why\n", "line 2: who or why"),
        (b"case,judgement,decided_by,reason\nx,same,A\n", "line 2 has another number"),
        (b"case,case,judgement,decided_by,reason\n", "two columns of one name"),
        (b'case,judgement,decided_by,reason\nx,"same,A,why\n', "not CSV"),
        (b"case,judgement,decided_by,reason\nx,same,J\xf6rg,why\n", "UTF-8"),
        (b"case,judgement,decided_by,reason\nx,sa\0me,A,why\n", "NUL"),
        (b"", "no column"),
    ],
)
def test_a_malformed_sheet_is_refused_with_the_line_and_never_a_value(tmp_path: Path, content: bytes, said: str) -> None:
    sheet = tmp_path / "cases.csv"
    sheet.write_bytes(content)
    with pytest.raises(review_sheet.SheetRefused) as refused:
        review_sheet.read_sheet(sheet)
    assert said in str(refused.value)
    assert "maybe" not in str(refused.value)


def test_history_tells_what_was_known_on_each_night_and_follows_a_merge(world: World, link: Callable[..., LinkReport]) -> None:
    alone = replace(ANN_TOO, first="Wilhelmina", last="Vanterpool", dob="1944-10-11", ssn4="9090")
    link(world.hold([ANN, alone]))
    own, other = (history.key_of(world.con, Reference((item.subject,)), known=NIGHT) for item in (ANN, alone))
    decisions.stand(world.con, NIGHT)
    at = datetime.combine(NIGHT, datetime.min.time())
    decisions.write(world.con, [Decision(ANN.subject, alone.subject, Verdict.SAME, "D. Osei", at, "one photograph")])
    after = NIGHT + timedelta(days=1)
    link(world.hold([ANN, alone]), after)
    merged = history.key_of(world.con, Reference((ANN.subject,)), known=after)
    gone = ({own, other} - {merged}).pop()
    told = history.tell(world.con, gone, on=None, known=after)
    assert told.person_key == merged
    assert len(told.redirects) == 1
    assert {event.event for event in told.events} == {"create", "merge"}
    assert [(judged.verdict, judged.by) for judged in told.judged] == [("same", "D. Osei")]
    then = history.tell(world.con, gone, on=NIGHT, known=NIGHT)
    assert (then.person_key, len(then.members)) == (gone, 1)
    now = history.tell(world.con, gone, on=NIGHT, known=after)
    assert (now.person_key, len(now.members)) == (merged, 2)
    with pytest.raises(UnknownReference, match="nobody's then"):
        history.key_of(world.con, Reference((ANN.subject,)), known=NIGHT - timedelta(days=1))
    world.con.execute("create table checked.race_assertion (subject_id varchar, races varchar[], hispanic boolean, method varchar,"
                      " asserted_on date)").fetchall()  # fmt: skip
    world.con.execute("insert into checked.race_assertion values (?, ['WHITE'], false, 'self', '2026-01-01')", [ANN.subject]).fetchall()
    diff.of_night(world.con, NIGHT, "before")
    diff.of_night(world.con, after, "after")
    found = diff.compare(world.con, link=5.0)
    assert (found.merges, found.splits, found.changed, found.pairs_gained, found.pairs_lost) == (1, 0, 2, 1, 0)
    assert {(row.by, row.group, row.changed) for row in found.groups} == {
        ("race_group", "WHITE", 1), ("race_group", "UNKNOWN", 1), ("system", "jail", 1), ("system", "health", 1),
    }  # fmt: skip
