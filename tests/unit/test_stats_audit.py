"""What a sample that people checked says of recall and precision."""

from itertools import combinations

import numpy as np
import pytest
from scipy import special

from kithmap.stats.audit import AuditSample, clustering, pair_of, posterior_of
from kithmap.stats.paired_sources import draw_paired, polya_gamma
from kithmap.stats.pooling import density_of, draw_pooled

# Tumours in 71 groups of female rats: Tarone (1982), as in Bayesian Data Analysis, table 5.1.
TUMOURS = [
    *[0] * 14, *[1] * 8, *[2] * 9, 1, 5, 2, 5, 3, 2, 7, 7, 3, 3, 2, 9, 10, 4, 4, 4, 4, 4, 4, 4, 10, 4, 4, 4, 5, 11, 12, 5, 5,
    6, 5, 6, 6, 6, 6, 16, 15, 15, 9, 4,
]  # fmt: skip
RATS = [
    *[20] * 7, *[19] * 4, *[18] * 2, 17, *[20] * 4, *[19] * 2, *[18] * 2, 25, 24, 23, *[20] * 6, 10, 49, 19, 46, 27, 17, 49,
    47, 20, 20, 13, 48, 50, *[20] * 7, 48, 19, 19, 19, 22, 46, 49, 20, 20, 23, 19, 22, 20, 20, 20, 52, 46, 47, 24, 14,
]  # fmt: skip


def sample_of(found: list[int], true: list[int], **other) -> AuditSample:
    size = len(found)
    return AuditSample(
        record=other.get("record", np.arange(size)),
        weight=np.asarray(other.get("weight", np.ones(size)), dtype=float),
        true=np.asarray(true, dtype=float),
        linked=np.asarray(other.get("linked", found), dtype=float),
        found=np.asarray(found, dtype=float),
        sides=other.get("sides"),
        families=other.get("families", {}),
    )


def jeffreys(count: int, total: int) -> tuple[float, float]:
    """The interval as Brown, Cai and DasGupta (2001) define it, without a draw."""
    low, high = special.betaincinv(count + 0.5, total - count + 0.5, [0.025, 0.975])
    return float(low), float(high)


def middle(draws: np.ndarray, share: float = 0.95) -> tuple[float, float]:
    low, high = np.quantile(draws, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def test_the_spread_of_rat_tumours_is_as_published():
    logit, log_size, density = density_of(np.array(TUMOURS, float), np.array(RATS, float), (1, 1))
    mean, size = 1 / (1 + np.exp(-logit)), np.exp(log_size)
    share = density / density.sum()
    alpha = (share * mean[:, None] * size).sum()
    beta = (share * (1 - mean)[:, None] * size).sum()
    assert (round(float(alpha), 1), round(float(beta), 1)) == (2.4, 14.3)


def test_a_group_without_trials_is_as_uncertain_as_a_new_group():
    shares = draw_pooled([90, 60, 0], [100, 100, 0], np.random.default_rng(1), draws=4000)
    spread = shares.std(axis=0)
    assert spread[2] > 2 * spread[0]
    assert 0.6 < shares[:, 2].mean() < 0.9


def test_a_thin_group_leans_on_the_others_and_a_thick_one_does_not():
    shares = draw_pooled([190, 188, 192, 1, 100], [200, 200, 200, 2, 200], np.random.default_rng(1))
    assert shares[:, 3].mean() > 0.6
    assert shares[:, 4].mean() == pytest.approx(0.5, abs=0.03)


def test_one_fact_a_record_gives_the_jeffreys_interval():
    found = [1] * 188 + [0] * 12
    posterior = posterior_of(sample_of(found, [1] * 200), np.random.default_rng(1), draws=200_000)
    known = jeffreys(188, 200)
    assert middle(posterior.overall_recall) == pytest.approx(known, abs=0.002)


@pytest.mark.parametrize(("count", "high"), [(0, 0.217), (1, 0.381)])
def test_the_interval_is_that_of_brown_cai_and_dasgupta(count: int, high: float):
    found = [1] * count + [0] * (10 - count)
    posterior = posterior_of(sample_of(found, [1] * 10), np.random.default_rng(1), draws=400_000)
    assert middle(posterior.overall_recall)[1] == pytest.approx(high, abs=0.002)


def test_records_that_stand_for_many_tell_less_than_records_alike():
    found = ([1] * 9 + [0]) * 20
    alike = posterior_of(sample_of(found, [1] * 200), np.random.default_rng(1))
    weight = np.where(np.arange(200) // 10 % 4 == 0, 10.0, 1.0)
    unlike = posterior_of(sample_of(found, [1] * 200, weight=weight), np.random.default_rng(1))
    assert unlike.overall_recall.std() > 1.3 * alike.overall_recall.std()


def test_a_record_missed_everywhere_counts_as_one_miss():
    record = np.repeat(np.arange(50), 4)
    found = [1] * 180 + [0] * 20
    together = sample_of(found, [1] * 200, record=record)
    effect, facts = clustering(together, together.true)
    assert (effect, facts) == (pytest.approx(4.0), 4.0)


def test_where_nothing_was_missed_facts_of_one_record_count_as_one():
    record = np.repeat(np.arange(50), 4)
    nothing_missed = posterior_of(
        sample_of([1] * 200, [1] * 200, record=record), np.random.default_rng(1), draws=50_000
    )
    known = jeffreys(50, 50)
    assert middle(nothing_missed.overall_recall)[0] == pytest.approx(known[0], abs=0.005)


def test_recall_is_of_true_facts_and_precision_of_linked_ones():
    true, linked = [1] * 100 + [0] * 10, [1] * 80 + [0] * 20 + [1] * 10
    found = [1] * 80 + [0] * 30
    posterior = posterior_of(sample_of(found, true, linked=linked), np.random.default_rng(1), draws=20_000)
    assert posterior.overall_recall.mean() == pytest.approx(0.8, abs=0.01)
    assert posterior.overall_precision.mean() == pytest.approx(80 / 90, abs=0.01)


def test_strata_are_pairs_of_sources_in_either_order_then_groups():
    one = np.array(["police", "care"] * 50 + ["care"] * 100)
    other = np.array(["care", "police"] * 50 + ["schools"] * 100)
    groups = {"name group": np.array(["asian", "white"] * 100)}
    found = [1] * 80 + [0] * 20 + [1] * 99 + [0]
    posterior = posterior_of(
        sample_of(found, [1] * 200, sides=(one, other), families=groups), np.random.default_rng(1)
    )
    assert posterior.strata == ("care + police", "care + schools", "police + schools", "asian", "white")
    assert posterior.recall.shape == (1000, 5)
    assert posterior.facts.tolist() == [100, 100, 0, 100, 100]
    assert posterior.of("care + police")[0].mean() < 0.87 < posterior.of("care + schools")[0].mean()
    assert posterior.of("a pair never seen")[0] is posterior.overall_recall


@pytest.mark.parametrize(("size", "tilt"), [(1.0, 0.0), (2.5, 1.5), (10.0, 4.0)])
def test_a_polya_gamma_variable_has_its_published_mean_and_variance(size: float, tilt: float):
    drawn = polya_gamma(np.full(100_000, size), np.full(100_000, tilt), np.random.default_rng(1))
    mean = size / 4 if not tilt else size / (2 * tilt) * np.tanh(tilt / 2)
    spread = size / 24 if not tilt else size / (4 * tilt**3) * (np.sinh(tilt) - tilt) / np.cosh(tilt / 2) ** 2
    assert drawn.mean() == pytest.approx(mean, rel=0.01)
    assert drawn.var() == pytest.approx(spread, rel=0.03)


def test_a_pair_never_seen_is_as_its_sources_are_with_others():
    pairs = np.array(list(combinations(range(8), 2)))
    trials = np.where((pairs == [0, 1]).all(axis=1), 0.0, 40.0)
    initials = (pairs == 0).any(axis=1)
    shares = draw_paired(
        np.where(initials, 0.7, 0.97), trials, (pairs[:, 0], pairs[:, 1]), np.random.default_rng(1)
    )
    assert np.median(shares[:, 0]) == pytest.approx(0.7, abs=0.06)
    assert np.median(shares[:, -1]) == pytest.approx(0.97, abs=0.03)
    assert shares[:, 0].std() > 1.3 * shares[:, 1].std()


def test_pairs_alike_are_drawn_close_together():
    pairs = np.array(list(combinations(range(6), 2)))
    few = draw_paired(
        np.full(15, 0.93), np.full(15, 3.0), (pairs[:, 0], pairs[:, 1]), np.random.default_rng(1)
    )
    assert few.mean() == pytest.approx(0.93, abs=0.03)
    assert np.quantile(few[:, 3], 0.05) > 0.7


def test_what_one_record_misses_everywhere_leaves_more_possible_than_scattered_misses():
    sources = np.array(["care", "police", "schools", "panel"])
    record = np.repeat(np.arange(60), 4)
    sides = (np.full(240, "list"), np.tile(sources, 60))
    together = (record >= 6).astype(int).tolist()
    scattered = (record // 6 != np.tile(np.arange(4), 60)).astype(int).tolist()
    spread = []
    for found in (together, scattered):
        posterior = posterior_of(
            sample_of(found, [1] * 240, record=record, sides=sides), np.random.default_rng(1)
        )
        pairs = [posterior.of(pair_of("list", source))[0] for source in sources]
        spread.append(np.mean(pairs, axis=0).std())
    assert spread[0] > 1.4 * spread[1]


def test_a_pair_of_two_sources_alone_is_as_open_as_a_share_of_as_many_records():
    size, missed = 400, 60
    found = [0] * missed + [1] * (size - missed)
    sides = (np.array(["MASH"] * size), np.array(["Police"] * size))
    spread = [
        posterior_of(sample_of(found, [1] * size, sides=sides), np.random.default_rng(seed))
        .recall[:, 0]
        .std()
        for seed in range(8)
    ]
    usual = np.sqrt(missed / size * (1 - missed / size) / size)
    # Both what resamples differ by and what each leaves open: counted whole, they would be 1.4 times as much.
    assert 0.85 < np.mean(spread) / usual < 1.2


@pytest.mark.parametrize("missed", [0, 1, 8])
def test_a_sample_without_a_link_leaves_precision_open(missed: int):
    true = [1] * missed + [0] * (10 - missed)
    posterior = posterior_of(
        sample_of([0] * 10, true, linked=[0] * 10), np.random.default_rng(1), draws=20_000
    )
    low, high = middle(posterior.overall_precision)
    assert low < 0.01
    assert high > 0.99


@pytest.mark.parametrize("missed", [0.03, 0.1], ids=["few are missed", "many are missed"])
def test_the_interval_holds_the_truth_as_often_as_it_says(missed: float):
    generator = np.random.default_rng(20261122)
    held = [interval_holds(missed, generator) for _ in range(400)]
    assert 0.925 <= np.mean(held) <= 0.995


def interval_holds(missed: float, generator: np.random.Generator) -> bool:
    """Whether a sample of 200 records, some worth many, some that miss all their facts, holds the truth."""
    facts = generator.integers(1, 9, 200)
    record = np.repeat(np.arange(200), facts)
    # A third of what is missed is a record missed everywhere; the rest are scattered facts.
    everywhere = generator.random(200) < missed / 3
    found = ~everywhere[record] & (generator.random(record.size) >= 2 * missed / 3 / (1 - missed / 3))
    weight = generator.choice([1.0, 4.0], 200)[record]
    sample = sample_of(found.astype(int).tolist(), [1] * record.size, record=record, weight=weight)
    low, high = middle(posterior_of(sample, generator, draws=2000).overall_recall)
    return low <= 1 - missed <= high
