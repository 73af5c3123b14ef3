"""A thousand broken exports, as tests/connectors/files/test_fuzz.py reads a hundred."""

import time
from collections import Counter

from tests.connectors.files.mutations import case, complaints, outcome

CASES = range(1000, 2000)
SECONDS = 20.0


def test_a_thousand_broken_exports_are_read_or_refused_and_never_wrong_in_silence(tmp_path):
    wrong, seen, slowest = [], Counter(), 0.0
    for seed in CASES:
        made = case(seed)
        began = time.monotonic()
        found = complaints(made, tmp_path)
        slowest = max(slowest, time.monotonic() - began)
        seen["refused" if isinstance(outcome(made, tmp_path), str) else "read"] += 1
        if found:
            wrong.append((seed, made.done, found))
    print(f"{len(CASES):,} mutations: {seen['read']} read, {seen['refused']} refused, slowest {slowest:.2f} s")
    assert wrong == []
    assert slowest < SECONDS
