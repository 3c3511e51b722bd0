"""``throughcare keys``: which secrets there are, changing one, destroying one, and what the loss of each would mean.

Belongs here: the verbs and their words. Does not belong here: secrets (resources/keyring, resources/signing_key) and their register.
No key is ever printed: a fingerprint tells two keys apart and nothing else.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import typer

from pipelines.clock import today
from pipelines.commands.common import BAD, USAGE, AsJson, here
from pipelines.commands.common import terms as county_terms
from pipelines.commands.desk import reading, writing
from pipelines.display import complain, emit_json, say, table
from resources.key_register import LEDGER
from resources.ledger_lines import says_why

app = typer.Typer(no_args_is_help=True, help="Secrets: which there are, changed, destroyed, missed.")

Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept with the entry and in the ledger.")]
Clerk = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it; default the account this runs under.")]


@app.command(name="list")
def list_keys(as_json: AsJson = False) -> None:
    """List every secret by fingerprint: since when it is used, and whether it is still the one that was.

    Example: throughcare keys list
    """
    found = _known()
    if as_json:
        emit_json(found)
    else:
        names = ("name", "fingerprint", "since", "standing")
        table("Keys", names, ([item[name] for name in names] for item in found))
    if any(item["is_lost"] for item in found):
        raise typer.Exit(BAD)


@app.command()
def drill(as_json: AsJson = False) -> None:
    """Go through the loss of each key: which are missing now, what stops without them, what can be rebuilt, what is gone for ever.

    Example: throughcare keys drill
    """
    found = _known()
    lost = [item for item in found if item["is_lost"]]
    if as_json:
        emit_json({"good": not lost, "keys": found})
    else:
        lines = ((item["name"], item["standing"], item["if_lost"]) for item in found)
        table("If it were lost", ("name", "standing", "what is gone for ever, and what is not"), lines)
        for item in lost:
            complain(f"keys/{item['file']} is {item['standing']}: restore it from the key backup; without it, {item['if_lost']}")
        if not lost:
            say("every key that was ever used is here and is the one that was used")
    if lost:
        raise typer.Exit(BAD)


@app.command()
def rotate(
    what: Annotated[str, typer.Argument(metavar="RECIPIENT/PRODUCT", help="The product whose pseudonyms change, or `ledger`.")],
    reason: Reason,
    tell: Annotated[
        bool, typer.Option("--tell", help="The recipient may be told old beside new names, where its product has a table of changes.")
    ] = False,
    by: Clerk = None,
    as_json: AsJson = False,
) -> None:
    """Change a key: a product gets a new file with new pseudonyms at once; the ledger gets a new signing key, signed in by the old one.

    Example: throughcare keys rotate county/measures --reason "yearly change"
    """
    _reasoned(reason)
    place, county = here(), county_terms(here())
    day = today(county, place.home)
    from resources.ledger import EntryKind, Ledger

    ledger = Ledger(place.home)
    if what == LEDGER:
        fingerprint = ledger.rotate_key(night=day, reason=reason)
        _tell({"key": LEDGER, "fingerprint": fingerprint}, f"the ledger is signed by the key {fingerprint} from now on", as_json=as_json)
        return
    product = next((item for item in county.products if item.path == what), None)
    if product is None:
        there = ", ".join(sorted(item.path for item in county.products))
        raise typer.BadParameter(f"the county has no product [{what}]; there are {there}, and `ledger`", param_hint="RECIPIENT/PRODUCT")
    from resources.key_register import rotate as begin
    from resources.keyring import Keyring

    clerk = by or getpass.getuser()
    with writing() as desk:
        epoch, fingerprint = begin(
            desk.con, Keyring(place.home.keys), recipient=product.recipient, product=product.name, stated=product.key_epoch, night=day,
            told=tell, by=clerk, reason=reason,
        )  # fmt: skip
    ledger.append(
        EntryKind.SECRET_CHANGED, night=day, what="rotated", product=product.path, epoch=epoch, fingerprint=fingerprint, told=tell,
        entered_by=clerk, reason=reason,
    )  # fmt: skip
    _tell(
        {"key": product.path, "epoch": epoch, "fingerprint": fingerprint},
        f"{product.path} calls people by the names of epoch {epoch} (key {fingerprint}) from now on",
        as_json=as_json,
    )
    _rebuild(quiet=as_json)


@app.command()
def shred(
    name: Annotated[str, typer.Argument(metavar="KEY", help="A secret as `keys list` names it.")],
    reason: Reason,
    by: Clerk = None,
    write: Annotated[bool, typer.Option("--write", help="Destroy it; without this it is only said what would be gone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Destroy a secret for ever: what it named can never be told again. The key in use now is not destroyed; rotate first.

    Example: throughcare keys shred pseudonym__county__measures__1 --reason "epoch 1 ended" --write
    """
    _reasoned(reason)
    place, county = here(), county_terms(here())
    from resources.key_register import epoch_of
    from resources.key_register import shred as destroy
    from resources.keyring import MINT, Keyring, pseudonym_secret

    keyring = Keyring(place.home.keys)
    with reading() as desk:
        used = {
            pseudonym_secret(item.recipient, item.name, epoch_of(desk.con, item.recipient, item.name, item.key_epoch))
            for item in county.products
        }
    # Marks tell equal counts of two releases apart from different ones; without their key the releases before can not be compared.
    used |= {f"mark__{item.recipient}" for item in county.products}
    if name in {*used, MINT, LEDGER}:
        complain(
            f"keys/{name}.key is in use; rotate the product's key first. The mint's key is never destroyed while persons are known, "
            "nor the ledger's while it is written"
        )
        raise typer.Exit(USAGE)
    if name not in keyring.names():
        complain(f"keys/{name}.key is not there; `throughcare keys list` names what is")
        raise typer.Exit(USAGE)
    if not write:
        _tell({"key": name, "written": False}, f"keys/{name}.key would be destroyed for ever; add --write to do it", as_json=as_json)
        return
    day = today(county, place.home)
    with writing() as desk:
        fingerprint = destroy(desk.con, keyring, name=name, night=day, account=_destroyed(name, day, by or getpass.getuser(), reason))
    said = f"keys/{name}.key is destroyed; purge it from backups too"
    _tell({"key": name, "fingerprint": fingerprint, "written": True}, said, as_json=as_json)


def _destroyed(name: str, day: date, clerk: str, reason: str) -> Callable[[str], None]:
    """How the ledger is told that a secret, by fingerprint, is destroyed."""
    from resources.ledger import EntryKind, Ledger

    def tell(fingerprint: str) -> None:
        Ledger(here().home).append(
            EntryKind.SECRET_CHANGED, night=day, what="destroyed", key=name, fingerprint=fingerprint, entered_by=clerk, reason=reason
        )

    return tell


def _reasoned(reason: str) -> None:
    if not says_why(reason):
        raise typer.BadParameter("say why, in words that somebody else understands later", param_hint="--reason")


def _known() -> list[dict[str, Any]]:
    """Every secret and the ledger's key as plain values; counts, names and fingerprints only."""
    from resources.key_register import LOST, known_secrets, ledger_secret
    from resources.keyring import Keyring
    from resources.ledger import Ledger

    place = here()
    keys = Ledger(place.home).keys
    with reading() as desk:
        found = known_secrets(desk.con, Keyring(place.home.keys))
    files = {**{item.name: f"{item.name}.key" for item in found}, LEDGER: keys.private_file.name}
    return [
        {
            "name": item.name,
            "file": files[item.name],
            "fingerprint": item.fingerprint,
            "since": item.since,
            "standing": item.standing.value,
            "is_lost": item.standing in LOST,
            "if_lost": item.if_lost,
        }
        for item in (*found, ledger_secret(keys))
    ]


def _rebuild(*, quiet: bool) -> None:
    from pipelines.commands import night as nightly
    from pipelines.execution import dagster_instance
    from pipelines.place import prepare_dagster

    place, county = here(), county_terms(here())
    prepare_dagster(place)
    with dagster_instance(place) as instance:
        outcome = nightly.execute(place, instance, county=county, job=nightly.DENIES, night=today(county, place.home))
    if not quiet:
        nightly.report(place, county, [outcome], as_json=False)
    elif not outcome.success:
        for step, message in outcome.failures.items():
            complain(message if message.startswith(step) else f"{step}: {message}")
        raise typer.Exit(BAD)


def _tell(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        emit_json(document)
    else:
        say(text)
