"""SQL expressions that turn the text of a cell into a value; NULL where it is none.

Here: names, words, yes and no. Not here: dates (`dates`) and amounts (`amounts`), which a whole column decides.
"""

from collections.abc import Iterable

KINDS = {
    "call": ("call", "calls", "phone", "phone call", "outbound call", "telephone"),
    "email": ("email", "e-mail", "emails", "mail"),
    "meeting": ("meeting", "meetings", "event", "demo", "appointment"),
    "message": ("message", "messages", "sms", "whatsapp", "linkedin", "linked_in", "chat"),
}
YES = ("true", "t", "yes", "y", "1")
NO = ("false", "f", "no", "n", "0")

# What exports write where a date or an amount is not known; lower case.
NOTHING = ("-", "--", "n/a", "#n/a", "na", "null", "none", "nan", "nat", "\\n", "(no value)", "(none)", "0000-00-00")

WHITE = " \t\r\n\f\v\u00a0\u202f\u200b\ufeff"


def text(value: str) -> str:
    """`value` as an SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def name(column: str) -> str:
    """`column` as a quoted SQL name."""
    return '"' + column.replace('"', '""') + '"'


def one_of(values: Iterable[str]) -> str:
    """A parenthesised list of string literals."""
    return "(" + ", ".join(text(v) for v in values) + ")"


def trimmed(cell: str) -> str:
    """A cell without the white space around it; NULL where nothing is left."""
    return f"nullif(trim({cell}, {text(WHITE)}), '')"


def filled(cell: str) -> str:
    """A trimmed cell; NULL also where it says that there is no value."""
    return f"case when lower({trimmed(cell)}) not in {one_of(NOTHING)} then {trimmed(cell)} end"


def yes_no(cell: str) -> str:
    """Whether a cell says yes."""
    return f"case when lower({cell}) in {one_of(YES)} then true when lower({cell}) in {one_of(NO)} then false end"


def kind(cell: str) -> str:
    """call, email, meeting or message, by the words that CRMs use for them."""
    cases = " ".join(f"when lower({cell}) in {one_of(words)} then {text(k)}" for k, words in KINDS.items())
    return f"case {cases} end"


def currency(cell: str) -> str:
    """An ISO currency code."""
    return (
        f"case when regexp_matches(upper({cell}), '^[A-Z]{{3}}$') then upper({cell}) "
        f"when {cell} = '€' then 'EUR' when {cell} = '£' then 'GBP' end"
    )
