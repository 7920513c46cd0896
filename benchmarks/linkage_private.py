"""Private linkage: how well encoded lists are linked, how fast, and what an attack by frequency finds.

    python -m benchmarks.linkage_private [FOLDER]

FOLDER is a made-up world (`python -m benchmarks.steps world`); without it one is made. Nothing is fitted to a
truth: the threshold of a comparison comes from its own scores.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.febrl import DUPLICATE, ORIGINAL, Judged, judge, read_febrl
from benchmarks.linkage_febrl import clean_febrl, link_with_ours
from benchmarks.private_attack import attack
from kithmap.desk.encode import read_people_of
from kithmap.engines.duckdb import memory
from kithmap.linkage.clean import read_identities
from kithmap.linkage.compare_encodings import common_bits, compare, estimate, find_candidates
from kithmap.linkage.encode import Encodings, encode_identities
from kithmap.linkage.private import RULES, Parameters, Rule, salts_of, with_parts
from kithmap.linkage.signatures import SAYS
from kithmap.model.keys import row_of, slot_of

KEY = b"a key for a benchmark, not a list"
YOUNG, SEED, ATTACKED = 6000, 31, 3000
LISTS = ("school_census_pupil", "police_crime_party")
GOAL_F1, GOAL_DICE = 0.975, 5e6
PEER_DICE = 0.8
# A filter that nothing salts: what most published systems use.
NO_SALT, YEAR_SALT = Rule("nothing", ("nothing",)), Rule("year", ("birth_year",))
# The worst that the parameters allow: every salt shared by as many as may share one.
WORST_SALT = Rule("as many as may", ("share",))
DAY_SALT = next(rule for rule in RULES if rule.columns == ("any_day",))
PLAIN = Parameters(noise=0.0, most_sharing=10**9, rules=(NO_SALT,))


class InOrder:
    """A generator that leaves the order alone, so that the truth can be looked up afterwards."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def __getattr__(self, name: str) -> object:
        return getattr(self._generator, name)

    def permutation(self, size: int) -> np.ndarray:
        return np.arange(size)


def encode(people: pl.DataFrame, parameters: Parameters, seed: int) -> Encodings:
    """Encode people in the order they stand."""
    return encode_identities(people, KEY, parameters, made_up=0, generator=InOrder(seed))  # type: ignore[arg-type]


def febrl_people(records: pl.DataFrame, holder: str) -> pl.DataFrame:
    """One list of Febrl4 as the product would encode it: names, birthday, postcode; no number, no street."""
    nothing = pl.lit(None, pl.String)
    year = pl.coalesce("birth_year", pl.col("year").cast(pl.Int32, strict=False))
    cleaned = clean_febrl(records).with_columns(home="postcode", upn=nothing, nhs=nothing, birth_year=year)
    return cleaned.filter(holder=holder).with_columns(nothing=pl.lit("x"))


def febrl_figures() -> Iterable[str]:
    """Febrl4, encoded, beside what is not encoded and what is encoded without salts."""
    records = read_febrl()
    lists = [febrl_people(records, holder) for holder in (ORIGINAL, DUPLICATE)]
    places = [np.flatnonzero((records["holder"] == holder).to_numpy()) for holder in (ORIGINAL, DUPLICATE)]
    began = time.perf_counter()
    one, other = (encode(people, Parameters(), seed) for seed, people in enumerate(lists))
    encoding = records.height / (time.perf_counter() - began)
    with memory() as engine:
        found = compare(engine, one, other, Parameters())
    ours = judge(places[0][found.one], places[1][found.other], records)
    counted = estimate(found)
    single, rate = single_filter(lists, places, records)
    plain, _ = link_with_ours(records)
    met = "met" if ours.f1 >= GOAL_F1 else "MISSED"
    fast = "met" if rate >= GOAL_DICE else "MISSED"
    yield (
        f"encoded Febrl4, F1: {ours.f1:.4f} (one unsalted filter at Dice {PEER_DICE}: {single.f1:.4f}; not encoded, with"
        f" addresses: {plain.f1:.4f}), goal >= {GOAL_F1}: {met}"
    )
    yield (
        f"encoded Febrl4, precision and recall: {ours.precision:.4f} {ours.recall:.4f} (one unsalted filter"
        f" {single.precision:.4f} {single.recall:.4f}; not encoded {plain.precision:.4f} {plain.recall:.4f})"
    )
    yield f"encoded Febrl4, people counted on both: {counted.people:.0f}, {counted.low} to {counted.high} (truth: 5,000)"
    yield f"Dice comparisons a second, in millions: {rate / 1e6:.1f}, goal >= {GOAL_DICE / 1e6:.0f}: {fast}"
    yield f"people encoded a second: {encoding:,.0f} (filters: {len(RULES)} each)"


def single_filter(
    lists: list[pl.DataFrame], places: list[np.ndarray], records: pl.DataFrame
) -> tuple[Judged, float]:
    """One filter for everybody, every pair compared: what it finds at a fixed Dice, and pairs a second."""
    one, other = (encode(people, PLAIN, seed) for seed, people in enumerate(lists))
    weights = [np.bitwise_count(each.filters[:, 0]).sum(axis=1).astype(np.int64) for each in (one, other)]
    with memory() as engine:
        began = time.perf_counter()
        pairs = find_candidates(engine, one, other)
        common = common_bits(one, other, pairs)
        seconds = time.perf_counter() - began
    first, second = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    kept = 2 * common / (weights[0][first] + weights[1][second]) >= PEER_DICE
    return judge(places[0][first[kept]], places[1][second[kept]], records), one.size * other.size / seconds


def world_figures(world: Path) -> Iterable[str]:
    """Two lists of a made-up world: what is found and counted, against its truth."""
    true = pl.read_parquet(world / "truth" / "mentions.parquet").filter(~pl.col("is_candidate"))
    listed = json.loads((world / "manifest.json").read_text(encoding="utf-8"))["extracts"]
    people: list[list[int | None]] = []
    encoded: list[Encodings] = []
    for seed, layout in enumerate(LISTS):
        file = next(each["file"] for each in listed if each["layout"] == layout)
        found, _ = read_people_of(world / "extracts" / file, layout)
        encoded.append(encode(found, Parameters(), seed))
        here = true.filter(pl.col("extract").cast(pl.String) == file)
        who = {(row, slot): person for row, slot, person in here.select("row", "slot", "person").iter_rows()}
        people.append(
            [who.get((row_of(mention), slot_of(mention))) for mention in found["signature"].to_list()]
        )
    with memory() as engine:
        matches = compare(engine, *encoded, Parameters())
    right = sum(people[0][a] == people[1][b] for a, b in zip(matches.one, matches.other, strict=True))
    both = len((set(people[0]) & set(people[1])) - {None})
    judged, counted = Judged(right / matches.one.size, right / both), estimate(matches)
    yield (
        f"encoded lists of a made-up world, F1: {judged.f1:.4f} (precision {judged.precision:.4f}, recall"
        f" {judged.recall:.4f}; lists of {encoded[0].size:,} and {encoded[1].size:,})"
    )
    yield f"encoded lists of a made-up world, people counted on both: {counted.people:.0f} (truth: {both})"


def world_people(world: Path) -> pl.DataFrame:
    """Everybody young of a made-up world, cleaned."""
    young = pl.read_parquet(world / "truth" / "people.parquet").filter("is_young")
    says = young.select(
        signature="person", forename=pl.col("forename").str.to_uppercase(), surname=pl.col("surname").str.to_uppercase(),
        dob="dob", dob_precision=pl.lit("day"), sex=pl.when("is_male").then(pl.lit("M")).otherwise(pl.lit("F")),
    )  # fmt: skip
    rest = {
        name: pl.lit(None, pl.Int32 if name == "birth_year" else pl.String)
        for name in SAYS
        if name not in says.columns
    }
    return read_identities(says.with_columns(**rest).to_arrow()).with_columns(nothing=pl.lit("x"))


def attack_figures(world: Path) -> Iterable[str]:
    """What an attack by frequency finds, under our salts and under none."""
    everybody = world_people(world)
    people = everybody.sample(min(ATTACKED, everybody.height), seed=SEED, shuffle=True)
    people = people.with_columns(share=pl.int_range(pl.len()) // Parameters().most_sharing)
    ours, worst, none, year = (attack(people, rule) for rule in (DAY_SALT, WORST_SALT, NO_SALT, YEAR_SALT))
    safe = "met" if max(ours.found, worst.found) <= 2 * ours.guessed else "MISSED"
    yield (
        f"forenames found by an attack on {people.height:,} encodings: {ours.found:.1%} (with as many to a salt as may be"
        f" {worst.found:.1%}; salted by year of birth {year.found:.1%}; without salt {none.found:.1%}),"
        f" goal <= twice guessing ({ours.guessed:.1%}): {safe}"
    )
    told = ", ".join(f"{name} {share:.1%}" for name, share in read_by_frequency(everybody))
    yield f"salts read by how often they occur, at most: {told}"


def read_by_frequency(people: pl.DataFrame) -> Iterable[tuple[str, float]]:
    """The share of people whose salt is told by its frequency alone, where all frequencies are known.

    Of salts that are as frequent as one another, one is expected to be put right.
    """
    salts = salts_of(with_parts(people), Parameters())
    for rule, values in zip(RULES, salts, strict=True):
        known = [value for value in values if value is not None]
        if known:
            counts = set(pl.Series(known).value_counts()["count"].to_list())
            yield rule.name, sum(counts) / len(known)


def figures(folder: Path | None = None) -> list[str]:
    """One line a figure."""
    lines = list(febrl_figures())
    with tempfile.TemporaryDirectory() as temporary:
        world = folder or Path(temporary) / "world"
        if folder is None:
            from kithmap.world import make_world

            make_world(world, young=YOUNG, seed=SEED)
        return [*lines, *world_figures(world), *attack_figures(world)]


if __name__ == "__main__":
    told = figures(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    print("\n".join(told))
    sys.exit(any("MISSED" in line for line in told))
