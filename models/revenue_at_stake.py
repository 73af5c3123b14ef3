"""The money behind a gap: the forecast's shortfall, split over the factors whose product the revenue is.

Here: the split. Not here: which commitment a factor belongs to (`sla_gaps`).
"""

import math
from collections.abc import Sequence


def log_mean(a: float, b: float) -> float:
    """The logarithmic mean of two positive numbers: (a - b) / ln(a / b), or the number where they are equal."""
    if math.isclose(a, b, rel_tol=1e-9):
        return (a + b) / 2
    return (a - b) / math.log(a / b)


def split_shortfall(committed: Sequence[float], expected: Sequence[float]) -> list[float]:
    """What each factor takes from the product: parts that sum to prod(committed) - prod(expected), in any order.

    All of `committed` are above 0. A factor that is expected better than committed has a part below 0; the first one
    expected to be 0 takes all. Source: the additive logarithmic mean Divisia index (Ang 2004).
    """
    whole, left = math.prod(committed), math.prod(expected)
    if left <= 0:
        none_left = next(i for i, e in enumerate(expected) if e <= 0)
        return [whole if i == none_left else 0.0 for i in range(len(expected))]
    weight = log_mean(whole, left)
    return [weight * math.log(c / e) for c, e in zip(committed, expected, strict=True)]


def expected_factors(volumes: Sequence[float | None], agreed_steps: Sequence[float], deal: float) -> list[float] | None:
    """The forecast as factors: the first volume, the way from each stage to the next, and the average deal.

    A stage whose volume is not known is passed at the agreed rate, so that the last step before a known one takes the
    whole difference. None where the first or the last volume is not known.
    """
    first, last = volumes[0], volumes[-1]
    if first is None or last is None:
        return None
    factors, at = [first], first
    for volume, agreed in zip(volumes[1:], agreed_steps, strict=True):
        following = at * agreed if volume is None else volume
        # From nothing, nothing more is lost.
        factors.append(following / at if at > 0 else agreed)
        at = following if at > 0 else 0.0
    return [*factors, deal]
