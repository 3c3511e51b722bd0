"""Public releases: a quarterly product of counts, frozen, let out by two people.

Belongs here: the steps of a release (proposed, approved or rejected, published), the audit of what would go out, the folder that never
changes again. Does not belong here: making the product (publish.py), who a person is (agencies.yaml), the formats of the files (handed in).

A snapshot lies under ``public/<recipient>_<product>/<year>-Q<quarter>``: the tables, ``manifest.json``, ``NOTICE.txt``, ``METHODS.md`` and
``SHA256SUMS``. It is written beside, checked, made read-only and put in place whole; a quarter has one snapshot and no second. Every step
lies in ``registers.main.release_step`` and in the ledger with the people, the reason, the content's hash and the verdict of the audit.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import rfc8785

from assets.published.file import hashes_in
from assets.published.methods import methods_note
from contracts.agencies import Agencies, PersonRole
from contracts.county import County
from contracts.products import Product, ProductForm
from resources.home import Home, sync_folder, write_atomically
from resources.ledger import EntryKind, Ledger
from resources.ledger_lines import says_why
from resources.published_files import CurrentProduct, ProductFiles, current_product
from resources.sql import Connection, load_sql, rows

SUMS: Final = "SHA256SUMS"
APPROVERS: Final = frozenset({PersonRole.GOVERNANCE_OFFICER, PersonRole.PRIVACY_OFFICER})


class ReleaseRefused(ValueError):
    """The step cannot be taken; says which rule and how to mend it."""


class Step(StrEnum):
    """What was done with a release, in order."""

    PROPOSE = "propose"
    APPROVE = "approve"
    REJECT = "reject"
    PUBLISH = "publish"


@dataclass(frozen=True)
class Audit:
    """Whether what would go out may, as counted again from the register of what was released.

    ``small`` shown counts below the minimum, ``moved`` counts that an earlier public release would give away, ``unaudited`` tables too
    large for the interval audit (said, not refused).
    """

    cells: int
    shown: int
    small: int
    moved: int
    compared_with: int
    unaudited: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return self.shown > 0 and not self.small and not self.moved

    @property
    def verdict(self) -> str:
        """The audit in one line."""
        if self.passed:
            return f"passed: {self.shown} of {self.cells} counts shown, compared with {self.compared_with} public releases"
        found = [(self.small, "are small"), (self.moved, "would give a small change away beside an earlier public release")]
        said = "; ".join(f"{number} {what}" for number, what in found if number) or "no count is shown"
        return f"refused: {said}"


@dataclass(frozen=True)
class Release:
    """One release as its steps left it."""

    name: str
    product: str
    version: str
    content_sha256: str
    verdict: str
    state: Step
    proposed_by: str
    proposed_at: datetime
    steps: tuple[tuple[str, str, datetime, str], ...]

    @property
    def approved_by(self) -> str | None:
        """Who approved it; None while nobody has."""
        return next((by for step, by, _, _ in self.steps if step == Step.APPROVE), None)


@dataclass(frozen=True)
class Office:
    """Where releases are decided: the registers, the county's terms, the home, and the moment."""

    con: Connection
    county: County
    home: Home
    ledger: Ledger
    night: date
    now: datetime


def releases(con: Connection) -> list[Release]:
    """Every release that was ever proposed, oldest first."""
    held: dict[str, list[tuple[Any, ...]]] = {}
    for name, *step in rows(con, load_sql("assets.published", "release_steps")):
        held.setdefault(name, []).append(tuple(step))
    return [_release(name, steps) for name, steps in held.items()]


def _release(name: str, steps: list[tuple[Any, ...]]) -> Release:
    product, version, _, by, at, _, content, verdict = steps[0]
    told = tuple((str(step), str(who), when, str(why)) for _, _, step, who, when, why, _, _ in steps)
    return Release(name, product, version, content, verdict, Step(told[-1][0]), by, at, told)


def find(con: Connection, name: str) -> Release:
    """A release by its name.

    Raises:
        ReleaseRefused: if there is none.
    """
    for release in releases(con):
        if release.name == name:
            return release
    raise ReleaseRefused(f"no release [{name}]; `throughcare release list` names them")


def audit(office: Office, product: Product, version: str) -> Audit:
    """Count again what a version would let out, from the register and not from the run that made it."""
    policy = office.county.disclosure
    manifest = ProductFiles.of(office.home, product.recipient, product.name).manifest(version)
    ((cells, shown, small, moved, compared),) = rows(
        office.con,
        load_sql("assets.published", "release_audit"),
        {
            "recipient": product.recipient, "product": product.name, "path": product.path, "version": version,
            "minimum": int(manifest["minimum_cell"]), "zeros_shown": policy.zeros == "show", "releases": policy.difference_releases,
        },
    )  # fmt: skip
    unaudited = [str(table["name"]) for table in manifest["tables"] if table.get("protection") and not table["protection"]["audited"]]
    return Audit(int(cells), int(shown), int(small), int(moved), int(compared), tuple(unaudited))


def content_of(home: Home, product: Product, version: str) -> str:
    """Hash of everything a version holds: its manifest, which names every table by logical hash, and its notice.

    Raises:
        ReleaseRefused: if the file does not hold what its manifest says.
    """
    files = ProductFiles.of(home, product.recipient, product.name)
    manifest = files.manifest(version)
    if hashes_in(files.data(version)) != {table["name"]: table["logical_hash"] for table in manifest["tables"]}:
        raise ReleaseRefused(f"{product.path} {version} does not hold what its manifest says; publish it again")
    return hashlib.sha256(rfc8785.dumps(manifest) + files.notice_file(version).read_bytes()).hexdigest()


def propose(office: Office, product: Product, *, by: str, reason: str, write: bool) -> tuple[Release, Audit]:
    """Ask for a product's current version to be made public.

    Raises:
        ReleaseRefused: if the product is not a quarterly one of counts, its terms have run out, the quarter has its snapshot or waits for
            a decision, the audit finds anything, or nobody of that login is in agencies.yaml.
    """
    _known(office.county.agencies, by)
    _reasoned(reason)
    if product.form is not ProductForm.AGGREGATE or product.cadence != "quarterly":
        raise ReleaseRefused(f"{product.path} is not a quarterly product of counts; nothing else goes public")
    current = _current(office, product)
    quarter = _folder(office.home, product, current.night)
    if quarter.exists():
        raise ReleaseRefused(f"{quarter.name} of {product.path} is public already, and a snapshot never changes")
    earlier = [item for item in releases(office.con) if item.product == product.path]
    if waiting := next((item for item in earlier if item.version == current.version and item.state in {Step.PROPOSE, Step.APPROVE}), None):
        raise ReleaseRefused(f"that version is release {waiting.name} already; approve, reject or publish it")
    found = audit(office, product, current.version)
    if not found.passed:
        raise ReleaseRefused(f"the audit says: {found.verdict}")
    content = content_of(office.home, product, current.version)
    name = hashlib.sha256(f"{product.path} {current.version} {len(earlier)}".encode()).hexdigest()[:12]
    step = (Step.PROPOSE.value, by, office.now, reason)
    made = Release(name, product.path, current.version, content, found.verdict, Step.PROPOSE, by, office.now, (step,))
    if write:
        _note(office, made, Step.PROPOSE, by=by, reason=reason, verdict=found.verdict)
    return made, found


def decide(office: Office, name: str, *, by: str, reason: str, approve: bool, write: bool) -> Release:
    """Approve or reject a release; whoever proposed it cannot approve it.

    Raises:
        ReleaseRefused: if it does not wait for that, the same person proposed it, the login may not approve, or the content has changed.
    """
    release = find(office.con, name)
    _reasoned(reason)
    if release.state is not Step.PROPOSE and not (release.state is Step.APPROVE and not approve):
        raise ReleaseRefused(f"release {name} does not wait for a decision: it stands at {release.state.value}")
    role = _known(office.county.agencies, by)
    if approve:
        if _same(by, release.proposed_by):
            raise ReleaseRefused("whoever proposed a release cannot approve it; a second person must")
        if role not in APPROVERS:
            raise ReleaseRefused(f"only {' or '.join(sorted(APPROVERS))} approves a release; agencies.yaml says who that is")
        _unchanged(office, release)
    if write:
        _note(office, release, Step.APPROVE if approve else Step.REJECT, by=by, reason=reason, verdict=release.verdict)
    return release


def publish(office: Office, name: str, *, by: str, reason: str, fill: Callable[[Path], None], write: bool) -> Path:
    """Put an approved release where everybody may read it, once and for ever; returns the folder.

    Args:
        office: where it is decided.
        name: the release.
        by: who publishes; may be either of the two.
        reason: why now.
        fill: writes the tables of the product's current version into a folder.
        write: without it, everything is checked and nothing is written.

    Raises:
        ReleaseRefused: if two distinct people have not proposed and approved it, its content or the audit has changed, or it is public.

    Killed before the folder was in its place, it is finished by doing it again.
    """
    release = find(office.con, name)
    _known(office.county.agencies, by)
    _reasoned(reason)
    target = snapshot_of(office, release)
    if release.state is Step.PUBLISH and target.exists():
        raise ReleaseRefused(f"{target.name} of {release.product} is public already, and a snapshot never changes")
    if release.state not in {Step.APPROVE, Step.PUBLISH} or release.approved_by is None or _same(release.approved_by, release.proposed_by):
        raise ReleaseRefused(f"release {name} is not approved by a second person: it stands at {release.state.value}")
    product, current = _unchanged(office, release)
    again = audit(office, product, release.version)
    if not again.passed:
        raise ReleaseRefused(f"the audit says: {again.verdict}")
    if target.exists():
        raise ReleaseRefused(f"{target.name} of {product.path} is public already, and a snapshot never changes")
    if write:
        # In the register first: what may have been seen counts as seen.
        if release.state is Step.APPROVE:
            _note(office, release, Step.PUBLISH, by=by, reason=reason, verdict=again.verdict)
        _freeze(office, product, current, target, fill)
    return target


def snapshot_of(office: Office, release: Release) -> Path:
    """Where a release's snapshot lies, or would."""
    return _quarter(office.home, release.product, date.fromisoformat(release.version[:10]))


def _freeze(office: Office, product: Product, current: CurrentProduct, target: Path, fill: Callable[[Path], None]) -> None:
    """Write the snapshot beside its place, read-only, and rename it into place."""
    beside = target.with_name(f".{target.name}-part")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True, mode=0o700)
    fill(beside)
    for path in beside.glob("*.NOTICE.txt"):
        path.rename(beside / "NOTICE.txt")
    for path in beside.glob("*.manifest.json"):
        path.rename(beside / "manifest.json")
    write_atomically(beside / "METHODS.md", methods_note(product, current.manifest, office.county).encode(), mode=0o600)
    write_atomically(beside / SUMS, _sums(beside).encode(), mode=0o600)
    for path in beside.iterdir():
        path.chmod(0o444)
    beside.rename(target)
    target.chmod(0o555)
    sync_folder(target.parent)


def faults_of(folder: Path) -> list[str]:
    """What is no longer as it was published in a snapshot's folder; empty when it stands."""
    sums = folder / SUMS
    if not sums.is_file():
        return [f"{SUMS} is missing"]
    stated = {name: sha for sha, _, name in (line.partition("  ") for line in sums.read_text(encoding="utf-8").splitlines())}
    held = {path.name: _sha256(path) for path in sorted(folder.iterdir()) if path.name != SUMS}
    return [
        *(f"{name} is missing" for name in stated if name not in held),
        *(f"{name} was added" for name in held if name not in stated),
        *(f"{name} was changed" for name, sha in held.items() if stated.get(name, sha) != sha),
    ]


def verify(home: Home, ledger: Ledger) -> dict[str, list[str]]:
    """Every snapshot and what is wrong with it, those that the ledger says were published and that are gone included."""
    found = {f"{folder.parent.name}/{folder.name}": faults_of(folder) for folder in sorted(home.public.glob("*/[0-9]*-Q[1-4]"))}
    for entry in ledger.entries():
        fields = entry["fields"]
        if entry["kind"] == EntryKind.RELEASE and fields["step"] == Step.PUBLISH:
            found.setdefault(fields["snapshot"], ["the snapshot is missing"])
    return found


def _sums(folder: Path) -> str:
    return "".join(f"{_sha256(path)}  {path.name}\n" for path in sorted(folder.iterdir()) if path.name != SUMS)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _folder(home: Home, product: Product, night: date) -> Path:
    return _quarter(home, product.path, night)


def _quarter(home: Home, product: str, night: date) -> Path:
    return home.public / product.replace("/", "_", 1) / f"{night.year}-Q{(night.month + 2) // 3}"


def _current(office: Office, product: Product) -> CurrentProduct:
    current = current_product(office.home, product.recipient, product.name)
    if current.valid_until <= office.night:
        raise ReleaseRefused(f"the terms of {product.path} {current.version} have run out on {current.valid_until}")
    return current


def _unchanged(office: Office, release: Release) -> tuple[Product, CurrentProduct]:
    """The product of a release, still with the very content that was proposed."""
    product = office.county.product(*release.product.split("/"))
    current = _current(office, product)
    if current.version != release.version or content_of(office.home, product, release.version) != release.content_sha256:
        raise ReleaseRefused(f"{release.product} is not what was proposed any more; reject release {release.name} and propose again")
    return product, current


def _known(agencies: Agencies, login: str) -> PersonRole:
    for agency in agencies.agencies.values():
        for person in agency.people:
            if _same(person.login, login):
                return person.role
    raise ReleaseRefused(f"nobody in agencies.yaml has the login [{login}]; a release is decided by people the county has named")


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _reasoned(reason: str) -> None:
    if not says_why(reason):
        raise ReleaseRefused("say why, in words that somebody else understands later")


def _note(office: Office, release: Release, step: Step, *, by: str, reason: str, verdict: str) -> None:
    """Enter a step in the ledger and in the register: an account may say too much, never too little."""
    product = office.county.product(*release.product.split("/"))
    night = date.fromisoformat(release.version[:10])
    folder = _folder(office.home, product, night)
    office.ledger.append(
        EntryKind.RELEASE,
        night=office.night,
        release=release.name,
        step=step.value,
        product=release.product,
        version=release.version,
        snapshot=f"{folder.parent.name}/{folder.name}",
        by=by,
        proposed_by=release.proposed_by,
        approved_by=by if step is Step.APPROVE else release.approved_by,
        reason=reason,
        content_sha256=release.content_sha256,
        verdict=verdict,
    )
    office.con.execute(
        "insert into registers.main.release_step values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [release.name, release.product, release.version, step.value, office.night, by, office.now, reason, release.content_sha256, verdict],
    ).fetchall()
