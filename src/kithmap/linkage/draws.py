"""The ways in which records may make people, where linkage leaves it in doubt: drawn once for a build.

What is certain is never drawn. Identities that are sure to be one person are one *part*; a person of
one part that no other part might join has none of this. What is left is drawn, so that any count can
be taken over the draws and not over the one linkage that was published.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.cluster import Clusters
from kithmap.linkage.constraints import Constraints
from kithmap.model.linkage_tables import DRAW_ALIKE, IDENTITY_DRAW
from kithmap.stats.components import joined_parts
from kithmap.stats.partitions import Partitions, draw_partitions
from kithmap.stats.ties import Ties

DRAWS = 200
# So many entries of drawn places are looked through at a time.
AT_ONCE = 2**23
# Two identities of one published person whose link is surer than this are never drawn apart.
CERTAIN = 0.9999
# Parts that are less likely one person than this are not drawn together.
LEAST = 0.005
LN2 = float(np.log(2))
# Between two parts nothing is surer than this, or it would be one part.
MOST_LOG_ODDS = float(np.log(CERTAIN / (1 - CERTAIN)))
DRAWN = {"draw": pl.Int16, "part": pl.Int64, "drawn": pl.Int64, "group": pl.Int64}
SAME = {"draw": pl.Int16, "group": pl.Int64, "same_as": pl.Int16}


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


@dataclass(frozen=True)
class _Parts:
    """The parts: of each identity its part, and of each part its least identity and its cluster."""

    of: np.ndarray
    least: np.ndarray
    cluster: np.ndarray


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
    frame = pl.DataFrame(pl.from_arrow(pairs)).select("one", "other", "weight", "probability")
    parts = _find_parts(frame, clusters, constraints, identities.height)
    between = _between(frame, parts, constraints)
    group = _groups(between, parts)
    doubtful = (np.bincount(group) > 1)[group]
    if not doubtful.any():
        return _certain(identities.height, draws)
    places = np.flatnonzero(doubtful)
    ties = _ties(between, parts, constraints, group, places)
    drawn = draw_partitions(ties, generator, draws=draws)
    part = np.where(doubtful[parts.of], parts.least[parts.of], -1)
    changed, alike = _changes(drawn, group[places], parts.cluster[places], parts.least[places])
    return Draws(
        part=part,
        drawn=changed,
        alike=alike,
        number=draws,
        parts_in_doubt=places.size,
        people_in_doubt=np.unique(parts.cluster[places]).size,
        components=np.unique(group[places]).size,
        in_pieces=drawn.in_pieces,
        expected=round(drawn.expected, 1),
        joined=round(drawn.joined, 1),
        shift=round(drawn.shift, 3),
    )


def _certain(identities: int, draws: int) -> Draws:
    nothing, same = (pl.DataFrame(schema=schema).to_arrow() for schema in (DRAWN, SAME))
    return Draws(np.full(identities, -1, dtype=np.int64), nothing, same, draws, 0, 0, 0, 0, 0.0, 0.0)


def _find_parts(frame: pl.DataFrame, clusters: Clusters, constraints: Constraints, size: int) -> _Parts:
    """Join what is certain to be one person: surest links and judgements, within published people."""
    sure = frame.filter(pl.col("probability") > CERTAIN).select("one", "other")
    sure = pl.concat([sure, constraints.same.select("one", "other")])
    one, other = sure["one"].to_numpy(), sure["other"].to_numpy()
    kept = clusters.cluster[one] == clusters.cluster[other]
    of = joined_parts(one[kept], other[kept], size)
    _, least = np.unique(of, return_index=True)
    return _Parts(of, least, clusters.cluster[least])


def _between(frame: pl.DataFrame, parts: _Parts, constraints: Constraints) -> pl.DataFrame:
    """The pairs of parts that were compared: mean weight in natural log-odds, whether apart."""
    apart = pl.concat([constraints.apart.select("one", "other"), constraints.against.select("one", "other")])
    near = _near(frame, parts)
    frame = frame.filter(pl.Series(near, dtype=pl.Boolean))
    sides = [
        pl.DataFrame({"one": parts.of[rows["one"].to_numpy()], "other": parts.of[rows["other"].to_numpy()]})
        for rows in (frame, apart)
    ]
    compared = sides[0].with_columns(weight=frame["weight"], apart=pl.lit(value=False))
    forbidden = sides[1].with_columns(weight=pl.lit(None, pl.Float64), apart=pl.lit(value=True))
    ends = (pl.min_horizontal("one", "other").alias("a"), pl.max_horizontal("one", "other").alias("b"))
    found = pl.concat([compared, forbidden]).filter(pl.col("one") != pl.col("other"))
    mean = (pl.col("weight").mean() * LN2).clip(-MOST_LOG_ODDS * 2, MOST_LOG_ODDS)
    found = found.group_by(*ends).agg(log_odds=mean.fill_null(0.0), apart=pl.col("apart").any())
    return found.sort("a", "b")


def _near(frame: pl.DataFrame, parts: _Parts) -> np.ndarray:
    """Which pairs are of two parts that may be one, directly or through others: few of those compared."""
    one, other = parts.of[frame["one"].to_numpy()], parts.of[frame["other"].to_numpy()]
    likely = (frame["probability"] >= LEAST).to_numpy()
    group = joined_parts(one[likely], other[likely], parts.least.size)
    return (one != other) & (group[one] == group[other])


def _groups(between: pl.DataFrame, parts: _Parts) -> np.ndarray:
    """The parts that may be one person or are published as one, directly or through others."""
    likely = between.filter(_may_join())
    # Parts of one published person are in doubt together, even where their mean speaks against it.
    first = np.unique(parts.cluster, return_index=True)[1][parts.cluster]
    one = np.concatenate([likely["a"].to_numpy(), first])
    other = np.concatenate([likely["b"].to_numpy(), np.arange(parts.least.size)])
    return joined_parts(one, other, parts.least.size)


def _may_join() -> pl.Expr:
    return ~pl.col("apart") & (pl.col("log_odds") >= float(np.log(LEAST / (1 - LEAST))))


def _ties(
    between: pl.DataFrame, parts: _Parts, constraints: Constraints, group: np.ndarray, places: np.ndarray
) -> Ties:
    """Every pair inside the groups in doubt, the parts at `places` numbered from 0."""
    rank = pl.DataFrame({"part": places, "rank": np.arange(places.size), "group": group[places]})
    one, other = (
        rank.rename({"part": end, "rank": f"{end}_rank", "group": f"{end}_group"}) for end in ("a", "b")
    )
    inside = between.join(one, on="a").join(other, on="b").filter(pl.col("a_group") == pl.col("b_group"))
    compared = inside.select(
        a="a_rank",
        b="b_rank",
        log_odds=pl.when("apart").then(-np.inf).otherwise("log_odds"),
        joins=_may_join(),
    )
    numbered = _two_numbers(parts, constraints, group, places)
    whole = pl.concat([numbered, compared]).unique(["a", "b"], keep="first", maintain_order=True)
    columns = (whole.sort("a", "b")[name].to_numpy() for name in ("a", "b", "log_odds", "joins"))
    return Ties(places.size, *columns)


def _two_numbers(
    parts: _Parts, constraints: Constraints, group: np.ndarray, places: np.ndarray
) -> pl.DataFrame:
    """Pairs of parts that have two numbers where a person has one, compared or not."""
    numbers = np.zeros((parts.least.size, constraints.numbers.shape[1]), dtype=np.int64)
    np.maximum.at(numbers, parts.of, constraints.numbers)
    nothing = {"a": pl.Int64, "b": pl.Int64, "log_odds": pl.Float64, "joins": pl.Boolean}
    found = [pl.DataFrame(schema=nothing)]
    for column in numbers[places].T:
        held = pl.DataFrame({"group": group[places], "number": column, "a": np.arange(places.size)})
        held = held.filter(pl.col("number") > 0)
        met = held.join(held.rename({"a": "b", "number": "second"}), on="group")
        met = met.filter(pl.col("a") < pl.col("b"), pl.col("number") != pl.col("second"))
        found.append(met.select("a", "b", log_odds=pl.lit(-np.inf), joins=pl.lit(value=False)))
    return pl.concat(found)


def _changes(
    drawn: Partitions, group: np.ndarray, cluster: np.ndarray, least: np.ndarray
) -> tuple[pa.Table, pa.Table]:
    """The parts that draws leave with others than published, by their least identities, each arrangement once.

    Also which draw is the first to arrange a group as each draw does.
    """
    published, leader = (_first_of(labels) for labels in (cluster, group))
    changed, alike = [pl.DataFrame(schema=DRAWN)], [pl.DataFrame(schema=SAME)]
    local = np.zeros(leader.size, dtype=np.int32)
    for places in _some_groups(leader, drawn.first.shape[1]):
        local[places] = np.arange(places.size)
        here = (local[labels[places]] for labels in (published, leader))
        moved, same = _rearranged(local[drawn.first[places]], *here)
        named = {name: places[moved[name]] for name in ("part", "drawn", "group")}
        changed.append(pl.DataFrame({"draw": moved["draw"] + 1, **named}, schema=DRAWN))
        alike.append(pl.DataFrame({**same, "group": places[same["group"]]}, schema=SAME))
    rows, ways = pl.concat(changed).sort("draw", "part"), pl.concat(alike).sort("draw", "group")
    identity = {name: pl.Series(least).gather(rows[name]) for name in ("part", "drawn", "group")}
    return (
        rows.with_columns(**identity).to_arrow(),
        ways.with_columns(group=pl.Series(least).gather(ways["group"])).to_arrow(),
    )


def _some_groups(leader: np.ndarray, draws: int) -> Iterator[np.ndarray]:
    """The places of whole groups, in order, so many groups at a time that their draws take little memory."""
    _, at, sizes = np.unique(leader, return_inverse=True, return_counts=True)
    turn = ((np.cumsum(sizes) - 1) * draws // AT_ONCE)[at]
    order = np.argsort(turn, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(turn[order])) + 1)


def _rearranged(
    now: np.ndarray, published: np.ndarray, leader: np.ndarray
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """What `_changes` finds of some groups, with places for identities."""
    leaders, at = np.unique(leader, return_inverse=True)
    draws, flat = now.shape[1], now.ravel()
    moved = np.flatnonzero(now != published[:, None])
    part = moved // draws
    draw = moved - part * draws
    same_as = _first_alike(part, flat[moved], at[part] * draws + draw, (leaders.size, draws))
    # A part that stayed is changed too where another came to its person or left it.
    new = same_as[at[part], draw] == draw
    touched = np.zeros(now.shape, dtype=bool)
    touched[published[part[new]], draw[new]] = touched[flat[moved[new]], draw[new]] = True
    part, draw = np.nonzero(touched[published])
    which, one = np.nonzero(same_as >= 0)
    return (
        {"draw": draw, "part": part, "drawn": flat[part * draws + draw], "group": leader[part]},
        {"draw": one + 1, "group": leaders[which], "same_as": same_as[which, one] + 1},
    )


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


def _first_of(labels: np.ndarray) -> np.ndarray:
    """For each place, the first place with the same label."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    return first[inverse]
