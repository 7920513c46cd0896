"""A profile that analysts wrote: previewed as its level shows it, and set out and frozen when it is released."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256

from kithmap.desk.answers import Release
from kithmap.desk.excerpts import Excerpt
from kithmap.desk.handling import find_borne
from kithmap.desk.profile_signing import (
    find_signing,
    finish_profile,
    preview_sections,
    send_profile,
    submit_profile,
)
from kithmap.desk.profiles import Content, Draft, open_profile, placed_excerpts
from kithmap.desk.published import keep_published, list_published, read_published
from kithmap.desk.running import Running
from kithmap.desk.workspace import Workspace
from kithmap.errors import WrongUse
from kithmap.products.facts import ProfileFacts, ShownExcerpt
from kithmap.products.profile import build_profile, lay_out
from kithmap.products.publish import find_facts

SUBMIT, RELEASE = "submit", "release"
# A section's release, and the receipts of the extracts that it rests on.
Part = tuple[Release, Collection[int]]
KEPT = {"html": "text/html; charset=utf-8", "json": "application/json", "csv": "text/csv; charset=utf-8"}


def preview(workspace: Workspace, draft: Draft, *, who: str) -> str:
    """The document as it would be at the profile's level: answers of this moment, signed by nobody.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    purpose = draft.record.purpose
    parts = preview_sections(workspace, draft.content, purpose=purpose, who=who)
    placed = _placed(workspace, draft, who)
    answers = {key: (part.release, part.extracts) for key, part in parts.items()}
    facts = _facts(workspace, draft, answers, placed, ("nobody yet",))
    return build_profile({key: release for key, (release, _) in answers.items()}, facts)


def run_profile(run: Running) -> None:
    """Submit a profile for signing, or release it, as a job asks; stopped, it goes on where it was.

    Raises: what `submit_profile` and `send_profile` raise.
    """
    asked, workspace, who = run.job.params, run.workspace, run.job.who
    profile_id = str(asked["profile"])
    if asked["do"] == SUBMIT:
        made = submit_profile(workspace, profile_id, who=who, tell=run.tell)
        run.finish({"profile": profile_id, "releases": list(made.releases.values())})
        return
    left, signed_by = send_profile(workspace, profile_id, who=who, tell=run.tell)
    draft = open_profile(workspace, profile_id, who=who)
    placed = _placed(workspace, draft, who)
    submitted = find_signing(workspace, draft.record).parts
    answers = {section.key: (left[section.key], release.extracts) for section, release in submitted}
    facts = _facts(workspace, draft, answers, placed, signed_by)
    files = lay_out({key: release for key, (release, _) in answers.items()}, facts)
    keep_published(workspace, profile_id, files)
    *_, document = files
    digest = sha256(files[document]).hexdigest()
    finish_profile(
        workspace, profile_id, document=document, sha256=digest, expires_on=facts.expires_on, who=who
    )
    run.finish({"profile": profile_id, "releases": [each.release_id for each in left.values()]})


def read_document(workspace: Workspace, draft: Draft, name: str) -> tuple[str, bytes]:
    """A file of a released profile by its name: its type, and its bytes as they were frozen.

    Raises: NotFound; WrongUse where the document is not the one that was released.
    """
    record = draft.record
    body = read_published(workspace, record.profile_id, name)
    if name == record.document and sha256(body).hexdigest() != record.sha256:
        raise WrongUse(
            "The document is not as it was released: its fingerprint is another.",
            "The document with the fingerprint in the register.",
            "Tell whoever keeps the machine; release the profile anew.",
        )
    return KEPT[name.rpartition(".")[2]], body


def files_of(workspace: Workspace, draft: Draft) -> list[str]:
    """The names of a released profile's files: the document first, then its data and tables."""
    document = draft.record.document
    found = list_published(workspace, draft.record.profile_id) if document else ()
    return sorted(found, key=lambda name: (name != document, name.count("/"), name))


def _placed(workspace: Workspace, draft: Draft, who: str) -> dict[str, tuple[Excerpt, ...]]:
    record = draft.record
    return placed_excerpts(workspace, draft.content, purpose=record.purpose, who=record.author, reader=who)


def _facts(
    workspace: Workspace,
    draft: Draft,
    parts: Mapping[str, Part],
    placed: Mapping[str, tuple[Excerpt, ...]],
    signed_by: tuple[str, ...],
) -> ProfileFacts:
    content: Content = draft.content
    facts = find_facts(
        workspace, content.level, draft.record.purpose, title=content.title, who=draft.record.author,
        to=content.to, approved_by=signed_by,
    )  # fmt: skip
    until: date = min(facts.expires_on, content.expires_on) if content.expires_on else facts.expires_on
    there = [each for each in content.sections if each.key in parts]
    behind: dict[str, set[int]] = {}
    for each in there:
        behind.setdefault(each.measure, set()).update(parts[each.key][1])
    besides = {excerpt.receipt_no for excerpts in placed.values() for excerpt in excerpts}
    borne = find_borne(workspace, behind, besides)
    return replace(
        facts, expires_on=until, handling=borne.marking, conditions=borne.conditions,
        own_words={parts[each.key][0].release_id: (each.before, each.after) for each in there},
        excerpts={
            parts[each.key][0].release_id: tuple(map(_shown, placed[each.key]))
            for each in there
            if placed.get(each.key)
        },
    )  # fmt: skip


def _shown(excerpt: Excerpt) -> ShownExcerpt:
    borne, signed_on = excerpt.borne, excerpt.signed_at.date()
    return ShownExcerpt(
        excerpt.text, excerpt.holder, borne.marking, borne.conditions, excerpt.signed_by, signed_on
    )
