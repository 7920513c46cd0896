"""Reviewing links in the browser: one pair at a time, blindly, by keyboard if wished; undone where it was wrong."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import judgements, pairs
from kithmap.desk.likeness import AGREES, CLOSE, DIFFERS, MISSING, degree
from kithmap.desk.policies import needs
from kithmap.desk.review import Case, Side
from kithmap.errors import NotFound, WrongUse
from kithmap.governance.judging import DECISIONS, REASONS, Verdict
from kithmap.governance.policy import Action
from kithmap.products.documents import moment
from kithmap.web.downloads import as_file
from kithmap.web.forms import Field, Filled, empty, read
from kithmap.web.page import POST, page
from kithmap.web.render import answer
from kithmap.web.visit import Visit
from kithmap.web.ways import check_file_kind

REVIEWS = needs(Action.REVIEW, purpose=True)
# Where a session keeps how far a sitting has come.
SITTING = "review"
MOST_LEFT = 200
SIZES = (("10", "10 pairs"), ("25", "25 pairs"), ("50", "50 pairs"))
# How a field agrees: a sign and a word, so that neither is needed to read the other.
DEGREES = {
    AGREES: ("=", "Agrees"),
    CLOSE: ("≈", "Close"),
    DIFFERS: ("≠", "Differs"),
    MISSING: ("?", "Missing"),
}
WORDS = {"same": "the same person", "different": "different people", "not sure": "not sure"}
CHOICES = (
    ("same", "Same", "The two records are of one person"),
    ("different", "Different", "They are of two people"),
    ("not sure", "Not sure", "Somebody else will look at it"),
)  # fmt: skip
STATES = {
    "decided": "decided", "second look": "decided; somebody else looks at it too",
    "disputed": "disputed, until a third person decides", "not sure": "waits for somebody else",
}  # fmt: skip
HEADINGS = ("Judged at (UTC)", "By", "Decision", "Why", "Blind", "The pair now")
UNDOING = (Field("reason", "Why it should not stand", hint="A few words, without any name.", width=30),)


@page("review", REVIEWS, methods=POST, menu="Review")
def review(visit: Visit) -> HttpResponseBase:
    """The pairs that wait, and beginning a sitting."""
    sitting = _sitting(visit)
    if visit.request.method == "POST":
        size = visit.typed.get("size", SIZES[0][0])
        of = int(size) if size in dict(SIZES) else int(SIZES[0][0])
        keys = visit.typed.get("keys") == "yes"
        visit.session[SITTING] = {"of": of, "done": 0, "left": [], "keys": keys, "last": ""}
        return HttpResponseRedirect("/review/next")
    queue = pairs.look_at_queue(visit.workspace, purpose=visit.purpose_id, who=visit.who)
    sizes = [{"value": size, "text": words, "checked": size == str(sitting["of"])} for size, words in SIZES]
    return answer(visit, "review.html.j2", queue=queue, sizes=sizes, sitting=sitting)


@page("review/next", REVIEWS)
def next_pair(visit: Visit) -> HttpResponseBase:
    """On to the next pair of the sitting; back to the start of the review where it is done."""
    sitting = _sitting(visit)
    if sitting["done"] >= sitting["of"]:
        visit.tell(f"You have judged {sitting['done']} pairs. They count from the next build on.")
        visit.session[SITTING] = {**sitting, "done": 0, "left": []}
        return HttpResponseRedirect("/review")
    ours = {"purpose": visit.purpose_id, "who": visit.who}
    queue = pairs.look_at_queue(visit.workspace, left=sitting["left"], **ours)
    if queue.next is None:
        visit.tell("No pair waits for you.")
        return HttpResponseRedirect("/review")
    return HttpResponseRedirect(f"/review/{queue.next}")


@page("review/judgements", REVIEWS)
def judged(visit: Visit) -> HttpResponseBase:
    """Every judgement, the newest first."""
    rows = [
        [{"text": cells[0], "href": f"/review/judgements/{key}"}, *cells[1:]]
        for key, cells in _judgements(visit)
    ]
    return answer(visit, "judgements.html.j2", headings=HEADINGS, rows=rows)


@page("review/judgements.<str:kind>", REVIEWS)
def judged_file(visit: Visit, kind: str) -> HttpResponseBase:
    """The same list as a file."""
    check_file_kind(kind)
    return as_file(visit, "judgements", kind, HEADINGS, [cells for _, cells in _judgements(visit)])


@page("review/judgements/<str:judgement>", REVIEWS, methods=POST)
def one_judgement(visit: Visit, judgement: str) -> HttpResponseBase:
    """One judgement: what was decided and why, what the computer made of the pair, and undoing it."""
    ours = {"purpose": visit.purpose_id, "who": visit.who}
    filled = empty(UNDOING)
    if visit.request.method == "POST":
        filled = read(UNDOING, visit.request.POST)
        if not filled.faults:
            try:
                judgements.undo(visit.workspace, judgement, reason=filled.values["reason"], **ours)
            except WrongUse as fault:
                filled.blame("reason", fault.what)
            else:
                visit.tell("The judgement is undone: the pair waits again.")
                return HttpResponseRedirect("/review")
    found, why = pairs.explain_judged(visit.workspace, judgement, **ours)
    return answer(
        visit, "judgement.html.j2", status=422 if filled.faults else 200, found=found.judgement,
        decision=WORDS[found.judgement.decision], state=_state(found), why=why, rows=_evidence(why),
        fields=UNDOING, filled=filled, errors=filled.errors,
    )  # fmt: skip


@page("review/<str:name>", REVIEWS, methods=POST)
def review_pair(visit: Visit, name: str) -> HttpResponseBase:
    """One pair side by side, and deciding on it."""
    filled = Filled(typed={"decision": "", "note": "", **{_field(each): "" for each in DECISIONS}})
    try:
        if visit.request.method == "POST":
            if "later" in visit.request.POST:
                return _leave(visit, name)
            filled = _read(visit)
            if not filled.faults and _judge(visit, name, filled):
                return HttpResponseRedirect("/review/next")
        return _show(visit, name, filled)
    except NotFound:
        # Judged meanwhile in another window, or never there: for whoever asks it is the same.
        visit.tell("That pair does not wait for you any more.")
        return HttpResponseRedirect("/review/next")


def _show(visit: Visit, name: str, filled: Filled) -> HttpResponse:
    ours = {"purpose": visit.purpose_id, "who": visit.who}
    case = pairs.show_waiting(visit.workspace, name, **ours)
    shown = visit.asked.get("show") == "score"
    why = pairs.explain_waiting(visit.workspace, name, **ours) if shown else None
    sitting = _sitting(visit)
    return answer(
        visit,
        "review_pair.html.j2",
        status=422 if filled.faults else 200,
        name=name,
        number=sitting["done"] + 1,
        sitting=sitting,
        case=case,
        heads=[_head(case.one), _head(case.other)],
        rows=_rows(case),
        comparable=sum(degree(words) != MISSING for words in case.agreement.values()),
        others=_others(case),
        choices=[_choice(*each, filled) for each in CHOICES],
        typed=filled.typed,
        faults=filled.faults,
        errors=filled.errors,
        why=why,
        evidence=_evidence(why),
    )


def _read(visit: Visit) -> Filled:
    typed = visit.typed
    decision = typed.get("decision", "")
    filled = Filled(
        typed={name: typed.get(name, "") for name in ("decision", "note", *map(_field, DECISIONS))}
    )
    if decision not in DECISIONS:
        filled.blame("decision", "Choose whether the two records are of one person")
        return filled
    reason = typed.get(_field(decision), "")
    if reason not in REASONS[decision]:
        filled.blame(_field(decision), "Choose why")
    filled.values = {"verdict": Verdict(decision, reason, typed.get("note", ""))}
    return filled


def _judge(visit: Visit, name: str, filled: Filled) -> bool:
    """Keep what was decided; False where it may not be so, which is then said at the note."""
    verdict: Verdict = filled.values["verdict"]
    try:
        made = pairs.judge_waiting(visit.workspace, name, verdict, purpose=visit.purpose_id, who=visit.who)
    except WrongUse as fault:
        filled.blame("note", f"{fault.what} {fault.expected}")
        return False
    sitting = _sitting(visit)
    last = {"id": made.judgement.id, "words": WORDS[verdict.decision]}
    visit.session[SITTING] = {**sitting, "done": sitting["done"] + 1, "last": last}
    return True


def _leave(visit: Visit, name: str) -> HttpResponse:
    sitting = _sitting(visit)
    visit.session[SITTING] = {**sitting, "left": [*sitting["left"], name][-MOST_LEFT:]}
    return HttpResponseRedirect("/review/next")


def _sitting(visit: Visit) -> dict[str, Any]:
    begun = {"of": int(SIZES[0][0]), "done": 0, "left": [], "keys": False, "last": ""}
    return {**begun, **visit.session.get(SITTING, {})}


def _field(decision: str) -> str:
    return f"why-{decision.replace(' ', '-')}"


def _choice(value: str, text: str, hint: str, filled: Filled) -> dict[str, Any]:
    reasons = [{"value": "", "text": "Choose why"}]
    chosen = filled.typed.get(_field(value), "")
    reasons += [
        {"value": each, "text": each.capitalize(), "selected": each == chosen} for each in REASONS[value]
    ]
    return {"value": value, "text": text, "hint": hint, "field": _field(value), "reasons": reasons}


def _head(side: Side) -> dict[str, str]:
    where = f"{side.holder}, list {side.list}" if side.list else side.holder
    alike = (
        f"{side.alike} more {'record says' if side.alike == 1 else 'records say'} the same"
        if side.alike
        else ""
    )
    return {"where": where, "reference": side.reference, "alike": alike}


def _rows(case: Case) -> list[dict[str, str]]:
    """The fields of which either record says anything, with how they agree."""
    found: list[dict[str, str]] = []
    for field, words in case.agreement.items():
        one, other = case.one.said[field], case.other.said[field]
        if one or other:
            sign, word = DEGREES[degree(words)]
            found.append(
                {"field": field[:1].upper() + field[1:], "one": one or "", "other": other or "", "sign": sign, "word": word, "words": words}
            )  # fmt: skip
    return found


def _others(case: Case) -> list[list[str]]:
    wanted = ("forename", "surname", "date of birth", "school", "home postcode")
    return [
        [each.reference, each.holder, *(each.said[name] or "" for name in wanted)] for each in case.others
    ]


def _evidence(why: Any) -> list[list[str]]:
    if why is None:
        return []
    return [[row.compared, row.agreement, f"{row.weight:+.1f}", row.meaning] for row in why.rows]


def _judgements(visit: Visit) -> list[tuple[str, list[str]]]:
    listed = judgements.list_judgements(visit.workspace, purpose=visit.purpose_id, who=visit.who)
    return [
        (
            each.judgement.id,
            [
                moment(each.judgement.at), each.judgement.who, each.judgement.decision, each.judgement.reason,
                "yes" if each.judgement.blind else "no", _state(each),
            ],
        )
        for each in reversed(listed)
    ]  # fmt: skip


def _state(found: Any) -> str:
    return STATES[found.outcome.state] if found.judgement.stands else "undone"
