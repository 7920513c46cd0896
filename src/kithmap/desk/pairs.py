"""Pairs that wait, by a name that tells nothing: for pages, whose addresses others may see.

A pair's name comes from the workspace's key. It is looked for among the pairs that wait for whoever asks, and
nowhere else: of another's pair, of one that waits no longer and of one that never was, the answer is the same.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.decisions import outcome_of
from kithmap.desk.explain import Explanation, explain_pair
from kithmap.desk.judgements import Judged, prepare, token_of
from kithmap.desk.queue import Waiting, find_queue, judged_pairs
from kithmap.desk.review import Case, cases_of
from kithmap.desk.sitting import Borne, Sitting, check_may_sit, people_in, sit
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound
from kithmap.governance.judging import Verdict
from kithmap.governance.permissions import Action
from kithmap.model.keys import receipt_no_of
from kithmap.register import judgements
from kithmap.register.audit import Act
from kithmap.register.judgements import Judgement

Pair = tuple[Borne, Borne]


@dataclass(frozen=True)
class Queue:
    """How many pairs wait for a reviewer, how many of them somebody has judged before, and the next one's name."""

    build: str
    waiting: int
    again: int
    next: str | None


def look_at_queue(workspace: Workspace, *, purpose: str, who: str, left: Collection[str] = ()) -> Queue:
    """How many pairs wait for a reviewer, and which is next; one that was left for later comes after the others.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "review queue", ALLOW, "links that wait", purpose)
    sitting = sit(workspace, Action.REVIEW, act)
    queue = find_queue(sitting)
    told = {"build": sitting.made.build_id, "waiting": len(queue)}
    note(workspace, replace(act, details=told))
    return Queue(
        sitting.made.build_id, len(queue), _judged_before(sitting, queue), _next(sitting, queue, left)
    )


def show_waiting(workspace: Workspace, name: str, *, purpose: str, who: str) -> Case:
    """A pair that waits, as a reviewer sees it before deciding.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "review", ALLOW, "a link", purpose)
    sitting, pair, waiting = _find(workspace, name, act)
    (case,) = cases_of(sitting, [(pair[0].mention_id, pair[1].mention_id)])
    told = {"build": sitting.made.build_id, "shown": 1, "people": people_in(pair)}
    note(workspace, replace(act, details=told))
    return replace(case, waiting=waiting)


def explain_waiting(workspace: Workspace, name: str, *, purpose: str, who: str) -> Explanation:
    """What the computer made of a pair that waits; whoever saw it does not judge the pair blindly any more.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "explain", ALLOW, "a link", purpose)
    sitting, pair, _ = _find(workspace, name, act, Action.SEE_LINKS)
    found = explain_pair(sitting, pair)
    told = {"build": sitting.made.build_id, "pair": name, "people": people_in(pair)}
    note(workspace, replace(act, details=told))
    return found


def judge_waiting(workspace: Workspace, name: str, verdict: Verdict, *, purpose: str, who: str) -> Judged:
    """Write down what a reviewer decides of a pair that waits; it counts from the next build on.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "judge", ALLOW, "a link", purpose)
    sitting, pair, _ = _find(workspace, name, act)
    made = prepare(sitting, pair, verdict, at=clock.now())
    told = {"judgement": made.id, "decision": made.decision, "build": made.build_id, "blind": made.blind}
    note(workspace, replace(act, details=told), lambda: judgements.add_judgements(workspace.register, [made]))
    return Judged(made, outcome_of(workspace, made.pair))


def _find(
    workspace: Workspace, name: str, act: Act, action: Action = Action.REVIEW
) -> tuple[Sitting, Pair, int]:
    sitting = sit(workspace, action, act)
    queue = find_queue(sitting)
    for pair in _pairs(sitting, queue):
        if token_of(workspace, pair) == name:
            return sitting, pair, len(queue)
    raise NotFound(
        "No such pair waits for you.",
        "A pair that waits: not judged by you, and of extracts that you may use.",
        "Go on with the next pair.",
    )


def _next(sitting: Sitting, queue: tuple[Waiting, ...], left: Collection[str]) -> str | None:
    """The name of the first pair that was not left for later; of the first one left where all were."""
    first: str | None = None
    for pair in _pairs(sitting, queue):
        name = token_of(sitting.workspace, pair)
        if name not in left:
            return name
        first = first or name
    return first


def _judged_before(sitting: Sitting, queue: tuple[Waiting, ...]) -> int:
    judged = judged_pairs(sitting)
    return sum((each.one, each.other) in judged for each in queue)


def _pairs(sitting: Sitting, queue: tuple[Waiting, ...]) -> list[Pair]:
    known = sitting.borne([side for each in queue for side in (each.one, each.other)])
    return [(known[each.one], known[each.other]) for each in queue if {each.one, each.other} <= known.keys()]


def explain_judged(
    workspace: Workspace, judgement: str, *, purpose: str, who: str
) -> tuple[Judged, Explanation | None]:
    """A judgement with what the pair's judgements come to, and what the computer makes of the pair now.

    No explanation where the pair is no longer in the build, or not of extracts that may be used.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    act = Act(who, "explain", ALLOW, "a link", purpose)
    sitting = sit(workspace, Action.SEE_LINKS, act)
    with refusals_noted(workspace, act):
        check_may_sit(workspace, Action.REVIEW, purpose=purpose, who=who)
        made = judgements.get_judgement(workspace.register, judgement)
    judged = Judged(made, outcome_of(workspace, made.pair))
    pair = _placed(sitting, made)
    if pair is None:
        note(workspace, replace(act, details={"judgement": judgement}))
        return judged, None
    found = explain_pair(sitting, pair)
    told = {"build": sitting.made.build_id, "pair": token_of(workspace, pair), "people": people_in(pair)}
    note(workspace, replace(act, details={"judgement": judgement, **told}))
    return judged, found


def _placed(sitting: Sitting, made: Judgement) -> Pair | None:
    """The two mentions of a judgement as this build has them, where they may be used."""
    found: list[Borne] = []
    for origin in made.pair:
        places = [
            each
            for each in sitting.extracts.mentions_at(origin)
            if receipt_no_of(each) in sitting.scope.receipts
        ]
        known = sitting.borne(places)
        if not known:
            return None
        found.append(known[min(known)])
    return found[0], found[1]
