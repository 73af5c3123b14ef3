"""A simulated company: what truly happened there, drawn from a seed, and what its CRM would show at any moment."""

from connectors.sandbox.company.company import Company
from connectors.sandbox.company.truths import Truths, truths_of

__all__ = ["Company", "Truths", "truths_of"]
