"""How the command line speaks: progress, tables, JSON.

Belongs here: rendering for a terminal. Does not belong here: computing anything that is rendered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from resources.integrator import QuietJournal

_FILE_WIDTH = 170
"""Columns of a table that is not written to a terminal."""


def _console(stream: TextIO, *, stderr: bool) -> Console:
    return Console(highlight=False, stderr=stderr, width=None if stream.isatty() else _FILE_WIDTH)


OUT = _console(sys.stdout, stderr=False)
ERR = _console(sys.stderr, stderr=True)


class ProgressJournal(QuietJournal):
    """Shows every step of a run as it goes, and keeps what happened."""

    def __init__(self, progress: Progress, title: str) -> None:
        super().__init__()
        self._progress = progress
        self._title = title
        self._task: TaskID = progress.add_task(title, total=None)

    def expect(self, steps: int) -> None:
        """Say how many steps there will be."""
        self._progress.update(self._task, total=steps)

    def started(self, step: str) -> None:
        """Show the step at work."""
        self._progress.update(self._task, description=f"{self._title}  {step}")

    def ended(self, step: str, seconds: float) -> None:
        """Advance."""
        super().ended(step, seconds)
        self._progress.advance(self._task)

    def failed(self, step: str, message: str) -> None:
        """Advance; the account at the end says why."""
        super().failed(step, message)
        self._progress.advance(self._task)

    def close(self) -> None:
        """Leave the finished bar without the last step's name."""
        self._progress.update(self._task, description=self._title)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress display on standard error, so that standard output stays data."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=ERR, transient=not ERR.is_terminal) as progress:
        yield progress


@contextmanager
def counting(title: str) -> Iterator[Callable[[str, float], None]]:
    """A progress display for work that reports a stage and the fraction done."""
    with progress_bar() as progress:
        task = progress.add_task(title, total=100)

        def report(stage: str, fraction: float) -> None:
            progress.update(task, description=f"{title}  {stage}", completed=round(100 * fraction))

        yield report
        progress.update(task, description=title, completed=100)


def emit_json(value: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(value, indent=2, sort_keys=True, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not written as JSON")


def table(
    title: str, columns: Sequence[str], lines: Iterable[Sequence[object]], *, numbers: Iterable[str] = (), clip: int | None = None
) -> None:
    """A table on standard output; ``numbers`` are columns set to the right, ``clip`` the most characters of a cell."""
    right = set(numbers)
    shown = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        shown.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for line in lines:
        cells = [_cell(value) for value in line]
        shown.add_row(*(cell if clip is None or len(cell) <= clip else f"{cell[: clip - 1]}…" for cell in cells))
    OUT.print(shown)
    OUT.print()


def _cell(value: object) -> str:
    if value is None:
        return "·"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(item)}" for key, item in value.items())
    return str(value)


def say(text: str) -> None:
    """A line on standard output, markup allowed."""
    OUT.print(text, soft_wrap=True)


def complain(text: str) -> None:
    """A line on standard error, exactly as it is."""
    ERR.print(text, markup=False, soft_wrap=True)
