"""``throughcare measures``: what is measured, what the figures are, and what they mean.

Belongs here: the verbs and their tables. Does not belong here: any measure (assets/measured), what a measure is in words
(assets/measured/catalogue), reading figures (pipelines/surfaces).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from pipelines.clock import today
from pipelines.commands.common import USAGE, AsJson, here, parse_night, terms
from pipelines.display import complain, emit_json, say, table

if TYPE_CHECKING:
    from assets.measured.catalogue import Measure
    from pipelines.surfaces.figures import Figures

app = typer.Typer(no_args_is_help=True, help="What is measured, what the figures are, and what they mean.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The measure, as `measures list` names it.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List every measure: what it asks and which tables hold it.

    Example: throughcare measures list
    """
    from assets.measured.catalogue import MEASURES

    if as_json:
        emit_json([_entry(measure) for measure in MEASURES])
        return
    table(
        f"{len(MEASURES)} measures",
        ("measure", "asks", "tables", "held"),
        ((measure.name, measure.question, ", ".join(measure.tables), _held(measure)) for measure in MEASURES),
    )
    say("figures: throughcare measures show NAME; formula, base and caveats: throughcare measures explain NAME")


@app.command()
def explain(name: Name, as_json: AsJson = False) -> None:
    """Explain a measure: what it asks, its formula, base, unit, source and caveats, and every column of its tables.

    Example: throughcare measures explain stepping_up
    """
    from pipelines.surfaces.figures import columns_of

    measure = _named(name)
    columns = columns_of(terms(here()), measure)
    if as_json:
        emit_json({**_entry(measure), "columns": columns})
        return
    say(f"[bold]{measure.title}[/bold] ({measure.name})")
    for title, text in _account(measure):
        say(f"  {title:9} {text}")
    for caveat in measure.caveats:
        say(f"  {'mind':9} {caveat}")
    say("")
    for held, meanings in columns.items():
        table(held, ("column", "meaning"), meanings.items())


@app.command()
def show(
    name: Name,
    product: Annotated[
        str | None, typer.Option(metavar="RECIPIENT/PRODUCT", help="Figures of this product; default: the integrator's own, unprotected.")
    ] = None,
    as_of: Annotated[
        date | None,
        typer.Option(
            "--as-of",
            parser=parse_night,
            metavar="DATE",
            help="The integrator's figures as of that midnight, by what is known tonight. With --product: today; stale ones are refused.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Only lines with this value; repeat it for more columns.")
    ] = None,
    rows: Annotated[int, typer.Option(min=0, help="Most lines of a table; 0: all.")] = 60,
    as_json: AsJson = False,
) -> None:
    """Show the figures of a measure: counts, bases, limits, and the reason where there is no figure.

    Without --product these are the integrator's own: small counts stand in them, and they are not for anyone else. What is the same in
    every line is said once above the table, and a wide table loses columns of less weight; JSON has every line and column.

    Example: throughcare measures show stepping_up --product county/measures --only race_group=ALL
    """
    from pipelines.surfaces import shown
    from pipelines.surfaces.figures import NoFigures, integrator_figures, product_figures
    from resources.published_files import NoSuchProduct
    from resources.published_reader import StaleProduct

    measure = _named(name)
    place = here()
    county = terms(place)
    try:
        if product is None:
            day, found = integrator_figures(place.home, county, measure, as_of)
        else:
            day, found = product_figures(place.home, county, measure, product, as_of or today(county, place.home))
            _note(product, [item.table for item in found], sum(len(item.rows) for item in found), as_of or today(county, place.home))
        found = shown.only(found, only or [])
    except (NoFigures, NoSuchProduct, StaleProduct, shown.NoSuchColumn) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if as_json:
        emit_json(
            {"measure": measure.name, "held_by": product or "integrator", "as_of": day, "tables": [_document(item) for item in found]}
        )
        return
    say(f"[bold]{measure.title}[/bold], as of {day}, {product or 'the integrator’s own figures: small counts are not protected'}")
    say("")
    for item in found:
        _say(item, most=rows)
    for caveat in measure.caveats:
        say(f"mind: {caveat}")


@app.command()
def brief(
    out: Annotated[Path, typer.Option(metavar="FILE", help="The page to write.")] = Path("brief.html"),
    pdf: Annotated[Path | None, typer.Option(metavar="FILE", help="Print it to PDF too, by a Chromium on this machine.")] = None,
    product: Annotated[
        str, typer.Option(metavar="RECIPIENT/PRODUCT", help="The product of groups it is made from; never the integrator's own figures.")
    ] = "county/measures",
    as_of: Annotated[
        date | None, typer.Option(parser=parse_night, metavar="DATE", help="Today; a product past its terms is refused.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the brief: one printable page for a Stepping Up coordinator, with charts, plain words and footnotes, that loads nothing.

    Example: throughcare measures brief --out brief.html --pdf brief.pdf
    """
    from assets.published.scope_document import CannotPrint, print_pdf
    from pipelines.surfaces.brief import NEEDED, gather, page, write
    from pipelines.surfaces.figures import NoFigures
    from resources.published_files import NoSuchProduct
    from resources.published_reader import StaleProduct

    place = here()
    county = terms(place)
    day = as_of or today(county, place.home)
    try:
        found = gather(place.home, product, day)
        write(out, page(found, county=county.text.name))
        _note(product, list(NEEDED), found.lines, day)
        written = [out, *([print_pdf(out, pdf)] if pdf else [])]
    except (NoFigures, NoSuchProduct, StaleProduct, CannotPrint) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if as_json:
        emit_json(
            {"files": [str(path) for path in written], "version": found.product.version, "figures": found.lines, "withheld": found.withheld}
        )
        return
    for path in written:
        say(f"written: {path}")


def _named(name: str) -> Measure:
    from assets.measured.catalogue import measure_named

    try:
        return measure_named(name)
    except KeyError as error:
        complain(str(error.args[0]))
        raise typer.Exit(USAGE) from None


def _entry(measure: Measure) -> dict[str, Any]:
    return {
        "name": measure.name,
        "title": measure.title,
        **dict(_account(measure)),
        "caveats": list(measure.caveats),
        "tables": list(measure.tables),
        "by_person": measure.by_person,
        "of_tonight": measure.of_tonight,
    }


def _account(measure: Measure) -> list[tuple[str, str]]:
    return [
        ("question", measure.question),
        ("formula", measure.formula),
        ("base", measure.base),
        ("unit", measure.unit),
        ("source", measure.source),
    ]


def _held(measure: Measure) -> str:
    if measure.of_tonight:
        return "by group, tonight's links"
    return "a row a person" if measure.by_person else "by group"


def _note(product: str, tables: list[str], lines: int, day: date) -> None:
    """Account for reading a product, as a query is."""
    import hashlib

    from resources.ledger import spool

    asked = "; ".join(f"select * from {name}" for name in tables)
    place = here()
    spool(place.home, product=product, query_sha256=hashlib.sha256(asked.encode()).hexdigest(), rows=lines, asked_on=day.isoformat())


def _document(item: Figures) -> dict[str, Any]:
    return {
        "table": item.table,
        "description": item.description,
        "columns": [{"name": name, "meaning": meaning} for name, meaning in item.columns.items()],
        "rows": [[_plain(value) for value in row] for row in item.rows],
    }


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool | list | type(None)) else str(value)


def _say(item: Figures, *, most: int) -> None:
    from pipelines.surfaces.shown import laid

    found = laid(item, most=most)
    say(f"[bold]{item.table}[/bold]: {item.description}")
    if found.shared:
        say("in every line: " + escape(", ".join(f"{name} {value}" for name, value in found.shared.items())))
    if not item.rows:
        say("no line")
        say("")
        return
    table("", found.columns, found.lines, numbers=found.numbers)
    if found.hidden:
        say(f"not shown: {', '.join(found.hidden)} (--json)")
    if found.left_out:
        say(f"{found.left_out:,} more lines: --rows 0 shows all, --only COLUMN=VALUE fewer")
    if found.hidden or found.left_out:
        say("")
