"""Turning exact figures into whole people, deals and weeks, once, at the end.

Here: rounding up with a tolerance, rounding reps, spreading a whole number. Not here: what is rounded.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

# Quotients of rates carry errors far below this up to a thousand million records; a real need of a thousandth of a
# person does not exist.
TOLERANCE = 1e-6


def ceil_whole(exact: float) -> int:
    """The least whole number not below `exact`, taking 800.0000001 as 800."""
    return math.ceil(exact - TOLERANCE)


def floor_whole(exact: float) -> int:
    """The greatest whole number not above `exact`, taking 93.9999999 as 94."""
    return math.floor(exact + TOLERANCE)


def round_reps(exact: float, rounding: str) -> int:
    """`exact` reps as whole ones: `up`, or `nearest` with a half going up."""
    if rounding == "up":
        return ceil_whole(exact)
    return math.floor(exact + 0.5 + TOLERANCE)


def spread(total: int, weights: Sequence[float]) -> list[int]:
    """`total` split over `weights` in whole parts that sum to it, by largest remainder; ties go to the earlier.

    All weights zero: the whole falls on the last part. Raises ValueError where there is no part or a weight is
    negative.
    """
    if not weights or min(weights) < 0:
        raise ValueError("a total is spread over at least one weight, none of them negative")
    exact_weights = [Fraction(w).limit_denominator(10**9) for w in weights]
    whole = sum(exact_weights)
    if whole == 0:
        return [0] * (len(weights) - 1) + [total]
    shares = [total * w / whole for w in exact_weights]
    parts = [math.floor(s) for s in shares]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - shares[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
