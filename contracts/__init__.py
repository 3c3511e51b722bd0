"""What was agreed: the county's reviewed text and the shapes of records.

Belongs here: pydantic models of the county folder, Pandera models of canonical records, vocabularies, and the demo county's
text. Does not belong here: dagster, duckdb, splink, any file but the county folder, any clock.
"""
