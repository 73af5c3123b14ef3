"""The rail: Dagster assets, the DuckDB warehouse, publishing and the `sla` command. No business rule."""
