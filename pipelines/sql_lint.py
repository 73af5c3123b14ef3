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
        f"{f.name}(): write an ordered string_agg, or number the rows"
        for f in tree.find_all(exp.Anonymous)
        if f.name.lower() in ("list", "epoch", "dayname", "hash", "max_by", "min_by")
    ]
    return found


def _is_date(node: exp.Expr) -> bool:
    return isinstance(node, exp.Cast) and node.to.this == exp.DataType.Type.DATE
