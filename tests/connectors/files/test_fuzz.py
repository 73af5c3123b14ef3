"""A hundred broken exports: no traceback, no hang, no row that is neither counted nor reported."""

import time

import pytest

from tests.connectors.files.mutations import case, complaints

SECONDS = 20.0


@pytest.mark.parametrize("block", range(10))
def test_a_broken_export_is_read_or_refused_and_never_wrong_in_silence(tmp_path, block):
    for seed in range(10 * block, 10 * block + 10):
        began = time.monotonic()
        made = case(seed)
        assert (seed, made.done, complaints(made, tmp_path)) == (seed, made.done, [])
        assert time.monotonic() - began < SECONDS
