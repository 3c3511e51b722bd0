"""True consents: who signed which form, for how long, with what faults, and who took it back.

Belongs here: given, expired, revoked, refused and defective consents and opt-outs. Does not belong here: FHIR (fhir_consent.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from resources.simulated_county import rates
from resources.simulated_county.calendar import DAY, HOUR, Calendar, flattened, known_on, touched
from resources.simulated_county.care import Care
from resources.simulated_county.draw import Flags, Ints, happens, weighted
from resources.simulated_county.people import People

FORMS = (
    ("roi-crisis-contacts", "2", "roi_508"),
    ("part2-county-data", "1", "part2_tpo"),
    ("opt-out", "1", "opt_out"),
    ("roi-crisis-contacts", "1", "roi_508"),  # an old printing that the county no longer accepts
)
"""(form id, version, kind); ids and versions of contracts/demo_county/forms."""
ROI, PART2, OPT_OUT, OLD_ROI = range(len(FORMS))
DEFECTS = ("no_signature", "no_signature_date", "no_recipient", "no_expiry", "no_purpose")
DEFECT_SHARES = (0.35, 0.25, 0.15, 0.15, 0.10)
OLD_PRINTING = 0.02
REJECTED = 0.03
"""Share of patients who were asked and refused, which the clinic also files."""
EXPIRED_MARKED = 0.3
"""Share of expired consents whose status the clinic has set to inactive."""


def _signing(rng: np.random.Generator, patients: pl.DataFrame, calendar: Calendar, who: Ints, expired: Flags) -> tuple[Ints, Ints]:
    """(signed, last day as days since 1970) of each consent: most within the past year, expired ones long before."""
    registered = patients["registered"].to_numpy()[who]
    since = np.maximum(registered, calendar.end - 340 * DAY)
    recent = since + (rng.random(len(who)) * np.maximum(calendar.end - since, HOUR)).astype(np.int64)
    long_ago = calendar.as_of(0) - (380 + rng.integers(0, 320, len(who))) * DAY
    signed = np.where(expired, long_ago, recent) // DAY * DAY + rng.integers(8 * 60, 18 * 60, len(who)) * 60
    years = np.where(expired | happens(rng, 0.6, len(who)), 1, 2)
    return signed, signed // DAY + 365 * years


def draw_consents(rng: np.random.Generator, people: People, calendar: Calendar, care: Care) -> pl.DataFrame:
    """Every consent of every patient.

    Columns: patient (row of the patients), form (row of FORMS), signed (seconds), first_day and last_day (days since 1970),
    status (FHIR), defect (or null), with_sheriff, signer (self or guardian), revoked (seconds or null), night (first delivered),
    revoked_night (night on which the revocation arrives; 0 with the backlog; null without).
    Every later night has at least one revocation of a consent that was in force.
    """
    patients = care.patients
    size = patients.height
    everyone = np.arange(size)
    treated = care.encounters.filter(pl.col("kind") == "substance_use")["patient"].unique().to_numpy()
    substance = np.isin(everyone, treated)
    opts_out = happens(rng, rates.CONSENT_OPT_OUT, size)
    signs = ~opts_out & happens(rng, rates.CONSENT_ROI, size)
    permits_part2 = ~opts_out & substance & happens(rng, rates.CONSENT_PART2, size)
    refuses = ~opts_out & ~signs & happens(rng, REJECTED / (1 - rates.CONSENT_ROI), size)
    who = np.concatenate([everyone[mask] for mask in (signs, permits_part2, opts_out, refuses)])
    form = np.repeat([ROI, PART2, OPT_OUT, ROI], [int(mask.sum()) for mask in (signs, permits_part2, opts_out, refuses)])
    rejected = np.arange(len(who)) >= len(who) - int(refuses.sum())
    form = np.where((form == ROI) & ~rejected & happens(rng, OLD_PRINTING, len(who)), OLD_ROI, form)
    permits = (form != OPT_OUT) & ~rejected

    lot = rng.random(len(who))
    edges = np.cumsum([rates.CONSENT_EXPIRED, rates.CONSENT_REVOKED, rates.CONSENT_DEFECTIVE])
    expired = permits & (lot < edges[0])
    revoked = permits & (lot >= edges[0]) & (lot < edges[1])
    defective = permits & (lot >= edges[1]) & (lot < edges[2])
    signed, last_day = _signing(rng, patients, calendar, who, expired)
    night = known_on(rng, calendar, signed)
    revoked &= (night == 0) & (signed < calendar.as_of(0) - 20 * DAY)
    back = signed + 10 * DAY + (rng.random(len(who)) * np.maximum(calendar.as_of(0) - signed - 11 * DAY, DAY)).astype(np.int64)

    in_force = permits & ~expired & ~revoked & ~defective & (form != OLD_ROI) & (night == 0)
    taken, on = flattened(touched(rng, calendar, night, rates.REVOKED_PER_NIGHT, free=in_force))
    revoked_at = np.where(revoked, back, -1)
    revoked_at[taken] = calendar.as_of(0) + (on - 1) * DAY + rng.integers(9 * 60, 17 * 60, len(taken)) * 60
    revoked_night = np.where(revoked, 0, -1)
    revoked_night[taken] = on

    person = patients["person"].to_numpy()[who]
    minor = people.age[person] < 18
    guardian = minor & happens(rng, np.where(form == PART2, 0.3, 0.85), len(who))
    marked = expired & happens(rng, EXPIRED_MARKED, len(who))
    status = np.where(rejected, 2, np.where(revoked | marked, 1, 0))
    return pl.DataFrame(
        {
            "patient": who,
            "form": form,
            "signed": signed,
            "first_day": signed // DAY,
            "last_day": last_day,
            "status": pl.Series(["active", "inactive", "rejected"]).gather(status),
            "defect": pl.select(
                pl.when(pl.Series(defective)).then(pl.Series(DEFECTS).gather(weighted(rng, DEFECT_SHARES, len(who))))
            ).to_series(),
            "with_sheriff": permits & (form != PART2) & happens(rng, rates.CONSENT_ROI_WITH_SHERIFF, len(who)),
            "signer": pl.Series(["self", "guardian"]).gather(guardian.astype(np.int64)),
            "revoked": pl.Series(revoked_at),
            "revoked_night": pl.Series(revoked_night),
            "night": night,
        }
    ).with_columns(pl.when(pl.col(name) >= 0).then(name).alias(name) for name in ("revoked", "revoked_night"))
