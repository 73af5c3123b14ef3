"""The project's definitions with a schedule that ticks every minute, so that a test can wait for it."""

from pipelines.catalog import catalog
from pipelines.definitions import build_definitions

defs = build_definitions(catalog(), ticks="* * * * *")
