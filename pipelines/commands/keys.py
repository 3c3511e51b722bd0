"""``throughcare keys``: which secrets there are, changing one, destroying one, and what the loss of each would mean.

Belongs here: the verbs and their words. Does not belong here: secrets (resources/keyring, resources/signing_key) and their register.
No key is ever printed: a fingerprint tells two keys apart and nothing else.
"""

from __future__ import annotations

import getpass
from typing import Annotated, Any

import typer

from pipelines.clock import today
from pipelines.commands.common import BAD, USAGE, AsJson, here
from pipelines.commands.common import terms as county_terms
from pipelines.commands.desk import reading, writing
from pipelines.display import complain, emit_json, say, table

app = typer.Typer(no_args_is_help=True, help="Secrets: which there are, changed, destroyed, missed.")

Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept with the entry and in the ledger.")]
Clerk = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it; default the account this runs under.")]
LEDGER = "ledger"


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
    place, county = here(), county_terms(here())
    from resources.key_register import epoch_of
    from resources.key_register import shred as destroy
    from resources.keyring import MINT, Keyring, pseudonym_secret
    from resources.ledger import EntryKind, Ledger

    with reading() as desk:
        used = {
            pseudonym_secret(item.recipient, item.name, epoch_of(desk.con, item.recipient, item.name, item.key_epoch))
            for item in county.products
        }
    if name in {*used, MINT}:
        complain(f"keys/{name}.key is in use; rotate the product's key first. The mint's key is never destroyed while persons are known")
        raise typer.Exit(USAGE)
    if not write:
        _tell({"key": name, "written": False}, f"keys/{name}.key would be destroyed for ever; add --write to do it", as_json=as_json)
        return
    day = today(county, place.home)
    with writing() as desk:
        fingerprint = destroy(desk.con, Keyring(place.home.keys), name=name, night=day)
    Ledger(place.home).append(
        EntryKind.SECRET_CHANGED, night=day, what="destroyed", key=name, fingerprint=fingerprint, entered_by=by or getpass.getuser(),
        reason=reason,
    )  # fmt: skip
    said = f"keys/{name}.key is destroyed; purge it from backups too"
    _tell({"key": name, "fingerprint": fingerprint, "written": True}, said, as_json=as_json)


def _known() -> list[dict[str, Any]]:
    """Every secret and the ledger's key as plain values; counts, names and fingerprints only."""
    from resources.key_register import LOST, known_secrets
    from resources.keyring import Keyring
    from resources.ledger import Ledger
    from resources.signing_key import fingerprint

    place = here()
    with reading() as desk:
        found = known_secrets(desk.con, Keyring(place.home.keys))
    listed: list[dict[str, Any]] = [
        {
            "name": item.name,
            "file": f"{item.name}.key",
            "fingerprint": item.fingerprint,
            "since": item.since,
            "standing": item.standing.value,
            "is_lost": item.standing in LOST,
            "if_lost": item.if_lost,
        }
        for item in found
    ]
    keys = Ledger(place.home).keys
    public = keys.public()
    is_here = keys.private_file.exists()
    return [
        *listed,
        {
            "name": LEDGER,
            "file": keys.private_file.name,
            "fingerprint": fingerprint(public) if public else None,
            "since": None,
            "standing": "here" if is_here else "missing",
            "is_lost": not is_here,
            "if_lost": "nothing can be entered any more, so no night runs; old entries stay verifiable by the public key beside them",
        },
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
        raise typer.Exit(BAD)


def _tell(document: dict[str, Any], text: str, *, as_json: bool) -> None:
    if as_json:
        emit_json(document)
    else:
        say(text)
