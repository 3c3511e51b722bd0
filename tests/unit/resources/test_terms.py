"""A run keeps the county's text it used and notices when the text changes under it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from contracts.county import folder_sha256, load_county
from contracts.reviewed import TermsFaults
from pipelines.place import demo_county
from resources.home import Home
from resources.terms import KEPT_PACKS, Terms, TermsChanged


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    shutil.copytree(demo_county(), tmp_path / "county")
    return Terms.load(tmp_path / "county", Home(tmp_path / "home"))


def test_unchanged_terms_are_verified_and_kept_once_under_their_hash(terms: Terms) -> None:
    terms.verify()
    kept = terms.snapshot()
    assert kept == terms.home.terms / terms.sha256 == terms.snapshot()
    assert folder_sha256(kept) == folder_sha256(terms.county.folder)
    assert load_county(kept, packs=kept / KEPT_PACKS).sha256 == terms.sha256
    assert [path.name for path in terms.home.terms.iterdir()] == [terms.sha256]


def test_an_edited_file_is_noticed(terms: Terms) -> None:
    (terms.county.folder / "county.yaml").open("a").write("# a remark\n")
    with pytest.raises(TermsChanged, match="start the command again"):
        terms.verify()


def test_an_added_and_a_removed_file_are_noticed(terms: Terms) -> None:
    (terms.county.folder / "notes.md").write_text("who was called")
    with pytest.raises(TermsChanged):
        terms.verify()
    (terms.county.folder / "notes.md").unlink()
    terms.verify()
    next((terms.county.folder / "instruments").glob("*.yaml")).unlink()
    with pytest.raises(TermsChanged):
        terms.verify()


def test_terms_edited_while_they_are_copied_are_not_kept(terms: Terms) -> None:
    (terms.county.folder / "county.yaml").open("a").write("# a remark\n")
    with pytest.raises(TermsChanged, match="start the run again"):
        terms.snapshot()
    assert list(terms.home.terms.iterdir()) == []


def test_a_folder_with_faults_is_no_terms(tmp_path: Path) -> None:
    with pytest.raises(TermsFaults, match=r"county\.yaml"):
        Terms.load(tmp_path, Home(tmp_path / "home"))
