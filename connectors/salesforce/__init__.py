"""A Salesforce org: its leads, opportunities, histories and activities as landing files.

Here: reading an org. Not here: any database, or the funnel's terms (sql/salesforce).
"""
