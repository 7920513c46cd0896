"""Alarms when linkage moves between two builds by more than chance."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from kithmap.desk.drift import FEWEST, SIZES, WEIGHTS, find_drift, read_shape
from kithmap.engines import duckdb
from kithmap.model.keys import row_id
from kithmap.stats.drift import share_moved, stability

DAY = date(2026, 10, 12)


def figures(**changed: Any) -> dict[str, Any]:
    shape = {
        "weights": [100, 100, 300, 500, 1000, 2000, 500, 10],
        "sizes": [400, 300, 300, 100, 50, 20, 5],
        "sources": {"Police": {"mentions": 1000, "alone": 30}, "Panel": {"mentions": FEWEST - 1, "alone": 0}},
    }
    of_build = {"candidate_pairs": 40_000, "identities": 10_000}
    own = {name: value for name, value in changed.items() if name in shape}
    return (
        of_build
        | {name: value for name, value in changed.items() if name not in shape}
        | {"shape": shape | own}
    )


def test_a_build_like_the_last_raises_no_alarm() -> None:
    assert find_drift(figures(), figures(), DAY) == ()


def test_there_is_nothing_to_say_of_a_first_build_or_of_one_without_its_shape() -> None:
    assert find_drift(figures(), None, None) == ()
    assert find_drift(figures(), {"candidate_pairs": 1, "identities": 1}, DAY) == ()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sources": {"Police": {"mentions": 1100, "alone": 99}}}, "mentions by Police linked to nobody went from 3 % to 9 %"),
        ({"candidate_pairs": 90_000}, "pairs compared for each identity went from 4.0 to 9.0"),
        ({"weights": [2000, 100, 300, 500, 1000, 100, 50, 1]}, "what pairs weigh changed"),
        ({"sizes": [1200, 100, 50, 10, 5, 2, 1]}, "how many mentions a person has changed"),
    ],
    ids=["a source linked to nobody", "pairs compared", "weights", "sizes"],
)  # fmt: skip
def test_what_moved_is_said(changed: dict[str, Any], said: str) -> None:
    found = find_drift(figures(**changed), figures(), DAY)

    assert len(found) == 1
    assert found[0].startswith(f"Since the build of 12/10/2026, {said}")


def test_a_list_of_few_people_is_never_counted_aloud() -> None:
    panel = {"Panel": {"mentions": FEWEST - 1, "alone": 60}, "Police": {"mentions": 1000, "alone": 30}}

    assert find_drift(figures(sources=panel), figures(), DAY) == ()


def test_pairs_are_not_compared_where_only_what_was_new_was_linked() -> None:
    assert find_drift(figures(candidate_pairs=10, in_full=False), figures(), DAY) == ()


def test_the_shape_is_read_from_a_build() -> None:
    mentions = [row_id(1, 1) + 1, row_id(1, 2) + 1, row_id(2, 1) + 1]
    with duckdb.memory() as engine:
        engine.hold("extract", pa.table({"receipt_no": [1, 2], "holder": ["Police", "Panel"]}))
        decided = {"person_id": ["P1", "P2", "P1"], "decided_by": ["model", "alone", "model"]}
        engine.hold("identity", pa.table({"mention_id": mentions, **decided}))
        engine.hold("link", pa.table({"match_weight": [-6.0, 12.5, 12.5, 99.0]}))
        shape = read_shape(engine)

    assert shape["sources"] == {"Panel": {"mentions": 1, "alone": 0}, "Police": {"mentions": 2, "alone": 1}}
    assert dict(zip((*WEIGHTS, "more"), shape["weights"], strict=True)) == {
        -5: 1,
        0: 0,
        5: 0,
        10: 0,
        15: 2,
        20: 0,
        30: 0,
        "more": 1,
    }
    assert dict(zip((*SIZES, "more"), shape["sizes"], strict=True)) == {
        1: 1,
        2: 1,
        5: 0,
        10: 0,
        20: 0,
        50: 0,
        "more": 0,
    }


def test_a_histogram_moves_by_no_more_than_chance_when_the_shares_are_the_same() -> None:
    import numpy as np

    generator = np.random.default_rng(1)
    shares = np.array([0.2, 0.5, 0.2, 0.08, 0.02])
    few = [
        stability(generator.multinomial(60, shares), generator.multinomial(60, shares)).alarms
        for _ in range(300)
    ]

    assert sum(few) <= 3


@pytest.mark.parametrize(("now", "alarms"), [((5, 100), False), ((30, 100), True), ((3_300, 100_000), False)])
def test_a_share_moves_by_more_than_chance_and_by_more_than_anybody_minds(
    now: tuple[int, int], alarms: bool
) -> None:
    assert share_moved((3_000, 100_000), now).alarms is alarms
