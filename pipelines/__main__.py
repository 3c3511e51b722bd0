"""``python -m pipelines``: the same as ``throughcare``."""

from pipelines.cli import main

main()
