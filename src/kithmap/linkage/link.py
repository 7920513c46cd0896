"""Link: decide which mentions are one person, and give each person a pseudonym."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines.engine import Engine
from kithmap.errors import NothingToLink
from kithmap.linkage.carry import Noticed, notice, retained_identities, retained_state
from kithmap.linkage.clean import cleaning_version, read_packed, with_numbers
from kithmap.linkage.cluster import Clusters, cluster_identities
from kithmap.linkage.commonness import Counted
from kithmap.linkage.constraints import find_constraints, find_judged
from kithmap.linkage.crosswalk import find_spaces
from kithmap.linkage.draws import Draws, draw_people, seed_of
from kithmap.linkage.evidence import evidence_in_parts
from kithmap.linkage.identity_events import Now, Turn
from kithmap.linkage.ledger import Past, keep_ledger
from kithmap.linkage.model import Model, shipped_model
from kithmap.linkage.name_sounds import index_in_parts
from kithmap.linkage.packed import packed, without_room
from kithmap.linkage.people import by_mention, clustered_mentions, decided, kept, kept_pairs, people_in_parts
from kithmap.linkage.rules import Block, with_keys
from kithmap.linkage.score import score_pairs
from kithmap.linkage.signatures import read_signatures
from kithmap.linkage.whether import RETAINED, STATE, versions_of

Progress = Callable[[str, int, int], None]
STEPS = (
    "read the mentions", "clean the names", "choose pairs", "weigh the pairs", "join people",
    "retain who is compared", "write the ledger", "keep why", "draw what is in doubt",
)  # fmt: skip
NOBODY = Turn(datetime(1970, 1, 1), build_id="", actor="", model_version="")  # noqa: DTZ001  UTC, as in the ledger


@dataclass(frozen=True)
class Told:
    """What linking is told besides the records.

    turn: the build that links, for the ledger. past: what was known before it. judgements: what
    reviewers decided (`mention_id`, `other_mention_id`, `decision`: same or different).
    """

    turn: Turn = NOBODY
    past: Past | None = None
    judgements: pa.Table | None = None


@dataclass(frozen=True)
class LinkReport:
    """What linking did, in numbers only; where it was not in full, of what was joined again.

    mentions, identities, people: of the whole build, always.
    """

    mentions: int
    identities: int
    people: int
    links: int
    candidate_pairs: int
    cut_components: int
    contradictions: int
    share_alone: float
    component_sizes: dict[int, int]
    largest_blocks: tuple[Block, ...]
    draws: dict[str, float]
    ledger: dict[str, int]
    model_version: str
    cleaning_version: str
    seconds: dict[str, float] = field(default_factory=dict)
    in_full: bool = True


@dataclass(frozen=True)
class Linked:
    """What linking found, before anything is saved: all but the draws.

    pairs: those kept, of so many `weighed`. people: `cluster`, `person_id`. written: how many events of each
    kind the ledger has of it.
    """

    mentions: pl.DataFrame
    identities: pl.DataFrame
    pairs: pa.Table
    weighed: int
    clusters: Clusters
    people: pl.DataFrame
    written: dict[str, int]
    common: Counted


def link(
    engine: Engine, *, secret: bytes, told: Told | None = None, progress: Progress | None = None
) -> LinkReport:
    """Decide which mentions are one person; save the tables that say so, and why, and how surely.

    Reads the engine's tables `record_mention`, `record_enrolment`, `record_setting`,
    `record_event`, `extract` and `receipt`; saves `identity`, `link` and those of
    `kithmap.model.tables.LINKAGE_TABLES`. `secret` keys the pseudonyms: they cannot be made again
    without it, and do not depend on the order in which extracts were received.

    Raises: NothingToLink when no record names anybody.
    """
    steps, told = Steps(progress), told or Told()
    model = shipped_model()
    with steps.step("read the mentions"):
        bearers, signatures = _read(engine, told.judgements)
    with steps.step("clean the names"):
        identities, noticed = _clean(engine, signatures, model)
        del signatures
    with steps.step("choose pairs"):
        keyed, blocks = with_keys(identities)
    with steps.step("weigh the pairs"):
        common = Counted(identities)
        same, _ = find_judged(identities, told.judgements, bearers)
        pairs = score_pairs(engine, keyed, model, common, same=same)
    receipts = engine.fetch(engine.table("receipt").select("receipt_no", "sha256"))
    with steps.step("join people"):
        held = find_constraints(identities, pairs, model.match_probability, told.judgements, bearers)
        clusters = cluster_identities(identities, pairs, model.match_probability, held)
    with steps.step("retain who is compared"):
        engine.save_parts(RETAINED, retained_identities(noticed, keyed, pairs, clusters))
        engine.save(STATE, retained_state(noticed, common, pairs, bearers.num_rows, model))
        del keyed, noticed
    # Nothing but the draws' own tables waits for them.
    with ThreadPoolExecutor(1) as beside:
        generator = np.random.default_rng(seed_of(receipts))
        drawing = beside.submit(draw_people, identities, pairs, clusters, held, generator=generator)
        weighed, pairs = pairs.num_rows, kept(pairs)
        with steps.step("write the ledger"):
            mentions = clustered_mentions(bearers, identities, clusters)
            named, written = _name_people(engine, mentions, identities, clusters, receipts, told, secret)
            linked = Linked(mentions, identities, pairs, weighed, clusters, named, written, common)
        with steps.step("keep why"):
            for name, parts in _tables_of(linked, model):
                engine.save_parts(name, parts)
        with steps.step("draw what is in doubt"):
            how = _save_people(engine, linked, draws := drawing.result())
    return _report(linked, draws, how, blocks, model, steps.seconds)


def _read(engine: Engine, judgements: pa.Table | None) -> tuple[pa.Table, pl.DataFrame]:
    """Which mention bears which signature, and what each signature says, packed and in order."""
    read = read_signatures(engine, judgements=judgements)
    if not read.bearers.num_rows:
        raise NothingToLink(
            what="No record in the workspace names a person.",
            expected="At least one extract whose layout names people.",
            do="Receive an extract with `kithmap receive`.",
        )
    return read.bearers, packed(read.signatures).sort("signature")


def _clean(engine: Engine, signatures: pl.DataFrame, model: Model) -> tuple[pl.DataFrame, Noticed]:
    """The identities, and what is to be retained of the signatures."""
    settings = engine.table("record_setting").select("urn", "la_estab", "name")
    identities = read_packed(signatures, engine.fetch(settings))
    spaces = find_spaces(identities)
    identities = without_room(with_numbers(identities, spaces))
    return identities, notice(signatures, identities, spaces, versions_of(model))


def _name_people(
    engine: Engine,
    mentions: pl.DataFrame,
    identities: pl.DataFrame,
    clusters: Clusters,
    receipts: pa.Table,
    told: Told,
    secret: bytes,
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Give every cluster its person's id from the ledger, and write what it says now.

    The `cluster` and `person_id` of everybody, and how many events of each kind there were.
    """
    turn = Turn(told.turn.at, told.turn.build_id, told.turn.actor, shipped_model().version)
    now = Now(
        mentions=mentions.select("mention_id", "cluster"),
        receipts=pl.DataFrame(pl.from_arrow(receipts)),
        links=by_mention(identities, clusters.links.select("one", "other", match_weight="weight")),
        judgements=None if told.judgements is None else pl.DataFrame(pl.from_arrow(told.judgements)),
    )
    ledger = keep_ledger(now, told.past, turn, secret)
    engine.save_parts("identity_history", ledger.history_in_parts())
    engine.save_parts("identity_event", ledger.events_in_parts())
    return ledger.people, ledger.written


def _tables_of(linked: Linked, model: Model) -> Iterator[tuple[str, Iterable[pa.Table]]]:
    """The tables that say why who is whom, each part made when it is asked for: together they are large."""
    identities, clusters = linked.identities, linked.clusters
    # In order, so that the engine finds one pair without reading all the others.
    pairs = linked.pairs.sort_by([("one", "ascending"), ("other", "ascending")])
    yield "link", [kept_pairs(identities, pairs)]

    def named(part: pa.Table) -> pa.Table:
        return by_mention(identities, pl.DataFrame(pl.from_arrow(part))).to_arrow()

    yield "link_evidence", map(named, evidence_in_parts(identities, pairs, model, linked.common))
    del pairs
    yield "linkage_name", index_in_parts(identities)
    yield "link_contradiction", [by_mention(identities, clusters.contradictions).to_arrow()]


def _save_people(engine: Engine, linked: Linked, draws: Draws) -> pl.DataFrame:
    """Save whose each mention is, and what was drawn; how it was decided for each signature."""
    how = decided(linked.mentions, linked.identities, linked.clusters)
    in_order, parts = linked.mentions.sort("mention_id"), draws.part_of(linked.identities)
    engine.save_parts("identity", people_in_parts(in_order, how, linked.people, parts))
    for name, rows in draws.as_tables(linked.identities).items():
        engine.save(name, rows)
    return how


def _report(
    linked: Linked,
    draws: Draws,
    how: pl.DataFrame,
    blocks: list[Block],
    model: Model,
    seconds: dict[str, float],
) -> LinkReport:
    clusters, mentions = linked.clusters, linked.mentions.height
    sizes, counts = np.unique(np.bincount(clusters.cluster), return_counts=True)
    # Who is alone has one mention.
    alone = int((how["decided_by"] == "alone").sum())
    return LinkReport(
        mentions=mentions,
        identities=clusters.cluster.size,
        people=linked.people.height,
        links=clusters.links.height,
        candidate_pairs=linked.weighed,
        cut_components=clusters.cut_components,
        contradictions=clusters.contradictions.height,
        share_alone=alone / max(mentions, 1),
        component_sizes={int(size): int(count) for size, count in zip(sizes, counts, strict=True) if size},
        largest_blocks=tuple(blocks),
        draws=draws.figures(),
        ledger=linked.written,
        model_version=model.version,
        cleaning_version=cleaning_version(),
        seconds=seconds,
    )


class Steps:
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
