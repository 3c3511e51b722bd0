"""Readers of what lies in the landing: tables, delimited text, FHIR. Each gives rows of text with their positions, and judges nothing."""
