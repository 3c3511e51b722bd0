"""The flat columns into which a FHIR R4 resource is read, so that the county's text maps it like any table.

Belongs here: column names per resource. Does not belong here: how they are read (assets.checked.formats) or what they map to.
Repeating elements are joined with ``|`` in the order of the resource.
"""

from __future__ import annotations

from collections.abc import Mapping

FHIR_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "Patient": (
        "id",
        "last_updated",
        "mrn",
        "ssn_last4",
        "family",
        "given",
        "middle",
        "suffix",
        "other_names",  # JSON list of {first_name, middle_name, last_name, name_suffix}
        "birth_date",
        "gender",
        "line",
        "city",
        "state",
        "postal_code",
        "phone",
        "race",
        "ethnicity",
        "race_detailed",
        "race_mena",
        "race_text",
        "ethnicity_detailed",
        "ethnicity_text",
        "birthsex",
    ),
    "Encounter": ("id", "last_updated", "status", "class", "type", "patient_id", "start", "end", "service_provider"),
    "Condition": (
        "id",
        "last_updated",
        "code",
        "patient_id",
        "encounter_id",
        "recorded_date",
        "verification_status",
        "category",
        "code_system",
    ),
    "Observation": (
        "id",
        "last_updated",
        "status",
        "category",
        "code",
        "code_system",
        "patient_id",
        "encounter_id",
        "effective",
        "value_number",
        "value_code",
        "value_text",
        "answers",  # numbers in the order of the form's items, empty where an item is not answered
    ),
    "Consent": (
        "id",
        "last_updated",
        "status",
        "scope",
        "category",
        "patient_id",
        "date_time",
        "performer",  # kind of signer: the type of the reference, or the code it is said by
        "organization",
        "policy_rule",
        "form_id",
        "form_version",
        "revoked_at",
        "provision_type",
        "period_start",
        "period_end",
        "actors",
        "purposes",
        "classes",
        "security_labels",
        "data_period_start",
        "data_period_end",
        "excluded_actors",  # of every nested deny
        "excluded_purposes",
        "excluded_classes",
        "not_revocable_before",
        "expiry_event",
        "expiry_event_open",
    ),
}

FHIR_OPTIONAL_COLUMNS: frozenset[str] = frozenset(
    {
        "race_detailed",
        "race_mena",
        "race_text",
        "ethnicity_detailed",
        "ethnicity_text",
        "birthsex",
        "code_system",
        "excluded_actors",
        "excluded_purposes",
        "excluded_classes",
        "not_revocable_before",
        "expiry_event",
        "expiry_event_open",
    }
)
"""Columns about which a county's text may say nothing."""
