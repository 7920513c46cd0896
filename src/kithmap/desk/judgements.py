"""Judgements: what people decide of two mentions; kept through every build, undone but never deleted."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.decisions import Pair, outcome_of, outcomes
from kithmap.desk.extracts import Extracts
from kithmap.desk.mentions import fingerprint, read_mentions
from kithmap.desk.sitting import Borne, Sitting, check_may_sit, sit
from kithmap.desk.workspace import Workspace
from kithmap.engines import keys
from kithmap.errors import WrongUse
from kithmap.governance.judging import Outcome, Verdict, check_names_nobody, check_verdict, settle
from kithmap.governance.permissions import Action
from kithmap.model.keys import Origin
from kithmap.register import audit, judgements, receipts
from kithmap.register.audit import Act
from kithmap.register.judgements import Judgement


@dataclass(frozen=True)
class Judged:
    """What came of a judgement: itself, and what all judgements of the pair now come to."""

    judgement: Judgement
    outcome: Outcome


def judge(
    workspace: Workspace,
    one: str,
    other: str,
    verdict: Verdict,
    *,
    purpose: str,
    who: str,
) -> Judged:
    """Write down what somebody decides of two mentions of the newest build, named FILE:ROW:SLOT.

    It counts from the next build on. Whoever judged a pair before must undo that first.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "judge", ALLOW, "a link", purpose)
    sitting = sit(workspace, Action.REVIEW, act)
    pair = sitting.find_pair(one, other)
    made = prepare(sitting, pair, verdict, at=clock.now())
    told = {"judgement": made.id, "decision": made.decision, "build": made.build_id, "blind": made.blind}
    note(workspace, replace(act, details=told), lambda: judgements.add_judgements(workspace.register, [made]))
    return Judged(made, outcome_of(workspace, made.pair))


def prepare(
    sitting: Sitting, pair: tuple[Borne, Borne], verdict: Verdict, *, at: datetime, workbook: str = ""
) -> Judgement:
    """The judgement as it would be kept; refused where it must not be made.

    Raises: WrongUse.
    """
    check_verdict(verdict)
    workspace = sitting.workspace
    said = read_mentions(workspace, [each.mention_id for each in pair])
    check_names_nobody(verdict.note, [word for mention in said.values() for word in mention.words])
    places = {sitting.extracts.origin_of(each.mention_id): said[each.mention_id] for each in pair}
    one, other = check_two(sorted(places))
    earlier = [each for each in judgements.judgements_of(workspace.register, one, other) if each.stands]
    _check_first_time(earlier, sitting.who)
    return Judgement(
        id=clock.new_id(at),
        one=one,
        other=other,
        said=(fingerprint(workspace, places[one]), fingerprint(workspace, places[other])),
        decision=verdict.decision,
        reason=verdict.reason,
        note=verdict.note.strip(),
        who=sitting.who,
        at=at,
        build_id=sitting.made.build_id,
        purpose=sitting.purpose,
        blind=not audit.was_told(workspace.register, sitting.who, "pair", token_of(workspace, pair)),
        second_of=earlier[0].id if earlier else None,
        workbook=workbook,
    )


def undo(workspace: Workspace, judgement: str, *, reason: str, purpose: str, who: str) -> Judgement:
    """Let a judgement stand no longer, from the next build on; it stays in the register, with the reason.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "undo a judgement", ALLOW, judgement, purpose)
    with refusals_noted(workspace, act):
        check_may_sit(workspace, Action.REVIEW, purpose=purpose, who=who)
    made = judgements.get_judgement(workspace.register, judgement)
    if not reason.strip():
        raise WrongUse(
            "No reason is given for undoing the judgement.",
            "A few words, without any name.",
            "Say why it should not stand.",
        )
    if not made.stands:
        raise WrongUse(
            f"The judgement {judgement} was undone before.",
            "A judgement that stands.",
            "See `kithmap review list`.",
        )
    check_names_nobody(reason, _said_at(workspace, made.pair))
    at = clock.now()
    note(
        workspace,
        act,
        lambda: _undo(workspace, judgement, who, reason.strip(), at),
    )
    return judgements.get_judgement(workspace.register, judgement)


def list_judgements(workspace: Workspace, *, purpose: str, who: str) -> tuple[Judged, ...]:
    """Every judgement with what its pair's judgements come to, in the order made; undone ones too.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted.
    """
    act = Act(who, "list judgements", ALLOW, "judgements", purpose)
    with refusals_noted(workspace, act):
        check_may_sit(workspace, Action.REVIEW, purpose=purpose, who=who)
    listed = judgements.list_judgements(workspace.register)
    found = outcomes(workspace, [each for each in listed if each.stands])
    note(workspace, replace(act, details={"rows": len(listed)}))
    return tuple(Judged(each, found.get(each.pair, settle({}, wants_second=False))) for each in listed)


def token_of(workspace: Workspace, pair: Iterable[Borne]) -> str:
    """A pair of signatures as the audit names it: to find out who was shown the model's opinion of it."""
    key = keys.derive(workspace.key, "pairs")
    signatures = sorted(each.signature for each in pair)
    return hmac.digest(key, repr(signatures).encode(), sha256)[:12].hex()


def check_two(places: Sequence[Origin]) -> Pair:
    """The two places, refused where they are one.

    Raises: WrongUse.
    """
    if len(places) < 2:
        raise WrongUse("Both mentions are one row of one file.", "Two mentions.", "Name another mention.")
    return places[0], places[1]


def _check_first_time(earlier: Iterable[Judgement], who: str) -> None:
    for each in earlier:
        if each.who == who:
            raise WrongUse(
                f"{who} has judged this pair already, in {each.id}.",
                "A pair that this user has not judged.",
                f"Undo it first with `kithmap review undo {each.id}`, or leave it to somebody else.",
            )


def _undo(workspace: Workspace, judgement: str, who: str, reason: str, at: datetime) -> None:
    judgements.undo_judgement(workspace.register, judgement, who=who, reason=reason, at=at)


def _said_at(workspace: Workspace, pair: Pair) -> list[str]:
    """What the records say at two places now, whatever they are read with."""
    kept = receipts.kept_receipts(workspace.register)
    extracts = Extracts([vars(receipt) for receipt in kept])
    places = [mention_id for origin in pair for mention_id in extracts.mentions_at(origin)]
    return [word for said in read_mentions(workspace, places).values() for word in said.words]
