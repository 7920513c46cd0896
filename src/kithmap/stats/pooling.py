"""Shares of several groups, each leaning on the others where it is small: arrays in, draws out."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special  # not scipy.stats: it takes seconds to load

Floats = NDArray[np.float64]

JEFFREYS = (0.5, 0.5)
# How much the groups may count for each other: as if each had been seen 1 to 10,000 times before.
LOG_SIZES = (0.0, float(np.log(10_000)))
POINTS = 41
# The grid is fine around the middle and reaches some 25 standard deviations beyond it.
REACH = 4.0


def draw_pooled(
    successes: ArrayLike,
    trials: ArrayLike,
    generator: np.random.Generator,
    *,
    draws: int = 1000,
    prior: tuple[float, float] = JEFFREYS,
) -> Floats:
    """Draw the share of each group from a model in which the groups are alike, but not the same.

    Shares are of a beta distribution, of which neither the mean nor the spread is known: where
    groups differ little, or one has few trials, it leans on the others; a group of no trials is
    drawn from what the others tell. Trials need not be whole numbers.

    Shape: `draws` rows, one column for each group.
    Unit: shares, 0 to 1.
    Source: Gelman and others, Bayesian Data Analysis (3rd ed. 2013), section 5.3; a Jeffreys prior
        for the mean in place of their uniform one (`prior=(1, 1)`).

    >>> shares = draw_pooled([0, 9, 180], [0, 10, 200], np.random.default_rng(1))
    >>> shares.shape, bool(shares[:, 0].std() > shares[:, 1].std() > shares[:, 2].std())
    ((1000, 3), True)
    """
    count = np.asarray(successes, dtype=np.float64)
    total = np.asarray(trials, dtype=np.float64)
    logit, log_size, density = density_of(count, total, prior)
    share = (density / density.sum()).ravel()
    cell = generator.choice(density.size, size=draws, p=share)
    mean = special.expit(np.repeat(logit, log_size.size)[cell])
    size = np.exp(np.tile(log_size, logit.size)[cell])
    alpha = (mean * size)[:, None] + count[None, :]
    beta = ((1 - mean) * size)[:, None] + (total - count)[None, :]
    return generator.beta(np.maximum(alpha, 1e-9), np.maximum(beta, 1e-9))


def density_of(
    count: Floats, total: Floats, prior: tuple[float, float] = JEFFREYS
) -> tuple[Floats, Floats, Floats]:
    """Weigh every mean and spread of the groups' shares by the data.

    Shape: the grid's logits of the mean; its logarithms of the size; the probability of each cell,
        a row for each logit and a column for each size.
    Unit: probabilities up to a factor.
    Source: Gelman and others (2013), equation 5.8, with the prior (alpha + beta)^(-5/2).
    """
    successes, failures = count.sum() + 0.5, (total - count).sum() + 0.5
    spread = np.sqrt(1 / successes + 1 / failures)
    steps = np.linspace(-REACH, REACH, POINTS)
    logit = np.log(successes / failures) + spread / 2 * np.sinh(steps)
    log_size = np.linspace(*LOG_SIZES, POINTS)
    mean, size = special.expit(logit)[:, None], np.exp(log_size)[None, :]
    alpha, beta = mean * size, special.expit(-logit)[:, None] * size
    log = prior[0] * np.log(mean) + prior[1] * np.log(special.expit(-logit))[:, None] - log_size[None, :] / 2
    # Groups that are alike weigh alike: many have no trials, or one.
    alike, often = np.unique(np.stack([count, total]), axis=1, return_counts=True)
    alone = special.betaln(alpha, beta)
    for (seen, tried), times in zip(alike.T, often, strict=True):
        log = log + times * (special.betaln(alpha + seen, beta + tried - seen) - alone)
    return logit, log_size, np.exp(log - log.max()) * np.cosh(steps)[:, None]
