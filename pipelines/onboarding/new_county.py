"""A new county folder: the demo county's text to be edited, or an almost empty one to be filled.

Belongs here: which files a new folder gets, and the line by which an editor finds their schemas. Does not belong here: what the files say
(contracts/demo_county, contracts/new_county).
"""

from __future__ import annotations

import shutil
from pathlib import Path

from pipelines.onboarding.yaml_text import SCHEMA_LINE
from pipelines.place import REPOSITORY, demo_county
from pipelines.reference.schemas import KINDS, schema_texts

SHARED = ("disclosure.yaml", "linkage", "definitions/race.yaml", "definitions/stepping_up.yaml", "definitions/linkage_sensitivity.yaml")
"""What an empty county takes over from the demo county, because nothing in it names an agency or a person."""
FOLDER = "schemas"


def empty_county() -> Path:
    """The text of a county that has nothing yet."""
    return REPOSITORY / "contracts" / "new_county"


def make_county(path: Path, *, empty: bool) -> None:
    """Write a county folder.

    Args:
        path: where; it is not there, or empty.
        empty: without the demo county's agencies, sources, instruments, forms, products and figures.
    """
    if empty:
        shutil.copytree(empty_county(), path, dirs_exist_ok=True)
        for name in SHARED:
            _copy(demo_county() / name, path / name)
        for folder in ("sources", "forms", "products"):
            (path / folder).mkdir(exist_ok=True)
    else:
        shutil.copytree(demo_county(), path, dirs_exist_ok=True)
    write_schemas(path)


def _copy(origin: Path, target: Path) -> None:
    if origin.is_dir():
        shutil.copytree(origin, target, dirs_exist_ok=True)
    elif origin.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin, target)


def write_schemas(path: Path) -> None:
    """Put the JSON Schemas beside a county's files, and into the first line of each file where its own lies."""
    folder = path / FOLDER
    folder.mkdir(exist_ok=True)
    for name, text in schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8")
    for kind, (where, _) in KINDS.items():
        for file in sorted(path.glob(where)):
            name_schema(file, kind, path)


def name_schema(file: Path, kind: str, county: Path) -> None:
    """Let a file's first line name its schema, if none does."""
    text = file.read_text(encoding="utf-8")
    if "yaml-language-server:" in text.partition("\n")[0]:
        return
    up = "../" * len(file.relative_to(county).parent.parts)
    line = SCHEMA_LINE.format(where=f"{up}{FOLDER}/{kind}.schema.json")
    file.write_text(f"{line}\n{text}", encoding="utf-8")
