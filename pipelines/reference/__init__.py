"""The generated pages of ``docs/reference/``: what they say and where it is read from.

Belongs here: turning contracts, the county's text, the stages' tables and the command line into Markdown and JSON. Does not belong here:
writing files (commands/docs) and any page that a person writes.
"""

from __future__ import annotations

from pipelines.reference.pages import generated_pages, is_generated
from pipelines.reference.readme import with_figures

__all__ = ["generated_pages", "is_generated", "with_figures"]
