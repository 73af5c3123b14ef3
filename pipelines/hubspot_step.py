"""The step that reads a HubSpot portal into `raw_hubspot`.

Here: the step. Not here: the reading (`hubspot_load`), or how the portal is reached (`hubspot_access`).
"""

from pipelines.catalog import RAW_HUBSPOT
from pipelines.crm_step import crm_step
from pipelines.hubspot_access import reached
from pipelines.hubspot_load import HubSpotNight

hubspot_step = crm_step("hubspot", RAW_HUBSPOT, reached, HubSpotNight)
