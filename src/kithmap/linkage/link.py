"""Link: decide which mentions are one person, and give each person a pseudonym."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from kithmap.engines.engine import Engine
from kithmap.errors import NothingToLink
from kithmap.linkage.clean import read_identities, with_numbers
from kithmap.linkage.cluster import Clusters, cluster_identities
from kithmap.linkage.crosswalk import find_spaces
from kithmap.linkage.model import shipped_model
from kithmap.linkage.people import kept_pairs, people_of
from kithmap.linkage.rules import Block, with_keys
from kithmap.linkage.score import score_pairs
from kithmap.linkage.signatures import read_signatures

Progress = Callable[[str, int, int], None]
STEPS = ("read the mentions", "clean the names", "choose pairs", "weigh the pairs", "join people", "save")


@dataclass(frozen=True)
class LinkReport:
    """What linking did, in numbers only."""

    mentions: int
    identities: int
    people: int
    links: int
    candidate_pairs: int
    cut_components: int
    share_alone: float
    component_sizes: dict[int, int]
    largest_blocks: tuple[Block, ...]
    seconds: dict[str, float] = field(default_factory=dict)


def link(engine: Engine, *, secret: bytes, progress: Progress | None = None) -> LinkReport:
    """Decide which mentions are one person; save the tables `identity` and `link`.

    Reads the engine's tables `record_mention`, `record_enrolment`, `record_setting`,
    `record_event`, `extract` and `receipt`. `secret` keys the pseudonyms: they cannot be made
    again without it, and do not depend on the order in which extracts were received.

    Raises: NothingToLink when no record names anybody.
    """
    steps = _Steps(progress)
    model = shipped_model()
    with steps.step("read the mentions"):
        read = read_signatures(engine)
        if not read.bearers.num_rows:
            raise NothingToLink(
                what="No record in the workspace names a person.",
                expected="At least one extract whose layout names people.",
                do="Receive an extract with `kithmap receive`.",
            )
    with steps.step("clean the names"):
        settings = engine.table("record_setting").select("urn", "la_estab", "name")
        identities = read_identities(read.signatures, engine.fetch(settings))
        identities = with_numbers(identities, find_spaces(identities))
    with steps.step("choose pairs"):
        identities, blocks = with_keys(identities)
    with steps.step("weigh the pairs"):
        pairs = score_pairs(engine, identities, model)
    with steps.step("join people"):
        clusters = cluster_identities(identities, pairs, model.match_probability)
        people = people_of(read.bearers, identities, clusters, engine.fetch(engine.table("receipt")), secret)
    with steps.step("save"):
        engine.save("identity", people)
        engine.save("link", kept_pairs(identities, pairs))
    return _report(pl.DataFrame(pl.from_arrow(people)), clusters, pairs.num_rows, blocks, steps.seconds)


def _report(
    people: pl.DataFrame,
    clusters: Clusters,
    candidate_pairs: int,
    blocks: list[Block],
    seconds: dict[str, float],
) -> LinkReport:
    sizes, counts = np.unique(np.bincount(clusters.cluster), return_counts=True)
    return LinkReport(
        mentions=people.height,
        identities=clusters.cluster.size,
        people=people["person_id"].n_unique(),
        links=clusters.links.height,
        candidate_pairs=candidate_pairs,
        cut_components=clusters.cut_components,
        share_alone=float((people["decided_by"] == "alone").mean() or 0.0),  # type: ignore[arg-type]
        component_sizes={int(size): int(count) for size, count in zip(sizes, counts, strict=True) if size},
        largest_blocks=tuple(blocks),
        seconds=seconds,
    )


class _Steps:
    """Times the steps and tells whoever watches which one has begun."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        if self._progress:
            self._progress(name, len(self.seconds), len(STEPS))
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 3)
