"""SQL expressions that turn the text of a cell into a value; NULL where it is none.

Here: what a date, an amount, a yes or a kind looks like in an export. Not here: which columns are read.
"""

KINDS = {
    "call": ("call", "calls", "phone", "phone call", "outbound call", "telephone"),
    "email": ("email", "e-mail", "emails", "mail"),
    "meeting": ("meeting", "meetings", "event", "demo", "appointment"),
    "message": ("message", "messages", "sms", "whatsapp", "linkedin", "linked_in", "chat"),
}
YES = ("true", "t", "yes", "y", "1")
NO = ("false", "f", "no", "n", "0")


def text(value: str) -> str:
    """`value` as an SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def name(column: str) -> str:
    """`column` as a quoted SQL name."""
    return '"' + column.replace('"', '""') + '"'


def one_of(values: tuple[str, ...] | list[str]) -> str:
    """A parenthesised list of string literals."""
    return "(" + ", ".join(text(v) for v in values) + ")"


def instant(cell: str, zone: str) -> str:
    """The UTC instant of an ISO date or time: a bare day is its midnight in `zone`, a time without an offset is there.

    Days outside 1900 to 2199 are typing errors, not dates.
    """
    has_offset = f"regexp_matches({cell}, ':\\d{{2}}(\\.\\d+)?\\s*(Z|z|UTC|[+-]\\d{{2}}(:?\\d{{2}})?)$')"
    aware = f"cast(try_cast({cell} as timestamptz) at time zone 'UTC' as timestamp)"
    local = f"cast((try_cast({cell} as timestamp) at time zone {text(zone)}) at time zone 'UTC' as timestamp)"
    sane = f"try_cast(substr({cell}, 1, 4) as integer) between 1900 and 2199"
    return f"case when not coalesce({sane}, false) then null when {has_offset} then {aware} else {local} end"


def amount(cell: str) -> str:
    """The money in a cell: a plain number with a decimal point."""
    return f"try_cast({cell} as decimal(18, 2))"


def yes_no(cell: str) -> str:
    """Whether a cell says yes."""
    return f"case when lower({cell}) in {one_of(YES)} then true when lower({cell}) in {one_of(NO)} then false end"


def kind(cell: str) -> str:
    """call, email, meeting or message, by the words that CRMs use for them."""
    cases = " ".join(f"when lower({cell}) in {one_of(words)} then {text(k)}" for k, words in KINDS.items())
    return f"case {cases} end"


def currency(cell: str) -> str:
    """An ISO currency code."""
    return f"case when regexp_matches(upper({cell}), '^[A-Z]{{3}}$') then upper({cell}) end"
