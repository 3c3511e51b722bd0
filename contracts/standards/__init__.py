"""Layouts that others have published, as drafts of a source's text.

Belongs here: one YAML file a layout (columns, codes by crosswalk, formats, and what the publisher's columns are called elsewhere), and
reading it. Does not belong here: a county's sources, and any look at a delivery.

A layout says what it can. ``DECIDE`` stands where only the county knows; a text that holds it is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources as packaged
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from contracts.reviewed import Reviewed


class Template(Reviewed):
    """One published layout.

    Attributes:
        name: as its file is called.
        title: what people call it.
        published: who publishes it, and where its columns are described.
        delivery_mode: how such a delivery is meant.
        connector: the connector's text, but for where it is.
        formats: how it writes dates and times.
        feeds: text of each feed, as in sources/*.yaml.
    """

    name: str
    title: str
    published: str
    delivery_mode: str = "full_snapshot"
    connector: dict[str, Any]
    formats: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    feeds: dict[str, dict[str, Any]]

    def columns_of(self, feed: str) -> tuple[str, ...]:
        """Vendor columns that the layout knows of a feed, used ones first."""
        said = self.feeds[feed]
        return tuple(dict.fromkeys((*said["key"], *said["columns"], *said.get("unused", ()))))

    def narrowed(self, present: Collection[str]) -> Narrowed:
        """The feeds for a file that has only some of the layout's columns, under any of their spellings.

        Args:
            present: header of the file.
        """
        return Narrowed({name: _narrowed(said, present) for name, said in self.feeds.items()}, tuple(self._strange(present)))

    def _strange(self, present: Collection[str]) -> list[str]:
        known = {spelling for name in self.feeds for spelling in self._spellings(name)}
        return [column for column in present if column.casefold().strip() not in known]

    def _spellings(self, feed: str) -> set[str]:
        aliases = self.feeds[feed].get("aliases", {})
        return {spelling.casefold() for column in self.columns_of(feed) for spelling in (column, *aliases.get(column, ()))}


@dataclass(frozen=True)
class Narrowed:
    """A layout laid over a file.

    Attributes:
        feeds: text of each feed with the columns that the file has, by the names of the file; a feed whose key the file lacks is None.
        strange: columns of the file that the layout does not know.
    """

    feeds: Mapping[str, dict[str, Any] | None]
    strange: tuple[str, ...]


def _narrowed(said: Mapping[str, Any], present: Collection[str]) -> dict[str, Any] | None:
    spelled = {column.casefold().strip(): column for column in present}
    aliases: Mapping[str, Collection[str]] = said.get("aliases", {})

    def here(column: str) -> str | None:
        return next((spelled[name.casefold()] for name in (column, *aliases.get(column, ())) if name.casefold() in spelled), None)

    if any(here(column) is None for column in said["key"]):
        return None
    columns = {name: to for column, to in said["columns"].items() if (name := here(column)) is not None}
    unused = [name for column in said.get("unused", ()) if (name := here(column)) is not None]
    only = {name: texts for column, texts in said.get("only", {}).items() if (name := here(column)) is not None}
    rest = {key: value for key, value in said.items() if key not in {"key", "columns", "unused", "only", "aliases", "race", "sex"}}
    targets = {one if isinstance(one, str) else one["to"] for to in columns.values() for one in (to if isinstance(to, list) else [to])}
    if said.get("race") and targets & {"race", "ethnicity"}:
        rest["race"] = said["race"]
    if said.get("sex") and "sex" in targets:
        rest["sex"] = said["sex"]
    return {
        **rest,
        "key": [here(column) for column in said["key"]],
        **({"only": only} if only else {}),
        "columns": columns,
        **({"unused": unused} if unused else {}),
    }


@cache
def names() -> tuple[str, ...]:
    """Names of the layouts that ship, sorted."""
    found = packaged.files(__package__).iterdir()
    return tuple(sorted(file.name.removesuffix(".yaml") for file in found if file.name.endswith(".yaml")))


@cache
def template(name: str) -> Template:
    """One published layout.

    Raises:
        KeyError: if none of that name ships.
    """
    if name not in names():
        raise KeyError(f"[{name}] is not a layout; there are {', '.join(names())}")
    file = packaged.files(__package__).joinpath(f"{name}.yaml")
    return Template.model_validate({**yaml.safe_load(file.read_text(encoding="utf-8")), "name": Path(file.name).stem})
