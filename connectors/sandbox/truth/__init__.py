"""What is true of the company at a moment, in the terms of the product's tables, worked out from its own tables.

Never from the product's SQL: a mistake there must not repeat itself here.
"""

from connectors.sandbox.truth.truth import TABLES, Truth, tell_truth

__all__ = ["TABLES", "Truth", "tell_truth"]
