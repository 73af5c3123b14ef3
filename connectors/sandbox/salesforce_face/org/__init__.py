"""The org behind the face: Salesforce's objects out of the simulated company, as of a moment that may move on.

Here: what the objects hold, a file a table. Not here: questions (soql), HTTP, limits, faults (app).
"""

from connectors.sandbox.salesforce_face.org.org import OBJECTS, Features, Field, Org

__all__ = ["OBJECTS", "Features", "Field", "Org"]
