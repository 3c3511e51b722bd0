"""The text of a new source, as a person would write it: what is clear, what must be decided, what nobody reads.

Belongs here: turning proposals into YAML with comments. Does not belong here: proposing, and the meaning of any key (contracts.sources).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from contracts.reviewed import UNDECIDED
from contracts.vocabularies.crosswalk import codes_for
from contracts.vocabularies.race import CategorySystem, RaceMethod
from pipelines.onboarding.crosswalks import Crosswalk
from pipelines.onboarding.profile import FEWEST_SEEN
from pipelines.onboarding.propose import CLEAR, FeedProposal, Proposal, State, says_whom
from pipelines.onboarding.yaml_text import SCHEMA_LINE, decide, listed, mapped, scalar, wrapped

MODES = "full_snapshot (what is absent no longer exists), increment (absence says nothing) or tombstones (void rows say so)?"
SHORT = 110
"""Longest line before a mapping of codes is written one a line."""


@dataclass(frozen=True)
class FeedText:
    """One feed's proposal with where its rows come from.

    ``origin``: the mapping after ``from:``, or a question where nobody can know it; ``beside``: what of it is known all the same.
    """

    proposal: FeedProposal
    origin: Mapping[str, str] | str
    beside: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceText:
    """What is known of a new source. None: a person decides."""

    name: str
    title: str
    system: str
    agency: str | None
    instruments: tuple[str, ...]
    steward: str | None
    cadence: str | None
    delivery_mode: str | None
    connector: Mapping[str, object]
    feeds: tuple[FeedText, ...]
    schema: str
    race_method: str | None = None
    formats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    opening: tuple[str, ...] = ()
    further: tuple[str, ...] = ()

    @property
    def undecided(self) -> int:
        """How many things a person must decide."""
        return render(self).count("# DECIDE:")


def render(text: SourceText) -> str:
    """The whole file."""
    formats = text.formats or common_formats(feed.proposal for feed in text.feeds)
    lines = [
        SCHEMA_LINE.format(where=text.schema),
        *(f"# {line}" for line in text.opening),
        f"name: {text.name}",
        f"title: {scalar(text.title)}",
        f"system: {text.system}                # whose person ids these are",
        f"agency: {text.agency or decide('which agency of agencies.yaml contributes it?')}",
        f"instruments: {listed(text.instruments)}",
        f"steward: {scalar(text.steward) if text.steward else decide('who answers questions about it (a name or an address)?')}",
        f"cadence: {text.cadence or decide('nightly, weekly, monthly or yearly?')}",
        f"delivery_mode: {text.delivery_mode or decide(MODES)}",
        *_connector(text.connector),
        *_formats(formats),
        *text.further,
        "feeds:",
    ]
    for feed in text.feeds:
        lines += _feed(feed, formats, text.race_method)
    return "\n".join(lines) + "\n"


def _connector(connector: Mapping[str, object]) -> list[str]:
    lines = ["connector:"]
    for key, value in connector.items():
        lines.append(f"  {key}: {mapped(value) if isinstance(value, Mapping) else scalar(value)}")
    return lines


def _formats(formats: Mapping[str, tuple[str, ...]]) -> list[str]:
    if not any(formats.values()):
        return []
    return ["formats:", *(f"  {kind}: {listed(patterns)}" for kind, patterns in formats.items() if patterns)]


def common_formats(feeds: Iterable[FeedProposal]) -> dict[str, tuple[str, ...]]:
    """The commonest format of times and of days among all columns that are clear; the others say their own."""
    seen: dict[str, Counter[str]] = {"timestamp": Counter(), "date": Counter()}
    for feed in feeds:
        for item in feed.columns:
            kind = _kind(item, feed)
            if kind and item.formats and not item.said:
                seen[kind][item.formats[0]] += 1
    return {kind: (counted.most_common(1)[0][0],) if counted else () for kind, counted in seen.items()}


def _kind(item: Proposal, feed: FeedProposal) -> str | None:
    if item.field is None:
        return None
    dtype = feed.record_type.fields.get(item.field)
    return "date" if dtype == pl.Date else "timestamp" if dtype == pl.Datetime("us") else None


def _feed(feed: FeedText, formats: Mapping[str, tuple[str, ...]], race_method: str | None) -> list[str]:
    proposal = feed.proposal
    known = "".join(f", {key}: {scalar(value)}" for key, value in feed.beside.items())
    said_where = mapped(feed.origin) if isinstance(feed.origin, Mapping) else f"{{file: {UNDECIDED}{known}}}   # DECIDE: {feed.origin}"
    lines = [f"  {proposal.name}:", f"    record_type: {proposal.record_type.name}", f"    from: {said_where}"]
    if proposal.key:
        lines.append(f"    key: {listed(proposal.key)}" + (f"   # {proposal.key_note}" if proposal.key_note else ""))
    else:
        lines.append("    key: [DECIDE]   # DECIDE: " + proposal.key_note)
    lines += [f"    {key}: {_inner(value)}" for key, value in proposal.rest.items()]
    lines += _race(proposal, race_method)
    lines.append("    columns:")
    for item in proposal.columns:
        if item.state in {State.MAPPED, State.UNDECIDED}:
            lines += _column(item, proposal, formats)
    if not says_whom(proposal.record_type, proposal.filled):
        lines.append("      DECIDE: source_person_id   # DECIDE: which column says whom a row is about?")
    unused = [item.column.name for item in proposal.columns if item.state is State.UNUSED]
    if unused:
        lines.append("    unused:                       # read by nobody; move one up to use it")
        lines += wrapped(unused, indent="      ")
    if proposal.constants or proposal.missing:
        lines.append("    constants:")
        lines += [f"      {name}: {scalar(value)}" for name, value in proposal.constants.items()]
        lines += [f"      {name}: {decide(_missing(name, proposal))}" for name in proposal.missing]
    return lines


def _missing(name: str, proposal: FeedProposal) -> str:
    words = proposal.record_type.vocabularies.get(name)
    one_of = f" ({', '.join(words)})" if words else ""
    return f"every row needs it and no column is called so; one value for all rows{one_of}, or remove this line and map a column"


def _race(proposal: FeedProposal, method: str | None) -> list[str]:
    if not proposal.filled & {"race", "ethnicity"}:
        return []
    if proposal.race is not None:
        return [f"    race: {mapped({**proposal.race, **({'method': method} if method else {})})}"]
    words = _race_words(proposal)
    if "ethnicity" in proposal.filled:
        system = CategorySystem.OMB1997_TWO_QUESTION.value
    elif "HISPANIC" in words:
        system = decide("combined (one question that offers Hispanic beside the races) or single_mixed (one code, Hispanic mixed in)?")
    else:
        system = decide("omb1997_two_question, combined or single_mixed: how does the source ask?")
    who = method or decide(f"who says so: {', '.join(RaceMethod)}?")
    return ["    race:", f"      category_system: {system}", f"      method: {who}"]


def _race_words(proposal: FeedProposal) -> frozenset[object]:
    found: set[object] = set()
    for item in proposal.columns:
        if item.field != "race" or item.codes is None:
            continue
        found |= set(item.codes.codes.values())
        if item.codes.shipped:
            found |= set(codes_for(item.codes.shipped, "race", item.column.name).values())
    return frozenset(found)


def _column(item: Proposal, feed: FeedProposal, formats: Mapping[str, tuple[str, ...]]) -> list[str]:
    name = scalar(item.column.name)
    if item.said:
        return _as_said(name, item.said)
    dates = _kind(item, feed)
    if item.state is State.UNDECIDED:
        if item.score >= CLEAR and dates and len(item.column.formats) > 1:
            question = f"the values fit {' and '.join(item.column.formats[:3])}; which does the vendor write?"
            return [f"      {name}: {{to: {item.field}, formats: [DECIDE]}}   # DECIDE: {question}"]
        return [f"      {name}: {decide(f'{item.field}? {item.note}; a field, or list the column under unused')}"]
    if item.codes is not None:
        return _coded(name, str(item.field), item.codes)
    if dates and item.formats and (item.formats[0],) != tuple(formats.get(dates, ())):
        return [f"      {name}: {{to: {item.field}, formats: {listed(item.formats)}}}"]
    return [f"      {name}: {item.field}"]


def _as_said(name: str, said: tuple[Mapping[str, object], ...]) -> list[str]:
    if len(said) == 1:
        one = _said_column(said[0])
        return [f"      {name}: {one}"]
    return [f"      {name}:", *(f"        - {_said_column(column)}" for column in said)]


def _said_column(column: Mapping[str, object]) -> str:
    if set(column) == {"to"}:
        return str(column["to"])
    return "{" + ", ".join(f"{key}: {_inner(value)}" for key, value in column.items()) + "}"


def _inner(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {_inner(item)}" for key, item in value.items()) + "}"
    return listed(value) if isinstance(value, list | tuple) else scalar(value)


def _coded(name: str, field_name: str, codes: Crosswalk) -> list[str]:
    if codes.shipped:
        return [f"      {name}: {{to: {field_name}, crosswalk: {codes.shipped}}}"]
    if codes.choices:
        question = f"{' or '.join(codes.choices)}: these lists know every code and read some differently"
        return [f"      {name}: {{to: {field_name}, crosswalk: DECIDE}}   # DECIDE: {question}"]
    said = f"   # read by {codes.like}" if codes.like and codes.codes else ""
    short = f"      {name}: {{to: {field_name}, codes: {mapped(codes.codes)}}}"
    if codes.codes and not codes.undecided and not codes.rare and len(short) <= SHORT:
        return [short + said]
    lines = [f"      {name}:{said}", f"        to: {field_name}", "        codes:"]
    lines += [f"          {scalar(code)}: {scalar(word)}" for code, word in codes.codes.items()]
    lines += [f"          {scalar(code)}: {decide('what does it mean? null where it says: not known')}" for code in codes.undecided]
    if not codes.codes and not codes.undecided:
        lines[-1] = "        codes: {DECIDE: null}   # DECIDE: list every code the vendor uses and what it means"
    if codes.rare:
        lines.append(
            f"          # {codes.rare} more, each in fewer than {FEWEST_SEEN} rows, not shown: take them from the vendor's code table"
        )
    return lines


def feed_name(path_name: str) -> str:
    """A feed's name from a file's: letters, digits and underscores, its date left out."""
    stem = re.sub(r"\.[^.]+$", "", path_name)
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"\d{4}[-_.]?\d{2}[-_.]?\d{2}|\d{8}", "", stem).casefold()).strip("_")
    return plain if re.match(r"[a-z]", plain) else f"feed_{plain}".rstrip("_")
