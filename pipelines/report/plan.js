// The plan's chain, as models/what_if.py has it: revenue back to the first stage, then reps.
function planFigures(p) {
  const need = [p.revenue * p.marketing_share / (p.average_deal * p.paying_share)];
  for (let i = p.rates.length - 1; i >= 0; i--) need.unshift(need[0] / (p.rates[i] * p.deals_per_person[i]));
  const at = stage => { const i = p.stages.indexOf(stage); return i < 0 ? null : need[i]; };
  const mqls = at(p.handover), sqls = at("sql");
  const aWeek = volume => volume === null || !p.worked_weeks ? null : volume / p.worked_weeks;
  const mqlsPerWeek = aWeek(mqls), sqlsPerWeek = aWeek(sqls), e = p.effort;
  const asked = {
    mqls: mqlsPerWeek === null ? null : mqlsPerWeek * e.rounds_per_mql / e.mqls_per_rep_week,
    touches: sqlsPerWeek === null ? null
      : sqlsPerWeek * (e.call_attempts_per_sql + e.emails_per_sql) / e.touches_per_rep_week,
    open_sqls: sqlsPerWeek === null || e.open_sqls_per_rep === null || e.mean_weeks_sql_open === null ? null
      : sqlsPerWeek * e.mean_weeks_sql_open / e.open_sqls_per_rep,
  };
  let binding = null;
  for (const name of ["mqls", "touches", "open_sqls"])
    if (asked[name] !== null && (binding === null || asked[name] > asked[binding])) binding = name;
  const exact = binding === null ? null : asked[binding];
  return {
    required_exact: need, required: need.map(ceilWhole), mqls, mqls_per_week: mqlsPerWeek,
    sqls_per_week: sqlsPerWeek, reps_exact: exact, binding_constraint: binding,
    reps: exact === null ? null : p.rounding === "up" ? ceilWhole(exact) : Math.floor(exact + 0.5 + 1e-6),
    reps_to_cover: exact === null ? null : ceilWhole(exact),
  };
}
function ceilWhole(exact) { return Math.ceil(exact - 1e-6 * Math.max(1, Math.abs(exact) * 1e-3)); }
