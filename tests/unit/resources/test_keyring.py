"""Secrets and the two functions derived from them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from resources.keyring import Keyring, KeyringFault


def test_a_secret_is_created_for_its_owner_only(tmp_path: Path) -> None:
    Keyring(tmp_path / "keys").person_key("county", 1)
    (secret,) = (tmp_path / "keys").iterdir()
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(secret.read_bytes()) == 32


def test_a_person_key_is_the_same_every_time_and_looks_random(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    keys = [keyring.person_key("county", number) for number in range(50)]
    assert keys == [Keyring(tmp_path).person_key("county", number) for number in range(50)]
    assert len(set(keys)) == 50
    assert all(len(key) == 32 and set(key) <= set("0123456789abcdef") for key in keys)


def test_domains_homes_products_and_epochs_do_not_join(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "a")
    key = keyring.person_key("county", 1)
    values = {
        key,
        keyring.person_key("other", 1),
        Keyring(tmp_path / "b").person_key("county", 1),
        keyring.pseudonym("sheriff", "jail_measures", 1, key),
        keyring.pseudonym("sheriff", "jail_measures", 2, key),
        keyring.pseudonym("health", "jail_measures", 1, key),
        keyring.pseudonym("sheriff", "other", 1, key),
    }
    assert len(values) == 7


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    keyring.person_key("county", 1)
    (tmp_path / "mint.key").chmod(0o644)
    with pytest.raises(KeyringFault, match="chmod 600"):
        keyring.person_key("county", 1)


def test_a_truncated_secret_is_refused_and_not_replaced(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    keyring.person_key("county", 1)
    (tmp_path / "mint.key").write_bytes(b"short")
    with pytest.raises(KeyringFault, match="backup"):
        keyring.person_key("county", 1)
    assert (tmp_path / "mint.key").read_bytes() == b"short"


@pytest.mark.parametrize("name", ["", "../mint", "a__b", "A", "a" * 65])
def test_a_recipient_that_is_no_plain_name_cannot_reach_a_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyringFault, match="cannot name a secret"):
        Keyring(tmp_path).pseudonym(name, "product", 1, "key")


def test_an_epoch_before_the_first_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyringFault, match="must be 1 or more"):
        Keyring(tmp_path).pseudonym("county", "measures", 0, "person")


def test_of_two_processes_that_create_a_secret_the_first_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Keyring(tmp_path).person_key("county", 1)
    created = (tmp_path / "mint.key").read_bytes()
    real = Path.exists
    # The second process looked before the first had finished.
    monkeypatch.setattr(Path, "exists", lambda path, **more: False if path.name == "mint.key" else real(path, **more))
    assert Keyring(tmp_path).person_key("county", 1) == first
    assert (tmp_path / "mint.key").read_bytes() == created


def test_a_mark_tells_equal_from_different_for_one_recipient_and_nothing_else(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    assert keyring.mark("county", "people 5") == keyring.mark("county", "people 5")
    different = {keyring.mark("county", "people 5"), keyring.mark("county", "people 6"), keyring.mark("sheriff", "people 5")}
    assert len(different) == 3
    assert all(len(mark) == 16 and set(mark) <= set("0123456789abcdef") for mark in different)


@pytest.mark.parametrize("recipient", ["../county", "county__1", "", "County"])
def test_a_mark_for_a_recipient_that_is_no_plain_name_is_refused(tmp_path: Path, recipient: str) -> None:
    with pytest.raises(KeyringFault, match="cannot name a secret"):
        Keyring(tmp_path).mark(recipient, "people 5")
    assert list(tmp_path.iterdir()) == []
