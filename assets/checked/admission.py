"""Admitted rows become what is known from tonight on.

Belongs here: closing what ends, opening what is new, identities and race apart from content. Does not belong here: deciding which rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from assets.checked.judging import held_parents
from assets.checked.registry_sql import close_versions, insert_admitted, is_completed, versions_table
from assets.checked.report import Disposition, FeedReport
from assets.checked.staging import PACKAGE, Staged, key_parameters, refused_by_rule, refused_count, show
from assets.checked.tables import SIDE_TABLES
from contracts.column_mapping import SexAsked
from contracts.consents import DEFECTS_OF
from contracts.sources import Source
from contracts.vocabularies.diagnosis import SMI_DX_PROXY, SUD_DX_PROXY, roots
from contracts.vocabularies.emergency import EMS_BEHAVIORAL_HEALTH_PATTERN, OPIOID_OVERDOSE_PATTERN
from contracts.vocabularies.health import code_set_pattern
from contracts.vocabularies.housing import LivingSituation
from contracts.vocabularies.person import Evidence
from contracts.vocabularies.response import BEHAVIORAL_HEALTH_CALL_TYPES
from contracts.vocabularies.screening import FORMS
from resources.sql import Connection, count, insert_into, load_sql, replace_table, rows, scalar

NO_REUSE = "select null::varchar as record_id, null::varchar as kind where false"


def set_regions(con: Connection, regions: Mapping[str, str]) -> None:
    """``temp.region``: the county's ZIP codes and their regions."""
    frame = pl.DataFrame({"zip": list(regions), "region": list(regions.values())}, schema={"zip": pl.String, "region": pl.String})
    con.register("checked_region", frame)
    replace_table(con, "temp.region", "select zip, region from checked_region")
    con.unregister("checked_region")


def admit(con: Connection, source: Source, feed: Staged, *, night: date) -> FeedReport:
    """Write one judged feed and count where its rows went."""
    asked = _parameters(source, feed, night)
    show(con, feed, "keyed", "judged", "gone")
    replace_table(con, "temp.ended", load_sql(PACKAGE, "ended"))
    if replace_table(con, "temp.fresh", load_sql(PACKAGE, "fresh")) or count(con, "temp.ended"):
        _write(con, source, feed, asked)
    held_parents(con, feed)
    return _report(con, feed)


def _write(con: Connection, source: Source, feed: Staged, asked: Mapping[str, object]) -> None:
    states_identity = bool(feed.record_type.identity_fields)
    told_apart = states_identity and feed.record_type.evidence is Evidence.PRIMARY
    replace_table(con, "temp.reused", load_sql(PACKAGE, "reused") if told_apart else NO_REUSE, asked)
    replace_table(con, "temp.admitted", load_sql(PACKAGE, "admitted"))
    for table in (versions_table(feed.record_type), *SIDE_TABLES):
        con.execute(close_versions(table), {"night": asked["night"], "source": source.name}).fetchall()
    insert_into(con, "checked.source_record", load_sql(PACKAGE, "new_source_record"), asked)
    _insert_content(con, feed, asked)
    if states_identity:
        insert_into(con, "checked.observation_versions", load_sql(PACKAGE, "observed"), asked)
    if feed.record_type.race_fields and feed.feed.race:
        insert_into(con, "checked.race_code_versions", load_sql(PACKAGE, "raced"), asked)
    if states_identity and "sex" in feed.feed.targets:
        insert_into(con, "checked.sex_code_versions", load_sql(PACKAGE, "sexed"), asked)


def _parameters(source: Source, feed: Staged, night: date) -> dict[str, object]:
    labels = sorted({*feed.record_type.labels, *source.labels, *feed.feed.labels})
    race, sex = feed.feed.race, feed.feed.sex or SexAsked()
    return {
        **key_parameters(source, feed),
        "night": night,
        "labels": [str(label.value) for label in labels],
        "evidence": feed.record_type.evidence.value,
        "category_system": race.category_system.value if race else None,
        "method": race.method.value if race else None,
        "sex_question": sex.question.value,
        "sex_method": sex.method.value,
        "behavioral_health_types": sorted(word.value for word in BEHAVIORAL_HEALTH_CALL_TYPES),
        "other_programmes": list(source.other_programmes),
        "smi_pattern": code_set_pattern(roots(SMI_DX_PROXY, source.diagnosis_sets.smi_dx_proxy)),
        "sud_pattern": code_set_pattern(roots(SUD_DX_PROXY, source.diagnosis_sets.sud_dx_proxy)),
        "behavioral_health_pattern": EMS_BEHAVIORAL_HEALTH_PATTERN,
        "overdose_pattern": OPIOID_OVERDOSE_PATTERN,
        "forms": list(FORMS),
        "form_sizes": [size for size, _ in FORMS.values()],
        "jail_situation": LivingSituation.JAIL_OR_PRISON.value,
        "defects_of": [f"{kind.value}.{defect.value}" for kind, defects in DEFECTS_OF.items() for defect in defects],
    }


def _insert_content(con: Connection, feed: Staged, asked: Mapping[str, object]) -> None:
    name = feed.record_type.name
    selected = load_sql(PACKAGE, f"derived_{name}") if is_completed(feed.record_type) else "select * from temp.admitted"
    sql = insert_admitted(feed.record_type, selected)
    con.execute(sql, {key: value for key, value in asked.items() if f"${key}" in sql}).fetchall()


def _report(con: Connection, feed: Staged) -> FeedReport:
    counted = rows(con, "select disposition, count(*) from temp.judged group by disposition order by disposition")
    found = {str(name): int(number) for name, number in counted}
    waits = feed.record_type.parent is not None
    return FeedReport(
        feed=feed.name,
        record_type=feed.record_type.name,
        rows_read=feed.rows_read,
        set_aside=feed.set_aside,
        admitted=found.get(Disposition.ADMITTED, 0),
        unchanged=found.get(Disposition.UNCHANGED, 0),
        duplicate=found.get(Disposition.DUPLICATE, 0),
        superseded=found.get(Disposition.SUPERSEDED, 0),
        refused=refused_count(con, feed),
        deleted=count(con, "temp.gone"),
        awaiting_parent=int(scalar(con, load_sql(PACKAGE, "awaiting"))) if waits else 0,
        refused_by_rule=refused_by_rule(con, feed),
    )
