"""What the UI shows of a table: its columns with where they come from, its SQL, a version of its meaning."""

import dagster as dg

from pipelines.asset_parts import asset_key, asset_spec, built, check_specs, source_built
from pipelines.catalog import catalog
from pipelines.definitions import defs
from pipelines.warehouse import CheckOutcome


def columns_of(key: str) -> dict[str, dg.TableColumn]:
    node = defs.resolve_asset_graph().get(asset_key(key))
    shown = node.metadata["dagster/column_schema"].columns
    # A source's columns say their table.
    prefix = f"{key.split('.')[1]}." if key.startswith("raw_") else ""
    return {c.name.removeprefix(prefix): c for c in shown if c.name.startswith(prefix)}


def test_a_column_says_where_it_comes_from():
    shown = columns_of("reporting.stage_counts")
    assert shown["stage"].description == (
        "the canonical stage; NULL: lost, none, or not mapped ← funnel.deals.stage, funnel.people.stage"
    )
    assert shown["as_of"].description == "the day this night speaks for ← settings.night.as_of"
    # A count comes from no column.
    assert shown["records"].description == "people or deals"
    assert (shown["records"].type, shown["as_of"].type) == ("BIGINT", "DATE")


def test_every_source_of_a_column_is_a_column_there_is():
    tables = catalog().tables
    known = {f"{t.key}.{c.name}" for t in tables.values() for c in t.columns}
    named = {s for t in tables.values() for c in t.columns for s in c.sources}
    assert named
    assert named <= known
    for table in tables.values():
        read = {s.rsplit(".", 1)[0] for c in table.columns for s in c.sources}
        assert read <= {*table.reads, table.key}, table.key


def test_the_schema_of_an_asset_is_that_of_its_table():
    for table in catalog().tables.values():
        shown = columns_of(table.key)
        assert [(n, c.type) for n, c in shown.items()] == [(c.name, c.type) for c in table.columns]


def test_the_description_holds_the_grain_and_the_metadata_the_sql():
    table = catalog().tables["reporting.stage_counts"]
    spec = asset_spec(table, {"sql"})
    assert spec.description.startswith("How many people and deals stand in each stage of the CRM tonight.")
    assert "One row for each as_of, record_type, pipeline, crm_stage, stage, segment." in spec.description
    assert spec.description.endswith("Made by `sql/reporting/stage_counts.sql`, which stands in the metadata.")
    assert spec.metadata["sql"].value == f"```sql\n{table.sql}\n```"


def test_every_asset_has_what_the_ui_documents_it_with():
    graph = defs.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.description, key
        assert node.kinds, key
        assert node.owners == ["team:revops"], key


def test_the_description_of_a_plan_table_names_its_function():
    said = asset_spec(catalog().tables["reporting.required_reps"], {"python"}).description
    assert said.endswith("Made by `models.required_reps.required_reps`.")


def test_checks_are_named_for_what_they_hold_and_block():
    specs = check_specs(catalog().tables["reporting.stage_counts"])
    assert [(s.name, s.blocking) for s in specs] == [("grain", True), ("records_above_0", True)]
    assert specs[1].description == "Every row meets `records > 0`."


def test_a_broken_check_says_how_many_rows_break_what():
    table = catalog().tables["reporting.stage_counts"]
    result = built(
        table, 1200, [CheckOutcome("records_above_0", "records > 0", 1100), CheckOutcome("grain", "one row", 0)]
    )
    broken, held = result.check_results
    assert (broken.passed, broken.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert broken.description == "1,100 rows of reporting.stage_counts break: records > 0"
    assert (held.passed, held.description) == (True, None)
    assert result.metadata == {"dagster/row_count": 1200}


def test_figures_to_plot_stand_beside_the_row_count():
    table = catalog().tables["reporting.required_reps"]
    assert built(table, 1, plotted={"reps": 2.0}).metadata == {"dagster/row_count": 1, "reps": 2.0}


def test_a_source_says_what_each_of_its_tables_means_and_how_many_rows_it_has():
    tables = catalog().of_schema("raw_hubspot")
    node = defs.resolve_asset_graph().get(asset_key("raw_hubspot.contacts"))
    assert all(f"- `{t.key}`: {t.description}" in node.description for t in tables)
    result = source_built({"contacts": 3, "deals": 2}, tables)
    assert result.metadata == {"dagster/row_count": 5, "contacts": 3, "deals": 2}
