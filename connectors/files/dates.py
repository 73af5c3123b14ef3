"""Dates and times of exports, as SQL: in numbers, with the month's name, with or without a clock and an offset.

Here: from text to UTC instants, a distinct cell at a time. Not here: whether the day or the month comes first
(`formats` decides it from the counts that `evidence` makes).
"""

from collections.abc import Mapping, Sequence

from connectors.files import cells
from connectors.files.formats import DAY_FIRST, MONTH_FIRST, Evidence

# English, French, German, Spanish, Italian, Portuguese, Dutch; without accents.
MONTHS = (
    "january jan janvier janv januar enero ene gennaio gen janeiro januari",
    "february feb fevrier fevr fev februar febrero febbraio fevereiro februari",
    "march mar mars marz maerz mrz marzo marco maart mrt",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio mei",
    "june jun juin juni junio giugno giu junho",
    "july jul juillet juil juli julio luglio lug julho",
    "august aug aout agosto ago augustus",
    "september sep sept septembre septiembre setiembre settembre set setembro",
    "october oct octobre oktober okt octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec decembre dezember dez diciembre dic dicembre dezembro",
)

AFTER = r"(?:[t, ]+(?:at |um |a )?(.+))?$"
WEEKDAY = r"(?:[a-z]{2,12}\.?,? +)?"
# Shape, and the pattern whose groups are its three numbers and the clock; lower case, without accents.
SHAPES = (
    ("ymd", r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + AFTER),
    ("ymd", r"^((?:19|20|21)\d{2})(\d{2})(\d{2})$"),
    ("dot", r"^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d{2})" + AFTER),
    ("num", r"^(\d{1,2})[-/](\d{1,2})[-/](\d{4}|\d{2})" + AFTER),
    (
        "dmy",
        rf"^{WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th|er|\.)?[- /]*(?:de )?([a-z]{{3,}})\.?,?[- /]*(?:de )?(\d{{4}}|\d{{2}})"
        + AFTER,
    ),
    ("mdy", "^" + WEEKDAY + r"([a-z]{3,})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})" + AFTER),
)
CLOCK = (
    r"^(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?\s*(?:([ap])\.?\s?m\.?)?"
    r"\s*(z|utc|gmt)?\s*(?:([+-])(\d{2}):?(\d{2})?)?$"
)
# HubSpot's API writes moments as milliseconds since 1970.
MILLISECONDS = r"^1\d{12}$"


def pieces(table: str, keys: Sequence[str]) -> str:
    """A SELECT of each distinct filled cell of the date columns `keys`, cut into year, month, day and clock.

    Columns: entry, key, cell, cells (how many), shape, first, second, third, clock.
    """
    distinct = " union all ".join(
        f"select entry, {cells.text(k)} as key, {cells.name(k)} as cell, count(*) as cells from {table} "
        f"where {cells.name(k)} is not null group by entry, {cells.name(k)}"
        for k in keys
    )
    cases = " ".join(
        f"when regexp_matches(plain, {cells.text(pattern)}) "
        f"then regexp_replace(plain, {cells.text(pattern)}, {cells.text(_cut(shape, pattern))})"
        for shape, pattern in SHAPES
    )
    return (
        f"with plain_cells as (select *, strip_accents(lower(regexp_replace(cell, '\\s+', ' ', 'g'))) as plain "
        f"from ({distinct})), "
        f"cut as (select entry, key, cell, cells, case when regexp_matches(plain, '{MILLISECONDS}') then 'ms||||' "
        f"{cases} end as form from plain_cells) "
        "select entry, key, cell, cells, split_part(form, '|', 1) as shape, split_part(form, '|', 2) as first, "
        "split_part(form, '|', 3) as second, split_part(form, '|', 4) as third, "
        "trim(split_part(form, '|', 5)) as clock from cut"
    )


def _cut(shape: str, pattern: str) -> str:
    clock = r"\4" if pattern.endswith(AFTER) else ""
    return rf"{shape}|\1|\2|\3|{clock}"


def evidence(table: str) -> str:
    """A SELECT of what each column's cells say, from a table of `pieces`: entry, key, filled, first, second, either."""
    a, b = "try_cast(first as integer)", "try_cast(second as integer)"
    return (
        "select entry, key, cast(sum(cells) as bigint), "
        f"cast(coalesce(sum(cells) filter (where shape = 'num' and {a} between 13 and 31 and {b} between 1 and 12), 0) "
        "as bigint), "
        f"cast(coalesce(sum(cells) filter (where shape = 'num' and {b} between 13 and 31 and {a} between 1 and 12), 0) "
        "as bigint), "
        f"cast(coalesce(sum(cells) filter (where shape = 'num' and {a} <= 12 and {b} <= 12 and {a} <> {b}), 0) "
        f"as bigint) from {table} group by entry, key order by entry, key"
    )


def instants(table: str, orders: Mapping[tuple[int, str], str], zone: str) -> str:
    """A SELECT of each distinct cell's instant, from a table of `pieces`: entry, key, cell, instant, clock_change.

    `orders`: (entry, column) → day_first or month_first. `instant` is in UTC, NULL for what is no date; a bare day
    is its first instant in `zone`, a time without an offset is there. When clocks are set back, the later of the two
    moments counts; a time that they skip moves on by what they skip (`clock_change` tells both). Days outside 1900 to
    2199 are typing errors, not dates.
    """
    listed = ", ".join(f"({e}, {cells.text(k)}, {cells.text(o)})" for (e, k), o in orders.items())
    months = ", ".join(f"({cells.text(w)}, {i})" for i, words in enumerate(MONTHS, start=1) for w in words.split())
    zoned = cells.text(zone)
    parts = ", ".join(
        f"regexp_extract(clock, {cells.text(CLOCK)}, {i}) as {part}"
        for i, part in enumerate(("hour", "minute", "second", "fraction", "half", "utc", "sign", "off_h", "off_m"), 1)
    )
    day_first = f"p.shape in ('dot', 'dmy') or p.shape = 'num' and (o.form = '{DAY_FIRST}' or p.first = p.second)"
    month_first = f"p.shape = 'mdy' or p.shape = 'num' and o.form = '{MONTH_FIRST}'"
    return (
        f"with orders as (select * from (values {listed or '(-1, null, null)'}) as o (entry, key, form)), "
        f"months as (select * from (values {months}) as m (name, number)), "
        "placed as (select p.entry, p.key, p.cell, p.shape, p.clock, "
        "case when p.shape = 'ymd' then p.first when length(p.third) = 2 then "
        "case when p.third < '70' then '20' else '19' end || p.third else p.third end as year, "
        f"case when p.shape = 'ymd' or {day_first} then p.second when {month_first} then p.first end as month, "
        f"case when p.shape = 'ymd' then p.third when {day_first} then p.first when {month_first} then p.second end "
        f"as day from {table} as p left join orders as o on o.entry = p.entry and o.key = p.key), "
        "dated as (select p.entry, p.key, p.cell, p.shape, p.clock, "
        "try_cast(p.year || '-' || coalesce(cast(m.number as varchar), p.month) || '-' || p.day as date) as day "
        "from placed as p left join months as m on m.name = p.month), "
        f"clocked as (select *, {parts} from dated), "
        "timed as (select entry, key, cell, shape, clock, day, utc <> '' or sign <> '' as has_offset, "
        "case when clock = '' then time '00:00' when hour = '' or half <> '' and try_cast(hour as integer) "
        "not between 1 and 12 then null else try_cast(cast(try_cast(hour as integer) "
        "+ case when half = 'p' and hour not in ('12') then 12 when half = 'a' and hour = '12' then -12 else 0 end "
        "as varchar) || ':' || minute || ':' || coalesce(nullif(second, ''), '00') || '.' "
        "|| coalesce(nullif(fraction, ''), '0') as time) end as clock_time, "
        "case when sign = '-' then -1 else 1 end * (60 * coalesce(try_cast(nullif(off_h, '') as integer), 0) "
        "+ coalesce(try_cast(nullif(off_m, '') as integer), 0)) as offset_minutes from clocked), "
        "local as (select *, case when year(day) between 1900 and 2199 then day + clock_time end as local_at "
        "from timed), "
        "utc as (select *, case when shape = 'ms' then make_timestamp(try_cast(cell as bigint) * 1000) "
        "when has_offset then local_at - to_minutes(offset_minutes) "
        f"else cast((local_at at time zone {zoned}) at time zone 'UTC' as timestamp) end as instant from local) "
        "select entry, key, cell, instant, coalesce(shape <> 'ms' and not has_offset and clock <> '' and ("
        f"{_local('instant', zoned)} <> local_at or {_local('instant - interval 1 hour', zoned)} = local_at), false) "
        "as clock_change from utc"
    )


def _local(instant: str, zoned: str) -> str:
    return f"cast((({instant}) at time zone 'UTC') at time zone {zoned} as timestamp)"


def evidence_of(row: Sequence[int]) -> Evidence:
    """The counts of a row of `evidence`."""
    return Evidence(*row)
