"""The review queue: which pairs nobody can be sure of, those first that move the published counts most."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kithmap.desk.asked import Asked
from kithmap.desk.decisions import outcomes
from kithmap.desk.options import read_options
from kithmap.desk.remembered import Remembered
from kithmap.desk.sitting import Sitting
from kithmap.governance.judging import DISPUTED, Outcome
from kithmap.model.keys import RECEIPT_SHIFT, receipt_no_of
from kithmap.register import judgements
from kithmap.register.judgements import Judgement

if TYPE_CHECKING:
    import pyarrow as pa

LEAST, MOST = 0.5, 0.99
# A pair that the evidence contradicts is as doubtful as can be, whatever its probability.
DOUBT = 0.25
# A pair of one person that the model would never have joined, in bits.
AGAINST = -7.0
# The rest of the evidence speaks clearly, for or against, beside numbers that say otherwise, in bits.
CLEARLY = 4.0
WHY = {
    "is_cut": "the evidence joins them, something else parts them",
    "is_against": "joined through others, against the evidence",
}
FIRST_QUESTION, MOST_MOVERS = "overlap", 500
# Pairs, of all builds together.
MOST_KEPT = 1_000_000
NUMBERS = ("nhs_weight", "upn_weight")

Signatures = tuple[int, int]


@dataclass(frozen=True)
class Waiting:
    """A pair that waits for a reviewer: its two signatures, and what puts it where it stands.

    moves: how far the draws of the linkage move the overlap of lists with it, in people squared.
    effect: how far the published counts may move with it by a rule of thumb: its doubt times the counts
    it touches. distance: from the line at which pairs are joined, as a probability.
    why: for whoever has decided already.
    """

    one: int
    other: int
    moves: float
    effect: float
    distance: float
    why: tuple[str, ...]

    @property
    def rank(self) -> tuple[float, float, float, int, int]:
        """Its place in the queue; the least is first."""
        return -round(self.moves, 6), -round(self.effect, 6), round(self.distance, 6), self.one, self.other


def find_queue(sitting: Sitting) -> tuple[Waiting, ...]:
    """The pairs that wait for this reviewer, the first to be looked at first.

    In doubt (a probability of 0.5 to 0.99, or one that moves the overlap of lists), contradicted
    (numbers that differ, links that were cut, people joined against the evidence), or judged and
    waiting for somebody else.
    """
    judged = judged_pairs(sitting)
    known, moves = _in_doubt(sitting)
    found = {pair: replace(each, why=list(each.why)) for pair, each in known.items()}
    for pair in moves:
        found.setdefault(pair, _Found(DOUBT, 0.0, []))
    for pair, (outcome, by) in judged.items():
        if sitting.who in by or not outcome.waits:
            found.pop(pair, None)
        else:
            people = "people disagree" if outcome.state == DISPUTED else outcome.state
            found.setdefault(pair, _Found(DOUBT, 0.0, [])).why.append(people)
    lists = _Lists(sitting, found)
    waiting = [
        Waiting(
            *pair, moves.get(pair, 0.0), each.doubt * lists.moved_by(pair), each.distance, tuple(each.why)
        )
        for pair, each in found.items()
        if all(receipt_no_of(signature) in sitting.scope.receipts for signature in pair)
    ]
    return tuple(sorted(waiting, key=lambda each: each.rank))


def _in_doubt(sitting: Sitting) -> "tuple[dict[Signatures, _Found], dict[Signatures, float]]":
    """The pairs that a build leaves in doubt, and those that move the first question: a build never changes."""
    scope = sitting.scope
    seen = (scope.receipts, scope.regional, scope.authority, scope.objected)
    key = (str(sitting.workspace.folder), sitting.made.build_id, *seen)
    return _KEPT.get(key, lambda: (_candidates(sitting), _moves(sitting)))


# What the last reviewers' builds leave in doubt, for a reviewer asks after every pair; numbers only.
_KEPT: "Remembered[tuple[dict[Signatures, _Found], dict[Signatures, float]]]" = Remembered(
    MOST_KEPT, lambda kept: len(kept[0]) + len(kept[1])
)


def _moves(sitting: Sitting) -> dict[Signatures, float]:
    """The pairs that move the first question of all most, and how far: how many are on several lists."""
    from kithmap.desk.movers import find_movers
    from kithmap.measures import get_measure

    measure = get_measure(FIRST_QUESTION)
    asked = Asked(sitting.engine, sitting.scope, sitting.made, measure, read_options(measure, {}))
    found: dict[Signatures, float] = {}
    for each in find_movers(asked, most=MOST_MOVERS):
        one, other = sorted((each.mention_id, each.other_mention_id))
        found[one, other] = each.effect
    return found


@dataclass
class _Found:
    doubt: float
    distance: float
    why: list[str]


def _candidates(sitting: Sitting) -> dict[Signatures, _Found]:
    from kithmap.linkage.model import shipped_model

    line = shipped_model().match_probability
    found: dict[Signatures, _Found] = {}
    for row in _doubtful(sitting, line).to_pylist():
        probability: float = row["match_probability"]
        why = [words for told, words in WHY.items() if row[told]]
        doubt = DOUBT if why else probability * (1 - probability)
        found[row["mention_id"], row["other_mention_id"]] = _Found(doubt, abs(probability - line), why)
    for one, other, why in _contradicted(sitting):
        each = found.setdefault((one, other), _Found(DOUBT, 0.0, []))
        each.doubt = DOUBT
        if why not in each.why:
            each.why.append(why)
    return found


def _doubtful(sitting: Sitting, line: float) -> "pa.Table":
    """Pairs in doubt, and whether they were cut or joined against the evidence."""
    link: Any = sitting.engine.table("link")
    identity: Any = sitting.engine.table("identity")
    one = identity.select(mention_id=identity.mention_id, one_person=identity.person_id)
    other = identity.select(other_mention_id=identity.mention_id, other_person=identity.person_id)
    known: Any = link.inner_join(one, "mention_id").inner_join(other, "other_mention_id")
    together = known.one_person == known.other_person
    said = known.select(
        "mention_id",
        "other_mention_id",
        "match_probability",
        is_cut=~together & (known.match_probability >= line),
        is_against=together & (known.match_weight < AGAINST),
    )
    in_doubt = said.match_probability.between(LEAST, MOST)
    return sitting.engine.fetch(said.filter(in_doubt | said.is_cut | said.is_against))


def _contradicted(sitting: Sitting) -> Iterable[tuple[int, int, str]]:
    """Pairs that linking itself found contradicted, and pairs whose numbers say another thing than the rest."""
    engine = sitting.engine
    if engine.has("link_contradiction"):
        for row in engine.fetch(engine.table("link_contradiction")).to_pylist():
            yield row["mention_id"], row["other_mention_id"], row["why"]
    if engine.has("link_evidence"):
        evidence: Any = engine.table("link_evidence")
        weighed = [name for name in NUMBERS if name in evidence.columns]
        for row in engine.fetch(_clashes(evidence, weighed, engine.table("link"))).to_pylist():
            why = (
                "a number differs, the rest agrees"
                if row["rest"] > 0
                else "a number agrees, the rest does not"
            )
            yield row["mention_id"], row["other_mention_id"], why


def _clashes(evidence: Any, weighed: list[str], link: Any) -> Any:
    """Pairs of which the numbers and the rest of the evidence say opposite things, and what the rest weighs."""
    known = evidence.inner_join(
        link.select("mention_id", "other_mention_id", "match_weight"), ["mention_id", "other_mention_id"]
    )
    rest, clash = known.match_weight, known.match_weight != known.match_weight
    for name in weighed:
        rest = rest - known[name]
    for name in weighed:
        clash = clash | ((known[name] < 0) & (rest > CLEARLY)) | ((known[name] > 0) & (rest < -CLEARLY))
    return known.filter(clash).select("mention_id", "other_mention_id", rest=rest)


def judged_pairs(sitting: Sitting) -> dict[Signatures, tuple[Outcome, frozenset[str]]]:
    """What the judgements come to, by the signatures of this build, and who made them."""
    standing = judgements.list_standing(sitting.workspace.register)
    places = {origin: sitting.extracts.mentions_at(origin) for each in standing for origin in each.pair}
    borne = sitting.borne([mention_id for found in places.values() for mention_id in found])
    signature = {
        origin: borne[mention_id].signature
        for origin, found in places.items()
        for mention_id in found
        if mention_id in borne
    }
    about: dict[Signatures, list[Judgement]] = {}
    for each in standing:
        if each.one in signature and each.other in signature:
            one, other = sorted((signature[each.one], signature[each.other]))
            about.setdefault((one, other), []).append(each)
    return {pair: _settled(sitting, made) for pair, made in about.items()}


def _settled(sitting: Sitting, made: list[Judgement]) -> tuple[Outcome, frozenset[str]]:
    # Judged through other mentions that say the same, too: one pair of signatures is one question.
    first = made[0]
    moved = [replace(each, one=first.one, other=first.other) for each in made]
    return outcomes(sitting.workspace, moved)[first.pair], frozenset(each.who for each in made)


class _Lists:
    """Which lists each side of a pair is on: of the person where the two are apart, else of the records."""

    def __init__(self, sitting: Sitting, pairs: Iterable[Signatures]) -> None:
        self._person = {
            mention_id: borne.person_id
            for mention_id, borne in sitting.borne([each for pair in pairs for each in pair]).items()
        }
        self._of: dict[str | int, set[str]] = {}
        for row in self._listed(sitting).to_pylist():
            for side in (row["person_id"], row["signature"]):
                self._of.setdefault(side, set()).add(row["list"])

    @staticmethod
    def _listed(sitting: Sitting) -> "pa.Table":
        engine = sitting.engine
        identity: Any = engine.table("identity")
        extract: Any = engine.table("extract")
        lists = extract.filter(extract["list"].notnull()).select("receipt_no", "list")
        named = identity.mutate(receipt_no=identity.mention_id // (1 << RECEIPT_SHIFT))
        return engine.fetch(
            named.inner_join(lists, "receipt_no").select("person_id", "signature", "list").distinct()
        )

    def moved_by(self, pair: Signatures) -> int:
        """How many published counts a pair touches: all young people, and each list, where both are on one."""
        people = [self._person.get(each) for each in pair]
        sides: tuple[Any, Any] = pair if people[0] == people[1] else (people[0], people[1])
        one, other = (self._of.get(side, set()) for side in sides)
        return 1 + (len(one | other) if one and other else 0)
