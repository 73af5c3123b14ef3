"""The step that reads a Salesforce org into `raw_salesforce`.

Here: the step. Not here: the reading (`salesforce_load`), or how the org is reached (`salesforce_access`).
"""

from pipelines.catalog import RAW_SALESFORCE
from pipelines.crm_step import crm_step
from pipelines.salesforce_access import reached
from pipelines.salesforce_load import SalesforceNight

salesforce_step = crm_step("salesforce", RAW_SALESFORCE, reached, SalesforceNight)
