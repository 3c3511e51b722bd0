"""Which day it is.

Belongs here: the one place of the command line that reads the clock, and the stopped clock of a simulated county.
Does not belong here: nights and as-of dates, which are always given.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from contracts.county import County
from resources.home import Home, write_atomically

_FILE = "simulated_day.json"


def today(county: County, home: Home) -> date:
    """The county's own date; in the home of a simulated county, the last night that was delivered."""
    return simulated_day(home) or datetime.now(UTC).astimezone(ZoneInfo(county.text.timezone)).date()


def now(county: County, home: Home) -> datetime:
    """The county's own date and time, without a zone; in the home of a simulated county the hour of its last delivered night's day."""
    local = datetime.now(UTC).astimezone(ZoneInfo(county.text.timezone)).replace(tzinfo=None, microsecond=0)
    return datetime.combine(simulated_day(home) or local.date(), local.time())


def simulated_day(home: Home) -> date | None:
    """The day on which a simulated county stands; None in a real one."""
    path = home.root / _FILE
    if not path.is_file():
        return None
    return date.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["today"])


def set_simulated_day(home: Home, day: date) -> None:
    """Stop the clock of a simulated county at a day."""
    write_atomically(home.root / _FILE, json.dumps({"today": day.isoformat()}).encode() + b"\n", mode=0o600)
