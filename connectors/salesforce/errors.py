"""What an org refuses, beyond what every source may: named so that a stream can do without, or go another way.

Here: the exceptions. Not here: what an answer means (`client`).
"""

from connectors.errors import TryAgainError


class QueryRefusedError(TryAgainError):
    """A query that the org does not take as it is: a field or object that is not there, or too much for this way.

    `code` is Salesforce's errorCode, such as INVALID_FIELD, INVALID_TYPE, QUERY_TIMEOUT, INVALIDENTITY.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class LocatorLostError(TryAgainError):
    """The place in a long answer is lost: the query must be asked anew."""


class NotThereError(TryAgainError):
    """There is nothing at that address: an object the user may not see, or a job that is gone."""


class JobFailedError(TryAgainError):
    """A Bulk job did not succeed."""
