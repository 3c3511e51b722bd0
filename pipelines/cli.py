"""``throughcare``: every verb a county types.

Belongs here: assembling the verbs, and the one place where an error becomes a line. Does not belong here: any verb (commands/).
No traceback is ever shown: a library's message may quote a person's value.
"""

from __future__ import annotations

import os
import sys

import typer

from pipelines.place import StrangePackage, assert_rooms


def _app() -> typer.Typer:
    from pipelines.commands import county, demo, ledger, link, night, query, status, up

    app = typer.Typer(
        name="throughcare",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="A county's nightly, consent-bound view of jail, 911, co-responder and health records.",
        epilog="Places: THROUGHCARE_HOME (default ./data), THROUGHCARE_COUNTY (default the demo county).",
    )
    app.add_typer(county.app, name="county")
    app.add_typer(link.app, name="link")
    app.add_typer(ledger.app, name="ledger")
    app.command()(demo.demo)
    app.command()(night.run)
    app.command()(night.denies)
    app.command()(status.status)
    app.command()(query.query)
    app.command()(up.up)
    return app


def main() -> None:
    """Entry point of the console script."""
    try:
        assert_rooms()
    except StrangePackage as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    from resources.integrator import REDACTION, describe

    os.environ.setdefault(REDACTION, "1")
    from pipelines.commands.common import USAGE
    from pipelines.display import complain

    try:
        _app()()
    except KeyboardInterrupt:
        complain("stopped")
        raise SystemExit(130) from None
    except Exception as error:
        message = describe(error)
    else:
        return
    complain(message)
    raise SystemExit(USAGE)
