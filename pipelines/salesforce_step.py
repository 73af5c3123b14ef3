"""The step that reads a Salesforce org into `raw_salesforce`: everything at first, then what changed.

Here: the step. Not here: the reading (`salesforce_load`), or how the org is reached (`salesforce_access`).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.account_run import AccountRun, plain_failures
from pipelines.asset_parts import source_built, source_spec
from pipelines.catalog import RAW_SALESFORCE
from pipelines.crm_night import forget
from pipelines.landing import create_tables
from pipelines.salesforce_access import reached
from pipelines.salesforce_load import SalesforceNight


@dg.multi_asset(
    name="salesforce",
    specs=[source_spec(RAW_SALESFORCE, {"duckdb", "salesforce"})],
    retry_policy=dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL),
)
def salesforce_step(context: dg.AssetExecutionContext, account_run: AccountRun) -> Iterator[dg.MaterializeResult[Any]]:
    """Read what changed in the org; an account without one gets empty tables."""
    with plain_failures(), account_run.warehouse() as con:
        create_tables(con, RAW_SALESFORCE)
        with reached(account_run, con, account_run.settings()) as org:
            if org is None:
                forget(con, "salesforce", RAW_SALESFORCE)
            else:
                client, asked = org
                night = SalesforceNight(con, account_run.folder.landing, client, asked, account_run.doing)
                try:
                    night.read()
                finally:
                    night.account_for(client.all_calls)
                context.log.info(f"{night.cost.records:,} records, {client.all_calls:,} API calls")
        yield source_built(account_run.report_all(con, RAW_SALESFORCE), RAW_SALESFORCE)
