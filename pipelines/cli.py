"""``throughcare``: every verb a county types.

Belongs here: assembling the verbs, and the one place where an error becomes a line. Does not belong here: any verb (commands/).
No traceback is ever shown: a library's message may quote a person's value.
"""

from __future__ import annotations

import os
import sys

import click
import typer
from typer.core import TyperArgument
from typer.main import get_command
from typer.utils import get_params_from_function

from pipelines.place import StrangePackage, assert_rooms


def _app() -> typer.Typer:
    from pipelines.commands import (
        access,
        backup,
        consents,
        county,
        demo,
        disclosures,
        docs,
        erase,
        explain,
        export,
        keys,
        ledger,
        lineage,
        link,
        measures,
        night,
        query,
        release,
        research,
        retention,
        scope,
        source,
        status,
        up,
    )

    app = typer.Typer(
        name="throughcare",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="A county's nightly, consent-bound view of jail, 911, co-responder and health records.",
        epilog="Places: THROUGHCARE_HOME (default ./data), THROUGHCARE_COUNTY (default the demo county).",
    )
    app.add_typer(county.app, name="county")
    app.add_typer(source.app, name="source")
    app.add_typer(link.app, name="link")
    app.add_typer(measures.app, name="measures")
    app.add_typer(consents.app, name="consents")
    app.add_typer(ledger.app, name="ledger")
    app.add_typer(access.app, name="access")
    app.add_typer(keys.app, name="keys")
    app.add_typer(release.app, name="release")
    app.add_typer(research.app, name="research")
    app.command()(demo.demo)
    app.command()(night.run)
    app.command()(night.denies)
    app.command()(status.status)
    app.command()(explain.explain)
    app.command()(scope.scope)
    app.command()(disclosures.disclosures)
    app.command()(lineage.lineage)
    app.command()(lineage.prove_revocation)
    app.command()(erase.erase)
    app.command()(backup.backup)
    app.command()(backup.restore)
    app.command()(backup.rebuild)
    app.command(name="deny-list")(backup.deny_list)
    app.command()(retention.retention)
    app.command()(query.query)
    app.command()(export.export)
    app.command()(up.up)
    app.command()(docs.docs)
    return app


def build_command() -> click.Command:
    """Every verb, assembled, with the meaning of its words."""
    command = get_command(_app())
    _say_arguments(command)
    return command


def _say_arguments(command: click.Command) -> None:
    """Give arguments back the help that click 8.5 takes from them after typer 0.25 has set it."""
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        _say_arguments(inner)
    declared = get_params_from_function(command.callback) if command.callback else {}
    for parameter in command.params:
        if isinstance(parameter, TyperArgument) and parameter.name in declared:
            parameter.help = getattr(declared[parameter.name].default, "help", None)


def main() -> None:
    """Entry point of the console script."""
    try:
        assert_rooms()
    except StrangePackage as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    from resources.integrator import REDACTION, describe

    os.environ.setdefault(REDACTION, "1")
    # Whatever a command writes is for the account it runs under.
    os.umask(0o077)
    from pipelines.commands.common import USAGE
    from pipelines.display import complain

    try:
        build_command()()
    except KeyboardInterrupt:
        complain("stopped")
        raise SystemExit(130) from None
    except Exception as error:
        message = describe(error)
    else:
        return
    complain(message)
    raise SystemExit(USAGE)
