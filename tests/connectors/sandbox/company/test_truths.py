"""What is measured on the simulated company is what its documented truths say, within the luck of the draw."""

import pytest
from scipy.stats import binom, norm

LIKELY = 0.999

# People who had a year to convert, and whose record nobody deleted, erased or merged.
COHORT = """
    with cohort as (
        select p.person_no, p.created_by <> 'person' as is_marketing,
            exists (select 1 from company.deals as d where d.deal_no = 10 * p.person_no) as is_deal
        from company.people as p
        where p.created_at < '2025-07-01' and p.deleted_at is null and p.erased_at is null and p.merged_into is null
    ),
    reached as (
        select c.person_no, c.is_deal,
            c.is_deal or coalesce(bool_or(m.crm_stage = 'sql'), false) as is_sql,
            c.is_deal or coalesce(bool_or(m.crm_stage in ('mql_new', 'sql')), false) as is_mql,
            c.is_deal or coalesce(bool_or(m.crm_stage in ('lead', 'mql_new', 'sql')), false) as is_lead
        from cohort as c
        left join company.person_moves as m on m.person_no = c.person_no
        where c.is_marketing
        group by c.person_no, c.is_deal
    )"""


def assert_likely(k, n, share):
    low, high = binom.interval(LIKELY, n, share)
    assert low <= k <= high, f"{k} of {n} where {share:.3f} was to be expected"


@pytest.mark.parametrize(
    ("entered", "went_on", "rate"),
    [
        ("true", "is_lead", "prospect_to_lead"),
        ("is_lead", "is_mql", "lead_to_mql"),
        ("is_mql", "is_sql", "mql_to_sql"),
        ("is_sql", "is_deal", "sql_to_opportunity"),
    ],
)
def test_mature_cohorts_convert_at_the_documented_rates(company, entered, went_on, rate):
    n, k = company.con.execute(
        f"{COHORT} select count_if({entered}), count_if({entered} and {went_on}) from reached"
    ).fetchall()[0]
    assert n > 300
    assert_likely(k, n, getattr(company.truths, rate))


def test_recent_cohorts_are_immature(company, value):
    """Of those who came last month fewer have become leads by now than will."""
    company.view(company.midnight_after(company.ends_on))
    recent = "select person_no from visible.people where created_by = 'automation' and created_at > '2026-06-01'"
    n = value(f"select count(*) from ({recent})")
    leads = f"from visible.person_moves where crm_stage = 'lead' and person_no in ({recent})"
    so_far = value(f"select count(distinct person_no) {leads}")
    assert so_far < binom.ppf(0.001, n, company.truths.prospect_to_lead)


def test_mature_deals_are_won_at_the_documented_rate(company):
    n, k = company.con.execute(
        """select count(distinct deal_no), count(distinct case when crm_stage like '%won' then deal_no end)
        from company.deal_moves join company.deals as d using (deal_no) where d.created_at < '2025-12-01'"""
    ).fetchall()[0]
    assert_likely(k, n, company.truths.opportunity_to_customer)


def test_sources_have_the_documented_shares(company, value):
    for source in company.truths.sources:
        name = source.name.replace("'", "''")
        assert_likely(value(f"select count(*) from company.people where lead_source = '{name}'"), 20_000, source.share)


@pytest.mark.parametrize(
    ("from_stage", "to_stage", "wait"), [("subscriber", "lead", "to_lead"), ("lead", "mql_new", "to_mql")]
)
def test_half_of_the_waits_are_shorter_than_the_documented_median(company, from_stage, to_stage, wait):
    seconds = 86400 * getattr(company.truths, wait).median_days
    first = "select person_no, min(moved_at) as moved_at from company.person_moves where crm_stage = '{}' group by 1"
    shorter, n = company.con.execute(
        f"""select count_if(t.moved_at - f.moved_at <= to_seconds({seconds})), count(*)
        from ({first.format(from_stage)}) as f join ({first.format(to_stage)}) as t using (person_no)"""
    ).fetchall()[0]
    # Some wait for working hours, for a job at midnight or for a clock change, so a few more are longer.
    assert binom.ppf(0.0005, n, 0.5) - 0.03 * n <= shorter <= binom.ppf(0.9995, n, 0.5)


def test_amounts_have_the_documented_median_and_gaps(company, value):
    truths, n = company.truths, value("select count(*) from company.deals")
    assert_likely(value("select count(*) from company.deals where amount is null"), n, truths.amount_missing)
    assert_likely(value("select count(*) from company.deals where amount = 0"), n, truths.amount_zero)
    assert_likely(value("select count(*) from company.deals where amount < 0"), n, truths.amount_negative)
    off = value(f"select avg(ln(amount / {truths.amount_median})) from company.deals where amount > 0")
    assert abs(off) < norm.ppf(0.9995) * truths.amount_sigma / (0.9 * n) ** 0.5


@pytest.mark.parametrize(("kind", "place", "mean"), [("call", 100, "calls_per_sql"), ("email", 120, "emails_per_sql")])
def test_each_rep_makes_the_documented_attempts_for_an_sql(company, kind, place, mean):
    # Touches for an SQL are numbered from `place`; a person's first rep is the one whose place they have.
    for effort in company.truths.reps[:-1]:
        sqls, made = company.con.execute(
            f"""with worked_by as (
                select o.person_no, arg_min(o.owner_no, o.from_at) as owner_no from company.person_owners as o
                join company.owners as u on u.owner_no = o.owner_no and u.kind = 'rep' group by o.person_no
            )
            select count(distinct w.person_no), count(t.touch_no)
            from worked_by as w
            join company.person_moves as m on m.person_no = w.person_no and m.crm_stage = 'sql'
                and m.move_no = (
                    select min(n.move_no) from company.person_moves as n
                    where n.person_no = w.person_no and n.crm_stage = 'sql'
                )
            left join company.touches as t on t.person_no = w.person_no and t.kind = '{kind}'
                and t.touch_no - 200 * t.person_no between {place} + 1 and {place} + 8
            where w.owner_no = {effort.slot}"""
        ).fetchall()[0]
        expected = sqls * getattr(effort, mean)
        assert sqls > 100
        assert abs(made - expected) < 4 * expected**0.5, effort


def test_each_rep_touches_the_documented_share_of_mql_rounds(company):
    for effort in company.truths.reps[:-1]:
        mqls, touched = company.con.execute(
            f"""with worked_by as (
                select o.person_no, arg_min(o.owner_no, o.from_at) as owner_no from company.person_owners as o
                join company.owners as u on u.owner_no = o.owner_no and u.kind = 'rep' group by o.person_no
            )
            select count(distinct w.person_no), count(distinct t.person_no)
            from worked_by as w
            join company.person_moves as m on m.person_no = w.person_no and m.crm_stage = 'mql_new'
            left join company.touches as t on t.person_no = w.person_no and t.touch_no - 200 * t.person_no in (20, 40)
            where w.owner_no = {effort.slot}
                and w.person_no not in (select person_no from company.person_moves
                    where crm_stage = 'mql_new' group by 1 having count(*) > 1)"""
        ).fetchall()[0]
        assert mqls > 100
        assert_likely(touched, mqls, effort.touched_share)
