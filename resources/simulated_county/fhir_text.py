"""FHIR R4 resources as lines of JSON, built from whole columns at once.

Belongs here: the shapes of Patient, Encounter, Condition and Consent. Does not belong here: which rows there are (health.py).
Texts come from the simulation's own vocabularies, which hold no character that JSON would have to escape; a test parses every line.
"""

from __future__ import annotations

import polars as pl

RACE_SYSTEM = "urn:oid:2.16.840.1.113883.6.238"
NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
MRN_SYSTEM = "https://health.larkmoor.example/mrn"
SSN_SYSTEM = "http://hl7.org/fhir/sid/us-ssn"
EXTENSIONS = "https://throughcare.example/fhir"
THROUGHCARE = "throughcare"
DISPLAYS = {
    "1002-5": "American Indian or Alaska Native",
    "2028-9": "Asian",
    "2054-5": "Black or African American",
    "2076-8": "Native Hawaiian or Other Pacific Islander",
    "2106-3": "White",
    "2131-1": "Other Race",
    "2135-2": "Hispanic or Latino",
    "2186-5": "Not Hispanic or Latino",
    "UNK": "unknown",
    "ASKU": "asked but unknown",
}
CLASS_NAMES = {"AMB": "ambulatory", "EMER": "emergency", "IMP": "inpatient encounter", "HH": "home health"}
RECIPIENTS = ("county_data_office", "behavioral_health", "mobile_crisis")
_EMPTY = pl.lit("")


def if_present(column: pl.Expr, template: str) -> pl.Expr:
    """``template`` with the column in the place of ``@``, or nothing where it is null."""
    before, after = template.split("@")
    return pl.when(column.is_not_null()).then(pl.concat_str(pl.lit(before), column, pl.lit(after))).otherwise(_EMPTY)


def filled(template: str, **columns: pl.Expr) -> pl.Expr:
    """``template`` with each ``@name@`` replaced by the column of that name; no column may be null."""
    parts = template.split("@")
    return pl.concat_str([columns[part] if at % 2 else pl.lit(part) for at, part in enumerate(parts)])


def _coding(code: str) -> str:
    system = NULL_FLAVOR if code in {"UNK", "ASKU"} else RACE_SYSTEM
    return f'{{"system":"{system}","code":"{code}","display":"{DISPLAYS[code]}"}}'


def race_extension(codes: str) -> str:
    """The US Core race extension for codes joined with ``|``."""
    categories = "".join(f'{{"url":"ombCategory","valueCoding":{_coding(code)}}},' for code in codes.split("|"))
    text = ", ".join(DISPLAYS[code] for code in codes.split("|"))
    return f'{{"url":"{US_CORE}/us-core-race","extension":[{categories}{{"url":"text","valueString":"{text}"}}]}}'


def ethnicity_extension(code: str) -> str:
    """The US Core ethnicity extension."""
    return (
        f'{{"url":"{US_CORE}/us-core-ethnicity","extension":[{{"url":"ombCategory","valueCoding":{_coding(code)}}},'
        f'{{"url":"text","valueString":"{DISPLAYS[code]}"}}]}}'
    )


def patient_lines() -> pl.Expr:
    """Patient from columns id, updated, mrn, ssn4, family, given, middle, suffix, maiden, nickname, birth_date, gender, line, city,
    state, zip, phone, race, ethnicity (the last two already extensions); all but id, updated, mrn, family, given, gender may be null.
    """
    col = pl.col
    extensions = pl.concat_str(pl.concat_list("race", "ethnicity").list.drop_nulls().list.join(","))
    given = filled('"@given@"', given=col("given")) + if_present(col("middle"), ',"@"')
    address = pl.when(col("line").is_not_null() | col("zip").is_not_null()).then(
        pl.concat_str(
            pl.lit(',"address":[{"use":"home"'),
            if_present(col("line"), ',"line":["@"]'), if_present(col("city"), ',"city":"@"'), if_present(col("state"), ',"state":"@"'),
            if_present(col("zip"), ',"postalCode":"@"'), pl.lit("}]"),
        )
    ).otherwise(_EMPTY)  # fmt: skip
    return pl.concat_str(
        filled('{"resourceType":"Patient","id":"@id@","meta":{"lastUpdated":"@updated@"}', id=col("id"), updated=col("updated")),
        pl.when(extensions != "").then(pl.concat_str(pl.lit(',"extension":['), extensions, pl.lit("]"))).otherwise(_EMPTY),
        filled(f',"identifier":[{{"type":{{"coding":[{{"code":"MR"}}]}},"system":"{MRN_SYSTEM}","value":"@mrn@"}}', mrn=col("mrn")),
        if_present(col("ssn4"), f',{{"type":{{"coding":[{{"code":"SS"}}]}},"system":"{SSN_SYSTEM}","value":"xxx-xx-@"}}'),
        filled('],"name":[{"use":"official","family":"@family@","given":[', family=col("family")),
        given,
        pl.lit("]"),
        if_present(col("suffix"), ',"suffix":["@"]'),
        pl.lit("}"),
        if_present(col("maiden"), ',{"use":"maiden","family":"@"}'),
        if_present(col("nickname"), ',{"use":"nickname","given":["@"]}'),
        pl.lit("]"),
        if_present(col("birth_date"), ',"birthDate":"@"'),
        filled(',"gender":"@gender@"', gender=col("gender")),
        address,
        if_present(col("phone"), ',"telecom":[{"system":"phone","value":"@","use":"mobile"}]'),
        pl.lit("}"),
    )


def encounter_lines() -> pl.Expr:
    """Encounter from columns id, updated, status, class, kind, patient, start, end (null while it lasts), programme."""
    col = pl.col
    return filled(
        '{"resourceType":"Encounter","id":"@id@","meta":{"lastUpdated":"@updated@"},"status":"@status@",'
        '"class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"@class@"},'
        '"type":[{"coding":[{"system":"https://health.larkmoor.example/encounter-type","code":"@kind@"}]}],'
        '"subject":{"reference":"Patient/@patient@"},"period":{"start":"@start@"@end@},'
        '"serviceProvider":{"reference":"Organization/@programme@"}}',
        id=col("id"), updated=col("updated"), status=col("status"), kind=col("kind"), patient=col("patient"), start=col("start"),
        end=if_present(col("end"), ',"end":"@"'), programme=col("programme"), **{"class": col("class")},
    )  # fmt: skip


def condition_lines() -> pl.Expr:
    """Condition from columns id, updated, verification, code, patient, encounter, recorded."""
    col = pl.col
    return filled(
        '{"resourceType":"Condition","id":"@id@","meta":{"lastUpdated":"@updated@"},"verificationStatus":{"coding":[{"system":'
        '"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"@verification@"}]},"category":[{"coding":[{"system":'
        '"http://terminology.hl7.org/CodeSystem/condition-category","code":"encounter-diagnosis"}]}],"code":{"coding":[{"system":'
        '"http://hl7.org/fhir/sid/icd-10-cm","code":"@code@"}]},"subject":{"reference":"Patient/@patient@"},'
        '"encounter":{"reference":"Encounter/@encounter@"},"recordedDate":"@recorded@"}',
        **{name: col(name) for name in ("id", "updated", "verification", "code", "patient", "encounter", "recorded")},
    )  # fmt: skip


def coded_list(name: str, system: str, codes: tuple[str, ...]) -> str:
    """A list of Coding elements."""
    return f'"{name}":[' + ",".join(f'{{"system":"{system}","code":"{code}"}}' for code in codes) + "]"


def actors(agencies: tuple[str, ...]) -> str:
    """``provision.actor`` naming each agency as a recipient of information (IRCP)."""
    role = '{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]}'
    return '"actor":[' + ",".join(f'{{"role":{role},"reference":{{"reference":"Organization/{agency}"}}}}' for agency in agencies) + "]"


ACTIONS = (
    f'"action":[{{"coding":[{{"system":"{THROUGHCARE}","code":"link"}}]}},'
    '{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentaction","code":"disclose"}]}]'
)


def consent_lines() -> pl.Expr:
    """Consent from columns id, updated, form_id, form_version, revoked, status, kind, patient, signed, performer, policy, provision_type,
    start, end, provision_rest (ready JSON members); revoked, signed, performer and end may be null.
    """
    col = pl.col
    form = (
        f'"extension":[{{"url":"{EXTENSIONS}/consent-form","extension":[{{"url":"id","valueString":"@form_id@"}},'
        '{"url":"version","valueString":"@form_version@"}]}'
    )
    return pl.concat_str(
        filled('{"resourceType":"Consent","id":"@id@","meta":{"lastUpdated":"@updated@"},', id=col("id"), updated=col("updated")),
        filled(form, form_id=col("form_id"), form_version=col("form_version")),
        if_present(col("revoked"), f',{{"url":"{EXTENSIONS}/consent-revoked","valueDateTime":"@"}}'),
        filled(
            '],"status":"@status@","scope":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentscope",'
            f'"code":"patient-privacy"}}]}},"category":[{{"coding":[{{"system":"{THROUGHCARE}","code":"@kind@"}}]}}],'
            '"patient":{"reference":"Patient/@patient@"}',
            status=col("status"), kind=col("kind"), patient=col("patient"),
        ),
        if_present(col("signed"), ',"dateTime":"@"'),
        if_present(col("performer"), ',"performer":[{"reference":"@"}]'),
        filled(
            ',"organization":[{"reference":"Organization/behavioral_health"}],"sourceReference":{"reference":"DocumentReference/'
            '@form_id@.v@form_version@"},"policyRule":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/consentpolicycodes",'
            '"code":"@policy@"}]},"provision":{"type":"@provision_type@","period":{"start":"@start@"@end@}@rest@}}',
            form_id=col("form_id"), form_version=col("form_version"), policy=col("policy"), provision_type=col("provision_type"),
            start=col("start"), end=if_present(col("end"), ',"end":"@"'), rest=if_present(col("provision_rest"), ",@"),
        ),
    )  # fmt: skip
