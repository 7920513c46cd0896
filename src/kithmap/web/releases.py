"""Releases: what waits for whom, each as it would leave, what left, and in whose hands it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from kithmap.desk import looked_over, recall, releasing
from kithmap.desk.handling import find_borne
from kithmap.desk.looked_over import LookedOver
from kithmap.desk.policies import needs
from kithmap.governance.levels import LEVELS, Level, LevelRule
from kithmap.governance.permissions import Action
from kithmap.governance.releasing import APPROVERS, HANDS, Move, State
from kithmap.products.documents import day, moment
from kithmap.products.release_page import Handling, build_release_page
from kithmap.products.tables import grid, to_lines
from kithmap.products.words import said, withheld
from kithmap.web.downloads import as_file
from kithmap.web.figures import figure_of
from kithmap.web.page import page
from kithmap.web.render import answer, when
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind, is_open_to

TAGS = {
    State.DRAFT: "grey", State.SUBMITTED: "blue", State.IN_REVIEW: "blue", State.RETURNED: "yellow",
    State.APPROVED: "turquoise", State.REJECTED: "grey", State.WITHDRAWN: "grey", State.RELEASED: "green",
    State.RECALLED: "red", State.EXPIRED: "grey",
}  # fmt: skip
HEADINGS = ("Question", "State", "Level", "To", "By", "In the hands of", "Drafted", "Last day")
# The buttons of the moves that are made on the page of a release, in the order they stand.
BUTTONS = {
    Move.APPROVE: "Approve this release",
    Move.RETURN: "Return it to its author",
    Move.REJECT: "Reject it for good",
    Move.RELEASE: "Send it",
    Move.CHANGE: "Ask again of the newest build",
    Move.WITHDRAW: "Withdraw it",
    Move.RECALL: "Recall it from everybody",
}
HINTS = {
    Move.APPROVE: "You have looked at what would leave, and it may go to this recipient for this purpose.",
    Move.RETURN: "Its author can change it and submit it again. Say what to change.",
    Move.REJECT: "It can never leave. Say why.",
    Move.RELEASE: "Two people have approved it. Once it has left it cannot be unsaid, only recalled.",
    Move.CHANGE: "Approvals so far are lost: what is changed is looked at again.",
    Move.WITHDRAW: "Take it back before it leaves.",
    Move.RECALL: "Every recipient is owed a notice to stop using it. Say why, in words for them.",
}


@page("releases", needs(Action.SEE_RELEASES), menu="Releases")
def releases_list(visit: Visit) -> HttpResponseBase:
    """Every release this reader may see: what waits for them first."""
    listed = releasing.look_over(visit.workspace, who=visit.who)
    approvals = looked_over.approvals_of(visit.workspace, listed)
    mine = [each for each in listed if looked_over.waits_for(visit.user, each, approvals[each.release_id])]
    state = visit.asked.get("state", "")
    chosen = [each for each in reversed(listed) if state in ("", each.state.value)]
    states = [state.value for state in State if any(each.state is state for each in listed)]
    return answer(
        visit,
        "releases.html.j2",
        headings=HEADINGS,
        waiting=[_row(each) for each in mine],
        rows=[_row(each) for each in chosen],
        state=state if state in states else "",
        states=[{"value": "", "text": "Every state"}, *({"value": s, "text": s.capitalize(), "selected": s == state} for s in states)],
        makes=is_open_to(visit, "/releases/new"),
    )  # fmt: skip


@page("releases.<str:kind>", needs(Action.SEE_RELEASES))
def releases_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The list of releases as a file."""
    check_file_kind(kind)
    rows = [_row(each) for each in reversed(releasing.look_over(visit.workspace, who=visit.who))]
    return as_file(visit, "releases", kind, HEADINGS, rows)


@page("releases/distribution", needs(Action.SEE_RELEASES))
def release_distribution(visit: Visit) -> HttpResponseBase:
    """What went to whom, and the notices that recipients are owed."""
    return answer(
        visit,
        "distribution.html.j2",
        headings=SENT,
        rows=_sent(recall.distribution(visit.workspace, who=visit.who)),
        notices=recall.notices(visit.workspace, who=visit.who),
        asked=recall.ASKED,
    )


@page("releases/distribution.<str:kind>", needs(Action.SEE_RELEASES))
def release_distribution_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The register of distribution as a file."""
    check_file_kind(kind)
    rows = _sent(recall.distribution(visit.workspace, who=visit.who))
    return as_file(visit, "distribution", kind, SENT, rows)


@page("releases/<str:release_id>.<str:kind>", needs(Action.SEE_RELEASES))
def release_file(visit: Visit, release_id: str, kind: str) -> HttpResponseBase:
    """What has left, as a file that says how it may be handled and until when."""
    record, left = looked_over.take(visit.workspace, release_id, kind, who=visit.who)
    borne = find_borne(visit.workspace, {record.measure: record.extracts})
    handling = Handling(record.handling, record.expires_on, borne.marking)
    name = f"release-{record.measure}-{left.level.value}"
    if kind == "html":
        response = HttpResponse(build_release_page(left, handling))
        response["Content-Disposition"] = f'attachment; filename="{name}.html"'
        return response
    headings, rows = to_lines(left)
    notes = [
        f"{said(left.question)} Level {left.level.value}. For {left.to}. Purpose {left.purpose}. Release {left.release_id}.",
        handling.sentence,
        *(said(caveat) for caveat in left.caveats),
    ]
    return as_file(visit, name, kind, headings, rows, notes)


@page("releases/<str:release_id>", needs(Action.SEE_RELEASES))
def release_page(visit: Visit, release_id: str) -> HttpResponseBase:
    """One release: as it would leave, its moves, and what this reader may do with it."""
    return show_release(visit, release_id)


def show_release(
    visit: Visit, release_id: str, *, errors: Sequence[dict[str, str]] = (), said_so: str = ""
) -> HttpResponse:
    """The page of a release, with what went wrong with a move of it and the note that was typed."""
    seen = looked_over.look_closely(visit.workspace, release_id, who=visit.who)
    record = seen.record
    given = seen.answer
    return answer(
        visit,
        "release.html.j2",
        status=422 if errors else 200,
        errors=list(errors),
        typed=said_so,
        seen=seen,
        record=record,
        tag=TAGS[record.state],
        hand=HANDS[record.state].value,
        answer=given,
        sentence=said(given.sentence) if given else "",
        caveats=[said(caveat) for caveat in given.caveats] if given else [],
        figure=figure_of(given, {}) if given else "",
        grid=grid(given) if given else None,
        facts=_facts(seen),
        controls=_controls(seen) if given else [],
        steps=[[moment(s.at), s.move.value, s.who, s.after.value, s.note] for s in seen.steps],
        sent_headings=SENT[1:],
        sent=[row[1:] for row in _sent(seen.sent)],
        buttons=BUTTONS,
        hints=HINTS,
        moves={move.name: move for move in seen.moves},
        lacking=APPROVERS - len(seen.approvals),
    )


SENT = ("Release", "To", "Version", "Handling", "Sent", "By", "Last day", "Receipt acknowledged", "Recalled", "Recall acknowledged")  # fmt: skip


def _sent(deliveries: Sequence[Any]) -> list[list[Any]]:
    return [
        [
            {"text": each.release_id, "href": f"/releases/{each.release_id}"}, each.recipient, each.version,
            each.handling, day(each.sent_at), each.sent_by, when(each.expires_on),
            _by(each.acknowledged_at, each.acknowledged_by), when(each.recalled_at),
            _by(each.recall_acknowledged_at, each.recall_acknowledged_by),
        ]
        for each in deliveries
    ]  # fmt: skip


def _by(at: Any, who: str) -> str:
    return f"{day(at)}, by {who}" if at else ""


def _row(record: Any) -> list[Any]:
    again = " (to be made again)" if record.again_since else ""
    asked = asked_with(record.content["options"])
    question = f"{record.content['question']}{f' ({asked})' if asked else ''}{again}"
    return [
        {"text": question, "href": f"/releases/{record.release_id}"},
        {"text": record.state.value.capitalize(), "tag": TAGS[record.state]},
        record.level,
        record.recipient,
        record.author,
        HANDS[record.state].value,
        day(record.drafted_at) if record.drafted_at else "",
        when(record.expires_on),
    ]


def _facts(seen: LookedOver) -> list[tuple[str, str]]:
    """What a checker asks first: for whom, for what, of what, by whom."""
    record, rule = seen.record, LEVELS[Level(seen.record.level)]
    asked = asked_with(record.content["options"])
    return [
        ("To", record.recipient),
        ("Level", f"{rule.level.value} {rule.title}: for {rule.audience}"),
        ("Purpose", record.purpose),
        ("Asked", f"{record.measure}{f' ({asked})' if asked else ''}"),
        ("Counted", said(record.content["unit"])),
        ("By", record.author),
        ("Approved by", " and ".join(seen.approvals) or "nobody yet"),
        ("Handling", record.handling or "nothing said"),
        ("Last day", when(record.expires_on) or "none set"),
        ("Rests on", f"{len(record.extracts)} extracts, build {record.build_id}"),
        ("Fingerprint", record.sha256),
    ]


def asked_with(options: Mapping[str, Any]) -> str:
    """The options of a question that narrow or part what is counted, in words."""
    return ", ".join(
        f"{name.replace('_', ' ')} {said(str(value))}"
        for name, value in options.items()
        if value not in ("", None, "none") and name not in ("permutations", "seed")
    )


def _controls(seen: LookedOver) -> list[str]:
    """Which controls were applied to what would leave, in sentences."""
    assert seen.answer is not None
    rule = LEVELS[seen.answer.level]
    hidden = withheld(seen.answer)
    return [
        *_of_level(rule),
        f"Withheld here: {hidden:,} of its counts." if hidden else "Nothing is withheld here.",
        "It was held beside everything that has left before: with that, it tells of no small group."
        if rule.withhold_below
        else "It is not held beside earlier releases: at this level nothing leaves the partnership's own desk.",
        "What it says by ethnic group, and any note on it, is among what it cannot tell.",
    ]


def _of_level(rule: LevelRule) -> list[str]:
    found: list[str] = []
    if rule.withhold_below > 1:
        found.append(f"Counts from 1 to {rule.withhold_below - 1} are withheld, and others from which they could be worked out.")  # fmt: skip
    if rule.round_to > 1:
        found.append(f"Counts are to the nearest {rule.round_to}.")
    found.append("Names of schools and places are shown." if rule.shows_names else "Schools and places stand under codes.")  # fmt: skip
    return found
