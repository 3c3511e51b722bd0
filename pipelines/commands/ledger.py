"""``throughcare ledger``: the account of what was run and disclosed.

Belongs here: the verbs. Does not belong here: writing or checking entries (resources/ledger).
"""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.commands.common import BAD, AsJson, here
from pipelines.display import complain, emit_json, say, table

app = typer.Typer(no_args_is_help=True, help="The account of what was run and disclosed.")


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Check every entry against the one before it, and the signed head against the entries.

    Example: throughcare ledger verify
    """
    from resources.ledger import Ledger

    found = Ledger(here().home).verify()
    if as_json:
        emit_json(
            {
                "sound": found.sound,
                "entries": found.entries,
                "signed_through": found.signed_through,
                "head": found.head,
                "faults": list(found.faults),
            }
        )
    else:
        for fault in found.faults:
            complain(fault)
        word = "[green]sound[/green]" if found.sound else "[red]not sound[/red]"
        say(f"{word}  {found.entries} entries, signed through {found.signed_through}, head {found.head[:16]}")
    if not found.sound:
        raise typer.Exit(BAD)


@app.command()
def show(
    last: Annotated[int, typer.Option(min=1, help="How many of the newest entries.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Print the newest entries.

    Example: throughcare ledger show --last 5
    """
    from resources.ledger import Ledger

    entries = Ledger(here().home).entries()[-last:]
    if as_json:
        emit_json(entries)
        return
    table(
        "Ledger",
        ("number", "night", "kind", "fields"),
        (
            (entry["number"], entry["night"], entry["kind"], ", ".join(f"{key}={value}" for key, value in entry["fields"].items()))
            for entry in entries
        ),
        numbers=("number",),
    )
