"""Rows of a CSV counted as it passes by in pieces: as many as a reader of CSV finds."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce.csv_rows import RowCounter

CELL = st.text(alphabet='ab"\n\r,\x00é', max_size=6)


def written(rows):
    """The rows as a job writes them."""
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


@given(
    rows=st.lists(st.lists(CELL, min_size=2, max_size=2), max_size=8),
    cuts=st.lists(st.integers(0, 200), max_size=6),
    has_last_end=st.booleans(),
)
def test_every_way_of_cutting_counts_the_same_rows(rows, cuts, has_last_end):
    content = written(rows)
    if not has_last_end:
        content = content.removesuffix(b"\n")
    counter = RowCounter()
    places = [0, *sorted(c for c in cuts if c < len(content)), len(content)]
    for start, end in zip(places, places[1:], strict=False):
        counter.add(content[start:end])
    assert counter.rows == len(rows)


def test_a_value_that_was_cut_off_is_a_row_that_does_not_end():
    counter = RowCounter()
    counter.add(b'"Id"\n"1"\n"2 and mo')
    assert counter.rows == 3
