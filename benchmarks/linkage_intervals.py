"""Whether the range of "30 + 30" holds the truth: simulated questions on worlds whose truth is known.

    python -m benchmarks.linkage_intervals [--questions 300] [--seed 7] [--keep FOLDER]

Each question takes 30 young people from the records of one source and 30 from those of another, 15 of them
truly on both, by chance and without asking linkage. It is asked of `overlap` as the product asks it: records
cleaned, weighed, clustered and drawn by `link`, ranges put right by an audit sample of 200 records marked
by the truth. The world is made as always, and once more hard: no number, no address, no school, and more
slips. Beside it stands what plain counting at a threshold gives.

The audit is drawn anew for every tenth question: ten questions err together as their audit does, so few
audits would make the share that is covered a matter of luck (98 to 100 in 100 of one method, with ten).
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.train_model import hold_world, read_truth
from kithmap.desk.asked import Asked
from kithmap.desk.audit_facts import as_sample, find_facts
from kithmap.desk.ranges import with_ranges
from kithmap.desk.scope import Scope
from kithmap.engines.engine import Engine
from kithmap.linkage.link import link
from kithmap.measures import get_measure
from kithmap.model.keys import RECEIPT_SHIFT, Origin, row_of, slot_of
from kithmap.model.tables import CONCERN, PERSON, PERSON_SOURCE
from kithmap.register.audit_samples import SEARCHED, AuditRecord, AuditSample
from kithmap.register.builds import PUBLISHED, BuildRecord
from kithmap.stats.audit import AuditPosterior, posterior_of
from kithmap.world.spelling import slip

YOUNG, SEED = 10_000, 7
LISTED, SHARED, UNION = 30, 15, 45
RECORDS, SERVED = 200, 10
QUESTIONS = 300
SOURCES = ("mash_log", "police_crime_party")
COVERED, BIAS, WIDTH = (0.93, 0.99), 1.0, 8.0
DAY = datetime(2026, 11, 21, tzinfo=UTC)
# What the hard world takes away, and how often it gets the rest wrong.
TAKEN = (
    "upn", "upn_status", "nhs_number", "nhs_status", "source_person_id", "postcode", "address_raw", "uprn",
    "source_household_id", "alias",
)  # fmt: skip
NO_DOB, WRONG_DOB, SLIPS = 0.05, 0.04, 0.04


@dataclass(frozen=True)
class Question:
    """One question's answer: the count as published, and its range with and without the audit."""

    published: int
    plain: tuple[int, int]
    low: int
    high: int
    likely: int


class Linked:
    """A world linked as a build links it, and who everybody truly is."""

    def __init__(self, folder: Path, *, hard: bool) -> None:
        self.engine, listed = hold_world(folder)
        truth = read_truth(folder, listed).select("mention_id", "person")
        make_lists(self.engine, listed, truth)
        if hard:
            roughen(self.engine)
        self.report = link(self.engine, secret=b"benchmark")
        identity = as_frame(self.engine, "identity").select("mention_id", "person_id", "part_id")
        extracts = listed.select("receipt_no", "layout", "holder", "sha256")
        self.mentions = (
            identity.with_columns(receipt_no=pl.col("mention_id") // (1 << RECEIPT_SHIFT))
            .join(extracts, on="receipt_no", how="left", maintain_order="left")
            .join(truth, on="mention_id", how="left", maintain_order="left")
        )
        self.made = build_of(listed, self.report.draws)
        self.scope = Scope(frozenset(listed["receipt_no"].to_list()), {})
        sources = self.mentions.group_by("person_id", "part_id", "receipt_no", "layout").agg(
            mentions=pl.len()
        )
        people = self.mentions.select("person_id").unique().sort("person_id")
        self.engine.save(
            PERSON_SOURCE.name, sources.with_columns(pl.col("mentions").cast(pl.Int64)).to_arrow()
        )
        young = people.with_columns(is_young=True, mentions=pl.lit(1, pl.Int64), sources=pl.lit(1, pl.Int64))
        self.engine.save(PERSON.name, young.to_arrow())


def as_frame(engine: Engine, name: str) -> pl.DataFrame:
    """A table of the engine for polars."""
    return pl.DataFrame(pl.from_arrow(engine.fetch(engine.table(name))))


def make_lists(engine: Engine, listed: pl.DataFrame, truth: pl.DataFrame) -> None:
    """Make lists of the two sources: one row a young person, as on any list."""
    mention = as_frame(engine, "record_mention")
    placed = mention.select("mention_id", receipt_no=pl.col("mention_id") // (1 << RECEIPT_SHIFT))
    known = placed.join(listed.select("receipt_no", "layout"), on="receipt_no").join(truth, on="mention_id")
    known = known.filter(pl.col("layout").is_in(SOURCES)).sort("mention_id")
    again = known.filter(~pl.struct("person", "layout").is_first_distinct())
    engine.hold("record_mention", mention.join(again, on="mention_id", how="anti").to_arrow())


def roughen(engine: Engine) -> None:
    """Take numbers, addresses and schools out of a world's records, and write the rest worse."""
    mention = as_frame(engine, "record_mention")
    rng = np.random.default_rng(SEED)
    mention = mention.with_columns(pl.lit(None, mention.schema[name]).alias(name) for name in TAKEN)
    for name in ("forename", "surname"):
        known = mention[name].is_not_null().to_numpy()
        mention = mention.with_columns(slip(mention[name], known & (rng.random(mention.height) < SLIPS), rng))
    chance = pl.Series(rng.random(mention.height))
    days = pl.duration(days=pl.Series(rng.integers(1, 300, mention.height)))
    wrong = pl.when(chance < NO_DOB + WRONG_DOB).then(pl.col("dob") + days).otherwise("dob")
    mention = mention.with_columns(dob=pl.when(chance < NO_DOB).then(None).otherwise(wrong))
    engine.hold("record_mention", mention.to_arrow())
    enrolment = as_frame(engine, "record_enrolment")
    engine.hold("record_enrolment", enrolment.clear().to_arrow())


def build_of(listed: pl.DataFrame, draws: dict[str, float]) -> BuildRecord:
    """The record of a build of these extracts, as the register would hold it."""
    extracts = listed.select("receipt_no", "name", "sha256", "layout").to_dicts()
    manifest = {"extracts": extracts, "figures": {"draws": draws}}
    return BuildRecord("benchmark", "duckdb", PUBLISHED, "", DAY, DAY, manifest)


def audit(linked: Linked, generator: np.random.Generator) -> AuditPosterior:
    """Draw 200 records of the two sources, and mark each as somebody who knows would after a wide search."""
    mentions = linked.mentions
    drawn_from = mentions.filter(pl.col("layout").is_in(SOURCES), pl.col("person").is_not_null())
    chosen = drawn_from[generator.choice(drawn_from.height, RECORDS, replace=False)]
    chance = RECORDS / drawn_from.height
    chances = mentions.select(
        "mention_id",
        chance=pl.when(pl.col("mention_id").is_in(drawn_from["mention_id"].implode()))
        .then(chance)
        .otherwise(0.0),
    )
    shown = _shown(linked, chosen).join(chances, on="mention_id")
    files = {
        receipt: at for at, receipt in enumerate(linked.mentions["receipt_no"].unique().sort().to_list())
    }
    hashes = dict(linked.mentions.select("receipt_no", "sha256").unique().iter_rows())
    beside = shown.partition_by("record", as_dict=True)
    records = tuple(
        _record(number, row, beside.get((row["mention_id"],), shown.clear()), files, hashes, chance)
        for number, row in enumerate(chosen.iter_rows(named=True), start=1)
    )
    holders = dict(mentions.select("sha256", "holder").unique().iter_rows())
    details = {
        "extracts": [
            {"sha256": hashes[receipt], "source": holders[hashes[receipt]], "searched": True}
            for receipt in files
        ]
    }
    sample = AuditSample("S1", DAY, "", linked.made.build_id, "", 1, details, records)
    facts = find_facts(linked.engine, linked.made, sample, drawn=True)
    return posterior_of(as_sample(facts), generator)


def _shown(linked: Linked, chosen: pl.DataFrame) -> pl.DataFrame:
    """All that stands beside each record: the same person's, and whoever linkage, or a draw, puts with it."""
    groups = as_frame(linked.engine, "identity_draw").select("part_id", "group_id").unique()
    known = linked.mentions.join(groups, on="part_id", how="left", maintain_order="left")
    wanted = known.filter(pl.col("mention_id").is_in(chosen["mention_id"].implode()))
    found = [
        wanted.filter(pl.col(key).is_not_null())
        .select(pl.col(key).alias("by"), record="mention_id", theirs="person")
        .join(known.select(pl.col(key).alias("by"), "mention_id", of="person"), on="by")
        .select("record", "theirs", "mention_id", "of")
        for key in ("person", "person_id", "group_id")
    ]
    whole = pl.concat(found).unique().filter(pl.col("record") != pl.col("mention_id"))
    return whole.sort("record", "mention_id").with_columns(is_same=pl.col("of") == pl.col("theirs"))


def _record(
    number: int,
    row: dict[str, Any],
    beside: pl.DataFrame,
    files: dict[int, int],
    hashes: dict[int, str],
    chance: float,
) -> AuditRecord:
    def origin(mention: int) -> Origin:
        return Origin(hashes[mention >> RECEIPT_SHIFT], row_of(mention), slot_of(mention))

    shown = [
        [files[mention >> RECEIPT_SHIFT], row_of(mention), slot_of(mention), place, each]
        for place, (mention, each) in enumerate(beside.select("mention_id", "chance").iter_rows(), start=1)
    ]
    same = beside.filter(pl.col("is_same"))["mention_id"].to_list()
    return AuditRecord(
        number,
        origin(row["mention_id"]),
        "",
        SEARCHED,
        tuple(origin(mention) for mention in same),
        {"extract": files[row["receipt_no"]], "group": "", "chance": chance, "shown": shown},
        "",
        DAY,
    )


def questions(linked: Linked, number: int, generator: np.random.Generator) -> Iterator[pl.DataFrame]:
    """Two lists of 30 mentions each, of young people chosen by chance, 15 of whom are on both."""
    known = linked.mentions.filter(pl.col("person").is_not_null())
    first, second = (
        known.filter(pl.col("layout") == layout)
        .sort("mention_id")
        .unique("person", keep="first", maintain_order=True)
        for layout in SOURCES
    )
    both = np.intersect1d(first["person"].to_numpy(), second["person"].to_numpy())
    for _ in range(number):
        shared = generator.choice(both, SHARED, replace=False)
        one, other = (
            np.concatenate([shared, _others(generator, side["person"].to_numpy(), shared)])
            for side in (first, second)
        )
        other = np.concatenate(
            [shared, _others(generator, second["person"].to_numpy(), np.union1d(shared, one))]
        )
        lists = [
            side.filter(pl.col("person").is_in(people.tolist())).with_columns(list=pl.lit(name))
            for side, people, name in ((first, one, "A"), (second, other, "B"))
        ]
        yield pl.concat(lists)


def _others(generator: np.random.Generator, people: np.ndarray, without: np.ndarray) -> np.ndarray:
    return generator.choice(np.setdiff1d(people, without), LISTED - SHARED, replace=False)


def ask(linked: Linked, lists: pl.DataFrame, posterior: AuditPosterior) -> Question:
    """Ask how many there are, as the product answers it."""
    concern = lists.select(
        "person_id", "part_id", "list", "holder", "layout", "receipt_no",
        basis=pl.lit("list"), role=pl.lit("unknown"),
    )  # fmt: skip
    linked.engine.save(CONCERN.name, concern.to_arrow())
    measure = get_measure("overlap")
    options = {"lists": "A, B"}
    asked = Asked(linked.engine, linked.scope, linked.made, measure, options)
    answer = linked.engine.fetch(
        measure.build(*(linked.engine.table(table.name) for table in measure.inputs), **options)
    )
    ranged, plain = (
        next(row for row in with_ranges(asked, answer, each).to_pylist() if row["kind"] == "all")
        for each in (posterior, None)
    )
    ends = {name: ranged[f"young_people_{name}"] for name in ("low", "high", "likely")}
    return Question(ranged["young_people"], (plain["young_people_low"], plain["young_people_high"]), **ends)


def simulate(linked: Linked, number: int, seed: int = SEED) -> list[Question]:
    """Ask so many questions, the audit drawn anew for every tenth."""
    generator = np.random.default_rng([seed, number])
    answers: list[Question] = []
    posterior: AuditPosterior | None = None
    for at, lists in enumerate(questions(linked, number, generator)):
        if posterior is None or at % SERVED == 0:
            posterior = audit(linked, generator)
        answers.append(ask(linked, lists, posterior))
    return answers


def judge(world: str, answers: list[Question], *, has_goal: bool) -> list[str]:
    """What came of the questions, one figure a line; those with a goal say whether it is met."""
    low, high, likely, published = (
        np.array([getattr(answer, name) for answer in answers])
        for name in ("low", "high", "likely", "published")
    )
    plain = np.array([answer.plain for answer in answers])
    covered = float(((low <= UNION) & (high >= UNION)).mean())
    bias, width = float(likely.mean() - UNION), float((high - low).mean())
    unaudited = float(((plain[:, 0] <= UNION) & (plain[:, 1] >= UNION)).mean())
    error = published - UNION
    goals = (COVERED[0] <= covered <= COVERED[1], abs(bias) <= BIAS, width <= WIDTH)
    verdicts = [(", met" if met else ", MISSED") if has_goal else "" for met in goals]
    named = f"30 + 30 = 45, {world} world"
    shares = f"{covered:.1%} (draws alone: {unaudited:.1%})"
    off = f"{error.mean():+.2f}, off by {np.sqrt((error**2).mean()):.2f}, right {float((error == 0).mean()):.0%}"
    narrow = float((plain[:, 1] - plain[:, 0]).mean())
    return [
        f"{named}, {len(answers)} questions: 95 % range covers {shares}, goal 93-99 %{verdicts[0]}",
        f"{named}: bias of the likeliest {bias:+.2f} (threshold alone: {off}), goal at most 1{verdicts[1]}",
        f"{named}: mean width {width:.1f} (draws alone: {narrow:.1f}), goal at most 8{verdicts[2]}",
    ]


def figures(questions_asked: int = QUESTIONS, keep: Path | None = None, seed: int = SEED) -> list[str]:
    """The figures of both worlds; another seed asks other questions, with other audits, of the same worlds."""
    from kithmap.world import make_world

    with tempfile.TemporaryDirectory() as temporary:
        folder = (keep or Path(temporary)) / f"world-{YOUNG}-{SEED}"
        if not folder.is_dir():
            make_world(folder, young=YOUNG, seed=SEED)
        lines: list[str] = []
        for world, hard in (("default", False), ("hard", True)):
            linked = Linked(folder, hard=hard)
            lines += judge(world, simulate(linked, questions_asked, seed), has_goal=hard)
        return lines


def main() -> int:
    """Print the figures; 1 when a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    lines = figures(given.questions, given.keep, given.seed)
    sys.stdout.write("\n".join(lines) + "\n")
    return int(any("MISSED" in line for line in lines))


if __name__ == "__main__":
    sys.exit(main())
