"""One night of linkage: from permitted identities to persons.

Belongs here: the order of the steps for every link domain, the subjects that may not be linked, and the report. Does not belong here:
any step itself. A rerun of the newest night first undoes it, in the registers and in the linked tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date

import polars as pl

from assets.linked import block, decisions, delta, drift, events, gates, parity, register, resolve, review_queue, score, versions
from assets.linked.content import join_content
from assets.linked.events import ALONE
from assets.linked.model import FrozenModel, load_model
from contracts.county import County
from contracts.linkage import LinkageChoice
from resources.keyring import Keyring
from resources.sql import Connection, count, drop_tables, insert_into, load_sql, replace_table, rows, scalar

__all__ = ["DomainReport", "LinkReport", "join_content", "link_domains", "link_night", "take_back"]

PACKAGE = "assets.linked"
EVEN_ODDS = 0.0
"""In bits. Edges are kept down to here, for a denial reaches whoever is more likely than not the same person."""


@dataclass(frozen=True)
class DomainReport:
    """Figures of one link domain; counts only, never a value or an id."""

    subjects: int
    standardised: int
    rescored: int
    removed: int
    candidates: int
    capped_keys: Mapping[str, int]
    capped_subjects: Mapping[str, int]
    edges_opened: int
    edges_closed: int
    affected: int
    persons: int
    largest_person: int
    """Subjects of the person that has most."""
    cut_components: int
    violations: int
    events: Mapping[str, int]
    rules: tuple[block.RuleReport, ...]
    changes: Mapping[str, int]
    """Why subjects moved: new, changed, deleted, newly_permitted, newly_denied."""
    parity: int
    """Of sampled persons resolved anew: subjects that come out otherwise than they are stored."""


@dataclass(frozen=True)
class LinkReport:
    """What one night of linkage did and whether its result may be used."""

    night: date
    model: str
    domains: Mapping[str, DomainReport]
    withheld: int
    """Subjects that may not be linked tonight: each a person of its own in its system."""
    review: Mapping[str, int]
    """Open cases by reason."""
    judgements: int
    """Pairs that people judged, up to tonight."""
    judgements_idle: int
    """Of these, pairs that bind nothing tonight: a record is unknown, gone, or may not be compared with the other."""
    findings: tuple[gates.GateFinding, ...]
    verdict: gates.GateVerdict

    def figures(self) -> dict[str, int]:
        """The report as integers by plain names, for metadata and logs."""
        totals: Counter[str] = Counter()
        for report in self.domains.values():
            for name in ("subjects", "standardised", "rescored", "removed", "candidates", "edges_opened", "edges_closed", "affected"):
                totals[name] += getattr(report, name)
            for name in ("persons", "cut_components", "violations"):
                totals[name] += getattr(report, name)
            totals["capped_keys"] += sum(report.capped_keys.values())
            totals.update({f"events.{name}": number for name, number in report.events.items()})
            totals.update({f"changes.{name}": number for name, number in report.changes.items()})
        return {
            "domains": len(self.domains),
            **dict(sorted(totals.items())),
            "withheld": self.withheld,
            "judgements": self.judgements,
            "judgements_idle": self.judgements_idle,
            "review": sum(self.review.values()),
            **{f"review.{reason}": cases for reason, cases in sorted(self.review.items())},
        }


def link_night(con: Connection, *, county: County, keyring: Keyring, night: date) -> LinkReport:
    """Link one night with the county's frozen model.

    Args:
        con: the warehouse, writable, with ``registers`` attached; ``checked`` and ``consented`` hold what is known tonight.
        county: its folder holds ``linkage/`` with the model, its card and its term frequencies.
        keyring: holder of the mint secret.
        night: the partition; must not be older than what the registers know.

    Raises:
        NotTheNewestNight: if a later night has already changed the registers.
        ModelRefused: if the model does not match its card.
        KeysDoNotFit: if the mint secret is not the one of the register.
    """
    model = load_model(county.folder / "linkage", county.linkage.model)
    return link_domains(con, model=model, choice=county.linkage, keyring=keyring, night=night)


def link_domains(con: Connection, *, model: FrozenModel, choice: LinkageChoice, keyring: Keyring, night: date) -> LinkReport:
    """:func:`link_night` for a model in hand: tests and training use it without a county folder."""
    register.check_newest(con, night)
    versions.prepare(con)
    # A night that a crash left half written is forgotten, or its unchanged subjects would never be compared.
    for half in {night, *versions.unfinished(con)}:
        register.undo(con, half)
        versions.undo(con, half)
    queued = review_queue.begin(con, night)
    versions.forget(con, night)
    versions.begin(con, night)
    judgements = decisions.stand(con, night)
    replace_table(con, "linked.one_id_system", "select unnest($systems::varchar[]) as system", {"systems": list(choice.one_id_systems)})
    before = persons_alive(con)
    drift.prepare(con, night, model.card.baseline)
    rest = score.load_frequencies(con, model)
    # A domain that no instrument upholds any more still has to let go of its persons.
    domains = sorted({*delta.domains(con), *(name for name in register.live_domains(con) if not name.endswith(ALONE))})
    setting = _Setting(night=night, model=model, choice=choice, keyring=keyring, rest=rest, before=before)
    reports = {domain: _link_domain(con, domain, setting) for domain in domains}
    withheld = _keep_alone(con, domains, night=night, keyring=keyring)
    versions.show_membership(con)
    events.show(con)
    review = review_queue.fill(con, night=night, limits=choice.thresholds, again=queued)
    _write_blocks(con, reports, night)
    drifted = drift.drift(con, night=night, model=model.name, drift_pairs=choice.gates.drift_pairs)
    findings = gates.judge(_gate_figures(con, reports, before, drifted), choice.gates)
    gates.write(con, findings, night)
    versions.finish(con, night)
    return LinkReport(
        night=night,
        model=model.name,
        domains=reports,
        withheld=withheld,
        review=review,
        judgements=judgements,
        judgements_idle=decisions.idle(con),
        findings=findings,
        verdict=gates.verdict(findings),
    )


def take_back(con: Connection, night: date) -> None:
    """Let last night's persons stand again: what a held gate leaves. The review queue stays as found, for a person to look at."""
    register.undo(con, night)
    versions.undo(con, night)
    drift.forget(con, night)
    review_queue.leave(con)
    versions.show_membership(con)
    events.show(con)


def persons_alive(con: Connection) -> int:
    """Persons of all link domains that the register holds and has not retired."""
    return int(
        scalar(
            con,
            "select count(*) from registers.main.person where retired_on is null and not ends_with(domain, $alone)",
            {"alone": ALONE},
        )
    )


@dataclass(frozen=True)
class _Setting:
    """What every domain of one night is linked with."""

    night: date
    model: FrozenModel
    choice: LinkageChoice
    keyring: Keyring
    rest: dict[str, float]
    before: int
    """Persons alive last night."""

    @property
    def floor(self) -> float:
        """Least weight worth keeping: whatever may link, attach, spoil an attachment, be reviewed, or carry a denial across (even odds)."""
        limits = self.choice.thresholds
        return min(EVEN_ODDS, limits.review, limits.link, limits.attach - limits.attach_margin)


def _link_domain(con: Connection, domain: str, setting: _Setting) -> DomainReport:
    night, choice = setting.night, setting.choice
    found = delta.find(con, domain=domain, night=night, choice=choice, model=setting.model)
    opened, closed, rescored, blocking = _compare(con, domain, setting)
    affected = resolve.affected(con, domain=domain, night=night, choice=choice)
    review_queue.note(con, domain)
    resolved = resolve.resolve(con, domain=domain, choice=choice, rest=setting.rest)
    recorded = register.record(
        con, domain=domain, night=night, members=resolved.members, keyring=setting.keyring, scope="temp.linked_affected"
    )
    _stage_memberships(con, resolved, recorded.keys)
    versions.replace(con, "membership_versions", staged="linked_membership", domain=domain, night=night, scope="linked_affected")
    violations = resolve.violations(con, resolved, domain=domain, rest=setting.rest)
    persons = replace_table(con, "temp.linked_person", load_sql(PACKAGE, "person_size"), {"domain": domain})
    largest = int(scalar(con, "select coalesce(max(subjects), 0) from temp.linked_person"))
    return DomainReport(
        subjects=found.subjects,
        standardised=found.standardised,
        rescored=rescored,
        removed=found.removed,
        candidates=blocking.candidates,
        capped_keys=blocking.capped_keys,
        capped_subjects=blocking.capped_subjects,
        edges_opened=opened,
        edges_closed=closed,
        affected=affected,
        persons=persons,
        largest_person=largest,
        cut_components=resolved.cut_components,
        violations=violations,
        events=recorded.events,
        rules=blocking.rules,
        changes=found.changes,
        parity=_parity(con, domain, setting) if found.touched < found.subjects else 0,
    )


def _parity(con: Connection, domain: str, setting: _Setting) -> int:
    """Differences of sampled persons from a full run, on a settled register; where everybody was compared tonight there can be none."""
    limits = setting.choice.gates
    if setting.before < max(limits.settled_persons, 1) or not limits.parity_persons:
        return 0
    return parity.differing(
        con, domain=domain, night=setting.night, model=setting.model, choice=setting.choice, rest=setting.rest, floor=setting.floor
    )


def _compare(con: Connection, domain: str, setting: _Setting) -> tuple[int, int, int, block.Blocking]:
    """Index, pair, score and judge what is stale. Returns (edges opened, edges closed, subjects compared again, blocking)."""
    cap = setting.choice.caps.largest_block
    delta.needed(con, domain=domain, subjects="select subject_id from linked_touched", rest=setting.rest)
    indexed = block.index(con, domain=domain, night=setting.night, largest_block=cap)
    blocking = _score(con, domain, setting, is_near=indexed.is_near)
    replace_table(con, "temp.linked_pair", "select subject_a, subject_b from temp.linked_scored")
    replace_table(con, "temp.linked_judgement", load_sql(PACKAGE, "judgement"))
    replace_table(con, "temp.linked_known", load_sql(PACKAGE, "known_judgement"))
    replace_table(con, "temp.linked_edge", load_sql(PACKAGE, "edge"), {"model": setting.model.name})
    drift.note(con, domain=domain, night=setting.night, model=setting.model.name)
    con.execute(
        "create or replace temp table linked_stale as select subject_id from linked_rescored union select subject_id from linked_removed"
    ).fetchall()
    opened, closed = versions.replace(con, "edge", staged="linked_edge", domain=domain, night=setting.night, scope="linked_stale")
    con.execute(
        "create or replace temp table linked_moved_edge as"
        " select subject_a, subject_b from linked_opened union select subject_a, subject_b from linked_closed"
    ).fetchall()
    return opened, closed, indexed.rescored, blocking


def _score(con: Connection, domain: str, setting: _Setting, *, is_near: bool) -> block.Blocking:
    """Fill ``temp.linked_scored`` with the candidate pairs of ``temp.linked_rescored``, share by share."""
    rules, shares = block.reach(con, domain=domain, largest_block=setting.choice.caps.largest_block, is_near=is_near)
    replace_table(con, "temp.linked_scored", score.NOTHING)
    if not rules:
        return block.Blocking(candidates=0, rules=())
    everybody = block.is_everybody(con, domain, "temp.linked_touched")
    if not everybody:
        delta.also_needed(con, domain=domain, subjects=block.MEMBERS, rest=setting.rest)
    candidates = 0
    are_crowded = sum(rule.candidates for rule in rules) > score.WORTH_ASKING * count(con, "temp.linked_numbered")
    with score.scoring(con, setting.model, may_be_alike=are_crowded) as opened:
        for number in range(shares):
            candidates += block.share(con, number, of=shares)
            opened.share(con, floor=setting.floor, into="linked_scored")
    drop_tables(con, *block.SPENT)
    if not everybody:
        # Most neighbours are nobody's like: what follows would read the features of them all each time it asks about a few pairs.
        delta.keep(con, "select subject_a as subject_id from linked_scored union all select subject_b from linked_scored")
    return block.Blocking(candidates=candidates, rules=rules)


def _stage_memberships(con: Connection, resolved: resolve.Resolved, keys: pl.DataFrame) -> None:
    size = pl.len().over("person")
    state = pl.when(size > 1).then(pl.lit("linked")).when(pl.col("is_weak")).then(pl.lit("weak_unattached")).otherwise(pl.lit("single"))
    # As :func:`probability` says, for everybody at once.
    confidence = pl.when(size > 1).then(1 / (1 + pl.lit(2.0).pow(-pl.col("tie")))).fill_null(1.0)
    staged = resolved.members.with_columns(state.alias("link_state"), confidence.alias("link_confidence")).join(keys, on="subject_id")
    con.register("linked_membership_frame", staged.select("subject_id", "person_key", "link_state", "link_confidence"))
    replace_table(
        con,
        "temp.linked_membership",
        "select staged.*, subject.system from linked_membership_frame as staged join checked.subject as subject using (subject_id)",
    )
    con.unregister("linked_membership_frame")


def probability(weight: float | None) -> float:
    """Match probability of a weight in bits; 1 where a person, not the model, tied the subject."""
    return 1.0 if weight is None else 1 / (1 + 2.0**-weight)


def _keep_alone(con: Connection, domains: Sequence[str], *, night: date, keyring: Keyring) -> int:
    """Give every subject that may not be linked a person of its own in its system's own domain; returns how many there are."""
    replace_table(con, "temp.linked_withheld", load_sql(PACKAGE, "withheld"), {"domains": list(domains)})
    systems = {system for (system,) in rows(con, "select distinct system from temp.linked_withheld")}
    # A system whose last withheld subject left still has to let go of it.
    systems |= {domain.removesuffix(ALONE) for domain in register.live_domains(con) if domain.endswith(ALONE)}
    for system in sorted(systems):
        domain = f"{system}{ALONE}"
        values = {"domain": domain, "system": system}
        replace_table(con, "temp.linked_affected", load_sql(PACKAGE, "withheld_delta"), values)
        alone = con.sql("select subject_id from temp.linked_affected where is_withheld order by subject_id").pl().with_row_index("person")
        recorded = register.record(con, domain=domain, night=night, members=alone, keyring=keyring, scope="temp.linked_affected")
        con.register("linked_membership_frame", recorded.keys)
        replace_table(
            con,
            "temp.linked_membership",
            "select subject_id, $system as system, person_key, 'withheld' as link_state, 1.0::double as link_confidence"
            " from linked_membership_frame",
            values,
        )
        con.unregister("linked_membership_frame")
        versions.replace(con, "membership_versions", staged="linked_membership", domain=domain, night=night, scope="linked_affected")
    return int(scalar(con, "select count(*) from temp.linked_withheld"))


def _write_blocks(con: Connection, reports: Mapping[str, DomainReport], night: date) -> None:
    """Keep what every blocking rule gave in ``linked.block_report``: the log of the caps."""
    names = [field.name for field in fields(block.RuleReport)]
    con.execute(
        "create table if not exists linked.block_report (night date not null, domain varchar not null, rule varchar not null,"
        f" {', '.join(f'{name} bigint not null' for name in names if name != 'rule')})"
    ).fetchall()
    con.execute("delete from linked.block_report where night = $night", {"night": night}).fetchall()
    told = [(night, domain, *astuple(rule)) for domain, report in reports.items() for rule in report.rules]
    if told:
        con.register("linked_frame", pl.DataFrame(told, schema=["night", "domain", *names], orient="row"))
        insert_into(con, "linked.block_report", "select * from linked_frame")
        con.unregister("linked_frame")


def _gate_figures(con: Connection, reports: Mapping[str, DomainReport], before: int, drifted: Mapping[str, float]) -> gates.GateFigures:
    happened: Counter[str] = Counter()
    candidates: Counter[str] = Counter()
    for report in reports.values():
        happened.update(report.events)
        candidates.update({rule.rule: rule.candidates for rule in report.rules})
    return gates.GateFigures(
        violations=sum(report.violations for report in reports.values()),
        largest_person=max((report.largest_person for report in reports.values()), default=0),
        persons_before=before,
        merges=happened[register.PersonEvent.MERGE.value],
        splits=happened[register.PersonEvent.SPLIT.value],
        compared=sum(report.rescored for report in reports.values()),
        candidates=candidates,
        drift=drifted,
        parity=sum(report.parity for report in reports.values()),
    )
