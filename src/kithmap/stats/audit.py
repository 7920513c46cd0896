"""How many true links were found, and how many links are right: from a sample that people checked.

The sample is of records. A *fact* is one record and one other source: whether the record's young
person truly is in that source, and whether linkage says so. Recall is the share of true facts that
were found; precision the share of facts linked that are true. A true count is then
count * precision / recall.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kithmap.stats.pooling import Floats, draw_pooled

Ints = NDArray[np.int64]
DRAWS = 1000


@dataclass(frozen=True)
class AuditSample:
    """The facts of a sample of records: arrays of one length, one entry a fact.

    record: which record (0, 1, ...); its facts are not independent of each other. weight: how many
    records it stands for. true, linked, found (true and linked): 0 or 1, or a probability where
    linkage was drawn. families: a name for each way of grouping facts, with the group of each fact.
    """

    record: Ints
    weight: Floats
    true: Floats
    linked: Floats
    found: Floats
    families: Mapping[str, NDArray[np.str_]] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditPosterior:
    """What the sample leaves possible: draws of recall and precision, overall and by stratum.

    strata: the groups of every family; recall, precision: one row a draw, one column a stratum;
    records: how many records the sample was of.
    """

    strata: tuple[str, ...]
    recall: Floats
    precision: Floats
    overall_recall: Floats
    overall_precision: Floats
    records: int

    def of(self, stratum: str | None = None) -> tuple[Floats, Floats]:
        """The draws of recall and precision of a stratum; the overall ones where there is none such."""
        if stratum is None or stratum not in self.strata:
            return self.overall_recall, self.overall_precision
        column = self.strata.index(stratum)
        return self.recall[:, column], self.precision[:, column]


def posterior_of(
    sample: AuditSample, generator: np.random.Generator, *, draws: int = DRAWS
) -> AuditPosterior:
    """Draw recall and precision from what a sample leaves possible.

    Overall: beta posteriors with a Jeffreys prior, of effective numbers of trials. By stratum: the
    strata of each family are pooled in part, see `pooling.draw_pooled`.

    Shape: `draws` of each.
    Unit: shares, 0 to 1.
    Source: Brown, Cai and DasGupta (2001) for the prior; Korn and Graubard (1998) and Franco and
        others (2019) for effective numbers of trials in a weighted, clustered sample.
    """
    recall = _shares(sample, sample.true, generator, draws)
    precision = _shares(sample, sample.linked, generator, draws)
    return AuditPosterior(
        strata=strata_of(sample),
        recall=recall[1],
        precision=precision[1],
        overall_recall=recall[0],
        overall_precision=precision[0],
        records=int(np.unique(sample.record).size),
    )


def strata_of(sample: AuditSample) -> tuple[str, ...]:
    """The strata of every family, in order."""
    return tuple(str(name) for labels in sample.families.values() for name in np.unique(labels))


def _shares(
    sample: AuditSample, tried: Floats, generator: np.random.Generator, draws: int
) -> tuple[Floats, Floats]:
    effect, usual = clustering(sample, tried)
    overall = _effective(sample, tried, effect, usual, np.ones(tried.size, dtype=bool))
    whole = generator.beta(overall[0] + 0.5, overall[1] - overall[0] + 0.5, size=draws)
    columns = [np.empty((draws, 0))]
    for labels in sample.families.values():
        inside = [labels == name for name in np.unique(labels)]
        sizes = np.array([_effective(sample, tried, effect, usual, mask) for mask in inside])
        columns.append(draw_pooled(sizes[:, 0], sizes[:, 1], generator, draws=draws))
    return whole, np.hstack(columns)


def clustering(sample: AuditSample, tried: Floats) -> tuple[float, float]:
    """Say how much less facts of one record tell than facts of as many records.

    Shape: the design effect of clustering, 1 or more, and the mean facts of a record, weighed by facts.
    Unit: ratio of variances; facts.
    Source: Kish (1965); the variance of a ratio by linearisation, Cochran (1977), section 6.

    Where nothing was missed the effect is as if one record's facts were all one: caution, since such a
    sample cannot tell.
    """
    weighed = sample.weight * tried
    total = weighed.sum()
    if not total:
        return 1.0, 1.0
    trials = total**2 / (sample.weight * weighed).sum()
    share = (trials * (sample.weight * sample.found).sum() / total + 0.5) / (trials + 1)
    left = sample.weight * (sample.found - share * tried)
    together = np.bincount(sample.record, weights=left)
    effect = float((together**2).sum() / (left**2).sum())
    return max(effect, 1.0), _facts_of_a_record(sample.record, tried)


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
