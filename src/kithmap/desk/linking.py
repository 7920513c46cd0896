"""Linking in the making of a build: only what is new since the build before, or everything, and then why.

What is new is weighed against what the build before retained. Whatever bears on more than what it touches asks
for everything to be linked: an extract that went, another model, a build that cannot be read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kithmap.desk.manifest import plain
from kithmap.desk.publishing import open_engine
from kithmap.desk.workspace import Workspace
from kithmap.engines import keys
from kithmap.errors import BuildDamaged
from kithmap.register import builds

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine
    from kithmap.linkage.link import LinkReport, Told

Progress = Callable[[str, int, int], None]
# The steps of linking only what is new, and how each is told: no step of a full link is told so.
NEW_STEPS: Mapping[str, str] = {
    "weigh the new pairs": "weigh the new pairs",
    "join people": "join whom they touch",
    "write the ledger": "go on with the ledger",
    "draw what is in doubt": "draw what is new in doubt",
    "save": "carry over the rest",
}
# Of the draws, what is told of the whole: the rest is of what was drawn again.
DRAWN_OF_WHOLE = ("number", "parts_in_doubt", "people_in_doubt")
# The engines on which what is new can be linked alone.
CARRYING = ("duckdb",)
FIRST = "This is the first build."
ASKED = "It was asked for."
LOST = "The build before this one could not be read."
ELSEWHERE = "The build before this one was made on another engine."
ALWAYS = "On this engine everything is linked each time."
BEARS = "What is new changes how earlier records are read."


@dataclass(frozen=True)
class PeopleLinked:
    """What linking did, with figures of the whole build; why it was in full, in a sentence, where it was.

    figures: those that a link of what is new tells of that alone, of the whole; None where nobody counted.
    """

    report: "LinkReport"
    why_in_full: str
    figures: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values, for the manifest."""
        return {**plain(self.report), **self.figures, "why_in_full": self.why_in_full}


@dataclass(frozen=True)
class Linking:
    """What is linked, and with what before it. in_full: why everything is to be, where that is known already."""

    workspace: Workspace
    engine: "Engine"
    told: "Told"
    in_full: str = ""

    def run(self, progress: Progress) -> PeopleLinked:
        """Link only what is new where nothing speaks against it, and otherwise everything.

        Raises: NothingToLink; BuildDamaged where the build before turns out to be on the way: then nothing
            that was written may be gone on with.
        """
        from kithmap.linkage.link import link

        secret = keys.derive(self.workspace.key, "people")
        past, why = self._find_past()
        if past is not None:
            found, why = self._link_new(past, secret, progress)
            if found is not None:
                return PeopleLinked(found, "", _figures_of_whole(self.engine, found))
        return PeopleLinked(link(self.engine, secret=secret, told=self.told, progress=progress), why, {})

    def _find_past(self) -> "tuple[Engine | None, str]":
        """The build whose ledger is gone on with, open for reading; without one, why."""
        known = self.told.past
        if self.in_full or known is None:
            return None, self.in_full or FIRST
        if known.lost or known.build_id is None:
            return None, LOST
        made = builds.get_build(self.workspace.register, known.build_id)
        if made.engine != self.engine.kind or made.engine not in CARRYING:
            return None, ELSEWHERE if made.engine != self.engine.kind else ALWAYS
        try:
            return open_engine(self.workspace, made), ""
        except BuildDamaged:
            return None, LOST

    def _link_new(self, past: "Engine", secret: bytes, progress: Progress) -> "tuple[LinkReport | None, str]":
        """Link what the build before does not have; without a report, why that is not enough."""
        from kithmap.linkage.link_new import link_new
        from kithmap.linkage.model import shipped_model
        from kithmap.linkage.whether import why_full

        def tell(step: str, done: int, total: int) -> None:
            progress(NEW_STEPS.get(step, step), done, total)

        with past.guarded():
            why = why_full(self.engine, past, shipped_model())
            found = None if why else link_new(self.engine, past, secret=secret, told=self.told, progress=tell)
        return found, why or BEARS


def say_linking(figures: Mapping[str, Any]) -> str:
    """How a build was linked, in a sentence or two; nothing where its figures do not say.

    >>> say_linking({"in_full": True, "why_in_full": FIRST})
    'Everything was linked. This is the first build.'
    >>> say_linking({"in_full": False, "why_in_full": ""})
    'Only what is new since the build before was linked; pairs compared are not counted then.'
    """
    if "why_in_full" not in figures:
        return ""
    if figures["in_full"]:
        return f"Everything was linked. {figures['why_in_full']}"
    return "Only what is new since the build before was linked; pairs compared are not counted then."


def _figures_of_whole(engine: "Engine", report: "LinkReport") -> dict[str, Any]:
    """What a link of what is new reports of that alone: of the whole, as a full link does; None where nobody counted.

    Unit: pairs of identities (`links`, `contradictions`), groups that links join (`cut_components`), and people
        by their identities (`component_sizes`).
    """
    from kithmap.linkage.model import shipped_model

    link: Any = engine.table("link")
    identity: Any = engine.table("identity")
    whose = identity.select("mention_id", "person_id")
    linked = link.filter(link.match_probability >= shipped_model().match_probability)
    ends = linked.inner_join(whose, "mention_id").inner_join(
        whose.select(other_mention_id="mention_id", other="person_id"), "other_mention_id"
    )
    together = ends.filter(ends.person_id == ends.other)
    retained: Any = engine.table("linkage_identity")
    held = retained.select("signature", "linked_id").inner_join(
        identity.select("signature", "person_id").distinct(), "signature"
    )
    pieces = held.group_by("linked_id").agg(people=held.person_id.nunique())
    people = held.group_by("person_id").agg(size=held.signature.count())
    sizes = people.group_by("size").agg(people=people.count()).order_by("size")
    return {
        "links": _rows(engine, together),
        "contradictions": _rows(engine, engine.table("link_contradiction")),
        "cut_components": _rows(engine, pieces.filter(pieces.people > 1)),
        "component_sizes": {str(row["size"]): row["people"] for row in engine.fetch(sizes).to_pylist()},
        "candidate_pairs": None,
        "largest_blocks": None,
        "draws": {name: report.draws[name] for name in DRAWN_OF_WHOLE},
    }


def _rows(engine: "Engine", table: Any) -> int:
    return int(engine.fetch(table.agg(rows=table.count()))["rows"][0].as_py())
