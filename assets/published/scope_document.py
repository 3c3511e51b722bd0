"""The scope document: one self-contained page that an attorney can sign and an auditor archive.

Belongs here: laying the facts of a night out as HTML, and printing the page. Does not belong here: the facts (scope_facts.py).
Everything is in the one file: no script, no font, no image from elsewhere.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources as packaged
from pathlib import Path
from typing import Any, Final

from assets.published.scope_facts import ScopeFacts, soon
from resources.home import write_atomically

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
PRINT_SECONDS: Final = 120


class CannotPrint(RuntimeError):
    """There is no browser that could print the page; the message says how to get one."""


@dataclass(frozen=True)
class Lineage:
    """One published column: what it rests on, stage by stage, as lines of (depth, table, column, labels, note)."""

    product: str
    table: str
    column: str
    labels: tuple[str, ...]
    lines: tuple[tuple[int, str, str, tuple[str, ...], str], ...]


def render(facts: ScopeFacts, lineages: Sequence[Lineage] = ()) -> str:
    """The page as HTML.

    Args:
        facts: the night's facts.
        lineages: column lineage of every published column, in the order shown.
    """
    from jinja2 import Environment, StrictUndefined, select_autoescape

    template = packaged.files("assets.published.pages").joinpath("scope_document.html.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=select_autoescape(default=True), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(template).render(
        facts=facts,
        soon=soon(facts),
        grid=_grid(facts),
        agencies=sorted({line.contributor for line in facts.lines if line.contributor}),
        by_table=_by_table(lineages),
    )


def _grid(facts: ScopeFacts) -> list[tuple[str, Mapping[str, list[Any]]]]:
    """Recipient and purpose against contributor: the clauses in force that permit."""
    permits = [line for line in facts.lines if line.in_force and line.effect == "permit"]
    keys = sorted({f"{line.recipient}: {', '.join(line.purposes)}" for line in permits})
    return [
        (
            key,
            {
                agency: [line for line in permits if line.contributor == agency and f"{line.recipient}: {', '.join(line.purposes)}" == key]
                for agency in sorted({line.contributor for line in permits})
            },
        )
        for key in keys
    ]


def _by_table(lineages: Sequence[Lineage]) -> list[tuple[str, list[Lineage]]]:
    names = sorted({f"{item.product}.{item.table}" for item in lineages})
    return [(name, [item for item in lineages if f"{item.product}.{item.table}" == name]) for name in names]


def write(path: Path, page: str) -> Path:
    """Put the page where it belongs, whole or not at all, readable by the owner."""
    write_atomically(path, page.encode(), mode=0o600)
    return path


def print_pdf(page: Path, pdf: Path) -> Path:
    """Print a page that lies on disk to PDF with a headless browser that is on this machine; nothing is requested from anywhere.

    Raises:
        CannotPrint: if there is no such browser, or it fails.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise CannotPrint("no Chromium on this machine; install one (apt install chromium), or print the page from any browser")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={profile}", f"--print-to-pdf={pdf}", page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=PRINT_SECONDS)  # noqa: S603  (a fixed command)
        except subprocess.TimeoutExpired:
            raise CannotPrint(f"the browser did not print within {PRINT_SECONDS} seconds; print the page by hand") from None
    if done.returncode or not pdf.exists():
        raise CannotPrint(f"the browser ended with {done.returncode} and printed nothing; print the page by hand")
    pdf.chmod(0o600)
    return pdf
