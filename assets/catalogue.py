"""What a table of the asset graph is, in words.

Belongs here: the shape in which each stage lists its tables. Does not belong here: the lists themselves (each stage's assets.py),
Dagster, and anything that fills a table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contracts.stages import ALLOWED_EDGES, Stage

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class NotAnAllowedEdge(ValueError):
    """A table was declared to read another that its stage may not read."""


@dataclass(frozen=True, order=True)
class TableKey:
    """Stage and name: the asset key, and the DuckDB schema and table."""

    stage: Stage
    name: str

    @property
    def qualified(self) -> str:
        """``schema.table``."""
        return f"{self.stage.value}.{self.name}"

    @property
    def path(self) -> list[str]:
        """The asset key's path, as plain text: Dagster serialises no enum."""
        return [self.stage.value, self.name]


@dataclass(frozen=True)
class Table:
    """One asset.

    ``reads`` are the tables its rows come from; ``queries`` name the .sql files of its stage that fill it, from which its column lineage
    is read; ``steward`` is the agency that answers for it.
    """

    key: TableKey
    description: str
    steward: str
    reads: tuple[TableKey, ...] = ()
    queries: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.key.name):
            raise ValueError(f"[{self.key.name}] is not a table name; use lower-case words joined by underscores")
        if not self.description.strip():
            raise ValueError(f"table [{self.key.qualified}] needs a description")
        for read in self.reads:
            if (read.stage, self.key.stage) not in ALLOWED_EDGES:
                raise NotAnAllowedEdge(f"[{self.key.qualified}] may not read [{read.qualified}]; see contracts.stages.ALLOWED_EDGES")


def acquired(*names: str) -> tuple[TableKey, ...]:
    """Keys of acquired tables."""
    return tuple(TableKey(Stage.ACQUIRED, name) for name in names)


def checked(*names: str) -> tuple[TableKey, ...]:
    """Keys of checked tables."""
    return tuple(TableKey(Stage.CHECKED, name) for name in names)


def consented(*names: str) -> tuple[TableKey, ...]:
    """Keys of consented tables."""
    return tuple(TableKey(Stage.CONSENTED, name) for name in names)


def linked(*names: str) -> tuple[TableKey, ...]:
    """Keys of linked tables."""
    return tuple(TableKey(Stage.LINKED, name) for name in names)


def measured(*names: str) -> tuple[TableKey, ...]:
    """Keys of measured tables."""
    return tuple(TableKey(Stage.MEASURED, name) for name in names)


def published(*names: str) -> tuple[TableKey, ...]:
    """Keys of published products."""
    return tuple(TableKey(Stage.PUBLISHED, name) for name in names)
