"""Exports of any CRM: CSV, Excel, Parquet, JSON. `tables` says what is read from them, `exports` how.

Text is cut into rows as a stream, where a broken row can be told from a whole one; all that follows is SQL for DuckDB.
"""

from connectors.files.exports import Exports, Reading
from connectors.files.tables import TABLES

__all__ = ["TABLES", "Exports", "Reading"]
