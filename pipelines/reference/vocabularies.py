"""The page of published lists: crosswalks of codes, sets of diagnoses, case definitions, layouts.

Belongs here: laying out the reviewed tables of contracts/vocabularies and contracts/standards. Does not belong here: any of their lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from contracts import standards
from contracts.vocabularies import crosswalk, diagnosis
from pipelines.reference.markdown import code, codes, page, table

_INTRODUCTION = (
    "Codes that others have published, and what each stands for here. A source's text asks for a list by name (`crosswalk: nibrs`) and may "
    "add codes of its own; it may not contradict one. A list is exhaustive: a code that is not on it sends the row to quarantine "
    "(`unknown_code`). No code is matched by its beginning."
)
_PROXIES = (
    "A diagnosis is not a functional impairment. These sets are proxies; `diagnosis_sets` in the text of every source with diagnoses says "
    "which variant the county holds to, `standard` where nothing is said. A root stands for itself and every code under it."
)


def vocabularies_page() -> str:
    """``vocabularies.md``."""
    return page(
        "Published lists",
        source="contracts/vocabularies/ and contracts/standards/",
        parts=[_INTRODUCTION, *_crosswalks(), "## Sets of diagnoses", _PROXIES, _sets(), "## Case definitions", _cases(), *_layouts()],
    )


def _crosswalks() -> Iterator[str]:
    for name in crosswalk.names():
        yield f"## {name}"
        mine = [entry for entry in crosswalk.entries() if entry.crosswalk == name]
        for (to, element), entries in groupby(mine, key=lambda entry: (entry.to, entry.element)):
            listed = list(entries)
            where = f", column {code(element)}" if element else ""
            yield f"### {name}: {to}{f', {element}' if element else ''}"
            yield f"Fills {code(to)}{where}. Source: {listed[0].source}."
            lines = ((_code(entry), _meaning(entry), entry.reason, entry.label) for entry in listed)
            yield table(("code", "stands for", "why not known", "the list's own name"), lines)


def _code(entry: crosswalk.Entry) -> str:
    return code(entry.code) if entry.code else "nothing written"


def _meaning(entry: crosswalk.Entry) -> str:
    return "" if entry.means is None else code(str(entry.means).lower() if isinstance(entry.means, bool) else entry.means)


def _sets() -> str:
    lines = [
        (code(name), code(variant), codes(member.root for member in listed), listed[0].why)
        for (name, variant), found in groupby(diagnosis.members(), key=lambda member: (member.set, member.variant))
        for listed in [list(found)]
    ]
    return table(("set", "variant", "ICD-10-CM roots", "in words"), lines)


def _cases() -> str:
    lines = (
        (code(rule.definition), rule.element, code(rule.value), rule.meaning, rule.source)
        for name in ("nemsis_behavioral_health", "nemsis_opioid_overdose")
        for rule in diagnosis.case_rules(name)
    )
    return table(("definition", "elements", "pattern or code", "meaning", "source"), lines)


def _layouts() -> Iterator[str]:
    yield "## Layouts"
    yield "Drafts of a source's text, from which `throughcare source new --standard` starts."
    templates = [standards.template(name) for name in standards.names()]
    lines = ((code(one.name), one.title, one.published, codes(feed["record_type"] for feed in one.feeds.values())) for one in templates)
    yield table(("layout", "title", "published by", "record types"), lines)
