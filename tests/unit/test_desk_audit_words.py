"""What is said of an audit sample wherever a count is."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from kithmap.desk.audit_facts import Audit
from kithmap.desk.audit_words import NONE_DONE, say_audit
from kithmap.stats.audit import AuditPosterior


def around(*shares: float) -> np.ndarray:
    """Draws three points either side of some shares, one column a share."""
    return np.stack([np.clip(share + np.linspace(-0.03, 0.03, 201), 0, 1) for share in shares], axis=1)


def audit(pairs: dict[str, tuple[float, int]], **other: Any) -> Audit:
    shares = [share for share, _ in pairs.values()]
    posterior = AuditPosterior(
        strata=tuple(pairs),
        recall=around(*shares) if pairs else np.empty((201, 0)),
        precision=around(*(0.99 for _ in pairs)) if pairs else np.empty((201, 0)),
        overall_recall=around(0.94)[:, 0],
        overall_precision=around(0.99)[:, 0],
        records=200,
        facts=np.array([facts for _, facts in pairs.values()], dtype=np.int64),
    )
    return Audit("S", 200, other.get("not_sure", 0), datetime(2026, 10, 12, tzinfo=UTC), posterior, posterior)


def test_recall_and_precision_are_said_with_their_intervals() -> None:
    said = say_audit(audit({}))

    assert said == (
        "In an audit of 200 records (12/10/2026), 94 % (91 to 97) of true links were found and"
        " 99 % (96 to 100) of links made were right."
    )


def test_the_pair_of_sources_that_loses_most_is_named() -> None:
    said = say_audit(
        audit({"MASH + Police": (0.93, 60), "Police + Social care": (0.88, 40), "white": (0.5, 90)})
    )

    assert said.endswith("; fewest were found between Police and Social care (88 %).")


def test_a_pair_that_few_records_tell_of_is_not_named() -> None:
    assert "Panel" not in say_audit(audit({"MASH + Police": (0.95, 60), "Panel + Police": (0.6, 9)}))


@pytest.mark.parametrize(("records", "said"), [(3, "fewer than 10 of them"), (14, "14 of them")])
def test_records_nobody_could_tell_of_are_said_roughly(records: int, said: str) -> None:
    assert f"Nobody could tell of {said}" in say_audit(audit({}, not_sure=records))


def test_without_a_sample_that_is_said() -> None:
    assert say_audit(None) == NONE_DONE == "Not corrected for missed links: no audit sample has been done."
