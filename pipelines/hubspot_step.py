"""The step that reads a HubSpot portal into `raw_hubspot`: everything at first, then what changed.

Here: the step. Not here: the reading (`hubspot_load`), or how the portal is reached (`hubspot_access`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.account_run import AccountRun, plain_failures
from pipelines.asset_parts import source_built, source_spec
from pipelines.catalog import RAW_HUBSPOT
from pipelines.crm_night import forget
from pipelines.hubspot_access import reached
from pipelines.hubspot_load import HubSpotNight
from pipelines.landing import create_tables


@dg.multi_asset(
    name="hubspot",
    specs=[source_spec(RAW_HUBSPOT, {"duckdb", "hubspot"})],
    retry_policy=dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL),
)
def hubspot_step(context: dg.AssetExecutionContext, account_run: AccountRun) -> Iterator[dg.MaterializeResult[Any]]:
    """Read what changed in the portal; an account without one gets empty tables."""
    with plain_failures(), account_run.warehouse() as con:
        create_tables(con, RAW_HUBSPOT)
        with reached(account_run, con, account_run.settings()) as portal:
            if portal is None:
                forget(con, "hubspot", RAW_HUBSPOT)
            else:
                client, asked = portal
                night = HubSpotNight(con, account_run.folder.landing, client, asked, account_run.doing)
                try:
                    night.read()
                finally:
                    night.account_for(client.all_calls)
                context.log.info(f"{night.cost.records:,} records, {client.all_calls:,} API calls")
        yield source_built(account_run.report_all(con, RAW_HUBSPOT), RAW_HUBSPOT)
