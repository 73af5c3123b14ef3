"""The page people read: data/NAME/report.html, rendered from the published tables."""
