"""The county's systems, read and never written: one connector a file behind one interface.

Nothing here decides what a delivery means; it fetches it, as text, and says what is wrong with it as a file.
"""

from __future__ import annotations

from contracts.sources import Source
from resources.source_systems.connector import Collected, Connector, Fault, FaultyPart, Known, Part, Rule

__all__ = ["Collected", "Connector", "Fault", "FaultyPart", "Known", "Part", "Rule", "connector_for"]


def connector_for(source: Source) -> Connector:
    """The connector that a source's text asks for."""
    # Imported where used: SQLAlchemy costs a quarter of a second.
    match source.connector.kind:
        case "sqlalchemy":
            from resources.source_systems.sqlalchemy_query import SqlAlchemyConnector

            return SqlAlchemyConnector()
        case "csv_drop":
            from resources.source_systems.csv_drop import CsvDropConnector

            return CsvDropConnector()
        case "fhir_ndjson":
            from resources.source_systems.fhir_ndjson import FhirNdjsonConnector

            return FhirNdjsonConnector()
        case "hmis_csv":
            from resources.source_systems.hmis_csv import HmisCsvConnector

            return HmisCsvConnector()
        case "excel_drop" | "fixed_width_drop":
            from resources.source_systems.table_drop import TableDropConnector

            return TableDropConnector()
