"""Published layouts: each makes a sound source's text once the county decides what is left to it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from contracts import standards
from contracts.reviewed import UNDECIDED
from contracts.sources import Source


def _source(name: str, **more: Any) -> Source:
    template = standards.template(name)
    feeds = yaml.safe_load(yaml.safe_dump({**template.feeds, **more}).replace(UNDECIDED, "new_charge"))
    return Source.model_validate(
        {
            "name": "county", "title": template.title, "system": "county", "agency": "agency", "instruments": ["I"], "steward": "s",
            "cadence": "nightly", "delivery_mode": template.delivery_mode,
            "connector": {**template.connector, "where": {"env": "COUNTY_DROP", "default": "{home}/county"}},
            "formats": template.formats, "feeds": feeds,
        }
    )  # fmt: skip


@pytest.mark.parametrize("name", standards.names())
def test_every_layout_makes_a_sound_text(name: str) -> None:
    bookings = standards.template("dssg_jail_bookings").feeds
    source = _source(name, **({"booking": bookings["booking"]} if name == "dssg_jail_booking_charges" else {}))
    assert standards.template(name).title
    assert standards.template(name).published
    assert source.feeds


def test_a_layout_is_narrowed_to_the_columns_of_a_file_by_any_spelling() -> None:
    template = standards.template("dssg_jail_bookings")
    found = template.narrowed(["Booking Number", "Inmate Number", "Last Name", "first_name", "Jail Entry Date", "Birthdate", "Shoe Size"])
    booking = found.feeds["booking"]
    assert booking is not None
    assert booking["key"] == ["Booking Number"]
    assert booking["columns"]["Birthdate"] == {"to": "birth_date", "parse": "date_with_x"}
    assert set(booking["columns"]) == {"Inmate Number", "Last Name", "first_name", "Jail Entry Date", "Birthdate"}
    assert "race" not in booking
    assert "aliases" not in booking
    assert found.feeds["move"] is None
    assert found.strange == ("Shoe Size",)


def test_what_only_the_county_knows_is_left_to_it() -> None:
    booking = standards.template("dssg_jail_bookings").feeds["booking"]
    assert booking["constants"] == {"booking_type": UNDECIDED}


def test_a_layout_that_does_not_ship_is_an_error() -> None:
    with pytest.raises(KeyError, match="is not a layout; there are dssg_hmis_service_stays"):
        standards.template("dssg")
