"""Templates of pages.

Belongs here: HTML as Jinja text, one file a page, nothing fetched from elsewhere. Does not belong here: facts, and any logic beyond loops.
"""
