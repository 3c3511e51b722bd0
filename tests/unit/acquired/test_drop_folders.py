"""Drop folders here and elsewhere: what is whole, what is packed, what is summed; refusals by rule and never by value."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from assets.acquired.acquire import AcquireReport, acquire
from contracts.sources import Source
from resources.source_systems import places
from resources.source_systems.packed import leads_elsewhere

FIRST = date(2026, 3, 2)


def changed(source: Source, *, file: str | None = None, member: str | None = None, **connector: Any) -> Source:
    text = source.model_dump(by_alias=True)
    text["connector"] |= connector
    if file:
        text["feeds"]["visits"]["from"] = {"file": file, "member": member}
    return Source.model_validate(text)


def look(drop: Any, night: date = FIRST, place: str | None = None) -> AcquireReport:
    return acquire(drop.source, night=night, home=drop.home, con=drop.con, environment={"VISITS_DROP": place or str(drop.folder)})


def test_a_file_waits_for_its_marker(drop: Any) -> None:
    drop.source = changed(drop.source, ready={"rule": "marker", "marker": "{name}.done"})
    drop.deliver("sound.csv")
    report = look(drop)
    assert report.verdict == "missing"
    assert "the file of 2026-03-02 of feed [visits] is not whole yet: its marker is not there" in report.reason
    (drop.folder / "visits_20260302.csv.done").touch()
    assert look(drop, FIRST + timedelta(days=1)).rows == {"visits": 3}


def test_a_file_that_still_grows_is_left_for_another_night(drop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.source = changed(drop.source, ready={"rule": "stable", "pause_seconds": 30})
    drop.deliver("sound.csv")
    waited: list[float] = []

    def growing(seconds: float) -> None:
        waited.append(seconds)
        with (drop.folder / "visits_20260302.csv").open("a") as stream:
            stream.write("more\n")

    monkeypatch.setattr(places, "sleep", growing)
    report = look(drop)
    assert (report.verdict, waited) == ("missing", [30])
    assert "it is still being written" in report.reason
    monkeypatch.setattr(places, "sleep", lambda seconds: None)
    drop.deliver("sound.csv")
    assert look(drop, FIRST + timedelta(days=1)).verdict == "accepted"


@pytest.mark.parametrize(
    "name", [".visits_20260302.csv", "~visits_20260302.csv", "visits_20260302.csv.part", "visits_20260302.csv.filepart"]
)
def test_names_of_unfinished_transfers_are_not_looked_at(drop: Any, name: str) -> None:
    (drop.folder / name).write_text("whatever")
    assert look(drop).reason == "missing: nothing was delivered for 2026-03-02"


@pytest.mark.parametrize("pattern", ["{name}.sha256", "SHA256SUMS"])
def test_a_file_is_held_to_the_checksum_the_vendor_wrote_down(drop: Any, pattern: str) -> None:
    drop.source = changed(drop.source, checksums=pattern)
    drop.deliver("sound.csv")
    file = drop.folder / "visits_20260302.csv"
    sums = drop.folder / pattern.replace("{name}", file.name)
    assert "waits for its checksum" in look(drop).reason
    sums.write_text(f"{'0' * 64}  {file.name}\n")
    report = look(drop, FIRST + timedelta(days=1))
    assert report.verdict == "refused"
    assert "checksum_mismatch: the file is not the one its checksum was taken of" in report.reason
    sums.write_text(f"{hashlib.sha256(file.read_bytes()).hexdigest().upper()} *{file.name}\n")
    assert look(drop, FIRST + timedelta(days=2)).rows == {"visits": 3}


def test_a_gzip_file_is_unpacked_and_landed_as_text(drop: Any, fixtures: Path) -> None:
    drop.source = changed(drop.source, file="visits_{date:%Y%m%d}.csv.gz")
    (drop.folder / "visits_20260302.csv.gz").write_bytes(gzip.compress((fixtures / "sound.csv").read_bytes()))
    report = look(drop)
    assert report.rows == {"visits": 3}
    landed = drop.home.landing / "visits" / str(report.sha256) / "visits" / "20260302.csv"
    assert landed.read_bytes() == (fixtures / "sound.csv").read_bytes()
    assert look(drop, FIRST + timedelta(days=1)).verdict == "fallback"


def archive(path: Path, members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda info: None) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            packed.writestr(info, content)


def test_a_zip_file_gives_its_only_member_or_the_declared_ones(drop: Any, fixtures: Path) -> None:
    content = (fixtures / "sound.csv").read_bytes()
    drop.source = changed(drop.source, file="visits_{date:%Y%m%d}.zip")
    archive(drop.folder / "visits_20260302.zip", {"any name.csv": content})
    assert look(drop).rows == {"visits": 3}
    archive(drop.folder / "visits_20260303.zip", {"a.csv": content, "readme.txt": b"hello"})
    assert "malformed_archive: 2 members where one is expected" in look(drop, FIRST + timedelta(days=1)).reason
    drop.source = changed(drop.source, file="visits_{date:%Y%m%d}.zip", member="a.csv")
    assert "1 members that nobody reads, the first at place 2" in look(drop, FIRST + timedelta(days=2)).reason
    drop.source = changed(drop.source, file="visits_{date:%Y%m%d}.zip", member="a.csv", ignored_members=["readme.txt"])
    (drop.folder / "visits_20260302.zip").unlink()
    assert look(drop, FIRST + timedelta(days=3)).rows == {"visits": 3}


def linked(info: zipfile.ZipInfo) -> None:
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


@pytest.mark.parametrize(
    ("write", "rule"),
    [
        (lambda path: archive(path, {"../../outside.csv": b"a"}), "malformed_archive: the name of member 1 leads out of the archive"),
        (lambda path: archive(path, {"x.csv": b"/etc/passwd"}, linked), "malformed_archive: member 1 is a link"),
        (lambda path: archive(path, {"bomb.csv": b"0" * 300_000_000}), "expands_too_much"),
        (lambda path: archive(path, {}), "malformed_archive: 0 members"),
        (lambda path: path.write_bytes(b"PK\x03\x04 not a zip"), "malformed_archive: the packed file is damaged"),
    ],
    ids=["slip", "link", "bomb", "empty", "damaged"],
)
def test_a_zip_file_that_leads_elsewhere_or_holds_too_much_is_refused(drop: Any, write: Callable[[Path], None], rule: str) -> None:
    drop.source = changed(drop.source, file="visits_{date:%Y%m%d}.zip")
    write(drop.folder / "visits_20260302.zip")
    report = look(drop)
    assert report.verdict == "refused"
    assert rule in report.reason
    assert not (drop.home.root.parent / "outside.csv").exists()
    assert not list(drop.home.scratch.iterdir())


@pytest.mark.parametrize(
    ("name", "elsewhere"),
    [("a.csv", False), ("in/a.csv", False), ("a..b.csv", False), ("../a", True), ("/a", True), ("x/../../a", True), ("C:\\a", True),
     ("\\\\host\\a", True), ("in\\..\\..\\a", True)],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_on_any_system_is_known(name: str, elsewhere: bool) -> None:
    assert leads_elsewhere(name) is elsewhere


@pytest.fixture
def memory(drop: Any, fixtures: Path) -> Iterator[Any]:
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    system.mkdirs("/county/drop", exist_ok=True)
    yield system
    system.rm("/county", recursive=True)


def test_a_folder_elsewhere_is_read_by_its_url_and_a_known_file_is_not_fetched_again(
    drop: Any, memory: Any, fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.pipe("/county/drop/visits_20260302.csv", (fixtures / "sound.csv").read_bytes())
    assert look(drop, place="memory://county/drop").rows == {"visits": 3}
    fetched: list[str] = []
    real = places.RemoteFolder.fetch

    def fetch(folder: Any, entry: Any, target: Path) -> Path:
        fetched.append(entry.name)
        return real(folder, entry, target)

    monkeypatch.setattr(places.RemoteFolder, "fetch", fetch)
    memory.pipe("/county/drop/visits_20260303.csv", (fixtures / "repeated-rows.csv").read_bytes())
    assert look(drop, FIRST + timedelta(days=1), place="memory://county/drop").rows == {"visits": 4}
    assert fetched == ["visits_20260303.csv"]
    assert not list(drop.home.scratch.iterdir())


def test_a_transfer_that_breaks_off_goes_on_where_it_ended(drop: Any, memory: Any, fixtures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (fixtures / "sound.csv").read_bytes()
    memory.pipe("/county/drop/visits_20260302.csv", content)
    monkeypatch.setattr(places, "BLOCK", 64)
    starts: list[int] = []

    class Breaking:
        def __init__(self, stream: Any) -> None:
            self.stream = stream
            self.given = 0

        def __enter__(self) -> Breaking:
            return self

        def __exit__(self, *_: object) -> None:
            self.stream.close()

        def seek(self, place: int) -> None:
            starts.append(place)
            self.stream.seek(place)

        def read(self, size: int) -> bytes:
            self.given += 1
            if self.given > 2 and len(starts) < 2:
                raise ConnectionResetError
            return self.stream.read(size)

    real = type(memory).open
    monkeypatch.setattr(type(memory), "open", lambda self, path, mode="rb", **named: Breaking(real(self, path, mode, **named)))
    assert look(drop, place="memory://county/drop").rows == {"visits": 3}
    assert starts == [128, 256]


def test_a_server_that_is_not_there_is_missing_and_its_address_is_not_told(drop: Any) -> None:
    report = look(drop, place="sftp://clerk:sesame@127.0.0.1:9/drop")
    assert report.verdict == "missing"
    assert report.reason.startswith("missing: unreachable: ")
    assert [word for word in ("sesame", "clerk", "127.0.0.1") if word in report.reason] == []
    report = look(drop, FIRST + timedelta(days=1), place="nothing-like-it://host/drop")
    assert "no driver for [nothing-like-it] is installed" in report.reason


@pytest.fixture
def sftp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """An SFTP server in this process whose host key is known, and its folder."""
    asyncssh = pytest.importorskip("asyncssh")
    pytest.importorskip("sshfs")
    served, home = tmp_path / "served", tmp_path / "account"
    served.mkdir()
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    host_key, own_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    own_key.write_private_key(home / ".ssh" / "id_ed25519")
    own_key.write_public_key(home / ".ssh" / "id_ed25519.pub")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> Any:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[host_key],
            authorized_client_keys=str(home / ".ssh" / "id_ed25519.pub"),
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(served)),
        )

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    port = server.sockets[0].getsockname()[1]
    (home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{port} {host_key.export_public_key().decode()}")
    yield f"sftp://clerk@127.0.0.1:{port}/drop", served

    async def stop() -> None:
        server.close()
        await server.wait_closed()

    asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


def test_files_are_fetched_from_an_sftp_server_whose_key_is_known(drop: Any, sftp: tuple[str, Path], fixtures: Path) -> None:
    url, served = sftp
    (served / "drop").mkdir()
    (served / "drop" / "visits_20260302.csv").write_bytes((fixtures / "sound.csv").read_bytes())
    (served / "drop" / "visits_20260302.csv.part").write_bytes(b"half")
    report = look(drop, place=url)
    assert (report.reason, report.rows) == ("", {"visits": 3})
    assert (served / "drop" / "visits_20260302.csv").exists()
    (Path.home() / ".ssh" / "known_hosts").write_text("")
    (served / "drop" / "visits_20260303.csv").write_bytes((fixtures / "repeated-rows.csv").read_bytes())
    report = look(drop, FIRST + timedelta(days=1), place=url)
    assert report.verdict == "fallback"
    assert "HostKeyNotVerifiable when connecting" in report.reason
