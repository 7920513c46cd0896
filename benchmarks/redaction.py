"""Redact every narrative of a made-up world and count what is left, against the truth.

    python benchmarks/redaction.py [YOUNG] [SEED]

Recall is of stretches that the truth says tell who or where: one counts as found when no letter or digit of
it is left where it stood. Of harmless words, those outside every stretch, the share that stays is counted.
"""

import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from kithmap.cli.demo import receive_world
from kithmap.desk.build import build
from kithmap.desk.redact import Action, Cast, find_narrative, redact, sit, with_row
from kithmap.desk.registry_names import read_registry
from kithmap.errors import NotFound
from kithmap.register.audit import Act
from kithmap.world import make_world

WHO, PURPOSE = "benchmark", "CASE-2026-01"
MOST = 4_000
SHOW = "--show" in sys.argv
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")


def main(young: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = str(Path(folder) / "config")
        home = Path(folder) / "demo"
        make_world(home / "world", young=young, seed=seed)
        workspace, _ = receive_world(home, lambda *_: None, WHO)
        build(workspace, who=WHO)
        sitting = sit(
            workspace, Action.SEE_PEOPLE, Act(WHO, "measure redaction", "allow", "narratives", PURPOSE)
        )
        truth = pl.read_parquet(home / "world" / "truth" / "narratives.parquet")
        measure(sitting, truth)


def measure(sitting: Any, truth: pl.DataFrame) -> None:
    started = time.perf_counter()
    registry = read_registry(sitting.workspace, sitting.engine, sitting.made)
    print(f"registry: {registry!r}, read in {time.perf_counter() - started:.1f} s")
    tally = Tally()
    for (extract, row), stretches in truth.group_by("extract", "row", maintain_order=True):
        if len(tally.seen) < MOST:
            tally.add(
                sitting,
                registry,
                f"{extract}:{row}",
                stretches.select("start", "end", "kind", "is_listed").rows(),
            )
    tally.tell()


@dataclass
class Tally:
    """What was found and what stayed, narrative by narrative; the rows of one crime hold one."""

    seen: set[str] = field(default_factory=set)
    found: list[tuple[str, bool, bool]] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)
    spent: float = 0.0

    def add(
        self, sitting: Any, registry: Any, reference: str, spans: list[tuple[int, int, str, bool]]
    ) -> None:
        try:
            narrative = find_narrative(sitting, reference)
        except NotFound:
            return  # The row was refused when it was received.
        body = narrative.body
        if body in self.seen:
            return
        self.seen.add(body)
        near = with_row(sitting, registry, narrative)
        started = time.perf_counter()
        made = redact(body, near, Cast())
        self.spent += time.perf_counter() - started
        covered = {at for mark in made.marks for at in range(mark.start, mark.end)}
        for start, end, kind, is_listed in spans:
            is_found = all(at in covered for at in range(start, end) if body[at].isalnum())
            self.found.append((kind, is_listed, is_found))
            if not is_found and SHOW:
                print("LEFT", kind, body[start:end], "|", made.text)
        for word in WORD.finditer(body):
            if not any(word.start() < end and start < word.end() for start, end, _, _ in spans):
                self.kept.append(covered.isdisjoint(range(*word.span())))
                if not self.kept[-1] and SHOW:
                    print("GONE", word[0], "|", body)

    def tell(self) -> None:
        frame = pl.DataFrame(self.found, schema=["kind", "is_listed", "found"], orient="row")
        print(
            f"{len(self.seen):,} narratives, {len(frame):,} stretches, {len(self.seen) / self.spent:,.0f} narratives a second"
        )
        recall = pl.col("found").mean().mul(100).round(2).alias("recall %")
        with pl.Config(tbl_rows=50, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
            print(frame.group_by("kind").agg(pl.len().alias("stretches"), recall).sort("kind"))
        for name, part in (("listed", frame.filter("is_listed")), ("all", frame)):
            print(f"{name}: {100 * part['found'].mean():.2f} % of {len(part):,} found")
        print(f"harmless words kept: {100 * sum(self.kept) / len(self.kept):.2f} % of {len(self.kept):,}")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    main(*(numbers + [3000, 1][len(numbers) :]))
