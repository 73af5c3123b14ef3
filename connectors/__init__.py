"""Sources of CRM records: a module or package each; they know their CRM and nothing else of the project."""
