"""The JSON Schema of an account file, from which editors complete keys and underline mistakes.

Here: from the settings' classes to the schema. Not here: the rules between several keys, which only `read` tells.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from models.settings.account import AccountSettings

TITLE = "Account settings of smarketing-sla"


class _Generator(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Titles that only repeat the key would hide the descriptions."""
        return False


def settings_schema() -> dict[str, Any]:
    """The schema, JSON Schema draft 2020-12."""
    schema = AccountSettings.model_json_schema(by_alias=True, schema_generator=_Generator, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": TITLE}
