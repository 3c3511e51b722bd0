"""Forms and what makes a consent on one of them valid."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.consents import (
    DEFECTS_OF,
    NO_CONSENT_NEEDED,
    REQUIRED_STATEMENTS,
    SATISFIED_BY,
    ConsentKind,
    ConsentRequirement,
    ConsentState,
    Defect,
    DeliveredConsent,
    Form,
    MinorSignature,
    SignedBy,
    authorised_signers,
    consent_state,
    defects,
    kinds_needed,
)
from contracts.law import RuleEffect, shipped_law
from contracts.reviewed import load_reviewed

NIGHT = date(2026, 3, 2)
DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county" / "forms"
FORM = Form.model_validate(
    {
        "id": "release",
        "version": "1",
        "title": "A release",
        "language": "en-US",
        "kind": "roi_508",
        "text": "I allow my records to be given to my programme.",
        "discloser": ["dispatch"],
        "recipients": ["health"],
        "element_classes": ["crisis_contacts"],
        "purposes": ["care_coordination"],
        "operations": ["disclose_row"],
        "statements": ["right_to_revoke", "no_conditioning", "redisclosure"],
        "minor_signature": "guardian",
        "longest_days": 365,
        "in_use_from": date(2025, 1, 1),
        "withdrawn_on": date(2026, 2, 1),
    }
)
GIVEN = DeliveredConsent(
    status="active",
    kind="roi_508",
    form_id="release",
    form_version="1",
    discloser="dispatch",
    recipients=("health",),
    purposes=("TREAT",),
    element_classes=("crisis_contacts",),
    provision_type="permit",
    valid_from=date(2026, 1, 10),
    valid_to=date(2026, 6, 1),
    signed_at=datetime(2026, 1, 9, 14),
    signed_by="self",
    revoked_at=None,
    is_defective=False,
)


def state(night: date = NIGHT, *, adult: bool | None = True, form: Form | None = FORM, **changes: Any) -> ConsentState:
    return consent_state(replace(GIVEN, **changes), form, night=night, adult=adult)


def test_a_complete_signed_unrevoked_consent_is_in_force() -> None:
    assert state() is ConsentState.IN_FORCE


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"discloser": None}, Defect.NO_DISCLOSER),
        ({"recipients": ()}, Defect.NO_RECIPIENT),
        ({"element_classes": ()}, Defect.NO_DESCRIPTION),
        ({"purposes": ()}, Defect.NO_PURPOSE),
        ({"valid_to": None}, Defect.NO_EXPIRY),
        ({"signed_by": None}, Defect.NO_SIGNATURE),
        ({"signed_at": None}, Defect.NO_SIGNATURE_DATE),
    ],
)
@pytest.mark.parametrize("kind", [ConsentKind.ROI_508, ConsentKind.PART2_TPO, ConsentKind.PART2_SPECIFIC])
def test_a_consent_that_lacks_what_the_law_asks_for_is_defective(kind: ConsentKind, changes: dict[str, Any], missing: Defect) -> None:
    assert defects(replace(GIVEN, **changes), kind) == (missing,)
    assert state(**changes) is ConsentState.DEFECTIVE


def test_a_deny_has_no_defects_because_it_holds_however_it_was_written() -> None:
    empty = replace(GIVEN, discloser=None, recipients=(), purposes=(), element_classes=(), signed_at=None, signed_by=None, valid_to=None)
    assert defects(empty, ConsentKind.OPT_OUT) == defects(empty, ConsentKind.RESTRICTION_522) == ()
    assert len(defects(empty, ConsentKind.PART2_TPO)) == len(Defect)


@pytest.mark.parametrize(
    ("night", "expected"),
    [
        (date(2026, 1, 9), ConsentState.SIGNED_LATER),
        (date(2026, 1, 10), ConsentState.IN_FORCE),
        (date(2026, 5, 31), ConsentState.IN_FORCE),
        (date(2026, 6, 1), ConsentState.EXPIRED),
    ],
)
def test_a_consents_days_are_half_open(night: date, expected: ConsentState) -> None:
    assert state(night) is expected


def test_a_consent_that_begins_later_is_not_yet_in_force() -> None:
    assert state(valid_from=NIGHT + timedelta(days=1)) is ConsentState.NOT_YET
    assert state(valid_from=NIGHT) is ConsentState.IN_FORCE


def test_a_consent_that_names_no_first_day_begins_when_it_was_signed() -> None:
    assert state(date(2026, 1, 10), valid_from=None) is ConsentState.IN_FORCE


def test_what_is_signed_during_the_day_is_known_the_night_after() -> None:
    assert state(signed_at=datetime(2026, 3, 1, 23, 59), form=FORM.model_copy(update={"withdrawn_on": None})) is ConsentState.IN_FORCE
    assert state(signed_at=datetime(2026, 3, 2, 0, 0)) is ConsentState.SIGNED_LATER


@pytest.mark.parametrize("revoked_at", [datetime(2026, 2, 1), datetime(2030, 1, 1)])
def test_a_known_revocation_counts_at_once_whatever_moment_it_names(revoked_at: datetime) -> None:
    assert state(revoked_at=revoked_at) is ConsentState.REVOKED


@pytest.mark.parametrize("status", ["draft", "proposed", "rejected", "inactive", "entered-in-error", None])
def test_only_an_active_consent_is_in_force(status: str | None) -> None:
    assert state(status=status) is ConsentState.NOT_ACTIVE


def test_a_deny_provision_permits_nothing() -> None:
    assert state(provision_type="deny") is ConsentState.NOT_ACTIVE
    assert state(provision_type=None) is ConsentState.NOT_ACTIVE


@pytest.mark.parametrize("flag", [True, None])
def test_a_consent_that_is_or_may_be_defective_is_no_consent(flag: bool | None) -> None:
    assert state(is_defective=flag) is ConsentState.DEFECTIVE


def test_a_form_the_county_does_not_have_or_of_another_kind_gives_no_consent() -> None:
    assert state(form=None) is ConsentState.UNKNOWN_FORM
    assert state(kind="part2_tpo") is ConsentState.UNKNOWN_FORM
    assert state(kind=None) is ConsentState.UNKNOWN_FORM


def test_a_form_signed_before_it_was_printed_or_after_it_was_withdrawn_gives_no_consent() -> None:
    assert state(signed_at=datetime(2024, 12, 31), valid_from=date(2025, 1, 1)) is ConsentState.FORM_NOT_IN_USE
    assert state(signed_at=datetime(2026, 2, 1)) is ConsentState.FORM_NOT_IN_USE
    assert state(signed_at=datetime(2026, 1, 31, 23)) is ConsentState.IN_FORCE


def test_a_consent_lapses_by_its_forms_longest_term_whatever_it_says() -> None:
    signed = {"signed_at": datetime(2025, 3, 2, 9), "valid_to": date(2030, 1, 1), "valid_from": date(2025, 3, 2)}
    assert state(date(2026, 3, 1), **signed) is ConsentState.IN_FORCE
    assert state(date(2026, 3, 2), **signed) is ConsentState.EXPIRED


@pytest.mark.parametrize(
    ("signer", "adult", "rule", "holds"),
    [
        ("self", True, "guardian", True),
        ("representative", True, "guardian", True),
        ("both", True, "guardian", True),
        ("parent", True, "guardian", False),  # lapsed on the eighteenth birthday
        ("guardian", True, "guardian", False),
        ("parent", False, "guardian", True),
        ("self", False, "guardian", False),
        ("self", False, "self", True),
        ("parent", False, "self", False),  # the minor who may consent alone must sign
        ("both", False, "both", True),
        ("self", False, "both", False),
        ("self", None, "guardian", False),
        ("both", None, "guardian", True),
        ("self", None, "self", True),
        ("representative", None, "self", False),
        ("somebody", True, "guardian", False),
    ],
)
def test_whose_signature_holds_depends_on_the_age_tonight(signer: str, adult: bool | None, rule: str, holds: bool) -> None:
    form = FORM.model_copy(update={"minor_signature": MinorSignature(rule)})
    assert state(adult=adult, form=form, signed_by=signer) is (ConsentState.IN_FORCE if holds else ConsentState.NO_AUTHORITY)


def test_of_an_unknown_age_a_signature_must_hold_both_ways() -> None:
    for rule in MinorSignature:
        both = authorised_signers(rule, adult=True) & authorised_signers(rule, adult=False)
        assert authorised_signers(rule, adult=None) == both
        assert SignedBy.BOTH in both


def test_every_kind_and_requirement_has_its_rules() -> None:
    assert set(DEFECTS_OF) == set(REQUIRED_STATEMENTS) == set(ConsentKind)
    assert set(SATISFIED_BY) == set(ConsentRequirement)
    assert all(bool(SATISFIED_BY[requirement]) != (requirement in NO_CONSENT_NEEDED) for requirement in ConsentRequirement)


def test_a_hipaa_release_is_never_of_part_2_grade() -> None:
    for requirement in ConsentRequirement:
        if requirement.value.startswith("part2"):
            assert ConsentKind.ROI_508 not in SATISFIED_BY[requirement]
    assert ConsentKind.PART2_TPO in SATISFIED_BY[ConsentRequirement.ROI_508]


def needed(clause: ConsentRequirement, labels: list[str]) -> frozenset[ConsentKind] | None:
    """What the clause and the federal packs together ask for."""
    fitting = [rule for rule in shipped_law().rules if rule.effect is RuleEffect.CONSENT and set(labels) & set(rule.when.labels)]
    return kinds_needed(clause, [(rule.kinds, frozenset(rule.accepts)) for rule in fitting])


@pytest.mark.parametrize("clause", list(ConsentRequirement))
def test_a_clause_cannot_weaken_what_the_part_2_label_asks_for(clause: ConsentRequirement) -> None:
    kinds = needed(clause, ["phi", "part2"])
    assert kinds is not None
    assert kinds <= {kind for kind in ConsentKind if kind.value.startswith("part2")} | {ConsentKind.SUD_NOTES}
    if clause in NO_CONSENT_NEEDED or clause is ConsentRequirement.ROI_508:
        assert kinds == {ConsentKind.PART2_TPO, ConsentKind.PART2_SPECIFIC}


def test_two_laws_that_no_single_consent_can_satisfy_permit_nothing() -> None:
    assert needed(ConsentRequirement.NONE, ["part2", "ferpa"]) == frozenset()
    assert needed(ConsentRequirement.FERPA, ["part2"]) == frozenset()
    assert needed(ConsentRequirement.PART2_TPO, ["ferpa"]) == frozenset()


def test_labels_without_consent_of_their_own_leave_the_clause_as_it_is() -> None:
    for requirement, labels in product(ConsentRequirement, (["phi"], ["juvenile"], [], ["hiv", "phi"])):
        assert needed(requirement, labels) == (SATISFIED_BY[requirement] or None)


@pytest.mark.parametrize(
    ("night", "before", "state"),
    [
        (NIGHT, NIGHT + timedelta(days=1), ConsentState.IN_FORCE),
        (NIGHT, NIGHT, ConsentState.REVOKED),
        (NIGHT, None, ConsentState.REVOKED),
    ],
)
def test_only_consent_to_ordered_treatment_cannot_be_taken_back_before_its_day(
    night: date, before: date | None, state: ConsentState
) -> None:
    form = FORM.model_copy(update={"kind": ConsentKind.PART2_CJ})
    given = replace(GIVEN, kind="part2_cj", revoked_at=datetime(2026, 2, 1), not_revocable_before=before)
    assert consent_state(given, form, night=night, adult=True) is state
    assert consent_state(replace(given, kind="roi_508"), FORM, night=night, adult=True) is ConsentState.REVOKED


@pytest.mark.parametrize(
    ("event", "is_open", "adult", "state"),
    [
        ("end_of_treatment", True, True, ConsentState.IN_FORCE),
        ("end_of_treatment", False, True, ConsentState.EXPIRED),
        ("final_disposition", None, True, ConsentState.EXPIRED),
        ("when I say so", True, True, ConsentState.EXPIRED),
        ("eighteenth_birthday", True, True, ConsentState.EXPIRED),
        ("eighteenth_birthday", True, None, ConsentState.EXPIRED),
        ("eighteenth_birthday", None, False, ConsentState.NO_AUTHORITY),
    ],
)
def test_an_event_that_is_not_known_to_be_to_come_has_ended_the_consent(
    event: str, is_open: bool | None, adult: bool | None, state: ConsentState
) -> None:
    given = replace(GIVEN, valid_to=None, expiry_event=event, expiry_event_open=is_open)
    assert Defect.NO_EXPIRY not in defects(given, ConsentKind.ROI_508)
    assert consent_state(given, FORM, night=NIGHT, adult=adult) is state


def test_a_consent_signed_in_the_future_is_none_yet() -> None:
    given = replace(GIVEN, signed_at=datetime(2026, 3, 2, 8))
    assert consent_state(given, FORM, night=NIGHT, adult=True) is ConsentState.SIGNED_LATER


def test_a_minor_who_signs_without_authority_signs_nothing() -> None:
    assert consent_state(replace(GIVEN, signed_by="self"), FORM, night=NIGHT, adult=False) is ConsentState.NO_AUTHORITY
    alone = FORM.model_copy(update={"minor_signature": MinorSignature.SELF})
    assert consent_state(replace(GIVEN, signed_by="self"), alone, night=NIGHT, adult=False) is ConsentState.IN_FORCE


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"statements": ["right_to_revoke"]}, "must state no_conditioning, redisclosure"),
        ({"kind": "part2_tpo"}, "must state intermediary_named"),
        ({"recipients": []}, "must say recipients"),
        ({"operations": []}, "must say operations"),
        ({"purposes": []}, "must say purposes"),
        ({"element_classes": ["everything"]}, "unknown element class everything"),
        ({"operations": ["sell"]}, "unknown operation sell"),
        ({"withdrawn_on": date(2024, 1, 1)}, "must be later"),
        ({"text": "I agree."}, "at least 20"),
    ],
)
def test_a_form_that_could_only_yield_defective_consents_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Form.model_validate({**FORM.model_dump(), **changes})


def test_the_demo_countys_forms_are_lawful_and_unreviewed() -> None:
    forms = [load_reviewed(path, Form) for path in sorted(DEMO.glob("*.yaml"))]
    assert {form.kind for form in forms} == {ConsentKind.ROI_508, ConsentKind.PART2_TPO, ConsentKind.OPT_OUT}
    assert all(form.counsel_review is None for form in forms)
