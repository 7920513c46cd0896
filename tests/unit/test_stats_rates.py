"""Ratios of rates, against published values and another way of reckoning them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from kithmap.stats.rates import rate_ratio, rate_ratio_exact, rate_ratio_midp, ratio_bounds


@pytest.mark.parametrize(
    ("counts", "out_of", "ratio", "low", "high"),
    [
        # Fay (2022), the vignette of R's rateratio.test.
        ((2, 9), (17877, 16660), 0.2070941557, 0.02177406, 1.00054910),
        # R's documentation of poisson.test: Eba Pleta, two samples.
        ((11, 21), (800, 3011), 1.971488, 0.8584264, 4.2772659),
    ],
)
def test_the_exact_interval_is_the_published_one(
    counts: tuple[int, int], out_of: tuple[int, int], ratio: float, low: float, high: float
) -> None:
    asked = [counts[0]], [out_of[0]], [counts[1]], [out_of[1]]
    assert rate_ratio(*asked)[0] == pytest.approx(ratio, rel=1e-6)
    found = rate_ratio_exact(*asked)
    assert (found[0][0], found[1][0]) == pytest.approx((low, high), rel=1e-6)


def midp_by_roots(a: int, n: int, b: int, m: int) -> tuple[float, float]:
    """The same interval as epitools finds it: roots of the mid-P chance in the conditional share."""

    def chance(share: float) -> float:
        return float(stats.binom.cdf(a - 1, a + b, share) + stats.binom.pmf(a, a + b, share) / 2)

    low, high = (
        optimize.brentq(lambda p, t=tail: chance(p) - t, 1e-12, 1 - 1e-12) for tail in (0.975, 0.025)
    )
    return low / (1 - low) * m / n, high / (1 - high) * m / n


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 10_000), st.integers(1, 10_000))
def test_the_mid_p_interval_is_where_the_mid_chances_are(a: int, b: int, n: int, m: int) -> None:
    low, high = rate_ratio_midp([a], [n], [b], [m])
    assert (low[0], high[0]) == pytest.approx(midp_by_roots(a, n, b, m), rel=1e-6)
    exact = rate_ratio_exact([a], [n], [b], [m])
    assert exact[0][0] < low[0] < rate_ratio([a], [n], [b], [m])[0] < high[0] < exact[1][0]


def test_the_mid_p_interval_of_rothmans_example() -> None:
    low, high = rate_ratio_midp([41], [28010], [15], [19017])
    assert (low[0], high[0]) == pytest.approx((1.04, 3.45), abs=0.005)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 1_000), st.integers(1, 1_000))
def test_which_group_comes_first_only_turns_the_ratio_over(a: int, b: int, n: int, m: int) -> None:
    for interval in (rate_ratio_exact, rate_ratio_midp):
        low, high = interval([a], [n], [b], [m])
        other_low, other_high = interval([b], [m], [a], [n])
        if a + b == 0:
            assert np.isnan([low[0], high[0], other_low[0], other_high[0]]).all()
            continue
        assert low[0] == pytest.approx(1 / other_high[0] if other_high[0] else np.inf, rel=1e-6, abs=1e-9)
        assert low[0] <= high[0]


def test_nobody_on_one_side_leaves_the_ratio_without_a_limit() -> None:
    low, high = rate_ratio_exact([0, 5], [10, 10], [5, 0], [10, 10])
    assert low[0] == 0
    assert high[1] == np.inf
    assert rate_ratio([0, 5], [10, 10], [5, 0], [10, 10]).tolist() == [0, np.inf]


@pytest.mark.parametrize("out_of", [0, np.nan])
def test_without_a_denominator_there_is_no_ratio(out_of: float) -> None:
    assert np.isnan(rate_ratio([3], [out_of], [5], [10])).all()
    assert np.isnan(rate_ratio_exact([3], [out_of], [5], [10])).all()


@given(
    st.integers(0, 20), st.integers(0, 20), st.integers(0, 6), st.integers(20, 60), st.integers(20, 60), st.integers(0, 8)
)  # fmt: skip
def test_no_way_the_unknown_may_fall_leaves_the_bounds(
    a: int, b: int, u: int, n: int, m: int, v: int
) -> None:
    low, high = ratio_bounds([a], [n], (a + b + u, n + m + v), (u, v))
    for to_group in range(u + 1):
        for out_of_group in range(v + 1):
            ratio = rate_ratio(
                [a + to_group], [n + out_of_group], [b + u - to_group], [m + v - out_of_group]
            )[0]
            if not np.isnan(ratio):
                assert low[0] <= ratio * (1 + 1e-12)
                assert ratio <= high[0] * (1 + 1e-12)


def test_the_bounds_are_reached() -> None:
    low, high = ratio_bounds([30], [100], (50, 500), (10, 20))
    assert low[0] == pytest.approx((30 / 120) / (20 / 380))
    assert high[0] == pytest.approx((40 / 100) / (10 / 400))
