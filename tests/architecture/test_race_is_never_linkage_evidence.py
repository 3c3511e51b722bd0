"""Race and ethnicity are never linkage evidence: not in a comparison, not in a key, not in a frozen model, not in anything in between.

A linkage that compares race makes every disparity figure say what it was told.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
import yaml

from assets.linked import apart, block, model, train, versions
from contracts.linkage import ModelCard
from contracts.reviewed import load_reviewed

ROOT = Path(__file__).resolve().parents[2]
LINKED = ROOT / "assets" / "linked"
FOLDERS = sorted(path.parent for path in ROOT.glob("contracts/*/linkage/linkage.yaml"))
FORBIDDEN = re.compile(r"race|ethnic|hispanic|latino|tribe|skin|ancestry|nationality|citizen|birthplace|language|religion", re.IGNORECASE)
MEASURES = {
    "truth.sql", "truth_pair.sql", "truth_person.sql", "race_assertion.sql", "conservation.sql", "cluster_accuracy.sql",
    "sample_subject.sql", "sample_frame.sql", "diff_group.sql", "truth_missed.sql", "truth_only_under.sql",
}  # fmt: skip
"""SQL of this stage that may name race: content that is passed on, and accuracy by group, which reads links and never makes them."""
MEASURING_MODULES = {
    "content.py", "evaluate.py", "fairness.py", "card_words.py", "assets.py", "checks.py", "cluster_accuracy.py", "accuracy.py",
    "sample.py", "sample_estimate.py", "sample_files.py", "diff.py", "mitigations.py",
}  # fmt: skip


def test_there_is_a_county_whose_model_can_be_read() -> None:
    assert FOLDERS != []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_no_frozen_model_reads_race(folder: Path) -> None:
    for file in folder.glob("*.json"):
        settings = json.loads(file.read_text())
        texts = [level["sql_condition"] for comparison in settings["comparisons"] for level in comparison["comparison_levels"]]
        texts += [comparison["output_column_name"] for comparison in settings["comparisons"]]
        texts += [rule["blocking_rule"] for rule in settings["blocking_rules_to_generate_predictions"]]
        texts += settings.get("additional_columns_to_retain", [])
        assert [text for text in texts if FORBIDDEN.search(text)] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_card_says_so_and_declares_sex(folder: Path) -> None:
    for file in folder.glob("*.card.yaml"):
        card = load_reviewed(file, ModelCard)
        assert {"race", "ethnicity"} <= set(card.never_evidence)
        compared = {
            comparison["output_column_name"] for comparison in json.loads((folder / f"{card.model}.json").read_text())["comparisons"]
        }
        assert card.sex.used is ("sex" in compared)
        assert card.sex.recall_without is not None


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_no_frequency_file_is_about_race(folder: Path) -> None:
    for file in folder.glob("*.card.yaml"):
        columns = [table["column"] for table in yaml.safe_load(file.read_text())["term_frequencies"]]
        assert set(columns) == set(model.TERM_FREQUENCY_COLUMNS)


def test_no_comparison_reads_race() -> None:
    for build in {*model.COMPARISONS, *apart.HOMES_ARE_NOT_SHARED}:
        comparison = build().get_comparison("duckdb")
        conditions = " ".join(level.sql_condition for level in comparison.comparison_levels)
        assert not FORBIDDEN.search(conditions), build.__name__
        assert not FORBIDDEN.search(" ".join(model.COLUMNS.get(build.__name__, ())))


def test_the_declared_columns_are_those_that_the_comparisons_read() -> None:
    for build in model.COMPARISONS:
        comparison = build().get_comparison("duckdb")
        conditions = " ".join(level.sql_condition for level in comparison.comparison_levels)
        read = {name for name in re.findall(r"\b(\w+)_l\b", conditions) if not name.startswith("tf_")}
        assert read == set(model.COLUMNS[build.__name__]), build.__name__


def test_no_blocking_or_training_rule_reads_race() -> None:
    rules = [model.candidate_rule(), *model.certain_pairs(), *model.training_rules()]
    texts = [rule.get_blocking_rule("duckdb").blocking_rule_sql for rule in rules] + list(block.RULES.values())
    assert [text for text in texts if FORBIDDEN.search(text)] == []


def test_no_table_between_identity_and_person_has_room_for_race() -> None:
    columns = {column for table in versions.TABLES.values() for column in table.columns}
    assert {column for column in columns if FORBIDDEN.search(column)} == set()


@pytest.mark.parametrize("path", sorted(LINKED.glob("*.sql")), ids=lambda path: path.name)
def test_no_sql_of_linkage_reads_race(path: Path) -> None:
    if path.name in MEASURES:
        assert "temp.linked_feature" not in path.read_text()
        return
    code = re.sub(r"--.*", "", path.read_text())
    assert not FORBIDDEN.search(code)


@pytest.mark.parametrize("path", sorted(LINKED.glob("*.py")), ids=lambda path: path.name)
def test_no_module_of_linkage_names_a_column_of_race(path: Path) -> None:
    if path.name in MEASURING_MODULES:
        return
    tree = ast.parse(path.read_text())
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    strings = [
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
    ]
    # What refuses race, and what the card says is never evidence, must name it.
    allowed = {"race", "ethnic", "ethnicity", "hispanic", "language", "birthplace", "citizenship", "religion"}
    assert [text for text in strings if FORBIDDEN.search(text) and text not in allowed and "never linkage evidence" not in text] == []


def test_no_module_that_links_imports_one_that_measures_by_race() -> None:
    linking = ["night.py", "resolve.py", "cluster.py", "score.py", "block.py", "delta.py", "register.py", "decisions.py", "standardise.py"]
    measuring = {name.removesuffix(".py") for name in MEASURING_MODULES} - {"content", "assets", "checks"}
    for name in linking:
        tree = ast.parse((LINKED / name).read_text())
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        imported |= {str(node.module).split(".")[-1] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert imported & measuring == set(), name


def test_a_model_that_compares_race_is_refused(tmp_path: Path) -> None:
    folder = FOLDERS[0]
    name = max(file.name.removesuffix(".card.yaml") for file in folder.glob("*.card.yaml"))
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    text = (tmp_path / f"{name}.json").read_text().replace('"sex"', '"race_code"')
    (tmp_path / f"{name}.json").write_text(text)
    card = yaml.safe_load((tmp_path / f"{name}.card.yaml").read_text())
    card["sha256"] = train.sha256_of(text.encode())
    (tmp_path / f"{name}.card.yaml").write_text(yaml.safe_dump(card))
    with pytest.raises(model.ModelRefused, match="never linkage evidence"):
        model.load_model(tmp_path, name)
