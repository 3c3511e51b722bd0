"""The page of canonical records, from their contracts.

Belongs here: reading descriptions, kinds, labels, units and rules off the Pandera models. Does not belong here: any of those.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator

from contracts.columns import Kind, Label
from contracts.records import RECORD_TYPES, RecordType
from contracts.records.registry import DERIVED_FIELDS, IDENTITY_FIELDS, RACE_FIELDS, Derived, SubjectFrom
from pipelines.reference.markdown import bullets, code, codes, page, table

_INTRODUCTION = (
    "What a vendor's row becomes. A county's `sources/*.yaml` maps vendor columns to these fields; a row that breaks a rule goes to "
    "quarantine. Every type has `source_record_id` (the source's own key), `source_updated_at` and `is_deleted`."
)
_LINES = (
    "A line with a crow's foot leads from a record to those that belong to it, a dotted one to a record of another source that it "
    "names; every type with a person hangs on a subject, one person id of one system."
)
_PERSON = (
    "Fields that every type has which is said to state an identity. `race`, `ethnicity` and `race_raw` are missing where a type states "
    "identity alone. They lie apart from content after checking."
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
    Label.SUD_NOTES: "substance use counselling notes, which need a consent of their own (42 CFR 2.31(b))",
    Label.PSYCH: "mental health care",
    Label.PSYCH_NOTES: "psychotherapy notes, which need an authorisation of their own (45 CFR 164.508(a)(2))",
    Label.HIV: "HIV status, where state law closes it",
    Label.JUVENILE: "about somebody under eighteen at the time, or of unknown age",
    Label.FERPA: "education record",
    Label.CJI: "criminal justice information of a state or federal system; no clause can open it",
    Label.DV: "domestic violence",
    Label.DIRECT_ID: "names a person",
    Label.QUASI_ID: "helps to name a person",
    Label.FREE_TEXT: "free text; no clause can open it",
}
_TYPES = {
    "String": "text", "Boolean": "yes/no", "Int32": "whole number", "Float64": "amount", "Date": "date", "List(String)": "words",
    "List(Int32)": "whole numbers",
}  # fmt: skip
SHARED_FIELDS = (*IDENTITY_FIELDS, *RACE_FIELDS)
_IS = {SubjectFrom.OWN_ID: "is stated by", SubjectFrom.PERSON_ID: "is the person of"}
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
            "## How they hang together",
            _LINES,
            records_diagram(),
            _overview(),
            "## Person",
            _PERSON,
            _fields(RECORD_TYPES["health_patient"], SHARED_FIELDS),
            *(part for record_type in RECORD_TYPES.values() for part in _record(record_type)),
        ],
    )


def records_diagram() -> str:
    """Every record type, its parent, the records it names and its subject, as a Mermaid entity relationship diagram."""
    lines = ["```mermaid", "erDiagram", "    subject {", "        identifier subject_id PK", "    }"]
    for record_type in RECORD_TYPES.values():
        lines += [f"    {record_type.name} {{", *(f"        {line}" for line in _drawn(record_type)), "    }"]
    for record_type in RECORD_TYPES.values():
        lines += [f"    {line}" for line in _edges(record_type)]
    return "\n".join([*lines, "```"])


def _drawn(record_type: RecordType) -> Iterator[str]:
    """The columns a diagram has room for: keys, begin and end."""
    yield "identifier record_id PK"
    if record_type.is_about_people:
        yield "identifier subject_id FK"
    if record_type.parent:
        yield "identifier parent_record_id FK"
    for reference in record_type.references:
        yield f"identifier {reference.column} FK"
    for name in (record_type.start, record_type.end):
        if name:
            derived = next((item.sql_type for item in record_type.derived if item.name == name), "")
            yield f"{derived or _type(record_type, name)} {name}"


def _edges(record_type: RecordType) -> Iterator[str]:
    if record_type.subject in {SubjectFrom.OWN_ID, SubjectFrom.PERSON_ID}:
        yield f'subject ||--o{{ {record_type.name} : "{_IS[record_type.subject]}"'
    if record_type.parent:
        needed = "||" if record_type.parent.required else "|o"
        yield f'{record_type.parent.record_type} {needed}--o{{ {record_type.name} : "has"'
    for reference in record_type.references:
        yield f'{reference.record_type} |o..o{{ {record_type.name} : "{reference.field}"'


def _overview() -> str:
    return table(
        ("record type", "kept by", "a contact at intercept", "counted in", "class of elements"),
        (
            (
                f"[{record_type.name}](#{record_type.name})",
                record_type.system.replace("_", " "),
                _place(record_type),
                "" if not record_type.intercept else "distinct days" if _by_day(record_type) else record_type.unit.value,
                code(record_type.element_class) if record_type.element_class else "",
            )
            for record_type in RECORD_TYPES.values()
        ),
    )


def _by_day(record_type: RecordType) -> bool:
    return record_type.counting is not None and record_type.counting.distinct_days


def _place(record_type: RecordType) -> str:
    place = record_type.intercept
    if place is None:
        return ""
    if place.field is None:
        return str(place.value)
    return f"{place.value} or {place.otherwise}" if place.otherwise is not None else f"{place.value} for some"


def _record(record_type: RecordType) -> Iterator[str]:
    yield f"## {record_type.name}"
    yield _first_paragraph(record_type.model.__doc__)
    yield bullets(_facts(record_type))
    shared = [name for name in SHARED_FIELDS if name in record_type.fields] if record_type.identity_fields else []
    yield _fields(record_type, [name for name in record_type.fields if name not in shared])
    if shared:
        yield "And the fields of a [person](#person)" + ("." if record_type.race_fields else ", but for race and ethnicity.")
    rules = [(code(rule.name), rule.description) for rule in record_type.rules]
    if rules:
        yield "Rules between fields; a row that breaks one is refused under its name:"
        yield table(("rule", "meaning"), rules)
    if record_type.derived:
        yield "Columns that follow from these, seen after checking:"
        yield table(("column", "type", "kind", "definition from", "meaning"), (_derived(item) for item in record_type.derived))
    if record_type.counting and record_type.counting.switches:
        yield "What counts; `county.yaml` turns these switches under `counting`:"
        yield table(
            ("switch", "counts", "meaning", "definition from"),
            ((code(switch.name), switch.counts, switch.description, switch.standard) for switch in record_type.counting.switches),
        )


def _fields(record_type: RecordType, names: Iterable[str]) -> str:
    return table(
        ("field", "type", "filled", "kind", "labels", "unit", "words", "definition from", "meaning"),
        (_field(record_type, name) for name in names),
    )


def _derived(item: Derived) -> tuple[object, ...]:
    return (code(item.name), item.sql_type, item.kind.value, item.standard, item.description)


def _facts(record_type: RecordType) -> Iterator[str]:
    yield f"about: {_SUBJECT[record_type.subject]}"
    if record_type.start:
        ends = f", ends with {code(record_type.end)} (half-open)" if record_type.end else ""
        yield f"begins with {code(record_type.start)}{ends}; counted as: {record_type.unit.value}"
    if record_type.intercept:
        only = ""
        if record_type.intercept.field:
            only = f", where {code(record_type.intercept.field)} is one of {codes(sorted(record_type.intercept.only))}"
            if record_type.intercept.otherwise is not None:
                only += f", else {record_type.intercept.otherwise}"
        yield f"Sequential Intercept {record_type.intercept.value}{only}"
    if record_type.parent:
        must = "must be known" if record_type.parent.required else "may be unknown"
        yield f"belongs to a {code(record_type.parent.record_type)}, which {must}"
    for reference in record_type.references:
        yield f"{code(reference.field)} names a {code(reference.record_type)} of another source"
    for said in record_type.row_labels:
        unknown = " or unknown" if said.if_unknown else ""
        yield f"a row whose {code(said.column)} is yes{unknown} carries {code(said.label.value)}"
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
    return _TYPES.get(text, text)


def _first_paragraph(documentation: str | None) -> str:
    return " ".join(inspect.cleandoc(documentation or "").split("\n\n")[0].split())
