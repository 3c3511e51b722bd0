"""Folders here and elsewhere: a path, or a URL that fsspec opens (sftp, s3, memory).

Belongs here: listing a folder, fetching one file of it so that a broken transfer is taken up where it ended. Does not belong here: which
file is a delivery (drop_folder). Addresses and messages of servers hold names and passwords; none is passed on.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

ATTEMPTS = 4
BACKOFF_SECONDS = 2.0
BLOCK = 1024 * 1024
UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".swp", ".lock")
"""Endings under which programs write a file that is not whole yet."""
sleep: Callable[[float], None] = time.sleep
"""Waiting between two looks and between attempts; tests do not wait."""


class PlaceUnreachable(Exception):
    """A folder elsewhere cannot be read; says how, never where."""


@dataclass(frozen=True, order=True)
class Entry:
    """One file of a folder; ``stamp`` changes when it is written again."""

    name: str
    size: int
    stamp: str


class Folder(Protocol):
    """A folder, wherever it is."""

    @property
    def is_here(self) -> bool:
        """Whether its files can be read where they lie."""
        ...

    def entries(self) -> list[Entry]:
        """Its files, by name; links and folders are none."""
        ...

    def folders(self) -> list[str]:
        """Names of the folders in it."""
        ...

    def below(self, name: str) -> Folder:
        """One of these."""
        ...

    def fetch(self, entry: Entry, target: Path) -> Path:
        """The file on this machine: where it lies if it is here, else a copy at ``target``."""
        ...


@dataclass(frozen=True)
class LocalFolder:
    """A folder on this machine."""

    path: Path

    @property
    def is_here(self) -> bool:
        """See :class:`Folder`."""
        return True

    def entries(self) -> list[Entry]:
        """See :class:`Folder`."""
        found = []
        for path in sorted(self.path.iterdir()):
            if path.is_symlink() or not path.is_file():
                continue
            seen = path.stat()
            found.append(Entry(path.name, seen.st_size, f"{seen.st_size}:{seen.st_mtime_ns}"))
        return found

    def folders(self) -> list[str]:
        """See :class:`Folder`."""
        return sorted(path.name for path in self.path.iterdir() if path.is_dir() and not path.is_symlink())

    def below(self, name: str) -> LocalFolder:
        """See :class:`Folder`."""
        return LocalFolder(self.path / name)

    def fetch(self, entry: Entry, target: Path) -> Path:
        """See :class:`Folder`."""
        return self.path / entry.name


@dataclass(frozen=True)
class RemoteFolder:
    """A folder that fsspec opens."""

    system: Any
    path: str

    @property
    def is_here(self) -> bool:
        """See :class:`Folder`."""
        return False

    def entries(self) -> list[Entry]:
        """See :class:`Folder`."""
        found = []
        for item in self._list():
            if item.get("type") == "file" and not item.get("islink"):
                size = int(item.get("size") or 0)
                changed = item.get("mtime") or item.get("LastModified") or item.get("created") or item.get("time") or ""
                found.append(Entry(PurePosixPath(item["name"]).name, size, f"{size}:{changed}"))
        return sorted(found)

    def folders(self) -> list[str]:
        """See :class:`Folder`."""
        return sorted(PurePosixPath(item["name"]).name for item in self._list() if item.get("type") == "directory")

    def below(self, name: str) -> RemoteFolder:
        """See :class:`Folder`."""
        return RemoteFolder(self.system, f"{self.path.rstrip('/')}/{name}")

    def fetch(self, entry: Entry, target: Path) -> Path:
        """See :class:`Folder`. A transfer that breaks off goes on where it ended, some times."""
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.touch()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._append(entry, target)
            except Exception as error:
                failed = type(error).__name__
            else:
                return target
            if attempt < ATTEMPTS:
                sleep(BACKOFF_SECONDS * 2 ** (attempt - 1))
        raise PlaceUnreachable(f"{failed} while a file was fetched, {ATTEMPTS} attempts")

    def _append(self, entry: Entry, target: Path) -> None:
        done = target.stat().st_size
        with self.system.open(f"{self.path.rstrip('/')}/{entry.name}", "rb") as stream, target.open("ab") as into:
            if done:
                stream.seek(done)
            while block := stream.read(BLOCK):
                into.write(block)
        if target.stat().st_size != entry.size:
            target.write_bytes(b"")  # it was written again meanwhile
            raise OSError

    def _list(self) -> list[dict[str, Any]]:
        self.system.invalidate_cache()  # what lies there now, not what lay there
        listed: list[dict[str, Any]] = self.system.ls(self.path, detail=True)
        return listed


@contextmanager
def opened(place: str, *, spool: Path) -> Iterator[tuple[Folder, Path]]:
    """A folder by its path or URL, and a folder of our own for what is fetched from it, removed at the end.

    Args:
        place: path or URL.
        spool: a path that is free.

    Raises:
        PlaceUnreachable: if it cannot be opened or listed.
    """
    shutil.rmtree(spool, ignore_errors=True)
    try:
        yield _folder(place), spool
    finally:
        shutil.rmtree(spool, ignore_errors=True)


@contextmanager
def mirrored(place: str, *, spool: Path, wanted: Callable[[str], bool]) -> Iterator[Path]:
    """A folder of folders on this machine: itself if it is here, else a copy of those of its folders whose name is wanted.

    Raises:
        OSError: if a folder here is not there.
        PlaceUnreachable: if one elsewhere cannot be read.
    """
    with opened(place, spool=spool) as (folder, ours):
        if isinstance(folder, LocalFolder):
            yield folder.path
            return
        ours.mkdir(parents=True)
        for name in filter(wanted, folder.folders()):
            below = folder.below(name)
            (ours / name).mkdir()
            for entry in below.entries():
                if not is_unfinished(entry.name):
                    below.fetch(entry, ours / name / PurePosixPath(entry.name).name)
        yield ours


def _folder(place: str) -> Folder:
    parts = urlsplit(place)
    if "://" not in place or parts.scheme == "file":
        return LocalFolder(Path(unquote(parts.path) if "://" in place else place))
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _connected(place)
        except (ImportError, ValueError):
            failed = f"no driver for [{parts.scheme}] is installed"
            break
        except Exception as error:
            failed = f"{type(error).__name__} when connecting"
        if attempt < ATTEMPTS:
            sleep(BACKOFF_SECONDS * 2 ** (attempt - 1))
    raise PlaceUnreachable(failed)


def _connected(place: str) -> RemoteFolder:
    from fsspec.core import url_to_fs

    options: dict[str, Any] = {}
    if urlsplit(place).scheme in {"sftp", "ssh", "sshfs"}:
        # sshfs trusts any server unless it is told which; this account's own list is what decides.
        options["known_hosts"] = str(Path.home() / ".ssh" / "known_hosts")
    system, path = url_to_fs(place, skip_instance_cache=True, **options)  # a session holds a secret, and ends with the look
    system.ls(path, detail=False)
    return RemoteFolder(system, str(path))


def is_unfinished(name: str) -> bool:
    """Whether a name is one under which programs write files that are not whole yet."""
    return name.startswith((".", "~")) or name.lower().endswith(UNFINISHED)
