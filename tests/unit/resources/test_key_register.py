"""The register of secrets: a lost one is missed, a changed one refused, a destroyed one gone for ever."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from resources.home import Home
from resources.key_register import Standing, epoch_of, hold, known_secrets, lost_before_a_restore, rotate, shred, told_since
from resources.keyring import MINT, Keyring, KeyringFault, pseudonym_secret
from resources.signing_key import SigningKey
from resources.sql import Connection
from resources.warehouse import migrate

NIGHT = date(2026, 3, 2)
NAME = pseudonym_secret("county", "measures", 1)


@pytest.fixture
def con() -> Iterator[Connection]:
    made = duckdb.connect()
    made.execute("attach ':memory:' as registers")
    migrate(made)
    yield made
    made.close()


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring(tmp_path / "keys")


def _standing(con: Connection, keyring: Keyring) -> dict[str, Standing]:
    return {item.name: item.standing for item in known_secrets(con, keyring)}


def test_a_secret_is_entered_by_fingerprint_the_first_time_it_is_used(con: Connection, keyring: Keyring) -> None:
    assert keyring.names() == []
    keyring.person_key("county", 1)
    hold(con, keyring, NAME, NIGHT)
    hold(con, keyring, NAME, date(2026, 3, 3))
    (mint, used) = known_secrets(con, keyring)
    assert (mint.name, mint.standing, mint.since) == ("mint", Standing.NEW, None)
    assert (used.standing, used.since, used.fingerprint) == (Standing.HERE, NIGHT, keyring.fingerprint(NAME))
    assert used.fingerprint not in (keyring.folder / f"{NAME}.key").read_bytes().hex()
    assert "strangers" in mint.if_lost
    assert "county/measures" in used.if_lost


def test_a_lost_secret_is_missed_by_name_and_not_made_anew(con: Connection, keyring: Keyring) -> None:
    hold(con, keyring, NAME, NIGHT)
    (keyring.folder / f"{NAME}.key").unlink()
    with pytest.raises(KeyringFault, match=rf"keys/{NAME}\.key is missing; restore it from the key backup"):
        hold(con, keyring, NAME, NIGHT)
    assert not keyring.has(NAME)
    assert _standing(con, keyring) == {NAME: Standing.MISSING}


def test_another_secret_under_the_same_name_is_refused(con: Connection, keyring: Keyring) -> None:
    hold(con, keyring, NAME, NIGHT)
    (keyring.folder / f"{NAME}.key").write_bytes(bytes(32))
    with pytest.raises(KeyringFault, match="not the secret that was used before"):
        hold(con, keyring, NAME, NIGHT)
    assert _standing(con, keyring) == {NAME: Standing.CHANGED}
    (keyring.folder / f"{NAME}.key").write_bytes(b"short")
    assert _standing(con, keyring) == {NAME: Standing.UNREADABLE}


def test_a_rotation_begins_a_new_epoch_with_a_secret_of_its_own(con: Connection, keyring: Keyring) -> None:
    assert epoch_of(con, "county", "measures", 1) == 1
    said = {"recipient": "county", "product": "measures", "stated": 1, "night": NIGHT, "by": "officer", "reason": "yearly"}
    epoch, fingerprint = rotate(con, keyring, **said, told=True)
    assert (epoch, epoch_of(con, "county", "measures", 1), epoch_of(con, "county", "measures", 5)) == (2, 2, 5)
    assert fingerprint == keyring.fingerprint(pseudonym_secret("county", "measures", 2))
    assert told_since(con, "county", "measures", 2) == NIGHT
    assert rotate(con, keyring, **said, told=False)[0] == 3
    assert told_since(con, "county", "measures", 3) is None


def test_a_destroyed_secret_is_gone_for_ever_and_the_register_says_so(con: Connection, keyring: Keyring) -> None:
    hold(con, keyring, NAME, NIGHT)
    known = keyring.fingerprint(NAME)
    told: list[str] = []
    assert shred(con, keyring, name=NAME, night=NIGHT, account=told.append) == known
    assert told == [known]
    assert not keyring.has(NAME)
    assert _standing(con, keyring) == {NAME: Standing.DESTROYED}
    with pytest.raises(KeyringFault, match="was destroyed on 2026-03-02"):
        hold(con, keyring, NAME, NIGHT)


def test_a_secret_nobody_used_can_be_destroyed_and_one_that_is_not_there_cannot(con: Connection, keyring: Keyring) -> None:
    keyring.person_key("county", 1)
    shred(con, keyring, name="mint", night=NIGHT, account=str)
    assert _standing(con, keyring) == {"mint": Standing.DESTROYED}
    for name in ("mint", "../mint"):
        with pytest.raises(KeyringFault, match="is not there"):
            keyring.destroy(name)


def test_keys_without_which_a_restored_home_could_not_be_gone_on_with_are_named(con: Connection, keyring: Keyring, tmp_path: Path) -> None:
    keys = SigningKey(Home(tmp_path))
    keyring.person_key("county", 1)
    hold(con, keyring, MINT, NIGHT)
    assert lost_before_a_restore(con, keyring, keys, signed_by=None) == [], "nothing was ever signed"
    assert lost_before_a_restore(con, keyring, keys, signed_by="ab" * 32) == ["keys/ledger_ed25519.pem is missing"]
    keys.private(is_begun=False)
    assert lost_before_a_restore(con, keyring, keys, signed_by="ab" * 32) == ["keys/ledger_ed25519.pem is another key"]
    (keyring.folder / f"{MINT}.key").unlink()
    assert lost_before_a_restore(con, keyring, keys, signed_by=keys.held()) == ["keys/mint.key is missing"]
