"""Where published products lie and which version of one is current.

Belongs here: paths, ``CURRENT`` and manifests as any reader finds them. Does not belong here: writing a product (assets/published/) or
querying one (published_reader).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from resources.home import Home

VERSION = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}")
NAME = re.compile(r"[a-z][a-z0-9_]*")


class NoSuchProduct(LookupError):
    """Nothing is published under that name, or it was withdrawn."""


@dataclass(frozen=True)
class ProductFiles:
    """The folder of one product: versions beside each other, ``CURRENT`` naming one of them."""

    folder: Path

    @classmethod
    def of(cls, home: Home, recipient: str, product: str) -> ProductFiles:
        """The folder of ``recipient/product``.

        Raises:
            NoSuchProduct: if either is not a plain name.
        """
        if not (NAME.fullmatch(recipient) and NAME.fullmatch(product)):
            raise NoSuchProduct("name a product as RECIPIENT/PRODUCT, for example county/measures")
        return cls(home.published / recipient / product)

    @property
    def current_file(self) -> Path:
        """One line: the version readers get."""
        return self.folder / "CURRENT"

    def data(self, version: str) -> Path:
        """The DuckDB file of a version."""
        return self.folder / f"{version}.duckdb"

    def manifest_file(self, version: str) -> Path:
        """What is in a version, and under which terms."""
        return self.folder / f"{version}.manifest.json"

    def notice_file(self, version: str) -> Path:
        """What the recipient must know and obey."""
        return self.folder / f"{version}.NOTICE.txt"

    def current(self) -> str | None:
        """The version readers get; None when nothing is published or it was withdrawn."""
        try:
            version = self.current_file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return version if VERSION.fullmatch(version) else None

    def versions(self) -> list[str]:
        """Every version whose data file is here, oldest night first."""
        if not self.folder.is_dir():
            return []
        return sorted(path.stem for path in self.folder.glob("*.duckdb") if VERSION.fullmatch(path.stem))

    def manifest(self, version: str) -> dict[str, Any]:
        """The manifest of a version.

        Raises:
            NoSuchProduct: if that version is not here.
        """
        try:
            content: dict[str, Any] = json.loads(self.manifest_file(version).read_bytes())
        except FileNotFoundError:
            raise NoSuchProduct(f"version {version} is not published here") from None
        return content


@dataclass(frozen=True)
class CurrentProduct:
    """A product as readers get it now."""

    recipient: str
    product: str
    version: str
    night: date
    valid_until: date
    data: Path
    manifest: dict[str, Any]
    notice: str


def current_product(home: Home, recipient: str, product: str) -> CurrentProduct:
    """The current version of a product with its manifest and notice.

    Raises:
        NoSuchProduct: if nothing is current.
    """
    files = ProductFiles.of(home, recipient, product)
    version = files.current()
    if version is None or not files.data(version).exists():
        raise NoSuchProduct(f"{recipient}/{product} is not published; `throughcare status` lists what is")
    manifest = files.manifest(version)
    return CurrentProduct(
        recipient=recipient,
        product=product,
        version=version,
        night=date.fromisoformat(manifest["night"]),
        valid_until=date.fromisoformat(manifest["valid_until"]),
        data=files.data(version),
        manifest=manifest,
        notice=files.notice_file(version).read_text(encoding="utf-8"),
    )


def published_products(home: Home) -> list[CurrentProduct]:
    """Every current product, ordered by recipient and name."""
    found = []
    for folder in sorted(home.published.glob("*/*")):
        if folder.is_dir() and ProductFiles(folder).current() is not None:
            found.append(current_product(home, folder.parent.name, folder.name))
    return found
