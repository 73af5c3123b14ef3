"""The order of the tests."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules with something that takes long to make come first.

    A worker that has no more to do takes tests from the end of another's list: of a module that is split so, what its
    tests share is made in each worker. What comes first is never split.
    """
    items.sort(key=lambda item: item.get_closest_marker("costly") is None)
