"""Shares of pairs of sources, where it is the source that errs more than the pair: arrays in, draws out.

A panel that writes initials loses links with every other source. So the share of a pair is drawn from
what its two sources have in common with all their pairs, and from its own facts as far as they tell.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special  # not scipy.stats: it takes seconds to load

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Draws before the ones that are kept, while the chain forgets where it began.
WARM_UP = 200
BETWEEN_SAMPLES = 20
# Terms of the sum that a Pólya-Gamma variable is; the mean of the others is added.
TERMS = 16
# Spreads of sources and of pairs, in logits: half-t of 4 degrees, of scale 1.
DEGREES, SCALE = 4.0, 1.0
# Sources are spread as a t of 3 degrees: one may be quite unlike the others without being drawn to them.
UNLIKE = 3.0


def draw_paired(
    shares: ArrayLike,
    trials: ArrayLike,
    sides: tuple[Ints, Ints],
    generator: np.random.Generator,
    *,
    draws: int = 1000,
) -> Floats:
    """Draw the share of each pair of sources: logit share = mean + one source + other source + pair.

    Sources and pairs are spread about nought by as much as the data say, sources with heavy tails; a
    pair without trials is drawn from its two sources. Trials need not be whole numbers. `shares` may
    have a row for each of several resamples of what was observed; the draws are divided between them.

    Shape: `draws` rows, one column for each pair; `sides` says which two sources (0, 1, ...) it is of.
    Unit: shares, 0 to 1.
    Source: Polson, Scott and Windle (2013) for logistic models by Pólya-Gamma variables; Wand and others
        (2011) for half-t spreads; half a success and half a failure added to the mean, as Jeffreys
        would; Huggins and Miller (2023) for posteriors of resamples (BayesBag).

    >>> pairs = (np.array([0, 0, 1]), np.array([1, 2, 2]))
    >>> initials = draw_paired([0.5, 0.5, 1], [10, 10, 10], pairs, np.random.default_rng(1))
    >>> initials.shape, bool(initials[:, 2].mean() > initials[:, 0].mean())
    ((1000, 3), True)
    """
    total = np.asarray(trials, dtype=np.float64)
    samples = np.atleast_2d(np.asarray(shares, dtype=np.float64)) * total
    chain = _Chain(total, _design(sides), generator)
    chain.observe(samples.mean(axis=0))
    chain.run(WARM_UP)
    kept: list[Floats] = []
    for place, sample in enumerate(samples):
        chain.observe(sample)
        if len(samples) > 1:
            chain.run(BETWEEN_SAMPLES)
        wanted = draws * (place + 1) // len(samples) - draws * place // len(samples)
        kept.append(chain.run(wanted))
    return np.vstack(kept)


def _design(sides: tuple[Ints, Ints]) -> Floats:
    """One row for each pair and one for the mean alone; a column for the mean and one for each source."""
    pairs, sources = sides[0].size, int(max(sides[0].max(initial=-1), sides[1].max(initial=-1))) + 1
    design = np.zeros((pairs + 1, sources + 1))
    design[:, 0] = 1.0
    for side in sides:
        design[np.arange(pairs), side + 1] += 1.0
    return design


class _Chain:
    """A Gibbs sampler: each turn draws every unknown, given the others."""

    def __init__(self, total: Floats, design: Floats, generator: np.random.Generator) -> None:
        self._total = np.append(total, 1.0)
        self._lean = np.zeros(total.size + 1)
        self._design, self._generator = design, generator
        self._pairs = np.append(np.ones(total.size), 0.0)
        self._source, self._pair = _Spread(generator), _Spread(generator)
        self._unlike = np.ones(design.shape[1] - 1)
        self.logit = np.full(total.size + 1, 2.0)

    def observe(self, count: Floats) -> None:
        """Go on with these successes."""
        self._lean = np.append(count, 0.5) - self._total / 2

    def run(self, turns: int) -> Floats:
        """Draw so many times: the shares, one row a draw."""
        shares = np.empty((turns, self.logit.size - 1))
        for turn in range(turns):
            self.turn()
            shares[turn] = special.expit(self.logit[:-1])
        return shares

    def turn(self) -> None:
        """Draw weights, effects and spreads once."""
        weight = polya_gamma(self._total, self.logit, self._generator)
        effects = self._effects(weight)
        middle = self._design @ effects
        apart = self._apart(weight, middle)
        self.logit = middle + apart
        self._source.draw(effects[1:] / np.sqrt(self._unlike))
        far = (effects[1:] ** 2 / self._source.variance + UNLIKE) / 2
        self._unlike = far / self._generator.standard_gamma((UNLIKE + 1) / 2, size=far.size)
        self._pair.draw(apart[:-1])

    def _effects(self, weight: Floats) -> Floats:
        """The mean and the sources, the pairs' own parts summed out."""
        known = weight / (1 + weight * self._pair.variance * self._pairs)
        aim = np.divide(self._lean, weight, out=np.zeros_like(weight), where=weight > 0)
        prior = np.append(0.0, 1 / (self._source.variance * self._unlike))
        precision = (self._design.T * known) @ self._design + np.diag(prior)
        root = np.linalg.cholesky(precision)
        noise = self._generator.standard_normal(prior.size)
        centre = np.linalg.solve(precision, self._design.T @ (known * aim))
        return centre + np.linalg.solve(root.T, noise)

    def _apart(self, weight: Floats, middle: Floats) -> Floats:
        precision = weight + 1 / self._pair.variance
        centre = (self._lean - weight * middle) / precision
        drawn = centre + self._generator.standard_normal(weight.size) / np.sqrt(precision)
        return drawn * self._pairs


class _Spread:
    """How much effects of one kind differ: a variance with a half-t prior on its root."""

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self.variance, self._mixing = 0.25, 1.0

    def draw(self, effects: Floats) -> None:
        """Draw the variance, given effects drawn."""
        gamma = self._generator.standard_gamma
        rate = (effects**2).sum() / 2 + DEGREES / self._mixing
        self.variance = float(rate / gamma((effects.size + DEGREES) / 2))
        self._mixing = float((DEGREES / self.variance + 1 / SCALE**2) / gamma((DEGREES + 1) / 2))


def polya_gamma(size: Floats, tilt: Floats, generator: np.random.Generator) -> Floats:
    """Draw Pólya-Gamma variables, as a sum of gamma variables.

    Shape: one for each size and tilt; 0 where the size is 0.
    Unit: none; the mean is size * tanh(tilt / 2) / (2 tilt).
    Source: Polson, Scott and Windle (2013), equation 1.
    """
    place = np.arange(1, TERMS + 1) - 0.5
    parts = place[None, :] ** 2 + (tilt[:, None] / (2 * np.pi)) ** 2
    drawn = generator.standard_gamma(np.repeat(size[:, None], TERMS, axis=1)) / parts
    half = np.maximum(np.abs(tilt) / 2, 1e-6)
    whole = size * np.tanh(half) / (4 * half)
    left_out = whole - size * (1 / parts).sum(axis=1) / (2 * np.pi**2)
    return drawn.sum(axis=1) / (2 * np.pi**2) + np.maximum(left_out, 0.0)
