"""Great Expectations' Data Docs as pages that ask nobody for anything: no script, no font, no image, no style from elsewhere.

Belongs here: taking out of the rendered pages what they would load, and giving them our style. Does not belong here: judging (suites).
The pages come with a content security policy under which a browser would refuse what this module missed.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from datetime import date
from html import escape
from html.parser import HTMLParser
from importlib import resources as packaged
from pathlib import Path

from assets.checked.quality.suites import PACKAGE, Suite, SuiteVerdict, run_suites

POLICY = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
_DROPPED_WITH_CONTENT = frozenset({"script", "style", "button", "form", "iframe", "object", "svg", "noscript"})
_DROPPED = frozenset({"link", "img", "input", "meta", "base", "source", "embed", "video", "audio"})
_VOID = frozenset({"br", "hr", "wbr", "col", "area"})
_KEPT_ATTRIBUTES = frozenset({"id", "class", "href", "hidden", "colspan", "rowspan", "role", "lang"})
_VOLATILE = re.compile(r"(?:-collapse-body|Show more info)")


def style() -> str:
    """The style of every page of quality, to be put into the page."""
    return packaged.files(PACKAGE).joinpath("page_style.css").read_text(encoding="utf-8")


def write_data_docs(folder: Path, suites: Sequence[Suite], night: date) -> tuple[SuiteVerdict, ...]:
    """Judge the suites and replace ``folder`` with their pages.

    Args:
        folder: where the site lies; whatever is there is removed.
        suites: from :func:`assets.checked.quality.suites.suites_of`.
        night: tonight.
    """
    rendered = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(rendered, ignore_errors=True)
    rendered.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    verdicts = run_suites(suites, night, docs=rendered)
    shutil.rmtree(rendered / "static", ignore_errors=True)
    for page in rendered.rglob("*.html"):
        page.write_text(self_contained(page.read_text(encoding="utf-8")), encoding="utf-8")
    (rendered / "index.html").write_text(_index(rendered, verdicts, night), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    rendered.replace(folder)
    return verdicts


def self_contained(html: str) -> str:
    """A rendered page without anything that a browser would fetch or run, in our style."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    head = f'<meta charset="utf-8">{POLICY}<title>{escape(reader.title or "Data Docs")}</title><style>{style()}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{"".join(reader.kept)}</body></html>\n'


class _Reader(HTMLParser):
    """Keeps the body's text and structure."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self.title = ""
        self._skip: list[str] = []
        self._in_body = self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"body", "title"}:
            self._in_body, self._in_title = self._in_body or tag == "body", tag == "title"
            return
        volatile = any(name in {"id", "href"} and value and _VOLATILE.search(value) for name, value in attrs)
        if self._skip:
            if tag == self._skip[0]:
                self._skip.append(tag)
            return
        if tag in _DROPPED_WITH_CONTENT or volatile:
            self._skip.append(tag)
            return
        if not self._in_body or tag in _DROPPED:
            return
        self.kept.append(f"<{tag}{_attributes(attrs)}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        if self._skip:
            if tag == self._skip[0]:
                self._skip.pop()
            return
        if self._in_body and tag not in {*_DROPPED, *_VOID, "body", "html"}:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data.strip()
        elif self._in_body and not self._skip:
            self.kept.append(escape(data, quote=False))


def _attributes(attrs: list[tuple[str, str | None]]) -> str:
    kept = []
    for name, value in attrs:
        if name not in _KEPT_ATTRIBUTES:
            continue
        if name == "href" and (value is None or re.match(r"[a-z][a-z0-9+.-]*:|//", value, re.IGNORECASE)):
            continue
        kept.append(f' {name}="{escape(value or "")}"')
    return "".join(kept)


def _index(folder: Path, verdicts: Sequence[SuiteVerdict], night: date) -> str:
    lines = []
    for verdict in verdicts:
        pages = sorted((folder / "validations" / verdict.source).rglob("*.html"))
        shown = f'<a href="{pages[0].relative_to(folder).as_posix()}">tonight</a>' if pages else ""
        suite = f'<a href="expectations/{verdict.source}.html">suite</a>'
        said = "usual" if verdict.passed else "unusual"
        unmet = ", ".join(metric.value for metric in verdict.unmet) or "&middot;"
        lines.append(
            f"<tr><td>{verdict.source}</td><td class={said}>{said}</td><td>{unmet}</td><td class=number>{verdict.looked_at}</td>"
            f"<td>{shown}</td><td>{suite}</td></tr>"
        )
    head = f'<meta charset="utf-8">{POLICY}<title>What is usual: {night}</title><style>{style()}</style>'
    columns = "<th>source<th>stands<th>not as usual<th class=number>looked at<th><th>"
    table = f"<table><thead><tr>{columns}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    said = "Advisory: figures of the night against their usual bands, judged by Great Expectations. No row of a person is here."
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body><h1>What is usual</h1><p class=quiet>Night {night}. {said} '
        f'<a href="../index.html">Report cards</a></p>{table}</body></html>\n'
    )
