"""What can go wrong with a source, named by what the reader of the message should do.

SourceError
├── FixSettingsError     the account file, or a file it names, cannot be used: correct it
├── FixAccessError       the CRM refuses the credentials or a permission: correct those
├── WaitError            the CRM will not answer for hours (day's calls used up, account moving): run again later
└── TryAgainError        the CRM did not answer properly, however often it was asked: trying again may help
"""


class SourceError(Exception):
    """A source cannot be read; the message is one plain sentence with the remedy."""


class FixSettingsError(SourceError):
    """What the settings name is not there or not readable; trying again changes nothing."""


class FixAccessError(SourceError):
    """The credentials are refused, or lack a permission; trying again changes nothing."""


class WaitError(SourceError):
    """The source asks to be left alone for hours, or the share of the day's calls is used up."""


class TryAgainError(SourceError):
    """The source failed to answer after every retry of a single request."""
