"""``throughcare lineage`` and ``throughcare prove-revocation``: where a figure comes from, and that somebody is gone.

Belongs here: the two verbs and their wording. Does not belong here: walking (pipelines/column_lineage), the proof (assets/published).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.common import BAD, USAGE, AsJson, here, parse_night
from pipelines.commands.common import terms as county_terms
from pipelines.commands.desk import reading
from pipelines.display import complain, emit_json, say, table

if TYPE_CHECKING:
    from contracts.county import County
    from contracts.products import Product, ProductTable
    from pipelines.column_lineage import Branch
    from pipelines.place import Place


def lineage(
    column: Annotated[
        str,
        typer.Argument(
            metavar="TABLE.COLUMN", help="RECIPIENT/PRODUCT.TABLE.COLUMN of a product, or STAGE.TABLE.COLUMN of the integrator's warehouse."
        ),
    ],
    cell: Annotated[
        str | None,
        typer.Option(metavar="WHERE", help="One line of a published table, as a condition: \"race_group = 'BLACK'\". Its value is shown."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Trace a column back to what the agencies delivered; of a published one, say under which clauses, model and run it was made.

    Example: throughcare lineage county/measures.frequent_utilizers.people --cell "race_group = 'BLACK'"
    """
    from pipelines.column_lineage import NoSuchColumn, product_column, published_branch, table_branch, walker

    place, county = here(), county_terms(here())
    try:
        named = product_column(county, column)
        with reading() as desk:
            found = walker(desk.con, county)
            branch = published_branch(found, *named) if named else table_branch(found, column)
        made = _made(place, county, *named, cell=cell) if named else None
    except NoSuchColumn as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if as_json:
        emit_json({"lineage": _document(branch), "made": made})
        return
    _say_tree(branch)
    if made:
        say("")
        for name, value in made.items():
            if name not in {"clauses", "deliveries"}:
                say(f"{name.replace('_', ' '):22} {_plain(value)}")
        table("Clauses it rests on", ("clause", "its words"), ((item["clause_id"], item["quote"]) for item in made["clauses"]))
        table(
            "Deliveries of the night",
            ("source", "verdict", "complete through", "sha256"),
            ((item["source"], item["verdict"], item["complete_through"], item["sha256"]) for item in made["deliveries"]),
        )


def _made(place: Place, county: County, product: Product, table_: ProductTable, column: str, *, cell: str | None) -> dict[str, Any]:
    """Under which terms, by which model and run the current version was made, and the value of one cell."""
    from assets.consented.sharing import matrix
    from pipelines.clock import today
    from resources.ledger import EntryKind, Ledger
    from resources.published_files import NoSuchProduct, current_product
    from resources.published_reader import StaleProduct
    from resources.published_reader import query as ask
    from resources.query_guard import RefusedQuery
    from resources.sql import rows

    try:
        current = current_product(place.home, product.recipient, product.name)
    except NoSuchProduct as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    value: object = None
    if cell is not None:
        try:
            _, found = ask(
                place.home,
                product.recipient,
                product.name,
                f'select "{column}" from "{table_.name}" where {cell}',
                as_of=today(county, place.home),
                row_cap=20,
            )
        except (StaleProduct, RefusedQuery) as error:
            complain(str(error))
            raise typer.Exit(USAGE) from None
        if len(found) != 1:
            complain(f"the condition fits {len(found)} lines; write one that fits a single line")
            raise typer.Exit(USAGE)
        value = found[0][0]
    manifest = current.manifest
    quotes = {line.clause_id: line.quote for line in matrix(county, current.night)}
    account = next(
        (
            entry
            for entry in reversed(Ledger(place.home).entries())
            if entry["kind"] == EntryKind.PUBLISHING and entry["fields"]["version"] == current.version
        ),
        None,
    )
    with reading() as desk:
        delivered = rows(
            desk.con,
            "select source, verdict, complete_through, delivered_sha256_used from acquired.delivery where night = $night order by source",
            {"night": current.night},
        )
    described = next(item for item in manifest["tables"] if item["name"] == table_.name)
    return {
        **({"value": "withheld" if value is None else value} if cell is not None else {}),
        "version": current.version,
        "night": manifest["night"],
        "decided_on": manifest["decided_on"],
        "run_id": manifest["run_id"],
        "table_hash": described["logical_hash"],
        "cells_withheld": described["cells_withheld"],
        "minimum_cell": manifest["minimum_cell"],
        "consents_relied_on": account["fields"]["consents"] if account else None,
        "ledger_entry": account["number"] if account else None,
        "linkage_model": county.linkage.model,
        "link_threshold_bits": county.linkage.thresholds.link,
        "terms_sha256": manifest["terms_sha256"],
        "code_sha256": manifest["code_sha256"],
        "elements": sorted(next(item.elements for item in table_.columns if item.name == column) or table_.elements),
        "clauses": [{"clause_id": clause, "quote": quotes.get(clause, "")} for clause in manifest["clauses"]],
        "deliveries": [
            {"source": source, "verdict": verdict, "complete_through": through, "sha256": sha256}
            for source, verdict, through, sha256 in delivered
        ],
    }


def _plain(value: object) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)


def _document(branch: Branch) -> dict[str, Any]:
    return {
        "table": branch.table,
        "column": branch.column,
        "description": branch.description,
        "labels": list(branch.labels),
        "note": branch.note,
        "upstream": [_document(below) for below in branch.upstream],
    }


def _say_tree(branch: Branch) -> None:
    from rich.tree import Tree

    from pipelines.display import OUT

    def grow(tree: Any, item: Branch) -> None:
        labels = f" [yellow]\\[{', '.join(item.labels)}][/yellow]" if item.labels else ""
        note = f"  [dim]{item.note}[/dim]" if item.note else ""
        description = f"  {item.description}" if item.description and not item.table.startswith("acquired.") else ""
        below = tree.add(f"[bold]{item.table}.{item.column}[/bold]{labels}{note}{description}")
        for upstream in item.upstream:
            grow(below, upstream)

    tree = Tree(f"[bold]{branch.table}.{branch.column}[/bold]  {branch.description}  {branch.note}")
    for upstream in branch.upstream:
        grow(tree, upstream)
    OUT.print(tree)


def prove_revocation(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="SOURCE:PERSON, as health:pt-00000088, or an id of the integrator's.")],
    as_of: Annotated[
        date | None, typer.Option("--as-of", parser=parse_night, metavar="DATE", help="The night of the denies; default the newest.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove that what a person took back is in no product: decided again, every value and every byte looked at, old versions gone.

    Exits 1 if anything is found, or if a version decided before the last deny still lies there.

    Example: throughcare prove-revocation health:pt-00000088
    """
    from assets.consented.facts_of import UnknownRecord, named
    from assets.published.disclosures import subjects_of
    from assets.published.revocation import prove
    from pipelines.clock import today

    place, county = here(), county_terms(here())
    night = as_of or today(county, place.home)
    try:
        with reading() as desk:
            subjects = subjects_of(desk.con, named(desk.con, person).subject_id)
            found = prove(desk.con, county=county, home=place.home, subjects=subjects, night=night)
    except UnknownRecord as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    if as_json:
        emit_json(
            {
                **vars(found),
                "denies": [list(item) for item in found.denies],
                "products": [vars(item) for item in found.products],
                "proven": found.proven,
            }
        )
    else:
        standing = ", ".join(f"{state} {number}" for state, number in found.consents.items())
        say(f"{found.subjects} subjects of that person; consents: {standing or 'none'}")
        table("What was taken away", ("reason", "from", "what", "since"), found.denies)
        table(
            "Products",
            ("product", "current", "versions there", "decided before the last deny", "found"),
            ((item.product, item.current, item.versions, item.decided_before, item.hits) for item in found.products),
            numbers=("versions there", "decided before the last deny", "found"),
        )
        word = "[green]proven[/green]" if found.proven else "[red]not proven[/red]"
        if not found.denies:
            word = "nothing to prove: no deny and no revocation speaks of that person tonight;"
        say(f"{word}  {found.identifiers} identifiers looked for in {found.files} files, byte for byte and value for value")
    if not found.proven:
        raise typer.Exit(BAD)
