"""The ledger held against the home: does every file that its newest entries say is there lie there, and nothing that they say is gone?

Belongs here: looking. Does not belong here: the chain of entries itself (resources/ledger), what a snapshot holds (public_release).

A chain that holds together says what was done; it does not say that the files of it were left alone. Looked for are: the current version of
every product, table by table against the hashes in its entry; versions that were purged or withdrawn; public snapshots; extracts for
research and what was destroyed of them; the text and the account of the newest run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assets.published.file import PublishFault, hashes_in
from assets.published.public_release import verify as verify_snapshots
from resources.home import Home
from resources.ledger import EntryKind, Ledger
from resources.published_files import NAME, VERSION, NoSuchProduct, ProductFiles

Entry = Mapping[str, Any]


def file_faults(home: Home, ledger: Ledger) -> list[str]:
    """What the newest entries say is there and is not, or is not as they say, or is there again; names of the county's text only."""
    entries = ledger.entries()
    return [
        *_nothing_entered(home, entries),
        *(fault for path in _products(entries) for fault in _product_faults(home, entries, path)),
        *(f"public/{name}: {fault}" for name, faults in sorted(verify_snapshots(home, ledger).items()) for fault in faults),
        *_extract_faults(home, entries),
        *_terms_faults(home, entries),
    ]


def _nothing_entered(home: Home, entries: Sequence[Entry]) -> list[str]:
    if entries or not home.registers.exists():
        return []
    return ["nights were run in this home and the ledger has no entry of them; restore ledger/ from its backup"]


def _products(entries: Sequence[Entry]) -> list[str]:
    return sorted({str(entry["fields"]["product"]) for entry in entries if entry["kind"] == EntryKind.PUBLISHING})


def _product_faults(home: Home, entries: Sequence[Entry], path: str) -> Iterator[str]:
    about = [entry for entry in entries if entry["fields"].get("product") == path]
    account = {EntryKind.PUBLISHING, EntryKind.PUBLISHED, EntryKind.WITHDRAWN}
    last = next(entry for entry in reversed(about) if entry["kind"] in account)
    recipient, _, name = path.partition("/")
    if not (NAME.fullmatch(recipient) and NAME.fullmatch(name)):
        yield f"the ledger names a product [{path}] that no county can have"
        return
    files = ProductFiles.of(home, recipient, name)
    current = files.current()
    if last["kind"] == EntryKind.WITHDRAWN and current is not None:
        yield f"published/{path}: was withdrawn (entry {last['number']}) and can be read again"
    # Begun and not finished is no fault: a killed run is gone on with by the next one.
    if last["kind"] == EntryKind.PUBLISHED:
        yield from _version_faults(files, about, path, str(last["fields"]["version"]), current)
    yield from (f"published/{path}: {version} was removed and lies there again" for version in _gone(about) if files.data(version).exists())


def _version_faults(files: ProductFiles, about: Sequence[Entry], path: str, version: str, current: str | None) -> Iterator[str]:
    if current != version:
        yield f"published/{path}: {version} was published, and readers get {current or 'nothing'}"
    if not files.data(version).exists():
        yield f"published/{path}: {version} is missing; the next run writes it again"
        return
    told = next(
        entry["fields"].get("tables")
        for entry in reversed(about)
        if entry["kind"] == EntryKind.PUBLISHING and entry["fields"]["version"] == version
    )
    if told is not None and _hashes(files, version) != {table["name"]: table["logical_hash"] for table in told}:
        yield f"published/{path}: {version} does not hold what its entry says; withdraw it, remove the file and run the night again"


def _gone(about: Sequence[Entry]) -> list[str]:
    """Versions that were purged or withdrawn and not published again since."""
    gone: dict[str, bool] = {}
    for entry in about:
        if entry["kind"] in {EntryKind.PURGED, EntryKind.WITHDRAWN}:
            gone |= dict.fromkeys(map(str, entry["fields"]["versions"]), True)
        elif entry["kind"] in {EntryKind.PUBLISHING, EntryKind.PUBLISHED}:
            gone[str(entry["fields"]["version"])] = False
    return sorted(version for version, is_gone in gone.items() if is_gone and VERSION.fullmatch(version))


def _extract_faults(home: Home, entries: Sequence[Entry]) -> Iterator[str]:
    told = {
        (str(entry["fields"]["project"]), str(entry["fields"]["version"])): entry["fields"]["step"]
        for entry in entries
        if entry["kind"] == EntryKind.RESEARCH_EXTRACT
    }
    for (project, version), step in sorted(told.items()):
        files = ProductFiles(home.research / project)
        there = files.data(version).exists()
        if step == "destroyed" and there:
            yield f"research/{project}: {version} was destroyed and lies there again"
        elif step != "destroyed" and not there:
            yield f"research/{project}: {version} is missing, and no entry says that it was destroyed"
        elif there and _hashes(files, version) != _stated(files, version):
            yield f"research/{project}: {version} does not hold what its manifest says"


def _terms_faults(home: Home, entries: Sequence[Entry]) -> Iterator[str]:
    runs = [entry for entry in entries if entry["kind"] == EntryKind.RUN_STARTED]
    if runs and not (home.terms / str(runs[-1]["fields"]["terms_sha256"])).is_dir():
        yield f"terms/{runs[-1]['fields']['terms_sha256'][:12]}: the text of the newest run is missing; restore terms/ from the backup"


def _hashes(files: ProductFiles, version: str) -> dict[str, str]:
    try:
        return hashes_in(files.data(version))
    except PublishFault:
        return {}


def _stated(files: ProductFiles, version: str) -> dict[str, str] | None:
    try:
        return {table["name"]: table["logical_hash"] for table in files.manifest(version)["tables"]}
    except (NoSuchProduct, ValueError, KeyError):
        return None
