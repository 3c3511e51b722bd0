"""The one way a reviewed YAML file becomes a frozen model.

Belongs here: loading, line numbers, the fault a reader can act on. Does not belong here: the shape of any particular file.
Every fault names file, line and key; the whole file is reported at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError


class Reviewed(BaseModel):
    """Base of every model read from the county folder: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with the county's text: where it is, what it is, how to mend it."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.message}"


class TermsFaults(Exception):
    """The county folder cannot be used; ``faults`` lists everything wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


UNDECIDED = "DECIDE"
"""Stands in a draft where a person must decide; no file that holds it as a key or a value may be used."""

ReviewedModel = TypeVar("ReviewedModel", bound=BaseModel)
Path_ = tuple[str | int, ...]


def _lines(node: yaml.Node, at: Path_ = ()) -> Iterator[tuple[Path_, int]]:
    yield at, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*at, str(key.value)), key.start_mark.line + 1
            for path, line in _lines(value, (*at, str(key.value))):
                if path != (*at, str(key.value)):
                    yield path, line
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines(item, (*at, index))


def file_lines(path: Path) -> dict[Path_, int]:
    """Line of every key of a YAML file that has already been read without fault; for faults that need two files."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_SafeLoader)
    return {} if node is None else dict(_lines(node))


# libyaml reads ten times as fast; PyYAML is built without it on some machines.
_SafeLoader: Final[type[yaml.SafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_SafeLoader):  # type: ignore[valid-type,misc]  # mypy knows no class that is chosen at run time
    """Safe YAML in which a key said twice is an error instead of a silent overwrite."""


def _construct_mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise yaml.MarkedYAMLError(problem=f"key [{key.value}] is said twice", problem_mark=key.start_mark)
        seen.add(key.value)
    loader.flatten_mapping(node)
    return _SafeLoader.construct_mapping(loader, node, deep=True)


def _undecided(node: yaml.Node, at: Path_ = ()) -> Iterator[tuple[Path_, int]]:
    """Place and line of everything that a draft leaves open."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == UNDECIDED:
                yield (*at, UNDECIDED), key.start_mark.line + 1
            yield from _undecided(value, (*at, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _undecided(item, (*at, index))
    elif node.value == UNDECIDED:
        yield at, node.start_mark.line + 1


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


def line_of(lines: dict[Path_, int], location: Path_) -> int:
    """Line of the deepest part of ``location`` that the file spells out.

    Pydantic also names what the file does not spell: the kind chosen in a union, the place in a list that a short form stands for.
    """
    spelled: Path_ = ()
    for part in location:
        if (*spelled, part) in lines:
            spelled = (*spelled, part)
    return lines.get(spelled, 1)


def load_reviewed(path: Path, model: type[ReviewedModel], *, named: str | None = None) -> ReviewedModel:
    """Read one reviewed YAML file.

    Args:
        path: the file.
        model: the frozen model it must satisfy.
        named: how faults name the file; default its own name.

    Raises:
        TermsFaults: with every fault of the file, each with its line and key.
    """
    name = named or path.name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TermsFaults([Fault(name, 1, "-", "the file is missing")]) from None
    except UnicodeDecodeError as error:
        raise TermsFaults([Fault(name, 1, "-", f"not UTF-8 text (byte {error.start})")]) from None
    try:
        node = yaml.compose(text, Loader=_SafeLoader)
        content = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader subclass
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise TermsFaults([Fault(name, line, "-", f"not valid YAML: {error.problem}")]) from None
    except yaml.YAMLError:
        raise TermsFaults([Fault(name, 1, "-", "not valid YAML: a character that text may not hold")]) from None
    if node is None:
        raise TermsFaults([Fault(name, 1, "-", "the file is empty")])
    lines = dict(_lines(node))
    open_ = [Fault(name, line, ".".join(map(str, place)) or "-", _TO_DECIDE) for place, line in _undecided(node)]
    try:
        made = model.model_validate(content)
    except ValidationError as error:
        asked = {fault.line for fault in open_}
        faults = [
            Fault(name, line_of(lines, item["loc"]), ".".join(map(str, item["loc"])) or "-", _plain(item))
            for item in error.errors(include_url=False)
        ]
        # What is wrong because it is undecided is said once.
        open_ += [fault for fault in faults if fault.line not in asked]
    else:
        if not open_:
            return made
    raise TermsFaults(open_)


_TO_DECIDE = f"not decided yet; put what the county decides in place of {UNDECIDED}"


def _plain(item: Any) -> str:
    match item["type"]:
        case "extra_forbidden":
            return "unknown key; remove it or mend its spelling"
        case "missing":
            return "required key is missing"
        case _:
            return str(item["msg"])
