"""The chain of records that joins two mentions which are not alike enough by themselves."""

import heapq
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kithmap.desk.sitting import Borne, Sitting


def find_chain(sitting: "Sitting", one: "Borne", other: "Borne") -> tuple[int, ...]:
    """The mentions from one to the other whose weakest link is strongest; empty where no links join them."""
    rows = sitting.engine.lookup("identity", "person_id", [one.person_id]).to_pylist()
    signatures: list[int] = sorted({row["signature"] for row in rows})
    rows = sitting.engine.lookup("link", "mention_id", signatures).to_pylist()
    among = set(signatures)
    links = [
        (row["mention_id"], row["other_mention_id"], row["match_probability"])
        for row in rows
        if row["other_mention_id"] in among
    ]
    return strongest_chain(links, one.signature, other.signature)


def strongest_chain(links: Sequence[tuple[int, int, float]], start: int, end: int) -> tuple[int, ...]:
    """The path whose weakest link is strongest.

    >>> strongest_chain([(1, 2, 0.9), (2, 3, 0.8), (1, 3, 0.2)], 1, 3)
    (1, 2, 3)
    """
    beside: dict[int, list[tuple[int, float]]] = {}
    for one, other, probability in links:
        beside.setdefault(one, []).append((other, probability))
        beside.setdefault(other, []).append((one, probability))
    waiting: list[tuple[float, tuple[int, ...]]] = [(-1.0, (start,))]
    seen: set[int] = set()
    while waiting:
        weakest, path = heapq.heappop(waiting)
        if path[-1] == end:
            return path
        if path[-1] in seen:
            continue
        seen.add(path[-1])
        for other, probability in beside.get(path[-1], []):
            if other not in seen:
                heapq.heappush(waiting, (max(weakest, -probability), (*path, other)))
    return ()
