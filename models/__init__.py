"""Pure functions and plain values: settings, calendar, rates, plan. No Dagster, no database, no HTTP, no clock."""
