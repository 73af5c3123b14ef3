"""Exports of any CRM: CSV, Parquet, JSON. `tables` says what is read from them, `exports` how.

The reading itself is SQL text for DuckDB, so that files of any size are never rows in Python.
"""

from connectors.files.exports import Exports, Reading
from connectors.files.tables import TABLES

__all__ = ["TABLES", "Exports", "Reading"]
