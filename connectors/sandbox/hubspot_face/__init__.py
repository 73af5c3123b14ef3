"""The simulated company served as HubSpot's API: the paths, bodies, limits and faults that a connector meets."""
