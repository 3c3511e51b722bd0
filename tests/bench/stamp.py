"""Which code measured a figure.

Belongs here: the commit of the working tree. Does not belong here: any figure. A page that shows figures of several commits says so.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def commit(root: Path = ROOT) -> str | None:
    """The commit of the working tree at ``root``, with what was changed since said; None where git knows of none."""
    found = _git(root, "rev-parse", "--short=10", "HEAD")
    if not found:
        return None
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    return f"{found} with changes" if changed else found


def _git(root: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
