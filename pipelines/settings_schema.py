"""accounts/settings.schema.json: the JSON Schema of an account file, for editors.

Here: writing it. Not here: what it says (models/settings/schema).
"""

import json

from models.settings.schema import settings_schema
from pipelines.paths import PROJECT

FILE = PROJECT / "accounts" / "settings.schema.json"


def schema_text() -> str:
    """The file's content."""
    return json.dumps(settings_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(schema_text(), encoding="utf-8")
