"""The states of a release and the moves between them: one table, which also draws the diagram.

A release is drafted by its author, submitted, looked at by two people of whom neither is the author,
approved, and leaves. What is changed is looked at again from the start. What has left cannot be
unsaid: it can only be recalled, or expire.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from kithmap.errors import ApprovalMissing, WrongUse

APPROVERS = 2


class State(Enum):
    """How a release stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in review"
    RETURNED = "returned"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    RELEASED = "released"
    RECALLED = "recalled"
    EXPIRED = "expired"


class Move(Enum):
    """What may be done with a release."""

    SUBMIT = "submit"
    CHANGE = "change"
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    RECALL = "recall"
    EXPIRE = "expire"


class Hand(Enum):
    """In whose hands a release is, or who makes a move."""

    AUTHOR = "its author"
    APPROVER = "an approver"
    KEEPER = "whoever may recall"
    CLOCK = "the calendar"
    NOBODY = "nobody"


# Who is to act next.
HANDS: Mapping[State, Hand] = {
    State.DRAFT: Hand.AUTHOR,
    State.SUBMITTED: Hand.APPROVER,
    State.IN_REVIEW: Hand.APPROVER,
    State.RETURNED: Hand.AUTHOR,
    State.APPROVED: Hand.AUTHOR,
    State.REJECTED: Hand.NOBODY,
    State.WITHDRAWN: Hand.NOBODY,
    State.RELEASED: Hand.KEEPER,
    State.RECALLED: Hand.NOBODY,
    State.EXPIRED: Hand.KEEPER,
}

# Who may make a move.
MOVERS: Mapping[Move, Hand] = {
    Move.SUBMIT: Hand.AUTHOR,
    Move.CHANGE: Hand.AUTHOR,
    Move.APPROVE: Hand.APPROVER,
    Move.RETURN: Hand.APPROVER,
    Move.REJECT: Hand.APPROVER,
    Move.WITHDRAW: Hand.AUTHOR,
    Move.RELEASE: Hand.AUTHOR,
    Move.RECALL: Hand.KEEPER,
    Move.EXPIRE: Hand.CLOCK,
}

# Every move there is; a pair that is not here is refused. An approval is the one move whose end
# depends on how many there are: `IN_REVIEW` after the first, `APPROVED` after the last.
TABLE: Mapping[tuple[State, Move], State] = {
    (State.DRAFT, Move.CHANGE): State.DRAFT,
    (State.DRAFT, Move.SUBMIT): State.SUBMITTED,
    (State.DRAFT, Move.WITHDRAW): State.WITHDRAWN,
    (State.SUBMITTED, Move.APPROVE): State.IN_REVIEW,
    (State.SUBMITTED, Move.CHANGE): State.DRAFT,
    (State.SUBMITTED, Move.RETURN): State.RETURNED,
    (State.SUBMITTED, Move.REJECT): State.REJECTED,
    (State.SUBMITTED, Move.WITHDRAW): State.WITHDRAWN,
    (State.IN_REVIEW, Move.APPROVE): State.APPROVED,
    (State.IN_REVIEW, Move.CHANGE): State.DRAFT,
    (State.IN_REVIEW, Move.RETURN): State.RETURNED,
    (State.IN_REVIEW, Move.REJECT): State.REJECTED,
    (State.IN_REVIEW, Move.WITHDRAW): State.WITHDRAWN,
    (State.RETURNED, Move.CHANGE): State.DRAFT,
    (State.RETURNED, Move.SUBMIT): State.SUBMITTED,
    (State.RETURNED, Move.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Move.CHANGE): State.DRAFT,
    (State.APPROVED, Move.RELEASE): State.RELEASED,
    (State.APPROVED, Move.RETURN): State.RETURNED,
    (State.APPROVED, Move.REJECT): State.REJECTED,
    (State.APPROVED, Move.WITHDRAW): State.WITHDRAWN,
    (State.RELEASED, Move.RECALL): State.RECALLED,
    (State.RELEASED, Move.EXPIRE): State.EXPIRED,
    # What has expired is still on somebody's desk.
    (State.EXPIRED, Move.RECALL): State.RECALLED,
}

# What has left at one time or another: these states are the ledger's.
LEFT = frozenset({State.RELEASED, State.RECALLED, State.EXPIRED})
# Moves that must say why.
WITH_NOTE = frozenset({Move.RETURN, Move.REJECT, Move.RECALL})


@dataclass(frozen=True)
class Step:
    """One move made: by whom, and of what content, by its hash."""

    move: Move
    who: str
    sha256: str


def next_state(state: State, move: Move) -> State:
    """The state after a move.

    Raises: WrongUse when the move cannot be made from the state.

    >>> next_state(State.DRAFT, Move.SUBMIT).value
    'submitted'
    """
    if (state, move) not in TABLE:
        able = [each.value for each in moves_from(state)]
        raise WrongUse(
            f"The release is {state.value}; it cannot be made to {move.value}.",
            f"One of {', '.join(able)}." if able else "Nothing more can be done with it.",
            "See `kithmap release show` for what may be done with it, and by whom.",
        )
    return TABLE[state, move]


def moves_from(state: State) -> tuple[Move, ...]:
    """The moves that may be made from a state, in the order they are declared."""
    return tuple(move for move in Move if (state, move) in TABLE)


def check_hand(move: Move, *, author: str, who: str) -> None:
    """Refuse an author who would approve, return or reject their own release, and another's moves of it.

    Raises: ApprovalMissing, WrongUse.
    """
    if MOVERS[move] is Hand.APPROVER and who == author:
        raise ApprovalMissing(
            f"An author may not {move.value} their own release.",
            "Somebody else who may approve.",
            "Ask one of them to look at it.",
        )
    if MOVERS[move] is Hand.AUTHOR and who != author:
        raise WrongUse(
            f"Only its author may {move.value} a release.",
            "The user who drafted it.",
            "Ask them, or submit a release of your own.",
        )


def standing_approvals(steps: Sequence[Step], sha256: str) -> tuple[str, ...]:
    """Who has approved just this content since it was last submitted, in the order they did.

    >>> steps = [Step(Move.SUBMIT, "ann", "a"), Step(Move.APPROVE, "mo", "a"), Step(Move.CHANGE, "ann", "b")]
    >>> standing_approvals(steps[:2], "a"), standing_approvals(steps, "a"), standing_approvals(steps[:2], "b")
    (('mo',), (), ())
    """
    found: list[str] = []
    for step in steps:
        if step.move in (Move.SUBMIT, Move.CHANGE, Move.RETURN):
            found = []
        elif step.move is Move.APPROVE and step.sha256 == sha256 and step.who not in found:
            found.append(step.who)
    return tuple(found)


def check_new_approver(approvals: Sequence[str], who: str) -> None:
    """Refuse a second approval by the same person: two approvals are two people's.

    Raises: ApprovalMissing.
    """
    if who in approvals:
        raise ApprovalMissing(
            "You have approved this release already.",
            "A second person who may approve, not its author.",
            "Ask somebody else to look at it.",
        )


def check_approved(approvals: Sequence[str], author: str) -> tuple[str, str]:
    """The two people who approved; refuse unless there are two, neither of them the author.

    Raises: ApprovalMissing.
    """
    others = [who for who in approvals if who != author]
    if len(others) != len(approvals) or len(others) != APPROVERS or len(set(others)) != APPROVERS:
        raise ApprovalMissing(
            "The release is not approved by two people.",
            "Two different users who may approve, neither of them the one who asked.",
            "Have both of them approve it (`kithmap release approve`), or name them with --approved-by, twice.",
        )
    return others[0], others[1]


def diagram() -> str:
    """The states and moves as a diagram, in the words of Mermaid.

    >>> print(diagram().splitlines()[0])
    stateDiagram-v2
    """
    lines = ["stateDiagram-v2", f"    [*] --> {_node(State.DRAFT)}"]
    lines += [
        f"    {_node(state)} --> {_node(end)}: {move.value} ({MOVERS[move].value})"
        for (state, move), end in TABLE.items()
    ]
    lines += [f"    {_node(state)} --> [*]" for state in State if not moves_from(state)]
    named = [f"    {_node(state)}: {state.value}" for state in State if " " in state.value]
    return "\n".join([*lines, *named])


def _node(state: State) -> str:
    return state.value.replace(" ", "_")
