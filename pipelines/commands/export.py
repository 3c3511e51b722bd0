"""``throughcare export``: a product's tables as Parquet, CSV or an Excel workbook.

Belongs here: the verb. Does not belong here: the formats (pipelines/surfaces/export) and the locked-down reader
(resources/published_reader).
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipelines.clock import today
from pipelines.commands.common import USAGE, AsJson, here, parse_night, terms
from pipelines.display import complain, emit_json, say
from pipelines.surfaces.export import Format


def export(
    product: Annotated[str, typer.Argument(metavar="RECIPIENT/PRODUCT", help="For example county/measures.")],
    out: Annotated[
        Path, typer.Option(metavar="DIR|FILE", help="Folder to write to; or the file, for a workbook or with one --table and its suffix.")
    ],
    tables: Annotated[
        list[str] | None, typer.Option("--table", metavar="T", help="Only this table; repeat it for more. Default: all, and their columns.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="parquet or csv: one file a table; xlsx: one workbook.")] = Format.PARQUET,
    as_of: Annotated[
        date | None, typer.Option(parser=parse_night, metavar="DATE", help="Today; a product past its terms is refused.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a product's tables to files that other programs open, its notice and manifest beside them.

    No text in CSV or a workbook is taken for a formula; the files are for the account that asked, and the export is noted for the ledger.

    Example: throughcare export county/measures --table stepping_up --format xlsx --out stepping_up.xlsx
    """
    from pipelines.surfaces.export import CannotExport
    from pipelines.surfaces.export import export as write
    from resources.ledger import spool
    from resources.published_files import NoSuchProduct
    from resources.published_reader import StaleProduct

    place = here()
    day = as_of or today(terms(place), place.home)
    try:
        done = write(place.home, product, tables=tables or [], form=form, out=out, as_of=day)
    except (NoSuchProduct, StaleProduct, CannotExport) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None
    rows = sum(file.rows for file in done.files)
    asked = "; ".join(f"select * from {table}" for file in done.files for table in file.tables)
    spool(
        place.home,
        product=product,
        version=done.version,
        query_sha256=hashlib.sha256(asked.encode()).hexdigest(),
        rows=rows,
        asked_on=day.isoformat(),
        exported=form.value,
        files_sha256=[file.sha256 for file in done.files],
    )
    if as_json:
        emit_json(
            {
                "product": product,
                "version": done.version,
                "files": [
                    {"file": str(file.path), "tables": list(file.tables), "rows": file.rows, "sha256": file.sha256} for file in done.files
                ],
                "notice": str(done.notice),
                "manifest": str(done.manifest),
            }
        )
        return
    for file in done.files:
        say(f"written: {file.path}  {file.rows:,} lines")
    say(f"beside: {done.notice.name}, {done.manifest.name}; whoever is given the files must be given the notice")
