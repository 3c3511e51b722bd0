"""A packed delivery, unpacked as one stream of bytes and never further than it may.

Belongs here: gzip and zip, the caps on what comes out of them, names in an archive that lead elsewhere. Does not belong here: which file is
whose (drop_folder), what is in it. Nothing is ever extracted by the name an archive gives it.
"""

from __future__ import annotations

import gzip
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from resources.source_systems.connector import Fault, Rule
from resources.source_systems.csv_text import FileFaultError

BLOCK = 1024 * 1024
MANY_MEMBERS = 1_000
PACKED = (".gz", ".zip")


def is_packed(name: str) -> bool:
    """Whether a file of this name is unpacked first."""
    return name.lower().endswith(PACKED)


def unpacked_suffix(name: str, member: str | None) -> str:
    """Suffix of what comes out of a file of this name."""
    path = PurePosixPath(name)
    if path.suffix.lower() == ".gz":
        return PurePosixPath(path.stem).suffix.lower() or ".txt"
    if path.suffix.lower() == ".zip":
        return PurePosixPath(member).suffix.lower() if member else ".txt"
    return path.suffix.lower()


def unpack(
    path: Path, target: Path, *, member: str | None, declared: Sequence[str], ignored: Sequence[str], max_bytes: int, max_expansion: int
) -> None:
    """Write what a packed file holds to ``target``.

    Args:
        path: the file; its suffix says how it is packed.
        target: where its content goes.
        member: the member to take; None: the only one.
        declared: members that other feeds take from it.
        ignored: members that nobody takes, said out loud.
        max_bytes: most bytes that may come out.
        max_expansion: largest ratio of unpacked to packed bytes, beyond the first megabyte.

    Raises:
        FileFaultError: if it is damaged, too large, or holds something else than it should.
    """
    limit = min(max_bytes, max(BLOCK, path.stat().st_size * max_expansion))
    fault: Fault | None = None
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as stream:
                _copy(stream, target, limit=limit, max_bytes=max_bytes)
        else:
            with zipfile.ZipFile(path) as archive:
                found = _member(archive.infolist(), member, declared=declared, ignored=ignored)
                with archive.open(found) as stream:
                    _copy(stream, target, limit=limit, max_bytes=max_bytes)
    except EOFError:
        fault = Fault(Rule.TRUNCATED, "the packed file ends in the middle")
    except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, UnicodeError, ValueError, OSError):
        fault = Fault(Rule.MALFORMED_ARCHIVE, "the packed file is damaged, locked, or packed in another way than its name says")
    if fault:
        raise FileFaultError(fault)


def _copy(stream: IO[bytes] | gzip.GzipFile, target: Path, *, limit: int, max_bytes: int) -> None:
    size = 0
    with target.open("wb") as into:
        while block := stream.read(BLOCK):
            size += len(block)
            if size > limit:
                if size > max_bytes:
                    raise FileFaultError(Fault(Rule.TOO_LARGE, f"more than the {max_bytes} bytes that are allowed come out of it"))
                raise FileFaultError(Fault(Rule.EXPANDS_TOO_MUCH, f"more than {limit} bytes come out of it, too many for its size"))
            into.write(block)


def _member(members: Sequence[zipfile.ZipInfo], wanted: str | None, *, declared: Sequence[str], ignored: Sequence[str]) -> zipfile.ZipInfo:
    if len(members) > MANY_MEMBERS:
        raise FileFaultError(Fault(Rule.MALFORMED_ARCHIVE, f"{len(members)} members, more than {MANY_MEMBERS}"))
    for place, info in enumerate(members, start=1):
        if leads_elsewhere(info.filename):
            raise FileFaultError(Fault(Rule.MALFORMED_ARCHIVE, f"the name of member {place} leads out of the archive"))
        if stat.S_ISLNK(info.external_attr >> 16):
            raise FileFaultError(Fault(Rule.MALFORMED_ARCHIVE, f"member {place} is a link"))
        if info.flag_bits & 1:
            raise FileFaultError(Fault(Rule.MALFORMED_ARCHIVE, f"member {place} is locked with a password"))
    files = [info for info in members if not info.is_dir() and info.filename not in ignored]
    names = [info.filename for info in files]
    if len(set(names)) < len(names):
        raise FileFaultError(Fault(Rule.MALFORMED_ARCHIVE, "two members have the same name"))
    if wanted is None:
        if len(files) != 1:
            raise FileFaultError(Fault(Rule.MALFORMED_ARCHIVE, f"{len(files)} members where one is expected; name the member of each feed"))
        return files[0]
    unsaid = [place for place, name in enumerate(names, start=1) if name not in {wanted, *declared}]
    if unsaid:
        detail = f"{len(unsaid)} members that nobody reads, the first at place {unsaid[0]}; list them under ignored_members"
        raise FileFaultError(Fault(Rule.MALFORMED_ARCHIVE, detail))
    for info in files:
        if info.filename == wanted:
            return info
    raise FileFaultError(Fault(Rule.MALFORMED_ARCHIVE, f"no member [{wanted}]"))


def leads_elsewhere(name: str) -> bool:
    """Whether a name in an archive could point outside of the folder it is unpacked in, on any system."""
    windows = PureWindowsPath(name)
    return bool(windows.drive or windows.root or name.startswith("/") or ".." in windows.parts or "\x00" in name)
