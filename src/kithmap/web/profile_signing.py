"""The way out of a profile: submitted, signed in turn by two people, released as one document, recalled."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kithmap.desk import profile_signing, profiles
from kithmap.desk.jobs import PROFILE, request_job
from kithmap.desk.policies import needs
from kithmap.desk.profiles import DRAFT, RELEASED, SIGNING, Draft
from kithmap.errors import NotFound, NotPermitted, Refused, WrongUse
from kithmap.governance.levels import LEVELS
from kithmap.governance.permissions import Action, may_do
from kithmap.products import drafted
from kithmap.products.words import said
from kithmap.web.page import POST as BOTH
from kithmap.web.page import page
from kithmap.web.profiles import TAGS, question_of
from kithmap.web.releases import TAGS as RELEASE_TAGS
from kithmap.web.render import answer
from kithmap.web.visit import Visit

POST = ("POST",)


@page("profiles/<str:profile_id>/sign-off", needs(Action.SEE_RELEASES))
def profile_sign_off(visit: Visit, profile_id: str) -> HttpResponseBase:
    """A profile as those who sign it look at it: every section's release, the own words, who has signed."""
    return _show(visit, profile_id, "profile_sign_off.html.j2")


@page("profiles/<str:profile_id>/submit", needs(Action.SHARE, purpose=True), methods=POST)
def profile_submit(visit: Visit, profile_id: str) -> HttpResponseBase:
    """Submit every section for two others to sign, as a job."""
    return _request(visit, profile_id, drafted.SUBMIT)


@page("profiles/<str:profile_id>/sign", needs(Action.APPROVE), methods=POST, step_up=True)
def profile_sign(visit: Visit, profile_id: str) -> HttpResponseBase:
    """Sign a profile, having said again who one is."""
    note = visit.typed.get("said", "")
    return _made(
        visit,
        profile_id,
        lambda: profile_signing.sign_profile(visit.workspace, profile_id, who=visit.who, said=note),
        "You have signed the profile.",
    )


@page("profiles/<str:profile_id>/return", needs(Action.APPROVE), methods=POST)
def profile_return(visit: Visit, profile_id: str) -> HttpResponseBase:
    """Return a profile to its author."""
    note = visit.typed.get("said", "")
    return _made(
        visit,
        profile_id,
        lambda: profile_signing.return_profile(visit.workspace, profile_id, who=visit.who, said=note),
        "The profile is returned to its author.",
    )


@page("profiles/<str:profile_id>/release", needs(Action.SHARE, purpose=True), methods=BOTH, step_up=True)
def profile_release(visit: Visit, profile_id: str) -> HttpResponseBase:
    """Release a profile that two people have signed: every section leaves, and the document is frozen."""
    if visit.request.method == "POST":
        return _request(visit, profile_id, drafted.RELEASE)
    return _show(visit, profile_id, "profile_release.html.j2")


@page("profiles/<str:profile_id>/recall", needs(Action.WITHDRAW), methods=POST)
def profile_recall(visit: Visit, profile_id: str) -> HttpResponseBase:
    """Recall a whole profile from everybody who has it."""
    reason = visit.typed.get("said", "")
    return _made(
        visit,
        profile_id,
        lambda: profile_signing.recall_profile(visit.workspace, profile_id, reason=reason, who=visit.who),
        "Every release of the profile is recalled. Its recipients are owed a notice.",
    )


def _request(visit: Visit, profile_id: str, what: str) -> HttpResponseBase:
    profiles.open_profile(visit.workspace, profile_id, who=visit.who)
    job = request_job(
        visit.workspace, PROFILE, {"profile": profile_id, "do": what}, who=visit.who, purpose=visit.purpose_id
    )
    visit.tell("It is being done. You may leave this page.")
    return HttpResponseRedirect(f"/jobs/{job.job_id}")


def _made(visit: Visit, profile_id: str, act: Callable[[], object], told: str) -> HttpResponseBase:
    try:
        act()
    except (NotPermitted, NotFound):
        raise
    except (Refused, WrongUse) as fault:
        errors = [{"text": f"{fault.what} {fault.do}", "href": "#said"}]
        return _show(visit, profile_id, "profile_sign_off.html.j2", errors)
    visit.tell(told)
    return HttpResponseRedirect(f"/profiles/{profile_id}/sign-off")


def _show(visit: Visit, profile_id: str, template: str, errors: Any = ()) -> HttpResponse:
    draft = profiles.open_profile(visit.workspace, profile_id, who=visit.who)
    signing = profile_signing.find_signing(visit.workspace, draft.record)
    state = draft.record.state
    parts = [
        [
            number,
            {"text": question_of(section), "href": f"/releases/{release.release_id}"},
            said(str(release.content["sentence"])),
            {"text": release.state.value.capitalize(), "tag": RELEASE_TAGS[release.state]},
        ]
        for number, (section, release) in enumerate(signing.parts, start=1)
    ]
    texts, faults = _texts(visit, draft)
    wrote = any(
        text.by == visit.who for text in profiles.list_texts(visit.workspace, profile_id, who=visit.who)
    )
    return answer(
        visit,
        template,
        status=422 if errors else 200,
        errors=[*errors, *faults],
        typed=visit.typed.get("said", ""),
        draft=draft,
        tag=TAGS[state],
        rule=LEVELS[draft.content.level],
        signing=signing,
        parts=parts,
        texts=texts,
        signs=state == SIGNING
        and may_do(visit.user, Action.APPROVE)
        and not wrote
        and visit.who not in signing.signed_by,
        submits=state == DRAFT and visit.who == draft.record.author,
        releases=state == SIGNING and not signing.lacking and visit.who == draft.record.author,
        is_released=state == RELEASED,
    )


def _texts(visit: Visit, draft: Draft) -> tuple[list[list[str]], list[dict[str, str]]]:
    """What people wrote and signed in a profile, and why an excerpt in it may stand there no more."""
    texts = [[where, text] for where, text in profiles.texts_in(draft.content)]
    try:
        signed = profiles.excerpts_in(visit.workspace, draft, who=visit.who)
    except (Refused, WrongUse) as fault:
        return texts, [{"text": f"{fault.what} {fault.do}", "href": "#words"}]
    return [*texts, *([where, text] for where, text in signed)], []
