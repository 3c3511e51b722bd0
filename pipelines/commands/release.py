"""``throughcare release``: what goes public, proposed by one person and approved by another.

Belongs here: the verbs, and what they print. Does not belong here: the rules of a release (assets/published/public_release).
Every verb that would change anything says first what it would do; ``--write`` does it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.clock import now, today
from pipelines.commands.common import BAD, USAGE, AsJson
from pipelines.commands.desk import Desk, reading, writing
from pipelines.display import complain, emit_json, say, table
from resources.ledger import Ledger

if TYPE_CHECKING:
    from assets.published.public_release import Office, Release

app = typer.Typer(no_args_is_help=True, help="Public snapshots: proposed by one person, approved by another, frozen.")

By = Annotated[str, typer.Option(metavar="LOGIN", help="Who does it, by the login in agencies.yaml.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; it is kept with the step and in the ledger.")]
Name = Annotated[str, typer.Argument(metavar="RELEASE", help="The release, as `release list` names it.")]
Write = Annotated[bool, typer.Option("--write", help="Do it; without this everything is checked and nothing is changed.")]


@contextmanager
def _office(*, write: bool) -> Iterator[Office]:
    """Where releases are decided; a refusal becomes a line."""
    from assets.published.public_release import Office, ReleaseRefused
    from resources.published_files import NoSuchProduct

    try:
        with writing() if write else reading() as desk:
            yield Office(desk.con, desk.county, desk.place.home, Ledger(desk.place.home), _day(desk), now(desk.county, desk.place.home))
    except (ReleaseRefused, NoSuchProduct) as error:
        complain(str(error))
        raise typer.Exit(USAGE) from None


def _day(desk: Desk) -> Any:
    return today(desk.county, desk.place.home)


@app.command()
def propose(
    product: Annotated[str, typer.Argument(metavar="RECIPIENT/PRODUCT", help="A quarterly product of counts: county/measures.")],
    by: By,
    reason: Reason,
    write: Write = False,
    as_json: AsJson = False,
) -> None:
    """Ask for a product's current version to be made public; says what the audit of it found.

    Example: throughcare release propose county/measures --by committee.analyst@board.larkmoor.example --reason "first quarter" --write
    """
    from assets.published.public_release import ReleaseRefused
    from assets.published.public_release import propose as ask

    with _office(write=write) as office:
        try:
            wanted = office.county.product(*product.split("/", 1)) if "/" in product else None
        except KeyError as error:
            raise ReleaseRefused(str(error.args[0])) from None
        if wanted is None:
            raise ReleaseRefused("name the product as RECIPIENT/PRODUCT")
        made, found = ask(office, wanted, by=by, reason=reason, write=write)
    said = {**_document(made), "audit": {**vars(found), "unaudited": list(found.unaudited)}, "written": write}
    lines = [f"{made.product} {made.version}: {found.verdict}"]
    lines += [f"too large for the interval audit: {', '.join(found.unaudited)}"] if found.unaudited else []
    done = f"proposed as release {made.name}; a second person approves it with: throughcare release approve {made.name}"
    _tell(said, [*lines, done if write else "nothing was entered; add --write to propose it"], as_json=as_json)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List every release that was ever proposed, and where it stands.

    Example: throughcare release list
    """
    from assets.published.public_release import releases

    with _office(write=False) as office:
        found = [_document(release) for release in releases(office.con)]
    if as_json:
        emit_json(found)
    elif not found:
        say("nothing was ever proposed")
    else:
        columns = ("release", "product", "version", "state", "proposed_by", "approved_by")
        table(f"{len(found)} releases", columns, (tuple(str(line[name] or "") for name in columns) for line in found))


@app.command()
def show(release: Name, as_json: AsJson = False) -> None:
    """Show one release: its content's hash, what the audit said, and every step with who took it and why.

    Example: throughcare release show 0f3a9c2b7d41
    """
    from assets.published.public_release import find

    with _office(write=False) as office:
        found = find(office.con, release)
    lines = [f"{found.product} {found.version}", f"content {found.content_sha256}", f"audit {found.verdict}"]
    lines += [f"{at:%Y-%m-%d %H:%M}  {step}  {by}: {why}" for step, by, at, why in found.steps]
    _tell(_document(found), lines, as_json=as_json)


@app.command()
def approve(release: Name, by: By, reason: Reason, write: Write = False, as_json: AsJson = False) -> None:
    """Approve a release that somebody else proposed. A governance or privacy officer does.

    Example: throughcare release approve 0f3a9c2b7d41 --by officer@governance.larkmoor.example --reason "figures and notes read" --write
    """
    _decide(release, by, reason, approve=True, write=write, as_json=as_json)


@app.command()
def reject(release: Name, by: By, reason: Reason, write: Write = False, as_json: AsJson = False) -> None:
    """Reject a release, proposed or approved, that is not public yet.

    Example: throughcare release reject 0f3a9c2b7d41 --by officer@governance.larkmoor.example --reason "a table is mislabelled" --write
    """
    _decide(release, by, reason, approve=False, write=write, as_json=as_json)


def _decide(release: str, by: str, reason: str, *, approve: bool, write: bool, as_json: bool) -> None:
    from assets.published.public_release import decide

    with _office(write=write) as office:
        found = decide(office, release, by=by, reason=reason, approve=approve, write=write)
    verb = "approved" if approve else "rejected"
    _tell(
        {**_document(found), "verb": verb, "written": write},
        [f"release {found.name} of {found.product} is {verb}" if write else f"it may be {verb}; add --write to do so"],
        as_json=as_json,
    )


@app.command()
def publish(release: Name, by: By, reason: Reason, write: Write = False, as_json: AsJson = False) -> None:
    """Write an approved release as a public snapshot: CSV tables, manifest, notice, methods and their hashes, never to change again.

    Example: throughcare release publish 0f3a9c2b7d41 --by officer@governance.larkmoor.example --reason "for the meeting" --write
    """
    from assets.published.public_release import find
    from assets.published.public_release import publish as put
    from pipelines.surfaces.export import Format, export

    with _office(write=write) as office:
        product = find(office.con, release).product

        def fill(folder: Path) -> None:
            export(office.home, product, tables=[], form=Format.CSV, out=folder, as_of=office.night)

        target = put(office, release, by=by, reason=reason, fill=fill, write=write)
    said = f"public: {target}" if write else f"it would be published as {target.parent.name}/{target.name}; add --write to do so"
    _tell({"release": release, "folder": str(target), "written": write}, [said], as_json=as_json)


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Check that every public snapshot is as it was published.

    Example: throughcare release verify
    """
    from assets.published.public_release import verify as check

    with _office(write=False) as office:
        found = check(office.home, office.ledger)
    lines = [f"{name}: {'stands' if not faults else '; '.join(faults)}" for name, faults in sorted(found.items())]
    _tell(found, lines or ["nothing is public"], as_json=as_json)
    if any(found.values()):
        raise typer.Exit(BAD)


def _document(release: Release) -> dict[str, Any]:
    return {
        "release": release.name,
        "product": release.product,
        "version": release.version,
        "state": release.state.value,
        "content_sha256": release.content_sha256,
        "verdict": release.verdict,
        "proposed_by": release.proposed_by,
        "approved_by": release.approved_by,
        "steps": [{"step": step, "by": by, "at": at.isoformat(), "reason": why} for step, by, at, why in release.steps],
    }


def _tell(document: Any, lines: list[str], *, as_json: bool) -> None:
    if as_json:
        emit_json(document)
        return
    for line in lines:
        say(line)
