import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from models.rate_draws import DRAWS, concentration, drawn_rates, uniform_draws
from models.required_safe import StepDraws, known_wins, safe_volume, wins_needed
from tests.models.rows import plan, rate


def known(*rates, deals_per_person=1.0):
    steps = [StepDraws(np.array([r])) for r in rates]
    return steps if deals_per_person == 1.0 else [StepDraws(steps[0].rate, deals_per_person), *steps[1:]]


@pytest.mark.parametrize(("confidence", "mqls"), [(0.8, 862), (0.9, 897), (0.95, 927)])
def test_the_article_at_a_chosen_certainty(confidence, mqls):
    # 0.5 ** 3 = 0.125 of the MQLs become customers, and 100 of 1,000 are needed.
    assert safe_volume(known(0.5, 0.5, 0.5), known_wins(100_000, 1000), confidence) == mqls
    assert stats.binom.sf(99, mqls, 0.125) >= confidence > stats.binom.sf(99, mqls - 1, 0.125)
    tables = plan(confidence=confidence)
    assert {r.stage: r.required_safe for r in tables.required_funnel}["mql"] == mqls


def test_customers_themselves_are_what_is_needed_when_the_deal_is_known():
    assert safe_volume([], known_wins(100_000, 1000), 0.8) == 100
    assert known_wins(1_000_000, 3000)[0] == 334


def test_a_rate_of_one_asks_for_no_more_than_the_customers():
    assert safe_volume(known(1.0, 1.0), known_wins(100_000, 1000), 0.95) == 100


def test_what_no_sensible_number_reaches_is_no_number():
    assert safe_volume(known(1e-12), known_wins(100_000, 1), 0.8) is None


@settings(max_examples=60, deadline=None)
@given(st.floats(0.01, 1.0), st.integers(1, 400), st.sampled_from([0.5, 0.8, 0.9, 0.95]))
def test_of_known_rates_it_is_the_binomial_quantile(chance, customers, confidence):
    found = safe_volume(known(chance), np.array([float(customers)]), confidence)
    # Rounding aside, exactly the least.
    assert stats.binom.sf(customers - 1, found, chance) >= confidence - 1e-9
    assert found == customers or stats.binom.sf(customers - 1, found - 1, chance) < confidence + 1e-9


def test_brute_force_finds_the_same_volume_with_rates_and_deals_unsure():
    rng = np.random.default_rng(7)
    amounts = rng.lognormal(6.6, 0.8, 60).round(2)
    betas = [(40, 45), (30, 32), (20, 45)]
    u = uniform_draws(3)
    steps = [StepDraws(stats.beta.ppf(u[:, i], a, b)) for i, (a, b) in enumerate(betas)]
    wins = wins_needed(50_000, amounts, DRAWS)
    found = safe_volume(steps, wins, 0.8)

    def reached(records, trials=20_000):
        """Each trial draws rates, a mean of the deals, the records' fates and every deal's amount."""
        people = np.full(trials, records)
        for a, b in betas:
            people = rng.binomial(people, rng.beta(a, b, trials))
        cv = amounts.std(ddof=1) / amounts.mean() / np.sqrt(len(amounts))
        scale = rng.gamma(1 / cv**2, cv**2, trials)
        sums = np.array([amounts[rng.integers(60, size=k)].sum() for k in people])
        return (sums * scale >= 50_000).mean()

    # A standard error of the brute force is 0.3 points; the draws of the volume have one of their own.
    assert reached(found) == pytest.approx(0.8, abs=0.015)


def test_deals_until_the_sum_reaches_the_revenue_by_summing_and_by_the_normal_law_agree(monkeypatch):
    amounts = np.random.default_rng(3).lognormal(6.5, 1.0, 80)
    by_law = wins_needed(1_000_000, amounts, DRAWS)
    monkeypatch.setattr("models.required_safe.SUMMED_DEALS", 10**9)
    by_sum = wins_needed(1_000_000, amounts, DRAWS)
    assert by_law.mean() == pytest.approx(by_sum.mean(), rel=0.01)
    assert by_law.std() == pytest.approx(by_sum.std(), rel=0.05)


def test_unpaid_wins_count_as_deals_that_bring_nothing():
    paid, half = np.full(40, 1000.0), np.array([1000.0, 0.0] * 20)
    assert wins_needed(20_000, paid, DRAWS).tolist() == [20.0] * DRAWS
    assert wins_needed(20_000, half, DRAWS).mean() == pytest.approx(40, rel=0.1)


def test_one_past_deal_has_no_spread():
    assert set(wins_needed(10_500, np.array([1000.0]), DRAWS)) == {11.0}


def test_more_than_one_deal_a_person_asks_for_fewer_people_but_not_for_the_mean_alone():
    one = safe_volume(known(0.5, 0.5), np.array([100.0]), 0.8)
    two = safe_volume(known(0.5, 0.5, deals_per_person=2.0), np.array([100.0]), 0.8)
    # 100 / (0.5 × 2 × 0.5) = 200 on average.
    assert 200 < two < one
    rng = np.random.default_rng(1)
    won = rng.binomial(2 * rng.binomial(two, 0.5, 50_000), 0.5)
    assert (won >= 100).mean() == pytest.approx(0.8, abs=0.02)


def test_it_is_the_same_every_time():
    amounts = np.random.default_rng(5).lognormal(6.5, 1.0, 50)
    first, second = (wins_needed(80_000, amounts, DRAWS) for _ in range(2))
    assert first.tolist() == second.tolist()
    assert uniform_draws(4).tolist() == uniform_draws(4).tolist()


def test_rates_and_deals_are_drawn_independently():
    rates, deals = uniform_draws(3), uniform_draws(2, stream=1)
    assert np.abs(np.corrcoef(np.hstack([rates, deals]).T) - np.eye(5)).max() < 0.1


@given(st.floats(2, 1000), st.floats(2, 1000), st.sampled_from([0.8, 0.9, 0.95]))
@settings(max_examples=40, deadline=None)
def test_a_rate_s_certainty_is_read_back_from_its_interval(converted, others, confidence):
    mean, entries = converted / (converted + others), converted + others
    low, high = stats.beta.interval(confidence, converted, others)
    assert concentration(mean, low, high, confidence) == pytest.approx(entries, rel=0.02)


def test_drawn_rates_have_the_published_mean_and_interval():
    low, high = stats.beta.interval(0.8, 30, 70)
    rows = [rate("mql", "sql", 0.3, rate_low=low, rate_high=high), rate("sql", "opportunity", 0.4)]
    drawn = drawn_rates(rows, 0.8)
    assert drawn[:, 0].mean() == pytest.approx(0.3, abs=1e-3)
    assert np.quantile(drawn[:, 0], [0.1, 0.9]) == pytest.approx([low, high], abs=2e-3)
    assert set(drawn[:, 1]) == {0.4}


def test_pitfall_45_a_thin_sample_asks_for_more_than_a_thick_one_of_the_same_rate():
    def volume(entries):
        low, high = stats.beta.interval(0.8, 0.5 * entries, 0.5 * entries)
        drawn = drawn_rates([rate("mql", "sql", 0.5, rate_low=low, rate_high=high)], 0.8)
        return safe_volume([StepDraws(drawn[:, 0])], np.array([100.0]), 0.8)

    # 5 of 10 and 400 of 800 are both 50 %: 200 on average either way.
    assert volume(10) > volume(100) > volume(800) > 200
