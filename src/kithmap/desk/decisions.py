"""What judgements come to: the decision that holds for each pair, for the queue and for linking."""

import hmac
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from kithmap.desk.extracts import Extracts
from kithmap.desk.mentions import Mention, fingerprint, read_mentions, says_the_same
from kithmap.desk.workspace import Workspace
from kithmap.engines import keys
from kithmap.governance.judging import SECOND_LOOKS, Outcome, settle
from kithmap.model.keys import Origin
from kithmap.register import judgements
from kithmap.register.judgements import Judgement
from kithmap.register.receipts import Receipt

if TYPE_CHECKING:
    import pyarrow as pa

Pair = tuple[Origin, Origin]


def outcomes(workspace: Workspace, standing: Iterable[Judgement]) -> dict[Pair, Outcome]:
    """What judgements come to, pair by pair."""
    said: dict[Pair, dict[str, str]] = {}
    for each in standing:
        said.setdefault(each.pair, {})[each.who] = each.decision
    return {pair: settle(votes, wants_second=wants_second(workspace, pair)) for pair, votes in said.items()}


def outcome_of(workspace: Workspace, pair: Pair) -> Outcome:
    """What the judgements of one pair come to."""
    made = judgements.judgements_of(workspace.register, *pair)
    found = outcomes(workspace, [each for each in made if each.stands])
    return found.get(pair, settle({}, wants_second=False))


def wants_second(workspace: Workspace, pair: Pair) -> bool:
    """Whether somebody else is to look at a pair too: one in ten, always the same ones."""
    key = keys.derive(workspace.key, "second looks")
    digest = hmac.digest(key, repr(sorted(map(tuple, pair))).encode(), sha256)
    return int.from_bytes(digest[:8]) < SECOND_LOOKS * 2**64


def judgements_for_link(workspace: Workspace, taken: Sequence[Receipt]) -> "pa.Table":
    """The decisions that hold, by the mentions of the extracts taken, for linking to obey.

    A judgement is left out while people disagree on its pair, and where another layout of the file
    reads somebody else at its place: see `find_set_aside`.

    Shape: one row per pair of mentions that is decided.
    Columns: `mention_id`, `other_mention_id`, `decision` (same or different).
    """
    import pyarrow as pa

    rows = [
        (one, other, decision)
        for _, one, other, decision in _placed(workspace, taken)
        if decision is not None
    ]
    kinds = {"mention_id": pa.int64(), "other_mention_id": pa.int64(), "decision": pa.string()}
    columns = {name: [row[place] for row in rows] for place, name in enumerate(kinds)}
    return pa.table(columns, schema=pa.schema(list(kinds.items())))


def find_set_aside(workspace: Workspace, taken: Sequence[Receipt]) -> tuple[Pair, ...]:
    """The pairs whose judgements are not used, because the rows now say something else."""
    return tuple(pair for pair, _, _, decision in _placed(workspace, taken) if decision is None)


def _placed(workspace: Workspace, taken: Sequence[Receipt]) -> list[tuple[Pair, int, int, str | None]]:
    """Every decided pair at the mentions it is about now; the decision is None where they say another thing."""
    standing = judgements.list_standing(workspace.register)
    decided = outcomes(workspace, standing)
    fingerprints = {each.pair: each.said for each in standing}
    extracts = Extracts([vars(receipt) for receipt in taken])
    places = {origin: extracts.mentions_at(origin) for pair in decided for origin in pair}
    now = read_mentions(workspace, {place for found in places.values() for place in found})
    rows: list[tuple[Pair, int, int, str | None]] = []
    for pair, outcome in decided.items():
        if outcome.decision is None:
            continue
        sides = [
            [place for place in places[origin] if _is_as_judged(workspace, now.get(place), before)]
            for origin, before in zip(pair, fingerprints[pair], strict=True)
        ]
        rows += [(pair, one, other, outcome.decision) for one in sides[0] for other in sides[1]]
        if all(places[origin] for origin in pair) and not all(sides):
            rows.append((pair, places[pair[0]][0], places[pair[1]][0], None))
    return rows


def _is_as_judged(workspace: Workspace, now: Mention | None, before: str) -> bool:
    return now is not None and says_the_same(before, fingerprint(workspace, now))
