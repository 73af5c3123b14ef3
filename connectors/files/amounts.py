"""Amounts of exports, as SQL: decimal commas, thousands separators, currency signs.

Here: from text to numbers, a distinct cell at a time. Not here: which mark is the decimal one (`formats` decides it
from the counts that `evidence` makes).
"""

from collections.abc import Mapping

from connectors.files import cells
from connectors.files.formats import COMMA, POINT

SIGN = r"(?:[a-z]{0,3}[$€£¥₹₽₩]|zł|[a-z]{3}|kr\.?|fr\.?)"
# Brackets, a minus before or after, and a currency on either side.
AMOUNT = (
    rf"^(\()?\s*([-+−]?)\s*({SIGN}?)\s*([-+−]?)\s*(\d[\d.,'’\s\x{{a0}}\x{{202f}}]*|[.,]\d+)"
    rf"\s*({SIGN}?)\s*(-?)\s*(\))?$"
)
WHOLE = r"^\d+$"
SCIENTIFIC = r"^[-+]?\d+(\.\d+)?e[-+]?\d+$"
BLANK = r"['’\s\x{a0}\x{202f}]"
GROUPED = rf"^\d{{1,3}}({BLANK}\d{{3}})+([.,]\d*)?$"
ONE_MARK = r"^\d{1,3}[.,]\d{3}$"

SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "ZŁ": "PLN", "US$": "USD", "R$": "BRL"}
SIGNS |= {"CA$": "CAD", "C$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD"}
# What a bare sign may stand for: it says no code, but it rules others out.
SHARED = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "BRL", "CLP", "COP", "ARS"),
    "¥": ("JPY", "CNY"),
    "KR": ("SEK", "NOK", "DKK", "ISK"),
    "FR": ("CHF", "XOF", "XAF"),
}


def _decimal(mark: str, other: str) -> str:
    """A pattern of numbers in which `mark` can only be the decimal one; `other` groups thousands."""
    m, o = f"[{mark}]", f"[{other}]"
    return (
        rf"^\d{{1,3}}({o}\d{{2,3}})*{o}\d{{3}}{m}\d*$|^\d{{1,3}}({o}\d{{2,3}})+{o}\d{{3}}$"
        rf"|^(\d{{4,}}|0\d*|){m}\d{{3}}$|^\d*{m}(\d{{1,2}}|\d{{4,}}|)$"
    )


def pieces(table: str, key: str) -> str:
    """A SELECT of each distinct filled cell of an amount column: entry, cell, cells, number, is_negative, sign, mark.

    `mark`: point, comma, either, or NULL where the number has none.
    """
    cell = cells.name(key)
    groups = ("bracket", "minus", "before", "minus_2", "digits", "after", "minus_3", "closed")
    parts = ", ".join(
        f"trim(regexp_extract(lower(cell), {cells.text(AMOUNT)}, {i})) as {g}" for i, g in enumerate(groups, start=1)
    )
    point, comma = (_matches("number", _decimal(*marks)) for marks in (".,", ",."))
    return (
        f"with distinct_cells as (select entry, {cell} as cell, count(*) as cells from {table} "
        f"where {cell} is not null group by entry, {cell}), "
        f"cut as (select entry, cell, cells, {parts} from distinct_cells), "
        f"numbers as (select entry, cell, cells, {_matches('digits', BLANK)} as is_grouped, "
        f"case when {_matches('lower(cell)', SCIENTIFIC)} then lower(cell) "
        "when (bracket = '') <> (closed = '') or length(bracket || minus || minus_2 || minus_3) > 1 "
        "or before <> '' and after <> '' "
        f"or {_matches('digits', BLANK)} and not {_matches('digits', GROUPED)} then '' "
        f"else regexp_replace(digits, {cells.text(BLANK)}, '', 'g') end as number, "
        # 5,- is a price without cents.
        "bracket <> '' or '-' in (minus, minus_2) or '−' in (minus, minus_2) "
        f"or minus_3 <> '' and not {_matches('digits', '[.,]$')} as is_negative, "
        "upper(rtrim(before || after, '.')) as sign from cut) "
        f"select entry, cell, cells, number, is_negative, sign, case when {point} and {comma} then null "
        f"when {point} or is_grouped and contains(number, '.') then '{POINT}' "
        f"when {comma} or is_grouped and contains(number, ',') then '{COMMA}' "
        f"when {_matches('number', ONE_MARK)} then 'either' end as mark from numbers"
    )


def _matches(value: str, pattern: str) -> str:
    return f"regexp_matches({value}, {cells.text(pattern)})"


def evidence(table: str) -> str:
    """A SELECT of what each entry's cells say: entry, filled, comma, point, either."""
    counts = ", ".join(
        f"cast(coalesce(sum(cells) filter (where mark = '{m}'), 0) as bigint)" for m in (COMMA, POINT, "either")
    )
    return f"select entry, cast(sum(cells) as bigint), {counts} from {table} group by entry order by entry"


def values(table: str, marks: Mapping[int, str]) -> str:
    """A SELECT of each distinct cell's amount, from a table of `pieces`: entry, cell, value, code, sign.

    `marks`: entry → comma or point, what the decimals follow. `code` is the currency that the cell itself names.
    """
    listed = ", ".join(f"({e}, {cells.text(m)})" for e, m in marks.items())
    codes = " ".join(f"when sign = {cells.text(s)} then {cells.text(c)}" for s, c in SIGNS.items())
    shared = cells.one_of(SHARED)
    grammar = r"^(\d+|\d{{1,3}}({0}\d{{2,3}})*{0}\d{{3}})?({1}\d*)?$"
    return (
        f"with marks as (select * from (values {listed or '(-1, null)'}) as m (entry, mark)), "
        "chosen as (select p.*, m.mark as decided from " + table + " as p left join marks as m on m.entry = p.entry), "
        f"plain as (select *, case when {_matches('number', SCIENTIFIC)} or {_matches('number', WHOLE)} then number "
        f"when decided = '{POINT}' and {_matches('number', grammar.format(',', '[.]'))} then replace(number, ',', '') "
        f"when decided = '{COMMA}' and {_matches('number', grammar.format('[.]', ','))} "
        "then replace(replace(number, '.', ''), ',', '.') end as digits from chosen) "
        "select entry, cell, coalesce(try_cast(digits as decimal(18, 2)), try_cast(try_cast(digits as double) as "
        f"decimal(18, 2))) * case when is_negative then -1 else 1 end as value, case {codes} "
        f"when sign in {shared} then null when length(sign) = 3 then sign end as code, sign from plain"
    )


def is_other_currency(sign: str, code: str, expected: str) -> str:
    """Whether the sign of a cell cannot stand for the currency `expected`; SQL."""
    cases = " ".join(
        f"when {sign} = {cells.text(s)} then {expected} not in {cells.one_of(c)}" for s, c in SHARED.items()
    )
    return f"coalesce(case when {code} is not null then {code} <> {expected} {cases} end, false)"
