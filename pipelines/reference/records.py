"""The page of canonical records, from their contracts.

Belongs here: reading descriptions, kinds, labels, units and rules off the Pandera models. Does not belong here: any of those.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from contracts.columns import Kind, Label
from contracts.records import RECORD_TYPES, RecordType
from contracts.records.registry import DERIVED_FIELDS, SubjectFrom
from pipelines.reference.markdown import bullets, code, codes, page, table

_INTRODUCTION = (
    "What a vendor's row becomes. A county's `sources/*.yaml` maps vendor columns to these fields; a row that breaks a rule goes to "
    "quarantine. Every type has `source_record_id` (the source's own key), `source_updated_at` and `is_deleted`."
)
_KINDS = {
    Kind.IDENTIFIER: "names one person on its own",
    Kind.QUASI: "helps to name one in combination",
    Kind.PROTECTED: "race and ethnicity: measured, never linkage evidence",
    Kind.SENSITIVE: "content whose disclosure harms",
    Kind.PLAIN: "none of these",
}
_LABELS = {
    Label.PHI: "protected health information (HIPAA)",
    Label.PART2: "substance use disorder record of a Part 2 programme (42 CFR Part 2)",
    Label.SUD_NOTES: "substance use counselling notes; no clause can open them",
    Label.PSYCH: "psychotherapy notes",
    Label.HIV: "HIV status, where state law closes it",
    Label.JUVENILE: "about somebody under eighteen at the time, or of unknown age",
    Label.FERPA: "education record",
    Label.CJI: "criminal justice information of a state or federal system; no clause can open it",
    Label.DV: "domestic violence",
    Label.DIRECT_ID: "names a person",
    Label.QUASI_ID: "helps to name a person",
    Label.FREE_TEXT: "free text; no clause can open it",
}
_SUBJECT = {
    SubjectFrom.OWN_ID: "the source's person id, else the record itself; the row states an identity",
    SubjectFrom.PERSON_ID: "the source's person id; the identity lies in another record",
    SubjectFrom.PARENT: "whoever the parent record is about",
    SubjectFrom.NOBODY: "nobody",
}


def records_page() -> str:
    """``records.md``."""
    return page(
        "Canonical records",
        source="the contracts in contracts/records/",
        parts=[
            _INTRODUCTION,
            "## Kinds",
            table(("kind", "what it can do to a person's privacy"), ((code(kind.value), _KINDS[kind]) for kind in Kind)),
            "## Labels",
            "A label is a body of rules that a value carries wherever it goes. A county may add labels, never remove them.",
            table(("label", "body of rules"), ((code(label.value), _LABELS[label]) for label in Label)),
            *(part for record_type in RECORD_TYPES.values() for part in _record(record_type)),
        ],
    )


def _record(record_type: RecordType) -> Iterator[str]:
    yield f"## {record_type.name}"
    yield _first_paragraph(record_type.model.__doc__)
    yield bullets(_facts(record_type))
    yield table(
        ("field", "type", "filled", "kind", "labels", "unit", "words", "definition from", "meaning"),
        (_field(record_type, name) for name in record_type.fields),
    )
    rules = [(code(rule.name), rule.description) for rule in record_type.rules]
    if rules:
        yield "Rules between fields:"
        yield table(("rule", "meaning"), rules)


def _facts(record_type: RecordType) -> Iterator[str]:
    yield f"about: {_SUBJECT[record_type.subject]}"
    if record_type.start:
        ends = f", ends with {code(record_type.end)} (half-open)" if record_type.end else ""
        yield f"begins with {code(record_type.start)}{ends}; counted as: {record_type.unit.value}"
    if record_type.intercept:
        only = ""
        if record_type.intercept.field:
            only = f", where {code(record_type.intercept.field)} is one of {codes(sorted(record_type.intercept.only))}"
        yield f"Sequential Intercept {record_type.intercept.value}{only}"
    if record_type.parent:
        must = "must be known" if record_type.parent.required else "may be unknown"
        yield f"belongs to a {code(record_type.parent.record_type)}, which {must}"
    for reference in record_type.references:
        yield f"{code(reference.field)} names a {code(reference.record_type)} of another source"
    if record_type.labels:
        yield f"every row carries {codes(label.value for label in record_type.labels)}"


def _field(record_type: RecordType, name: str) -> tuple[object, ...]:
    column = record_type.model.to_schema().columns[name]
    known = column.metadata
    filled = "derived" if name in DERIVED_FIELDS else "may be empty" if column.nullable else "always"
    return (
        code(name),
        _type(record_type, name),
        filled,
        known["kind"],
        ", ".join(known["labels"]),
        known["unit"],
        ", ".join(record_type.vocabularies.get(name, ())),
        known["standard"],
        column.description,
    )


def _type(record_type: RecordType, name: str) -> str:
    text = str(record_type.fields[name])
    if text.startswith("Datetime"):
        return "timestamp"
    if text.startswith("List(Struct"):
        return "names"
    return {"String": "text", "Boolean": "yes/no", "Int32": "whole number", "Date": "date", "List(String)": "words"}.get(text, text)


def _first_paragraph(documentation: str | None) -> str:
    return " ".join(inspect.cleandoc(documentation or "").split("\n\n")[0].split())
