"""What is true of the simulated company by construction: rates, lags, shares, effort per rep.

Here: the parameters it is drawn from, so that what is measured can be held against them. Not here: the drawing.
"""

from dataclasses import dataclass, field
from math import exp


@dataclass(frozen=True)
class Lag:
    """A log-normal wait in days; people's own moves then wait for working hours, machines' do not."""

    median_days: float
    sigma: float

    @property
    def mean_days(self) -> float:
        """The mean of the distribution."""
        return self.median_days * exp(self.sigma**2 / 2)


@dataclass(frozen=True)
class Source:
    """A lead source: its share of all people and how many of its MQLs become SQLs."""

    name: str
    share: float
    mql_to_sql: float


@dataclass(frozen=True)
class Effort:
    """How one rep works."""

    slot: int
    """the rep's place, from 1"""
    response_median_hours: float
    """median of the log-normal wait from MQL to first touch, before it is moved into working hours"""
    response_sigma: float
    touched_share: float
    """share of MQL rounds that are ever touched"""
    calls_per_sql: float
    """mean of the Poisson number of calls in the two weeks after an SQL"""
    emails_per_sql: float
    """mean of the Poisson number of e-mails in the two weeks after an SQL"""


@dataclass(frozen=True)
class Truths:
    """Everything the company is drawn from; rates and shares are fractions of people or deals."""

    prospect_to_lead: float = 0.45
    lead_to_mql: float = 0.40
    sql_to_opportunity: float = 0.55
    opportunity_to_customer: float = 0.25
    sources: tuple[Source, ...] = (
        Source("Website", 0.372, 0.38),
        Source("Paid search", 0.22, 0.28),
        Source("Webinar", 0.16, 0.33),
        Source("Salon & événements", 0.10, 0.35),
        Source("Referral", 0.07, 0.50),
        Source("Partner 合作伙伴", 0.03, 0.42),
        Source("List import", 0.04, 0.20),
        Source("Outbound", 0.008, 1.0),
    )
    sales_source: str = "Outbound"
    import_source: str = "List import"

    to_lead: Lag = Lag(4, 1.0)
    to_mql: Lag = Lag(6, 0.9)
    to_sql: Lag = Lag(5, 0.8)
    to_opportunity: Lag = Lag(10, 0.7)
    to_win: Lag = Lag(40, 0.6)
    to_loss: Lag = Lag(35, 0.7)
    to_recycling: Lag = Lag(21, 0.5)
    to_return: Lag = Lag(45, 0.6)

    second_round_of_converted: float = 0.12
    """of the MQLs that become SQLs, those that were recycled once before"""
    recycled: float = 0.45
    """of the MQLs that never become SQLs"""
    disqualified: float = 0.30
    returned: float = 0.30
    """of the recycled that never become SQLs, those that are MQL once more"""
    skipped: float = 0.04
    """of the people who passed lead, MQL or SQL, those for whom the CRM never showed one of the three"""
    rep_entered: float = 0.002
    """of all people, those that a rep entered at once as SQL, whatever their source"""
    deals_without_person: float = 0.05
    """of the people with a deal, as many deals again without anyone"""
    second_deal: float = 0.08
    several_people: float = 0.25
    reopened: float = 0.06
    """of the lost deals, those opened again"""
    merged: float = 0.015
    deleted: float = 0.02
    restored: float = 0.25
    """of the deleted"""
    erased: float = 0.003

    currencies: tuple[tuple[str, float, float | None], ...] = (
        ("EUR", 0.76, 1.0),
        ("USD", 0.11, 0.92),
        ("GBP", 0.08, 1.17),
        ("CHF", 0.03, 1.05),
        ("ARS", 0.02, None),
    )
    """code, share of the deals, units of the account's currency at first; None: nobody knows the rate"""
    currency: str = "EUR"
    amount_median: float = 6000.0
    amount_sigma: float = 0.7
    amount_missing: float = 0.03
    amount_zero: float = 0.02
    amount_negative: float = 0.01

    reps: tuple[Effort, ...] = field(default_factory=tuple)

    @property
    def mql_to_sql(self) -> float:
        """The rate over all of marketing's sources, as they share the MQLs."""
        marketing = [s for s in self.sources if s.name != self.sales_source]
        return sum(s.share * s.mql_to_sql for s in marketing) / sum(s.share for s in marketing)


def truths_of(people: int) -> Truths:
    """The truths of a company with so many people: six reps, and more of them as it grows, up to twenty."""
    reps = max(6, min(20, people // 4000))
    return Truths(reps=tuple(_effort(slot) for slot in range(1, reps + 1)))


def _effort(slot: int) -> Effort:
    return Effort(
        slot=slot,
        response_median_hours=(1.5, 3.0, 5.0, 8.0, 2.0, 16.0, 4.0)[slot % 7],
        response_sigma=(0.6, 0.9, 1.1)[slot % 3],
        touched_share=(0.98, 0.95, 0.90, 0.97, 0.80)[slot % 5],
        calls_per_sql=(2.6, 2.0, 3.1, 1.2)[slot % 4],
        emails_per_sql=(3.6, 2.4, 4.2, 3.0, 1.6)[slot % 5],
    )
