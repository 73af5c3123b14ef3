"""HubSpot: `portal` is read first, then `records`, `missing` and `streams`; `tables` says what they become.

Calls go through `client` (the SDK's transport, our retries) by the names in `paths`, within `limits`.
"""
