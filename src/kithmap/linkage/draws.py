"""The ways in which records may make people, where linkage leaves it in doubt: drawn once for a build.

What is certain is never drawn. Identities that are sure to be one person are one *part*; a person of
one part that no other part might join has none of this. What is left is drawn, so that any count can
be taken over the draws and not over the one linkage that was published.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.cluster import Clusters
from kithmap.linkage.constraints import Constraints
from kithmap.linkage.doubt import find_doubt, find_parts, first_of
from kithmap.model.linkage_tables import DRAW_ALIKE, IDENTITY_DRAW
from kithmap.stats.lots import Lot
from kithmap.stats.ordering import stable_order
from kithmap.stats.partitions import draw_partitions

DRAWS = 200
# So many draws have their changes put in order together.
TOGETHER = 25
# What is kept of millions of changes: a draw is a small number, and so is a place among identities.
DRAWN = {"draw": np.int16, "part": np.uint32, "drawn": np.uint32}
SAME = {"draw": np.int16, "group": np.uint32, "same_as": np.int16}


@dataclass(frozen=True)
class Draws:
    """What was drawn, and how much of the linkage was in doubt.

    part: for each identity the least identity of its part, -1 where its person is certain. alike: for each
    draw and group of parts that it changes, the first draw that arranges the group the same way; most
    groups have few arrangements. drawn: for each such first draw and part that is not with the same
    parts as published, the least part of its person, and the least of its group: no draw joins two groups,
    nor is a published person in two. A part that a draw leaves as published has no row in it. expected: pairs of parts that are one
    person, by the sum of their probabilities; joined: as many as a draw joins; shift: what made the
    two agree, in natural log-odds.
    """

    part: np.ndarray
    drawn: pa.Table
    alike: pa.Table
    number: int
    parts_in_doubt: int
    people_in_doubt: int
    components: int
    in_pieces: int
    expected: float
    joined: float
    shift: float = 0.0

    def figures(self) -> dict[str, float]:
        """What the build's manifest keeps of the draws, in numbers only."""
        return {name: value for name, value in vars(self).items() if name not in ("part", "drawn", "alike")}

    def part_of(self, identities: pl.DataFrame) -> pl.DataFrame:
        """The part of every signature, by the least mention of the part; null where it is certain."""
        named = identities["signature"].to_numpy()[self.part]
        part = pl.when(pl.Series(self.part >= 0, dtype=pl.Boolean)).then(pl.Series(named))
        return identities.select("signature", part_id=part)

    def as_tables(self, identities: pl.DataFrame) -> dict[str, pa.Table]:
        """The tables `identity_draw` and `draw_alike`: parts by the least mention of each."""
        signature = pl.Series(identities["signature"])
        drawn, alike = pl.DataFrame(self.drawn), pl.DataFrame(self.alike)
        ids = {f"{name}_id": signature.gather(drawn[name]) for name in ("part", "drawn", "group")}
        group = signature.gather(alike["group"])
        return {
            IDENTITY_DRAW.name: drawn.select("draw", **ids).to_arrow(),
            DRAW_ALIKE.name: alike.select("draw", "same_as", group_id=group)
            .select(DRAW_ALIKE.names)
            .to_arrow(),
        }


def seed_of(receipts: pa.Table) -> int:
    """The seed of a build's draws: the same extracts draw the same people, in whatever order they came."""
    hashes = sorted(str(each) for each in receipts["sha256"].to_pylist())
    return int.from_bytes(sha256("".join(hashes).encode()).digest()[:6])


# Of one lot: the rows of what changed, and of what is alike.
_Changed = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]


def draw_people(
    identities: pl.DataFrame,
    pairs: pa.Table,
    clusters: Clusters,
    constraints: Constraints,
    *,
    draws: int = DRAWS,
    generator: np.random.Generator,
) -> Draws:
    """Draw who is one person, `draws` times, where the links leave it in doubt.

    Two parts are as likely one person as the mean weight of the pairs between them says. Two parts
    judged different, or of two numbers, or twins, are never one; what is judged the same is one part.

    Shape: `part` has one entry an identity; `drawn` one row a draw and part it changes.
    Source: Sadinle (2018), linkage averaging; see docs/explanation/counts-with-intervals.md.
    """
    parts = find_parts(pairs, clusters, constraints, identities.height)
    group, doubtful, ties = find_doubt(pairs, parts, constraints)
    part, least = np.where(doubtful, parts.least, -1)[parts.of], parts.least[doubtful]
    published, leader = (first_of(labels[doubtful]) for labels in (parts.cluster, group))
    del parts, group, doubtful
    drawn = draw_partitions(ties, generator, draws=draws)
    del ties
    made, joined = drawn.in_lots(lambda lot: _rearranged(lot, published, leader), together=leader)
    figures = {
        "in_pieces": drawn.in_pieces,
        "expected": round(drawn.expected, 1),
        "shift": round(drawn.shift, 3),
    }
    # What was drawn takes as much room as the tables do.
    del drawn
    changed, alike = _tables(made, leader, least)
    return Draws(
        part=part,
        drawn=changed,
        alike=alike,
        number=draws,
        parts_in_doubt=least.size,
        people_in_doubt=_count_of(published),
        components=_count_of(leader),
        joined=round(joined, 1),
        **figures,
    )


def _rearranged(lot: Lot, published: np.ndarray, leader: np.ndarray) -> _Changed:
    """What draws change of some groups: the parts that they leave with others than published.

    Also which draw is the first to arrange a group as each draw does. Parts and groups by their places.
    """
    places, flat, draws = lot.things, lot.first.ravel(), lot.first.shape[1]
    leaders, at = np.unique(leader[places], return_inverse=True)
    person = np.searchsorted(places, published[places]).astype(np.int32)
    moved = np.flatnonzero(lot.first != person[:, None])
    part = moved // draws
    draw = moved - part * draws
    same_as = _first_alike(part, flat[moved], at[part] * draws + draw, (leaders.size, draws))
    # A part that stayed is changed too where another came to its person or left it.
    new = same_as[at[part], draw] == draw
    touched = np.zeros(lot.first.shape, dtype=bool)
    touched[person[part[new]], draw[new]] = touched[flat[moved[new]], draw[new]] = True
    part, draw = np.nonzero(touched[person])
    which, one = np.nonzero(same_as >= 0)
    drawn = {"draw": draw + 1, "part": places[part], "drawn": places[flat[part * draws + draw]]}
    same = {"draw": one + 1, "group": leaders[which], "same_as": same_as[which, one] + 1}
    return _narrow(drawn, DRAWN), _narrow(same, SAME)


def _narrow(rows: dict[str, np.ndarray], kinds: dict[str, type]) -> dict[str, np.ndarray]:
    """The same rows in as little room as their kinds take."""
    return {name: rows[name].astype(kind) for name, kind in kinds.items()}


def _first_alike(part: np.ndarray, now: np.ndarray, place: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """For each group and draw, the first draw that arranges it so; -1 where it is as published.

    An arrangement is known by a sum of hashes, of 64 bits, of every part that moved with the first part
    it is now with; `place` says the group and draw of each of these.
    """
    hashes = np.zeros(shape[0] * shape[1], dtype=np.uint64)
    np.add.at(hashes, place, _mixed(part, now))
    arranged = np.flatnonzero(hashes)
    found = pl.DataFrame(
        {"group": arranged // shape[1], "draw": arranged % shape[1], "how": hashes[arranged]}
    )
    same_as = np.full(hashes.size, -1, dtype=np.int64)
    same_as[arranged] = found.select(pl.col("draw").min().over("group", "how"))["draw"].to_numpy()
    return same_as.reshape(shape)


def _mixed(part: np.ndarray, label: np.ndarray) -> np.ndarray:
    """A hash of each pair of numbers under 2 to the 32nd.

    Source: Steele, Lea and Flood (2014), SplitMix64: its mixing of 64 bits.
    """
    mixed = (part.astype(np.uint64) << np.uint64(32)) | label.astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


def _count_of(first: np.ndarray) -> int:
    """How many labels there are, by the first place with that of each."""
    return int(np.count_nonzero(first == np.arange(first.size)))


def _tables(made: Sequence[_Changed], leader: np.ndarray, least: np.ndarray) -> tuple[pa.Table, pa.Table]:
    """What all lots change and which draws are alike, in order; parts by their least identities."""
    identity = least.astype(np.uint32)
    rows, ways = _sorted([each for each, _ in made], DRAWN), _sorted([each for _, each in made], SAME)
    group = identity[leader[rows["part"]]]
    named = {name: identity[rows[name]] for name in ("part", "drawn")}
    return _table({**rows, **named, "group": group}), _table({**ways, "group": identity[ways["group"]]})


def _table(columns: dict[str, np.ndarray]) -> pa.Table:
    return pa.table({name: pa.array(values) for name, values in columns.items()})


def _sorted(lots: list[dict[str, np.ndarray]], kinds: dict[str, type]) -> dict[str, np.ndarray]:
    """The rows of all lots by draw and then by place, taken out of the lots; no two have both alike."""
    rows = {
        name: np.concatenate([np.zeros(0, dtype=kind), *(each.pop(name) for each in lots)])
        for name, kind in kinds.items()
    }
    draw, place = (rows[name] for name in list(kinds)[:2])
    ordered, done = {name: np.empty_like(values) for name, values in rows.items()}, 0
    for last in range(TOGETHER, int(draw.max(initial=0)) + TOGETHER, TOGETHER):
        here = np.flatnonzero((draw > last - TOGETHER) & (draw <= last))
        here = here[stable_order(draw[here].astype(np.int64) * (int(place.max()) + 1) + place[here])]
        for name, values in rows.items():
            ordered[name][done : done + here.size] = values[here]
        done += here.size
    return ordered
