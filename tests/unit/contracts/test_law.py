"""Rule packs: those that ship are whole, and no pack can take away what another asks for."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from contracts.accounting import Accounting, Letter
from contracts.accounts import accounted
from contracts.columns import Label
from contracts.county import load_county
from contracts.instruments import InstrumentKind, LawfulBasis
from contracts.law import NOT_REVIEWED, SHIPPED, Law, Rule, RuleEffect, load_law, shipped_law
from contracts.reviewed import Fault, TermsFaults

DEMO = Path(__file__).resolve().parents[3] / "contracts" / "demo_county"
RULE: dict[str, Any] = {
    "id": "YY-NOTES",
    "citation": "YY Code 1",
    "says": "Counselling notes stay with the programme.",
    "effect": "deny",
    "when": {"labels": ["sud_notes"]},
}


def law_with(folder: Path, *rules: dict[str, Any], **changes: Any) -> Law:
    folder.mkdir(exist_ok=True)
    pack = {"id": "YY", "title": "A state's law", "jurisdiction": "state YY", "rules": list(rules), **changes}
    (folder / "YY.yaml").write_text(yaml.safe_dump(pack, sort_keys=False))
    return load_law(["YY"], own=folder)


def faults_of(folder: Path, *rules: dict[str, Any], **changes: Any) -> list[Fault]:
    with pytest.raises(TermsFaults) as refused:
        law_with(folder, *rules, **changes)
    return refused.value.faults


def test_every_body_of_law_ships_and_nobody_has_reviewed_it() -> None:
    law = shipped_law()
    assert {pack.id for pack in law.packs} >= {"hipaa", "part2", "cjis", "cfr28", "ferpa", "juvenile", "sealing", "store"}
    assert {item.reviewed for item in law.cited} == {NOT_REVIEWED}
    assert len({rule.id for rule in law.rules}) == len(law.rules)


def test_every_label_but_the_quasi_identifiers_is_named_by_a_rule() -> None:
    named = {label for rule in shipped_law().rules for label in rule.when.labels}
    assert named == set(Label) - {Label.QUASI_ID}


def test_what_a_lawful_basis_needs_above_it_and_how_it_is_accounted_for_is_read_off_the_packs() -> None:
    law = shipped_law()
    assert law.instruments_by_basis == {
        LawfulBasis.BUSINESS_ASSOCIATE: {InstrumentKind.BAA},
        LawfulBasis.LIMITED_DATA_SET: {InstrumentKind.DUA_LDS},
        LawfulBasis.QSO: {InstrumentKind.QSOA},
        LawfulBasis.COURT_ORDER: {InstrumentKind.COURT_ORDER},
    }
    assert _code(law, LawfulBasis.CUSTODY_CARE) is Accounting.EXEMPT_CUSTODY
    assert _code(law, LawfulBasis.COURT_ORDER) is Accounting.REQUIRED


def _code(law: Law, basis: LawfulBasis) -> Accounting:
    return accounted(law, Letter.ACCOUNTING, bases=[basis.value], labels=["phi"]).code


def test_a_states_pack_adds_to_the_federal_ones_and_changes_the_hash(tmp_path: Path) -> None:
    law = law_with(tmp_path, RULE, counsel_review={"name": "A. Counsel", "reviewed_on": "2026-01-05"})
    assert set(law.rules) > set(shipped_law().rules)
    assert law.sha256 != shipped_law().sha256
    assert {item.reviewed for item in law.cited if item.is_state} == {"A. Counsel, 2026-01-05"}
    required = {**RULE, "effect": "account", "accounting": "required", "when": {"lawful_bases": ["treatment"]}}
    assert _code(law_with(tmp_path, required), LawfulBasis.TREATMENT) is Accounting.REQUIRED


def test_the_example_ships_and_a_county_can_name_it() -> None:
    (stricter,) = (rule for rule in load_law(["XX-example"]).rules if rule.tightens)
    assert stricter.effect is RuleEffect.DENY
    assert not stricter.unless


@pytest.mark.parametrize(
    ("rule", "key", "message"),
    [
        ({**RULE, "effect": "permit"}, "effect", "lifts nothing"),
        ({**RULE, "removes": "P2-NOTES"}, "removes", "unknown key"),
        ({**RULE, "id": "P2-NOTES"}, "id", "nothing can take its place"),
        ({**RULE, "tightens": "P2-NOTHING"}, "tightens", "no rule [P2-NOTHING]"),
        ({**RULE, "tightens": "P2-NOUSE"}, "tightens", "laxer than [P2-NOUSE]"),
        ({**RULE, "tightens": "P2-NOTES", "unless": ["sud_notes", "court_order"]}, "tightens", "laxer than [P2-NOTES]"),
        ({**RULE, "when": {"labels": ["sud_notes"], "to_owner": False}, "tightens": "P2-NOTES"}, "tightens", "laxer"),
        ({**RULE, "when": {"labels": ["secret"]}}, "when.labels.0", "Input should be 'phi'"),
        ({**RULE, "when": {"purposes": ["fishing"]}}, "when.purposes.0", "Input should be 'record_linkage'"),
        ({**RULE, "unless": ["goodwill"]}, "unless", "no evidence"),
        (
            {**RULE, "effect": "account", "accounting": "exempt_treatment", "when": {"lawful_bases": ["agreement"]}},
            "accounting",
            "cannot exempt",
        ),
    ],
)
def test_a_pack_that_loosens_or_names_what_is_unknown_is_refused_with_file_line_and_key(
    tmp_path: Path, rule: dict[str, Any], key: str, message: str
) -> None:
    (fault,) = faults_of(tmp_path, rule)
    assert fault.file == "rule_packs/YY.yaml"
    assert fault.key == f"rules.0.{key}"
    assert message in fault.message
    said = (tmp_path / "YY.yaml").read_text().splitlines()[fault.line - 1]
    assert key.removesuffix(".0").rpartition(".")[2] in said or "- " in said


def test_a_pack_that_is_not_there_is_named_at_its_line_of_county_yaml(tmp_path: Path) -> None:
    county = tmp_path / "county"
    shutil.copytree(DEMO, county)
    text = (county / "county.yaml").read_text()
    (county / "county.yaml").write_text(f"{text}rule_packs:\n  - XX-example\n  - ZZ\n")
    with pytest.raises(TermsFaults) as refused:
        load_county(county)
    (fault,) = refused.value.faults
    assert (fault.file, fault.key) == ("county.yaml", "rule_packs.1")
    assert (county / "county.yaml").read_text().splitlines()[fault.line - 1].strip() == "- ZZ"
    assert "XX-example" in fault.message
    (county / "county.yaml").write_text(f"{text}rule_packs: [XX-example]\n")
    assert [pack.id for pack in load_county(county).law.packs][-1] == "XX-example"


def test_a_packs_own_name_is_its_files(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, RULE, id="ZZ")
    assert (fault.file, fault.line, fault.key) == ("rule_packs/YY.yaml", 1, "id")


def test_a_federal_rule_says_it_tightens_nothing_and_a_rule_is_said_once(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(SHIPPED, packs)
    text = (packs / "ferpa.yaml").read_text()
    (packs / "ferpa.yaml").write_text(text.replace("effect: cover", "effect: cover\n    tightens: P2-COVER"))
    with pytest.raises(TermsFaults, match=r"rules\.0\.tightens: only a state's pack"):
        load_law(packs=packs)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"letter": "part2"}, "letter belongs to a rule with the effect account"),
        ({"when": {}}, "would deny everything"),
        ({"effect": "cover", "when": {"purposes": ["investigation"]}}, "must name labels"),
        ({"consent": "roi_508"}, "belongs to a rule with the effect consent"),
        ({"effect": "consent"}, "belongs to a rule with the effect consent"),
        ({"effect": "consent", "consent": "opt_out"}, "asks for no consent"),
        ({"accepts": ["ferpa"]}, "accepts belongs"),
        ({"effect": "erase", "unless": ["court_order"]}, "only a deny or a consent rule"),
        ({"unless": ["court_order"], "when": {"purposes": ["investigation"]}}, "refused for good"),
        ({"when": {"labels": ["phi"], "lawful_bases": ["audit"]}}, "rules that ask for something"),
    ],
)
def test_a_rule_that_is_not_whole_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Rule.model_validate({**RULE, **changes})


def test_a_rule_is_as_strict_as_another_only_if_it_asks_for_no_less_wherever_the_other_does() -> None:
    wide = Rule.model_validate({**RULE, "effect": "consent", "consent": "part2_tpo", "accepts": ["part2_cj"]})
    narrower = Rule.model_validate({**RULE, "effect": "consent", "consent": "part2_specific"})
    assert narrower.is_as_strict_as(wide)
    assert not wide.is_as_strict_as(narrower)
    assert Rule.model_validate(RULE).is_as_strict_as(wide)
    other = Rule.model_validate({**RULE, "effect": "population", "population": "adult"})
    assert not other.is_as_strict_as(wide)
