"""How many true links were found, and how many links are right: from a sample that people checked.

The sample is of records. A *fact* is one record and one other source: whether the record's young
person truly is in that source, and whether linkage says so. Recall is the share of true facts that
were found; precision the share of facts linked that are true. A true count is then
count * precision / recall.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from kithmap.stats.calibration import find_shift, moved
from kithmap.stats.paired_sources import draw_paired
from kithmap.stats.pooling import Floats, draw_pooled

Ints = NDArray[np.int64]
DRAWS = 1000
RESAMPLES = 25
# So many times the records are in a resample: what resamples differ by, and what each leaves open, are then
# of half the variance each, and together of that which the records themselves leave open.
RESAMPLED = 2.0
# As many records more, missed everywhere, as the effect of clustering leans on.
MISSED_WHOLE = 3.0
BETWEEN = " + "
# A stratum leans on as many usual facts, where it is asked how far draws agree.
LEANING = 5.0


@dataclass(frozen=True)
class AuditSample:
    """The facts of a sample of records: arrays of one length, one entry a fact.

    record: which record (0, 1, ...); its facts are not independent of each other. weight: how many
    records it stands for. true, linked, found (true and linked): 0 or 1, or a probability where
    linkage was drawn. sides: the two sources of each fact. families: a name for each other way of
    grouping facts, with the group of each fact.
    """

    record: Ints
    weight: Floats
    true: Floats
    linked: Floats
    found: Floats
    sides: tuple[NDArray[np.str_], NDArray[np.str_]] | None = None
    families: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditPosterior:
    """What the sample leaves possible: draws of recall and precision, overall and by stratum.

    strata: every pair of two sources, then the groups of every family; recall, precision: one row a
    draw, one column a stratum; facts: how many of the sample's records tell of each stratum; records:
    how many records the sample was of; agreement: see `agreements`; shift: by how much doubtful links are
    likelier right than they were drawn, in natural log-odds, all of the above with the draws so moved.
    """

    strata: tuple[str, ...]
    recall: Floats
    precision: Floats
    overall_recall: Floats
    overall_precision: Floats
    records: int
    facts: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    agreement: Mapping[str | None, float] = field(default_factory=dict)
    shift: float = 0.0

    def of(self, stratum: str | None = None) -> tuple[Floats, Floats]:
        """The draws of recall and precision of a stratum; the overall ones where there is none such."""
        if stratum is None or stratum not in self.strata:
            return self.overall_recall, self.overall_precision
        column = self.strata.index(stratum)
        return self.recall[:, column], self.precision[:, column]

    def agreement_of(self, stratum: str | None = None) -> float:
        """How far two draws of the linkage agree in a stratum; overall, where there is none such."""
        return self.agreement.get(stratum, self.agreement.get(None, 1.0))


def pair_of(one: str, other: str) -> str:
    """The stratum of two sources: the same in either order.

    >>> pair_of("Police", "MASH")
    'MASH + Police'
    """
    return BETWEEN.join(sorted((one, other)))


def posterior_of(
    sample: AuditSample, generator: np.random.Generator, *, draws: int = DRAWS
) -> AuditPosterior:
    """Draw recall and precision from what a sample leaves possible.

    Overall: beta posteriors with a Jeffreys prior, of effective numbers of trials. By pair of sources:
    from what the two have in common with their other pairs, see `paired_sources.draw_paired`. By group:
    the groups of each family are pooled in part, see `pooling.draw_pooled`. All are of the draws with the
    odds of doubtful links moved to what the sample found of them, see `calibrated`.

    Shape: `draws` of each.
    Unit: shares, 0 to 1.
    Source: Brown, Cai and DasGupta (2001) for the prior; Korn and Graubard (1998) and Franco and
        others (2019) for effective numbers of trials in a weighted, clustered sample.
    """
    sample, shift = calibrated(sample)
    strata = _strata(sample)
    recall = _shares(sample, sample.true, strata, generator, draws)
    precision = _shares(sample, sample.linked, strata, generator, draws)
    return AuditPosterior(
        strata=tuple(name for name, _ in strata),
        recall=recall[1],
        precision=precision[1],
        overall_recall=recall[0],
        overall_precision=precision[0],
        records=int(np.unique(sample.record).size),
        facts=np.array([np.unique(sample.record[inside]).size for _, inside in strata], dtype=np.int64),
        agreement=agreements(sample, strata),
        shift=shift,
    )


def calibrated(sample: AuditSample) -> tuple[AuditSample, float]:
    """The sample as if doubtful links had been drawn as often as it finds them right, and the shift of log-odds.

    Linkage as decided has no doubtful links, and stays as it is.
    """
    right = np.divide(sample.found, sample.linked, out=np.zeros_like(sample.found), where=sample.linked > 0)
    shift = find_shift(sample.linked, right, sample.weight)
    linked = moved(sample.linked, shift)
    return replace(sample, linked=linked, found=right * linked), shift


def agreements(
    sample: AuditSample, strata: Sequence[tuple[str, NDArray[np.bool_]]]
) -> dict[str | None, float]:
    """Say in how great a share of its links a draw of the linkage agrees with another draw of it.

    Shape: one share for each stratum, and one overall under None.
    Unit: shares; 1 where linkage was not drawn. A stratum of few facts leans on the overall one.
    """
    linked = sample.weight * sample.linked
    overall = float((linked * sample.linked).sum() / linked.sum()) if linked.sum() else 1.0
    leaning = LEANING * float(sample.weight.mean()) if sample.weight.size else LEANING
    found: dict[str | None, float] = {None: overall}
    for name, inside in strata:
        agreed = (linked * sample.linked)[inside].sum() + leaning * overall
        found[name] = float(agreed / (linked[inside].sum() + leaning))
    return found


def _strata(sample: AuditSample) -> list[tuple[str, NDArray[np.bool_]]]:
    """Every stratum, with the facts in it: pairs of sources first, also those of no fact."""
    pairs = [(pair_of(one, other), inside) for one, other, inside in _pairs(sample)]
    return pairs + [
        (str(name), labels == name) for labels in sample.families.values() for name in np.unique(labels)
    ]


def _pairs(sample: AuditSample) -> list[tuple[str, str, NDArray[np.bool_]]]:
    if sample.sides is None:
        return []
    one, other = np.sort(np.stack(sample.sides), axis=0)
    names = [str(name) for name in np.unique(np.stack(sample.sides))]
    return [
        (first, second, (one == first) & (other == second))
        for place, first in enumerate(names)
        for second in names[place + 1 :]
    ]


def _shares(
    sample: AuditSample,
    tried: Floats,
    strata: list[tuple[str, NDArray[np.bool_]]],
    generator: np.random.Generator,
    draws: int,
) -> tuple[Floats, Floats]:
    """Draws overall, and by stratum."""
    effect, usual = clustering(sample, tried)
    overall = _effective(sample, tried, effect, usual, np.ones(tried.size, dtype=bool))
    whole = generator.beta(overall[0] + 0.5, overall[1] - overall[0] + 0.5, size=draws)
    sizes = np.array([_effective(sample, tried, effect, usual, inside) for _, inside in strata]).reshape(
        -1, 2
    )
    pairs = _pairs(sample)
    columns = [np.empty((draws, 0))]
    if pairs:
        names = sorted({name for one, other, _ in pairs for name in (one, other)})
        sides = [
            np.array([names.index(name) for name in side])
            for side in zip(*(pair[:2] for pair in pairs), strict=True)
        ]
        shares = _resampled(sample, tried, [inside for _, _, inside in pairs], generator)
        trials = sizes[: len(pairs), 1]
        drawn = draw_paired(shares, RESAMPLED * trials, (sides[0], sides[1]), generator, draws=draws)
        columns.append(drawn)
    first = len(pairs)
    for labels in sample.families.values():
        seen = sizes[first : first + np.unique(labels).size]
        columns.append(draw_pooled(seen[:, 0], seen[:, 1], generator, draws=draws))
        first += len(seen)
    return whole, np.hstack(columns)


def _resampled(
    sample: AuditSample, tried: Floats, strata: list[NDArray[np.bool_]], generator: np.random.Generator
) -> Floats:
    """The share of each stratum in resamples of the records: what one record misses, it misses in many strata.

    Shape: one row a resample, one column a stratum.
    Source: Rubin (1981), the Bayesian bootstrap; Huggins and Miller (2023) for resamples of twice the size.
    """
    records, where = np.unique(sample.record, return_inverse=True)
    # As if each record had been drawn again so many times.
    often = generator.standard_gamma(RESAMPLED, (RESAMPLES, records.size))
    shares = np.ones((RESAMPLES, len(strata)))
    for place, inside in enumerate(strata):
        weight = sample.weight * inside
        true, all_tried = (
            often @ np.bincount(where, weights=weight * values, minlength=records.size)
            for values in (sample.found, tried)
        )
        np.divide(true, all_tried, out=shares[:, place], where=all_tried > 0)
    return np.minimum(shares, 1.0)


def clustering(sample: AuditSample, tried: Floats) -> tuple[float, float]:
    """Say how much less facts of one record tell than facts of as many records.

    Shape: the design effect of clustering, 1 or more, and the mean facts of a record, weighed by facts.
    Unit: ratio of variances; facts.
    Source: Kish (1965); the variance of a ratio by linearisation, Cochran (1977), section 6.

    Few misses tell little of whether they come together: the effect leans, as if a few more records
    had, towards that of records that miss all their facts or none.
    """
    weighed = sample.weight * tried
    total = weighed.sum()
    if not total:
        return 1.0, 1.0
    trials = total**2 / (sample.weight * weighed).sum()
    share = (trials * (sample.weight * sample.found).sum() / total + 0.5) / (trials + 1)
    left = sample.weight * (sample.found - share * tried)
    together = np.bincount(sample.record, weights=left)
    effect = max(float((together**2).sum() / (left**2).sum()), 1.0)
    usual = _facts_of_a_record(sample.record, tried)
    missed = float(np.minimum(np.bincount(sample.record, weights=tried - sample.found), 1.0).sum())
    leaning = MISSED_WHOLE / (MISSED_WHOLE + missed)
    return effect + leaning * max(usual - effect, 0.0), usual


def _facts_of_a_record(record: Ints, tried: Floats) -> float:
    facts = np.bincount(record, weights=tried)
    return float((facts**2).sum() / facts.sum()) if facts.sum() else 1.0


def _effective(
    sample: AuditSample, tried: Floats, effect: float, usual: float, mask: NDArray[np.bool_]
) -> tuple[float, float]:
    """The effective successes and trials of some of the facts."""
    weight, trial = sample.weight[mask], tried[mask]
    total = (weight * trial).sum()
    if not total:
        return 0.0, 0.0
    trials = total**2 / (weight**2 * trial).sum()
    facts = _facts_of_a_record(sample.record[mask], trial)
    if usual > 1:
        trials /= 1 + (effect - 1) * max(facts - 1, 0) / (usual - 1)
    share = min((weight * sample.found[mask]).sum() / total, 1.0)
    return float(share * trials), float(trials)
