"""Refusals, as Salesforce words them.

Here: what is said and with which status. Not here: when (app and the modules it asks).
"""

from typing import Any


class Refusal(Exception):  # noqa: N818
    """An answer that is an error: the HTTP status, the errorCode and the message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    @property
    def body(self) -> list[dict[str, Any]]:
        """What the answer holds."""
        return [{"message": self.message, "errorCode": self.code}]


def malformed(message: str) -> Refusal:
    """A query that cannot be read."""
    return Refusal(400, "MALFORMED_QUERY", message)


def no_such_column(name: str, entity: str, near: str) -> Refusal:
    """A field that is not there, or that the user may not see: Salesforce does not tell which."""
    return Refusal(
        400,
        "INVALID_FIELD",
        f"\n{near}\n       ^\nERROR at Row:1:Column:8\nNo such column '{name}' on entity '{entity}'. If you are "
        "attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference "
        "your WSDL or the describe call for the appropriate names.",
    )


def no_such_object(name: str) -> Refusal:
    """An object that is not there, or that the user may not see."""
    return Refusal(
        400,
        "INVALID_TYPE",
        f"\nFROM {name}\n     ^\nERROR at Row:1:Column:1\nsObject type '{name}' is not supported. If you are "
        "attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your "
        "WSDL or the describe call for the appropriate names.",
    )


def bad_session() -> Refusal:
    """A token that is not, or no longer, good."""
    return Refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")


def not_found() -> Refusal:
    """A path that leads nowhere."""
    return Refusal(404, "NOT_FOUND", "The requested resource does not exist")


def bad_locator() -> Refusal:
    """A cursor that is lost."""
    return Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")


def over_limit(is_daily: bool) -> Refusal:
    """A call too many: of the day, or at once."""
    message = (
        "TotalRequests Limit exceeded." if is_daily else "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    )
    return Refusal(403, "REQUEST_LIMIT_EXCEEDED", message)
