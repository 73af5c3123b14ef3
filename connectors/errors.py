"""What can go wrong with a source, named by what the reader of the message should do.

SourceError
└── FixSettingsError     the account file, or a file it names, cannot be used: correct it
"""


class SourceError(Exception):
    """A source cannot be read; the message is one plain sentence with the remedy."""


class FixSettingsError(SourceError):
    """What the settings name is not there or not readable; trying again changes nothing."""
