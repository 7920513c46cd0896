"""The rows of an answer that go on to disclosure control: maps and networks leave coarser than they are."""

from collections.abc import Mapping
from typing import Any

from kithmap.desk.answers import Result
from kithmap.desk.ask import ask
from kithmap.desk.workspace import Workspace
from kithmap.errors import WouldDisclose
from kithmap.governance.levels import LevelRule
from kithmap.governance.rules import Meetings
from kithmap.governance.shared_maps import share_map
from kithmap.governance.shared_networks import share_network

Rows = tuple[Mapping[str, Any], ...]

MERGED = (
    "Shapes on the map are of several sizes: where too few young people are behind a hexagon, it is shown only as part"
    " of a larger one. A larger shape is not a busier one."
)
LEFT_OUT = "Groups, and pairs of groups that meet, are left out where too few young people are behind them."


def rows_to_leave(workspace: Workspace, result: Result, level: LevelRule) -> Rows:
    """The exact rows of an answer as a level may tell of them: hexagons merged, thin ties of a network left out.

    Which are too small is judged by who is behind them, and for hexagons by asking the same question of larger
    ones, of the same build and for the same purpose.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted; WouldDisclose where the sizes of a map do not agree.
    """
    rule, rows = result.measure.rule, tuple(result.table.to_pylist())
    if not level.withhold_below:
        return rows
    if isinstance(rule.adds_up, Meetings):
        return share_network(rows, rule, level)
    if not _is_of_hexagons(result):
        return rows
    try:
        return share_map([rows, *(_wider(workspace, result, size) for size in _larger(result))], rule, level)
    except ValueError as apart:
        raise WouldDisclose(
            "Hexagons of one size and of another do not count the same events, so they cannot be shown on one map.",
            "An answer from the build and the extracts that may be counted now.",
            "Ask again, and release that answer.",
        ) from apart


def what_merging_means(result: Result, level: LevelRule) -> tuple[str, ...]:
    """What somebody who reads an answer at a level must know of what was merged or left out."""
    if not level.withhold_below:
        return ()
    said = [LEFT_OUT] if isinstance(result.measure.rule.adds_up, Meetings) else []
    return (*said, *([MERGED] if _is_of_hexagons(result) else []))


def _is_of_hexagons(result: Result) -> bool:
    merging = result.measure.rule.hexagons
    return merging is not None and result.options.get(merging.option) in merging.sizes


def _larger(result: Result) -> tuple[str, ...]:
    """The sizes of hexagon above the one that an answer is of."""
    merging = result.measure.rule.hexagons
    assert merging is not None
    return merging.sizes[merging.sizes.index(result.options[merging.option]) + 1 :]


def _wider(workspace: Workspace, result: Result, size: str) -> Rows:
    """The rows of the same answer by larger hexagons."""
    merging = result.measure.rule.hexagons
    assert merging is not None
    options = {**result.options, merging.option: size}
    asked = ask(
        workspace,
        result.measure,
        purpose=result.purpose,
        who=result.asked_by,
        build=result.build,
        options=options,
    )
    return tuple(asked.table.to_pylist())
