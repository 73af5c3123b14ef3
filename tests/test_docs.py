"""The documentation says what the product does."""

from pipelines.catalog import catalog
from pipelines.tables_page import PAGE, tables_page


def test_the_page_of_tables_is_current():
    assert PAGE.read_text(encoding="utf-8") == tables_page(catalog()), "run: python -m pipelines.tables_page"
