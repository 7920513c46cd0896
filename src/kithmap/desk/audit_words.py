"""What an audit sample says of linkage, in sentences: rough, for they leave with a release."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kithmap.desk.audit_facts import Audit
from kithmap.stats.audit import BETWEEN, AuditPosterior

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Of fewer people nothing is said exactly, and a stratum that fewer records tell of is not named.
FEWEST_NAMED = 10
NONE_DONE = "Not corrected for missed links: no audit sample has been done."


EVERY, PAIR, GROUP = "every link", "two sources", "recorded ethnic group"
FEW = "too few records to tell"


@dataclass(frozen=True)
class Share:
    """What a sample says of some links: which, how many records tell of them, and both shares, with intervals."""

    kind: str
    of: str
    records: str
    found: str
    right: str


def list_shares(audit: Audit | None) -> tuple[Share, ...]:
    """Recall and precision of every link, of each pair of sources and of each recorded group.

    Of what fewer than ten records tell nothing is said.
    """
    if audit is None:
        return ()
    posterior = audit.decided
    every = Share(
        EVERY, "all sources", str(posterior.records), say_share(posterior.overall_recall),
        say_share(posterior.overall_precision),
    )  # fmt: skip
    named = zip(posterior.strata, posterior.facts.tolist(), strict=True)
    return (every, *(_share(posterior, name, facts) for name, facts in named))


def _share(posterior: AuditPosterior, name: str, facts: int) -> Share:
    kind = PAIR if BETWEEN in name else GROUP
    if facts < FEWEST_NAMED:
        return Share(kind, name, f"fewer than {FEWEST_NAMED}", FEW, FEW)
    recall, precision = posterior.of(name)
    return Share(kind, name, str(facts), say_share(recall), say_share(precision))


def say_audit(audit: Audit | None) -> str:
    """How many true links linkage found, and how many of its links are right, with 95 % intervals.

    The lowest pair of sources is named where its interval lies below the overall share.
    """
    if audit is None:
        return NONE_DONE
    posterior = audit.decided
    return (
        f"In an audit of {audit.records} records ({audit.marked:%d/%m/%Y}),"
        f" {say_share(posterior.overall_recall)} of true links were found and"
        f" {say_share(posterior.overall_precision)} of links made were right{_lowest(posterior)}."
        f"{_not_sure(audit.not_sure)}"
    )


def say_share(draws: "NDArray[np.float64]") -> str:
    """A share with its interval, in whole per cent.

    >>> import numpy as np
    >>> say_share(np.linspace(0.9, 1.0, 101))
    '95 % (90 to 100)'
    """
    import numpy as np

    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
    return f"{_percent(float(middle))} % ({_percent(float(low))} to {_percent(float(high))})"


def _not_sure(records: int) -> str:
    if not records:
        return ""
    some = f"{records}" if records >= FEWEST_NAMED else f"fewer than {FEWEST_NAMED}"
    return f" Nobody could tell of {some} of them: they are in neither share."


def _lowest(posterior: AuditPosterior) -> str:
    import numpy as np

    named = [
        (float(np.median(posterior.of(name)[0])), name)
        for name, facts in zip(posterior.strata, posterior.facts.tolist(), strict=True)
        if BETWEEN in name and facts >= FEWEST_NAMED
    ]
    share, name = min(named, default=(1.0, ""))
    overall = float(np.median(posterior.overall_recall))
    if _percent(share) >= _percent(overall):
        return ""
    return f"; fewest were found between {' and '.join(name.split(BETWEEN))} ({_percent(share)} %)"


def _percent(share: float) -> int:
    return round(100 * share)
