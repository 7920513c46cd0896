"""How well made-up worlds are linked, by community of names, and what refinement and blocking do to it.

    python -m benchmarks.linkage_world [--young 100000] [--keep FOLDER]

Worlds of default noise and of seeds that no training used; the shipped model and its threshold, fixed
beforehand. Truth is used to judge only. Five worlds of 3,000 are told one by one and pooled: in one
such world a community has some sixty people, and a single one of them in two pieces is several points.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from benchmarks.train_model import hold_world
from kithmap.engines.engine import Engine
from kithmap.linkage.clean import read_identities, with_numbers
from kithmap.linkage.cluster import cluster_identities
from kithmap.linkage.constraints import find_constraints
from kithmap.linkage.crosswalk import find_spaces
from kithmap.linkage.model import shipped_model
from kithmap.linkage.rules import RULES, with_keys
from kithmap.linkage.score import score_pairs
from kithmap.linkage.signatures import read_signatures
from kithmap.model.keys import RECEIPT_SHIFT, ROW_SHIFT
from kithmap.stats.components import joined_parts

SMALL, SMALL_SEEDS = 3_000, (1, 7, 42, 101, 2024)
LARGE, LARGE_SEED = 100_000, 77
REPORTED = 4
F1, PRECISION, GAP, SHARE_OF_SPLINK = 0.97, 0.995, 0.03, 0.25


@dataclass(frozen=True)
class Judged:
    """Pairs of mentions by community, and the largest cluster that holds two people."""

    pairs: pl.DataFrame
    largest: int
    largest_people: int
    false_clusters: int

    @property
    def precision(self) -> float:
        return self._sum("right") / self._sum("linked")

    @property
    def recall(self) -> float:
        return self._sum("right") / self._sum("should")

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)

    @property
    def gap(self) -> tuple[float, str]:
        """How far the worst community's recall lies below everybody's, and which it is."""
        known = self.pairs.filter(pl.col("should") > 0)
        recall = known["right"] / known["should"]
        worst = int(recall.arg_min() or 0)
        return self.recall - float(recall[worst]), str(known["community"][worst])

    def _sum(self, column: str) -> float:
        return float(self.pairs[column].sum())


@dataclass(frozen=True)
class World:
    """One world linked: refined, and by plain components of the same links."""

    refined: Judged
    plain: Judged
    mentions: int
    found: float
    lost_without: dict[str, float]
    seconds: float
    splink_seconds: float


def judge(mentions: pl.DataFrame, label: str) -> Judged:
    """Compare clusters with the truth: with n mentions in a cell, n(n-1)/2 pairs agree."""
    cells = mentions.group_by("person", label).agg(n=pl.len(), community=pl.col("community").first())
    clusters = cells.group_by(label).agg(people=pl.len(), total=pl.col("n").sum())
    half = cells.join(clusters, on=label).with_columns(half=pl.col("n") * (pl.col("total") - 1) / 2)
    people = half.group_by("person").agg(
        community=pl.col("community").first(), right=_pairs(pl.col("n")).sum(), should=_pairs(pl.col("n").sum()),
        linked=pl.col("half").sum(),
    )  # fmt: skip
    mixed = clusters.filter(pl.col("people") > 1).sort("total", "people")
    return Judged(
        pairs=people.group_by("community").agg(pl.col("right", "should", "linked").sum()).sort("community"),
        largest=int(mixed["total"][-1]) if mixed.height else 0,
        largest_people=int(mixed["people"].max() or 0),  # type: ignore[arg-type]
        false_clusters=mixed.height,
    )


def _pairs(n: pl.Expr) -> pl.Expr:
    return n.cast(pl.Float64) * (n - 1) / 2


def pooled(judged: Sequence[Judged]) -> Judged:
    """Several worlds as one."""
    every = pl.concat([one.pairs for one in judged]).group_by("community").sum().sort("community")
    return Judged(
        every,
        max(one.largest for one in judged),
        max(one.largest_people for one in judged),
        sum(one.false_clusters for one in judged),
    )


def link_world(folder: Path) -> World:
    """Link one world and judge it."""
    engine, listed = hold_world(folder)
    model = shipped_model()
    with engine:
        read = read_signatures(engine)
        settings = engine.fetch(engine.table("record_setting").select("urn", "la_estab", "name"))
        identities = read_identities(read.signatures, settings)
        identities, _ = with_keys(with_numbers(identities, find_spaces(identities)))
        pairs, splink_seconds = _scored(engine, identities)
    began = time.process_time()
    held = find_constraints(identities, pairs, model.match_probability)
    clusters = cluster_identities(identities, pairs, model.match_probability, held)
    seconds = time.process_time() - began
    truth = _read_truth(folder, listed)
    bearers = pl.DataFrame(pl.from_arrow(read.bearers)).select("mention_id", "signature")
    labels = {"refined": clusters.cluster, "plain": clusters.component}
    found = _findable(identities, pairs, truth)
    labels |= {f"without {place}": label for place, label in enumerate(found)}
    mentions = bearers.join(
        identities.select("signature", **{name: pl.Series(label) for name, label in labels.items()}), on="signature"
    ).join(truth, on="mention_id")  # fmt: skip
    every, *without = [judge(mentions, f"without {place}").recall for place in range(len(found))]
    lost = {rule.name: every - recall for rule, recall in zip(RULES, without, strict=True)}
    return World(
        judge(mentions, "refined"), judge(mentions, "plain"), mentions.height, every,
        lost, seconds, splink_seconds,
    )  # fmt: skip


def _scored(engine: Engine, identities: pl.DataFrame) -> tuple[pa.Table, float]:
    began = time.process_time()
    pairs = score_pairs(engine, identities, shipped_model())
    return pairs, time.process_time() - began


def _read_truth(folder: Path, listed: pl.DataFrame) -> pl.DataFrame:
    """The person of every mention, but for names jotted down beside somebody else, which are not scored."""
    mentions = pl.read_parquet(folder / "truth" / "mentions.parquet").filter(~pl.col("is_candidate"))
    keyed = mentions.join(listed.select("receipt_no", extract="name"), on="extract")
    place = pl.col("row").cast(pl.Int64) * (1 << ROW_SHIFT) + pl.col("slot").cast(pl.Int64)
    return keyed.select(
        "person", community="name_group", mention_id=pl.col("receipt_no") * (1 << RECEIPT_SHIFT) + place
    )


def _findable(identities: pl.DataFrame, pairs: pa.Table, truth: pl.DataFrame) -> list[np.ndarray]:
    """Components if every compared pair of one person were linked: with all rules, then without each."""
    known = identities.select("signature").join(
        truth, left_on="signature", right_on="mention_id", how="left", maintain_order="left"
    )
    person = known["person"].fill_null(-1).to_numpy()
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    same = (person[one] == person[other]) & (person[one] >= 0)
    one, other = one[same], other[same]
    keys = [identities[f"k{place}"] for place in range(len(RULES))]
    met = np.stack([(key[one] == key[other]).fill_null(value=False).to_numpy() for key in keys])
    rules = met.sum(axis=0)
    found = [joined_parts(one, other, identities.height)]
    for place in range(len(RULES)):
        kept = rules > met[place]
        found.append(joined_parts(one[kept], other[kept], identities.height))
    return found


def figures(young: int = LARGE, keep: Path | None = None) -> list[str]:
    """One line a figure."""
    with tempfile.TemporaryDirectory(prefix="kithmap-worlds-") as temporary:
        folder = keep or Path(temporary)
        small = {seed: link_world(_made(folder, SMALL, seed)) for seed in SMALL_SEEDS}
        large = link_world(_made(folder, young, LARGE_SEED))
    lines = [_by_seed(small)]
    lines += _quality(
        f"{len(small)} worlds of {SMALL:,}", pooled([world.refined for world in small.values()])
    )
    lines += _quality(f"world of {young:,}", large.refined)
    lines += _refinement(f"{len(small)} worlds of {SMALL:,}", [*small.values()])
    lines += _refinement(f"world of {young:,}", [large])
    share = large.seconds / large.splink_seconds
    lines.append(
        f"refinement and constraints, processor seconds: {large.seconds:.1f} (Splink's scoring"
        f" {large.splink_seconds:.1f}), goal <= {SHARE_OF_SPLINK:.0%} of Splink's: {share:.0%}, {_met(share <= SHARE_OF_SPLINK)}"
    )
    most = sorted(large.lost_without.items(), key=lambda item: -item[1])[:REPORTED]
    told = "; ".join(f"{rule} {lost:.4f}" for rule, lost in most)
    lines.append(
        f"blocking, share of one person's pairs that can be found: {large.found:.4f} ({len(RULES)} rules; most is lost"
        f" by leaving out: {told})"
    )
    return lines


def _made(folder: Path, young: int, seed: int) -> Path:
    from kithmap.world import make_world

    world = folder / f"world-{young}-{seed}"
    if not world.exists():
        make_world(world, young=young, seed=seed)
    return world


def _by_seed(worlds: dict[int, World]) -> str:
    told = [
        f"seed {seed}: {world.refined.f1:.4f}, gap {100 * world.refined.gap[0]:.1f} ({world.refined.gap[1]})"
        for seed, world in worlds.items()
    ]
    return f"worlds of {SMALL:,}, F1 and worst community's gap in recall, points: {'; '.join(told)}"


def _quality(name: str, found: Judged) -> list[str]:
    gap, community = found.gap
    below = f"worst community ({community}) {100 * gap:.1f} points below"
    return [
        f"{name}, pairwise F1: {found.f1:.4f}, goal >= {F1}: {_met(found.f1 >= F1)}",
        f"{name}, precision: {found.precision:.4f}, goal >= {PRECISION}: {_met(found.precision >= PRECISION)}",
        f"{name}, recall: {found.recall:.4f}; {below}, goal <= {100 * GAP:.0f}: {_met(gap <= GAP)}",
    ]


def _refinement(name: str, worlds: Sequence[World]) -> list[str]:
    refined, plain = (pooled([getattr(world, kind) for world in worlds]) for kind in ("refined", "plain"))
    smaller = refined.largest <= plain.largest and refined.largest_people <= plain.largest_people
    return [
        f"{name}, F1 refined: {refined.f1:.4f} (plain components {plain.f1:.4f}), goal never worse: "
        + _met(refined.f1 >= plain.f1),
        f"{name}, largest false cluster: {_false(refined)} (plain components {_false(plain)}), goal never larger: "
        + _met(smaller),
    ]


def _false(found: Judged) -> str:
    return f"{found.largest} mentions, {found.largest_people} people, of {found.false_clusters}"


def _met(reached: bool) -> str:
    return "met" if reached else "MISSED"


def main() -> None:
    """Print the figures; exit 1 where a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--young", type=int, default=LARGE)
    parser.add_argument("--keep", type=Path, help="keep the worlds here, and use those that are there")
    arguments = parser.parse_args()
    lines = figures(arguments.young, arguments.keep)
    print("\n".join(lines))
    sys.exit(any("MISSED" in line for line in lines))


if __name__ == "__main__":
    main()
