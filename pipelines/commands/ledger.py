"""``throughcare ledger``: the account of what was run and disclosed.

Belongs here: the verbs. Does not belong here: writing or checking entries (resources/ledger).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.common import BAD, USAGE, AsJson, here, terms
from pipelines.display import complain, emit_json, say, table

app = typer.Typer(no_args_is_help=True, help="The account of what was run and disclosed.")


@app.command()
def verify(
    anchor: Annotated[
        str | None, typer.Option(metavar="FILE|HEAD", help="A sheet that `ledger anchor` wrote, a copy of head.json, or a head as typed.")
    ] = None,
    entries_only: Annotated[
        bool, typer.Option("--entries-only", help="Look at no other file: for a ledger that was copied out of its home.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check every entry against the one before it, the signed head against the entries, and the files that the newest entries name.

    With --anchor: prove that a head kept outside is the beginning of today's chain, so that nothing before it was rewritten.

    Example: throughcare ledger verify --anchor anchor-2026-03-02.txt
    """
    from assets.published.accounted import file_faults
    from resources.ledger import Ledger
    from resources.ledger_anchor import prove, read_anchor

    home = here().home
    ledger = Ledger(home)
    if not (ledger.file.exists() or home.registers.exists()):
        complain(f"there is no ledger in {home.root}; set THROUGHCARE_HOME to the home that is meant")
        raise typer.Exit(USAGE)
    proof = prove(ledger, read_anchor(anchor)) if anchor else None
    found = ledger.verify()
    # Entries that do not hold together say nothing about files.
    files = file_faults(home, ledger) if found.sound and not entries_only else []
    faults = [*found.faults, *(proof.faults if proof else ()), *files]
    if as_json:
        emit_json(
            {
                "sound": not faults,
                "entries": found.entries,
                "signed_through": found.signed_through,
                "head": found.head,
                "faults": faults,
                "anchor": {"is_prefix": proof.is_prefix, "at": proof.at, "since": proof.since} if proof else None,
            }
        )
    else:
        for fault in faults:
            complain(fault)
        word = "[red]not sound[/red]" if faults else "[green]sound[/green]"
        say(f"{word}  {found.entries} entries, signed through {found.signed_through}, head {found.head[:16]}")
        if proof and proof.is_prefix and found.sound:
            say(f"the sheet's head covers entry {proof.at}; {proof.since} entries were written since, and none before it was changed")
    if faults:
        raise typer.Exit(BAD)


@app.command()
def anchor(
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write the sheet: .html prints on one page; anything else is plain text.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the newest head on one sheet, to be printed and kept where nobody who runs the system can change it.

    Example: throughcare ledger anchor --out anchor-2026-03-02.html
    """
    from resources.home import write_atomically
    from resources.ledger import Ledger
    from resources.ledger_anchor import anchor_of, as_html, as_text

    place = here()
    found = anchor_of(Ledger(place.home))
    name = terms(place).text.name
    if out is not None:
        write_atomically(out, (as_html if out.suffix == ".html" else as_text)(found, name).encode(), mode=0o600)
    if as_json:
        emit_json(vars(found))
    elif out is not None:
        say(f"entry {found.entries}, head {found.head[:16]}: written to {out}")
    else:
        typer.echo(as_text(found, name), nl=False)


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
