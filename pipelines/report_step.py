"""The step `report`: the page people read, rendered from the tables just published.

Here: that a page which cannot be drawn never fails a published night. Not here: the page (`report/`).
"""

import logging
from typing import Any

import dagster as dg

from pipelines.account_run import ACCOUNTS, AccountRun
from pipelines.asset_parts import OWNER
from pipelines.published_step import PUBLISHED
from pipelines.report.render import write_page

LOGGER = logging.getLogger("pipelines.report")

REPORT = dg.AssetKey("report")


@dg.multi_asset(
    name="report",
    specs=[
        dg.AssetSpec(
            REPORT,
            deps=[PUBLISHED],
            description="The page RevOps reads: the published night as one HTML file that needs no network.",
            group_name="published",
            kinds={"html"},
            owners=[OWNER],
            partitions_def=ACCOUNTS,
        )
    ],
)
def report_step(account_run: AccountRun) -> dg.MaterializeResult[Any]:
    """Render the page; where that fails, the night stands and the page of an earlier one is taken away."""
    folder = account_run.folder
    try:
        write_page(folder.published, folder.report, account_run.account, account_run.settings())
    except Exception as e:
        LOGGER.exception("the page could not be drawn")
        # Under tonight's summary an earlier night's page would pass for tonight's.
        folder.report.unlink(missing_ok=True)
        return dg.MaterializeResult(metadata={"said": f"the page could not be drawn ({type(e).__name__}); see run.log"})
    return dg.MaterializeResult(metadata={"file": dg.MetadataValue.path(str(folder.report))})
