"""The subset of SQL that files in sql/ keep to: what means the same on every engine, and divides by no zero.

Most of what is refused gives another number in silence elsewhere; see each rule's remedy.
"""

from sqlglot import exp

# Node → what to write instead. Only those that the parser knows apart from a plain function.
REFUSED: dict[type[exp.Expr], str] = {
    exp.Pivot: "PIVOT: write one conditional aggregate a column",
    exp.IntDiv: "//: write floor(a / nullif(b, 0))",
    exp.PercentileCont: "percentile_cont: number the rows, or use median(cast(x as double))",
    exp.PercentileDisc: "percentile_disc: number the rows",
    exp.Quantile: "quantile: number the rows",
    exp.DayOfWeekIso: "isodow: take the day from settings.calendar",
    exp.DayOfWeek: "dayofweek: take the day from settings.calendar",
    exp.ArgMax: "arg_max: number the rows and take the first",
    exp.ArgMin: "arg_min: number the rows and take the first",
    exp.ApproxQuantile: "approx_quantile: number the rows",
    exp.Dayname: "dayname: take the day from settings.calendar",
    exp.TimeToUnix: "epoch: use date_diff in seconds",
    exp.ToDays: "to_days: write interval 1 day",
    exp.First: "first: number the rows and take the first",
    exp.Last: "last: number the rows and take the first",
    exp.ArrayAgg: "list: write an ordered string_agg, or number the rows",
    exp.Array: "[…]: write a row for each value",
    exp.Explode: "unnest: write a row for each value",
    exp.GenerateSeries: "range: take the days from settings.calendar",
    exp.Columns: "COLUMNS: name each column",
}

# Functions that the parser knows by name alone.
OTHER_FUNCTIONS = {
    "hash": "use md5",
    "date_part": "take the part from settings.calendar, or with strftime",
    "date_sub": "subtract two dates, or use date_diff in seconds",
    "datesub": "subtract two dates, or use date_diff in seconds",
    "age": "subtract two dates",
}


def lint(tree: exp.Expr) -> list[str]:
    """What in the query is outside the portable subset, a sentence each."""
    found = [remedy for kind, remedy in REFUSED.items() for _ in tree.find_all(kind)]
    found += [
        "ASOF JOIN: join on the key and take the min() or max() per key"
        for join in tree.find_all(exp.Join)
        if str(join.args.get("method") or "").upper() == "ASOF"
    ]
    found += [
        "UNION BY NAME: name the columns in order in both"
        for union in tree.find_all(exp.SetOperation)
        if union.args.get("by_name")
    ]
    found += ["REPLACE: name each column" for star in tree.find_all(exp.Star) if star.args.get("replace")]
    found += [
        "MATERIALIZED: leave it to the engine"
        for cte in tree.find_all(exp.CTE)
        if cte.args.get("materialized") is not None
    ]
    found += [
        f"date_diff in {unit}: subtract two dates, or use seconds"
        for diff in tree.find_all(exp.DateDiff)
        if (unit := str(diff.args.get("unit") or "").strip("'").lower()) != "second"
        and not (_is_date(diff.this) and _is_date(diff.expression))
    ]
    found += [
        f"avg({a.this.sql()}): cast it to double first"
        for a in tree.find_all(exp.Avg)
        if not (isinstance(a.this, exp.Cast) and a.this.to.this == exp.DataType.Type.DOUBLE)
    ]
    found += [
        f"division by {d.expression.sql()}: write nullif({d.expression.sql()}, 0)"
        for d in tree.find_all(exp.Div)
        if not isinstance(d.expression, exp.Literal | exp.Nullif) and d.expression.find(exp.Nullif) is None
    ]
    found += [
        f"{f.name}: {OTHER_FUNCTIONS[f.name.lower()]}"
        for f in tree.find_all(exp.Anonymous)
        if f.name.lower() in OTHER_FUNCTIONS
    ]
    return found


def _is_date(node: exp.Expr) -> bool:
    return isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.DATE
