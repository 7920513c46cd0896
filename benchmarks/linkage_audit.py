"""Whether an audit sample's intervals hold the truth: many samples of one world, marked by its truth.

    python -m benchmarks.linkage_audit [FOLDER [REPEATS]]

FOLDER is what `kithmap demo` made; without it a world of 3,000 young people is made. Each repeat draws 200 records, shows what a
reviewer would be shown, marks it as the truth says (or with 3 % errors), and asks whether the 95 % interval
of recall and of precision holds what is true of every record that may be drawn.
"""

import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from kithmap.desk.audit_facts import Fact, as_sample, find_facts, shown_beside
from kithmap.desk.audit_frame import read_frame, with_chances
from kithmap.desk.audit_sample import as_records, choose, find_beside, find_sources, sit_for_quality
from kithmap.desk.audit_second import find_second, looks_at, settle_looks
from kithmap.desk.compared import read_compared
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.model.keys import Origin
from kithmap.register.audit import Act
from kithmap.register.audit_samples import SEARCHED, AuditRecord, AuditSample
from kithmap.stats import audit as stats
from kithmap.stats.audit import BETWEEN, pair_of, posterior_of

WHO, PURPOSE = "demo-analyst", "QA-2026-01"
YOUNG, RECORDS, REPEATS = 3000, 200, 200
ERRORS = 0.03
SEED = 20261122
WHOLE = 0.995
GOAL = (0.93, 0.99)
# Strata of fewer people in truth are not counted: nothing can be said of them.
FEWEST = 20


class Audited:
    """A build whose every mention's person is known, and all that a sample of it needs, read once."""

    def __init__(self, workspace: Workspace) -> None:
        self.sitting = sit_for_quality(workspace, Act(WHO, "benchmark", "allow", "", PURPOSE))
        truth = pl.read_parquet(workspace.folder.parent / "world" / "truth" / "mentions.parquet")
        files = {one["name"]: one["sha256"] for one in self.sitting.made.manifest["extracts"]}
        rows = truth.select("extract", "row", "slot", "person", "name_group").iter_rows()
        self.who: dict[Origin, int] = {}
        self.community: dict[int, str] = {}
        for extract, row, slot, person, community in rows:
            self.who[Origin(files[extract], row, slot)] = person
            self.community[person] = community
        self.sources = find_sources(self.sitting)
        self.files = [one["sha256"] for one in self.sources]
        compared = read_compared(self.sitting)
        self.frame = with_chances(read_frame(self.sitting, compared, []), RECORDS)
        began = time.perf_counter()
        possible = self.frame.filter(pl.col("chance") > 0)
        self.shown = find_beside(compared, self.frame, possible)
        self.search_seconds = (time.perf_counter() - began) * RECORDS / possible.height

    def search_found(self) -> float:
        """Of all true facts of the records that may be drawn, the share of which a reviewer is shown something."""
        origin = self.sitting.extracts.origin_of
        sources = {one["sha256"]: one["source"] for one in self.sources}
        held: dict[int, set[str]] = defaultdict(set)
        for place, person in self.who.items():
            held[person].add(sources[place.sha256])
        units = self.frame.filter(pl.col("chance") > 0).select("unique_id", "signature", "source").iter_rows()
        wanted = {unit: (self.who.get(origin(mention)), source) for unit, mention, source in units}
        seen: dict[int, set[str]] = defaultdict(set)
        for one, mention in self.shown.select("one", "signature").iter_rows():
            if self.who.get(origin(mention)) == wanted[one][0]:
                seen[one].add(sources[origin(mention).sha256])
        true = {
            one: held[person] - {source} for one, (person, source) in wanted.items() if person is not None
        }
        return sum(len(seen[one] & facts) for one, facts in true.items()) / sum(map(len, true.values()))

    def sample(self, generator: np.random.Generator, errors: float) -> AuditSample:
        """A sample drawn and marked by somebody who knows, and who errs in a share of their marks."""
        wanted = choose(self.frame, generator)
        beside = self.shown.filter(pl.col("one").is_in(wanted["unique_id"].implode()))
        records = as_records(self.sitting, wanted, beside)
        marked = tuple(self._marked(record, generator, errors) for record in records)
        made = self.sitting.made
        sample = AuditSample(
            "", made.started_at, WHO, made.build_id, PURPOSE, 0, {"extracts": self.sources}, marked
        )
        while errors and (again := find_second(self.sitting.engine, made, sample)):
            # Somebody else looks, who errs as often; a third where the two differ.
            looked = tuple(
                self._marked(record, generator, errors) if record.number in again else record
                for record in sample.records
            )
            sample = replace(sample, records=looked)
        return sample

    def _marked(self, record: AuditRecord, generator: np.random.Generator, errors: float) -> AuditRecord:
        person = self.who.get(record.origin)
        beside = shown_beside(record, self.files)
        right = {place for origin, place, _ in beside if self.who.get(origin) == person}
        same = {place for place in right if generator.random() >= errors}
        wrong = sorted({place for _, place, _ in beside} - right)
        if wrong and generator.random() < errors:
            # Somebody likely is taken for somebody else: one of the first shown.
            same.add(wrong[int(generator.integers(min(3, len(wrong))))])
        said = {
            "who": f"reviewer {len(looks_at(record))}",
            "same": sorted(same),
            "not_sure": [],
            "says_too_little": False,
        }
        looks = [*looks_at(record), said]
        agreed = settle_looks(looks)[0]
        matches = tuple(origin for origin, place, _ in beside if place in agreed)
        return replace(
            record,
            state=SEARCHED,
            matches=matches,
            at=self.sitting.made.started_at,
            details={**record.details, "looks": looks},
        )


def true_shares(audited: Audited) -> dict[str, dict[str, float]]:
    """The recall and precision of each stratum among all records that may be drawn."""
    sitting = audited.sitting
    rows = sitting.engine.fetch(
        sitting.engine.table("identity").select("mention_id", "person_id")
    ).to_pylist()
    place = {one["sha256"]: one["source"] for one in audited.sources}
    mentions = []
    for row in rows:
        origin = sitting.extracts.origin_of(row["mention_id"])
        if origin in audited.who:
            mentions.append((row["mention_id"], audited.who[origin], row["person_id"], place[origin.sha256]))
    known = pl.DataFrame(mentions, schema=["signature", "true", "linked", "source"], orient="row")
    units = known.join(audited.frame.select("signature", "chance", "person_id"), on="signature").filter(
        pl.col("chance") > 0
    )
    facts = _facts(units, known)
    community = pl.DataFrame(list(audited.community.items()), schema=["true", "community"], orient="row")
    facts = facts.join(community, on="true", how="left")
    found: dict[str, dict[str, float]] = {"": _shares(facts)}
    for name in ("pair", "community"):
        for (stratum,), rows_of in facts.group_by(name):
            if rows_of.filter(pl.col("is_true") > 0)["true"].n_unique() >= FEWEST:
                found[str(stratum)] = _shares(rows_of)
    return found


def _facts(units: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Every record that may be drawn and every other source, with what is true, linked and found."""
    other = known.select("true", "linked", to="source").unique()
    true = units.join(other.select("true", "to").unique(), on="true").with_columns(is_true=1.0)
    linked = units.join(other.select("linked", "to").unique(), on="linked").with_columns(is_linked=1.0)
    both = units.join(other, on=["true", "linked"]).with_columns(is_found=1.0)
    key = ["signature", "to"]
    facts = (
        pl.concat([true.select(key), linked.select(key)]).unique()
        .join(units, on="signature")
        .filter(pl.col("source") != pl.col("to"))
    )  # fmt: skip
    for table, name in ((true, "is_true"), (linked, "is_linked"), (both, "is_found")):
        facts = facts.join(table.select(*key, name).unique(), on=key, how="left").with_columns(
            pl.col(name).fill_null(0.0)
        )
    chance = units.group_by("true", "source").agg(sum=pl.col("chance").sum())
    by_link = units.group_by("linked", "source").agg(sum=pl.col("chance").sum())
    for table, on, name in ((chance, "true", "t"), (by_link, "linked", "l")):
        for side in ("source", "to"):
            facts = facts.join(
                table.rename({"source": side, "sum": f"{name}_{side}"}), on=[on, side], how="left"
            )
    facts = facts.with_columns(pl.col("t_source", "t_to", "l_source", "l_to").fill_null(0.0))
    reached = (
        pl.when(pl.col("is_true") > 0)
        .then(pl.col("t_source") + pl.col("t_to"))
        .otherwise(pl.col("l_source") + pl.col("l_to"))
    )
    return facts.with_columns(
        weight=pl.col("chance") / reached,
        pair=pl.struct("source", "to").map_elements(lambda x: pair_of(x["source"], x["to"]), pl.String),
    )


def _shares(facts: pl.DataFrame) -> dict[str, float]:
    total = {
        name: float((facts["weight"] * facts[name]).sum()) for name in ("is_true", "is_linked", "is_found")
    }
    return {
        "recall": total["is_found"] / (total["is_true"] or 1.0),
        "precision": total["is_found"] / (total["is_linked"] or 1.0),
    }


@dataclass(frozen=True)
class Kept:
    """How often 95 % intervals held the truth, how wide they were, how far their middles were off."""

    coverage: dict[tuple[str, str], float]
    width: dict[tuple[str, str], float]
    bias: dict[tuple[str, str], float]
    seconds: float


def measure(audited: Audited, errors: float, repeats: int = REPEATS) -> Kept:
    """Draw and mark many samples: overall, and on average over pairs of sources and communities of names."""
    truth = true_shares(audited)
    found: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    seconds = 0.0
    for repeat in range(repeats):
        generator = np.random.default_rng([SEED, repeat])
        sample = audited.sample(generator, errors)
        began = time.perf_counter()
        facts = find_facts(audited.sitting.engine, audited.sitting.made, sample)
        posterior = posterior_of(by_community(audited, sample, facts), generator)
        seconds += time.perf_counter() - began
        for stratum, shares in truth.items():
            if stratum and stratum not in posterior.strata:
                continue
            kind = (
                "overall" if not stratum else "pairs of sources" if BETWEEN in stratum else "name communities"
            )
            for what, draws in zip(("recall", "precision"), posterior.of(stratum or None), strict=True):
                low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
                # Said in whole per cent: 99.5 is 100.
                held = low <= shares[what] <= (1.0 if high > WHOLE else high)
                found[kind, what].append((float(held), float(high - low), float(middle) - shares[what]))
    means = {key: np.mean(values, axis=0) for key, values in found.items()}
    coverage, width, bias = ({key: float(mean[place]) for key, mean in means.items()} for place in range(3))
    return Kept(coverage, width, bias, seconds / repeats)


def by_community(audited: Audited, sample: AuditSample, facts: list[Fact]) -> stats.AuditSample:
    """The facts as arrays, grouped by the world's communities of names in place of recorded groups."""
    people = {record.number: audited.who.get(record.origin) for record in sample.records}
    groups = np.array([audited.community.get(people[fact.record], "none") for fact in facts])
    return replace(as_sample(facts), families={"community": groups})


def figures(folder: Path | None = None, repeats: int = REPEATS) -> list[str]:
    """Coverage by a perfect and an imperfect reviewer, and the seconds an audit takes."""
    lines: list[str] = []
    with _workspace(folder) as workspace:
        audited = Audited(workspace)
        share = audited.search_found()
        lines.append(
            f"audit sample: search of {RECORDS} records, {audited.search_seconds:.2f} s; true facts shown to the reviewer {share:.4f}"
        )
        for errors, who in ((0.0, "a perfect reviewer"), (ERRORS, "reviewers who err in 3 marks of 100")):
            kept = measure(audited, errors, repeats)
            for key, coverage in kept.coverage.items():
                goal = f", goal {GOAL[0]:.2f} to {GOAL[1]:.2f}" if key[0] == "overall" else ""
                lines.append(
                    f"audit sample, {who}, 95 % interval of {key[1]}, {key[0]}, holds the truth: {coverage:.3f}{goal}"
                    f"; mean width {100 * kept.width[key]:.1f} points, bias {100 * kept.bias[key]:+.1f}"
                )
            lines.append(
                f"audit sample, {who}: facts, recall and precision of one sample in {kept.seconds:.2f} s"
            )
    return lines


def missed_goals(lines: list[str]) -> list[str]:
    """The lines whose figure is below its goal: too narrow is wrong, too wide only costs."""
    held = [
        (line, float(line.split("holds the truth: ")[1].split(",")[0])) for line in lines if "goal" in line
    ]
    return [line for line, share in held if share < GOAL[0]]


@contextmanager
def _workspace(folder: Path | None) -> Iterator[Workspace]:
    """The workspace of a demonstration; one made for this, with a key of its own, where none is named."""
    if folder is not None:
        with open_workspace(folder / "workspace") as opened:
            yield opened
        return
    from kithmap.cli.demo import receive_world
    from kithmap.desk.build import build
    from kithmap.world import make_world

    with tempfile.TemporaryDirectory() as made:
        before = os.environ.get("XDG_CONFIG_HOME")
        os.environ["XDG_CONFIG_HOME"] = made
        try:
            make_world(Path(made) / "world", young=YOUNG, seed=1)
            with receive_world(Path(made), lambda _step, _done, _total: None, WHO)[0] as workspace:
                build(workspace, who=WHO)
                yield workspace
        finally:
            if before is None:
                del os.environ["XDG_CONFIG_HOME"]
            else:
                os.environ["XDG_CONFIG_HOME"] = before


def main() -> None:
    """Print the figures; exit 1 when a goal is missed."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    lines = figures(folder, int(sys.argv[2]) if len(sys.argv) > 2 else REPEATS)
    print("\n".join(lines))
    sys.exit(1 if missed_goals(lines) else 0)


if __name__ == "__main__":
    main()
