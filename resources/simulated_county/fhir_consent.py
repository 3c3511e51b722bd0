"""Consents as FHIR R4 resources.

Belongs here: what each form's provision names, and the rows of every night. Does not belong here: who signs (consents.py), JSON shapes
(fhir_text.py).
"""

from __future__ import annotations

import numpy as np
import polars as pl

from resources.simulated_county.calendar import DAY, Calendar
from resources.simulated_county.consents import FORMS, OLD_ROI, OPT_OUT, PART2, ROI
from resources.simulated_county.fhir_text import ACTIONS, RECIPIENTS, THROUGHCARE, actors, coded_list
from resources.simulated_county.writing import day_text, instant_text

PURPOSE_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
CLASS_SYSTEM = "http://hl7.org/fhir/resource-types"
ACT_CODES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
PURPOSES = {ROI: ("TREAT", "CAREMGT"), OLD_ROI: ("TREAT",), PART2: ("TREAT", "CAREMGT", "HOPERAT", "PUBHLTH"), OPT_OUT: ()}
RESOURCES = {
    ROI: ("Patient", "Encounter"),
    OLD_ROI: ("Patient", "Encounter"),
    PART2: ("Patient", "Encounter", "Condition"),
    OPT_OUT: ("Patient", "Encounter", "Condition"),
}
CLASSES = {
    ROI: ("crisis_contacts",),
    OLD_ROI: ("crisis_contacts",),
    PART2: (
        "treatment_encounters", "diagnoses", "crisis_contacts", "custody_status", "race_and_ethnicity", "person_attributes", "appearance",
    ),
    OPT_OUT: (),
}  # fmt: skip
"""The county's own element classes beside FHIR's resource types: what the person ticked."""
POLICY = {ROI: "hipaa-auth", OLD_ROI: "hipaa-auth", PART2: "42cfrpart2", OPT_OUT: "hipaa-restrictions"}


def provision_rest(form: int, *, with_sheriff: bool, defect: str | None) -> str:
    """Members of the provision after its period: actors, actions, security label, purposes, classes."""
    recipients: tuple[str, ...] = (*RECIPIENTS, "sheriff") if with_sheriff else RECIPIENTS
    if form == PART2:
        recipients = ("county_data_office", "behavioral_health")
    if form == OPT_OUT:
        recipients = ("county_data_office",)
    members = [] if defect == "no_recipient" else [actors(recipients)]
    members.append(ACTIONS)
    if form == PART2:
        members.append(coded_list("securityLabel", ACT_CODES, ("42CFRPart2",)))
    if PURPOSES[form] and defect != "no_purpose":
        members.append(coded_list("purpose", PURPOSE_SYSTEM, PURPOSES[form]))
    types = coded_list("class", CLASS_SYSTEM, RESOURCES[form])
    own = coded_list("class", THROUGHCARE, CLASSES[form])
    members.append(types[:-1] + "," + own.removeprefix('"class":[') if CLASSES[form] else types)
    return ",".join(members)


def _rest(consents: pl.DataFrame) -> pl.Series:
    kinds = consents.select("form", "with_sheriff", "defect").unique(maintain_order=True)
    texts = [
        provision_rest(row["form"], with_sheriff=row["with_sheriff"], defect=row["defect"])
        for row in kinds.to_dicts()  # a few dozen kinds, not people
    ]
    kinds = kinds.with_columns(rest=pl.Series(texts, dtype=pl.String))
    joined = consents.select("form", "with_sheriff", "defect").join(
        kinds, on=["form", "with_sheriff", "defect"], how="left", nulls_equal=True, maintain_order="left"
    )
    return joined["rest"]


def _columns(consents: pl.DataFrame, *, revoked_known: bool) -> pl.DataFrame:
    revoked = pl.col("revoked") if revoked_known else pl.lit(None, dtype=pl.Int64)
    performer = pl.when(pl.col("signer") == "self").then(pl.format("Patient/{}", "patient_id")).otherwise(
        pl.format("RelatedPerson/{}-guardian", "patient_id")
    )  # fmt: skip
    defect = pl.col("defect")
    return consents.select(
        id="consent_id",
        updated=instant_text(pl.col("stamp")),
        form_id=pl.Series([form[0] for form in FORMS]).gather(consents["form"]),
        form_version=pl.Series([form[1] for form in FORMS]).gather(consents["form"]),
        kind=pl.Series([form[2] for form in FORMS]).gather(consents["form"]),
        revoked=instant_text(revoked),
        status="status",
        patient="patient_id",
        signed=pl.when(defect.ne_missing("no_signature_date")).then(instant_text(pl.col("signed"))),
        performer=pl.when(defect.ne_missing("no_signature")).then(performer),
        policy=pl.Series([POLICY[at] for at in range(len(FORMS))]).gather(consents["form"]),
        provision_type=pl.when(pl.col("form") == OPT_OUT).then(pl.lit("deny")).otherwise(pl.lit("permit")),
        start=day_text(pl.col("first_day") * DAY),
        end=pl.when((pl.col("form") != OPT_OUT) & defect.ne_missing("no_expiry")).then(day_text(pl.col("last_day") * DAY)),
        provision_rest=_rest(consents),
        night="night",
        person="person",
    )


def consent_resources(calendar: Calendar, consents: pl.DataFrame, *, patients: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """Every Consent ever exported: id, person, night and the columns of its line.

    Args:
        calendar: the nights.
        consents: true consents (consents.py).
        patients: id, person and night of each patient row.
        ids: resource id of each consent.
    """
    rows = consents.with_columns(
        consent_id=ids,
        patient_id=patients["id"].gather(consents["patient"]),
        person=patients["person"].gather(consents["patient"]),
        # A consent never travels before its patient.
        night=pl.max_horizontal("night", patients["night"].gather(consents["patient"])),
    ).filter(pl.col("night") < calendar.nights)
    as_of = calendar.as_of(0) + pl.col("night") * DAY
    base = pl.when(pl.col("revoked_night") == 0).then(pl.col("revoked")).otherwise(pl.col("signed")) + 1_800
    first = rows.with_columns(
        stamp=pl.when(pl.col("night") == 0).then(pl.min_horizontal(base, as_of - 60)).otherwise(pl.max_horizontal(base, as_of - DAY // 2)),
        revoked=pl.when(pl.col("revoked_night") == 0).then("revoked"),
    ).with_columns(pl.min_horizontal("stamp", as_of - 60).alias("stamp"))  # fmt: skip
    later = rows.filter(pl.col("revoked_night") > 0).with_columns(
        night=pl.col("revoked_night"), status=pl.lit("inactive"), stamp=pl.col("revoked") + 900
    )
    frames = [_columns(first, revoked_known=True), _columns(later, revoked_known=True)]
    return pl.concat(frames)


def consent_ids(numbers: np.ndarray) -> pl.Series:
    """Resource ids."""
    return pl.select(pl.format("cs-{}", pl.Series(numbers).cast(pl.String).str.zfill(8))).to_series()
