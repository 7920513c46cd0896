"""A profile's way out: every section submitted, two others sign it in turn, its author sends it; and its recall.

A profile stands on releases, one a section, and each goes its own road (see `desk.releasing`): who signs a
profile approves every one of them, and what two people have not approved does not leave.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from kithmap.desk import clock, releasing
from kithmap.desk.answers import Release
from kithmap.desk.ask import ask
from kithmap.desk.audit import ALLOW, check_permitted, note, refusals_noted
from kithmap.desk.disproportion import note_where_needed
from kithmap.desk.disputed import with_disputes
from kithmap.desk.merged import rows_to_leave
from kithmap.desk.options import read_options
from kithmap.desk.profiles import (
    DRAFT,
    RELEASED,
    SIGNING,
    Content,
    Draft,
    Section,
    open_profile,
    placed_excerpts,
    read_content,
)
from kithmap.desk.recall import recall
from kithmap.desk.release_content import content_of, leaving
from kithmap.desk.releasing import EXCERPTS, Terms
from kithmap.desk.workspace import Workspace
from kithmap.errors import ApprovalMissing, Refused, WrongUse
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS
from kithmap.governance.permissions import Action
from kithmap.governance.releasing import APPROVERS, Move, State, moves_from
from kithmap.measures import get_measure
from kithmap.register import builds, profiles, releases
from kithmap.register.audit import Act
from kithmap.register.profiles import ProfileRecord
from kithmap.register.releases import ReleaseRecord

Tell = Callable[[str, int, int], None]
PREVIEW = "preview"


@dataclass(frozen=True)
class Signing:
    """How far the signing of a profile is: the release of each section, and who has approved every one."""

    parts: tuple[tuple[Section, ReleaseRecord], ...]
    signed_by: tuple[str, ...]
    returned: str = ""

    @property
    def lacking(self) -> int:
        """How many people have yet to sign."""
        return max(APPROVERS - len(self.signed_by), 0)

    @property
    def is_recalled(self) -> bool:
        """Whether any part of it has been recalled: then none of it is to be used."""
        return any(release.state is State.RECALLED for _, release in self.parts)


@dataclass(frozen=True)
class Previewed:
    """A section's answer as its level would show it, and the receipts of the extracts that it rests on."""

    release: Release
    extracts: tuple[int, ...]


def preview_sections(
    workspace: Workspace, content: Content, *, purpose: str, who: str
) -> dict[str, Previewed]:
    """Every section's answer as its level would show it, for whoever may ask; nothing leaves.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    level = content.level
    found: dict[str, Previewed] = {}
    for section in content.sections:
        result = ask(workspace, section.measure, purpose=purpose, who=who, options=section.options)
        rows = protect(rows_to_leave(workspace, result, LEVELS[level]), result.measure.rule, LEVELS[level])
        said = content_of(with_disputes(workspace, result), rows, level, content.to)
        release = leaving(said, f"{PREVIEW} {section.key}", (), clock.now())
        found[section.key] = Previewed(release, result.extracts)
    return found


def submit_profile(
    workspace: Workspace, profile_id: str, *, who: str, tell: Tell | None = None
) -> ProfileRecord:
    """Ask every section's question and submit its answer; one begun before goes on where it stopped.

    Raises: NotPermitted, NoPurpose, NoteMissing, WouldDisclose, WrongUse, each saying which section it is.
    """
    record, content = _own(workspace, profile_id, "profile submit", DRAFT, who)
    placed = placed_excerpts(workspace, content, purpose=record.purpose, who=who)
    made: dict[str, str] = {}
    newest = builds.get_build(workspace.register, None).build_id
    for done, section in enumerate(content.sections):
        if tell is not None:
            tell(f"submit section {done + 1}", done, len(content.sections))
        known = _standing_part(workspace, record, section, content, newest)
        excerpts = {each.sha256: each.receipt_no for each in placed.get(section.key, ())}
        made[section.key] = known or _submit(workspace, record, section, content, excerpts)
        profiles.change_profile(workspace.register, profile_id, releases={**record.releases, **made})
    for release_id in set(record.releases.values()) - set(made.values()):
        _withdraw(workspace, release_id, who)
    act = Act(who, "profile submit", ALLOW, profile_id, record.purpose, {"releases": list(made.values())})
    note(
        workspace,
        act,
        lambda: profiles.change_profile(workspace.register, profile_id, releases=made, state=SIGNING),
    )
    return profiles.get_profile(workspace.register, profile_id)


def sign_profile(workspace: Workspace, profile_id: str, *, who: str, said: str = "") -> Signing:
    """Sign a profile: approve every release it stands on, as one who wrote none of it.

    Raises: NotPermitted, ApprovalMissing, WrongUse.
    """
    act = Act(who, "profile sign", ALLOW, profile_id)
    check_permitted(workspace, act, Action.APPROVE)
    record = _in_state(workspace, profile_id, SIGNING)
    _check_excerpts(workspace, record, who)
    with refusals_noted(workspace, act):
        _check_wrote_nothing(workspace, profile_id, who)
        approved = find_signing(workspace, record)
        if who in approved.signed_by:
            raise ApprovalMissing(
                "You have signed this profile already.",
                "A second person who may approve and wrote none of it.",
                "Ask somebody else to look at it.",
            )
    for _, release in approved.parts:
        if who not in releasing.standing(workspace, release):
            releasing.approve(workspace, release.release_id, who=who, said=said)
    note(workspace, replace(act, purpose=record.purpose))
    return find_signing(workspace, record)


def return_profile(workspace: Workspace, profile_id: str, *, who: str, said: str) -> ProfileRecord:
    """Return a profile to its author, with what is to be changed; its approvals are gone.

    Raises: NotPermitted, ApprovalMissing, WrongUse when no note says why.
    """
    act = Act(who, "profile return", ALLOW, profile_id)
    check_permitted(workspace, act, Action.APPROVE)
    record = _in_state(workspace, profile_id, SIGNING)
    for _, release in find_signing(workspace, record).parts:
        if Move.RETURN in moves_from(release.state):
            releasing.turn_back(workspace, release.release_id, Move.RETURN, who=who, said=said)
    act = replace(act, purpose=record.purpose)
    note(workspace, act, lambda: profiles.change_profile(workspace.register, profile_id, state=DRAFT))
    return profiles.get_profile(workspace.register, profile_id)


def send_profile(
    workspace: Workspace, profile_id: str, *, who: str, tell: Tell | None = None
) -> tuple[dict[str, Release], tuple[str, ...]]:
    """Send every release of a profile that two people have signed; the releases by section, and who signed.

    One begun before goes on where it stopped.
    Raises: NotPermitted, ApprovalMissing, WouldDisclose, WrongUse.
    """
    record, _ = _own(workspace, profile_id, "profile release", SIGNING, who)
    _check_excerpts(workspace, record, who)
    signing = find_signing(workspace, record)
    left: dict[str, Release] = {}
    for done, (section, release) in enumerate(signing.parts):
        if tell is not None:
            tell(f"release section {done + 1}", done, len(signing.parts))
        if release.state is State.RELEASED and release.released_at is not None:
            at = release.released_at
            left[section.key] = leaving(release.content, release.release_id, release.approvals, at)
        else:
            left[section.key] = releasing.send(workspace, release.release_id, who=who)
    return left, signing.signed_by


def finish_profile(
    workspace: Workspace, profile_id: str, *, document: str, sha256: str, expires_on: date, who: str
) -> ProfileRecord:
    """Write down that a profile has left, as which document.

    Raises: NotPermitted, WrongUse.
    """
    record, _ = _own(workspace, profile_id, "profile release", SIGNING, who)
    at = clock.now()
    details = {"sha256": sha256, "releases": list(record.releases.values())}
    act = Act(who, "profile release", ALLOW, profile_id, record.purpose, details)
    fields = {
        "state": RELEASED,
        "released_at": at,
        "document": document,
        "sha256": sha256,
        "expires_on": expires_on,
    }
    note(workspace, act, lambda: profiles.change_profile(workspace.register, profile_id, **fields))
    return profiles.get_profile(workspace.register, profile_id)


def recall_profile(workspace: Workspace, profile_id: str, *, reason: str, who: str) -> int:
    """Recall every release of a profile from everybody who has it; how many that is.

    Raises: NotPermitted, WrongUse when nothing says why.
    """
    act = Act(who, "profile recall", ALLOW, profile_id)
    check_permitted(workspace, act, Action.WITHDRAW)
    record = _in_state(workspace, profile_id, RELEASED)
    out = [each for _, each in find_signing(workspace, record).parts if Move.RECALL in moves_from(each.state)]
    for release in out:
        recall(workspace, release.release_id, reason=reason, who=who)
    note(workspace, replace(act, purpose=record.purpose, details={"releases": len(out)}))
    return len(out)


def take_profile(workspace: Workspace, profile_id: str, name: str, *, who: str) -> Draft:
    """A profile that is out, to take a file of it away; it is written down who took which.

    Raises: NotPermitted, NotFound, WrongUse where it has not left, was recalled or may be used no longer.
    """
    draft = open_profile(workspace, profile_id, who=who)
    record = draft.record
    over = record.expires_on is not None and record.expires_on < clock.today()
    if record.state != RELEASED or over or find_signing(workspace, record).is_recalled:
        raise WrongUse(
            "No copy of the profile is given: it has not left, was recalled, or is past its last day.",
            "A profile that is out.",
            "Ask whoever made it.",
        )
    note(workspace, Act(who, "profile take", ALLOW, profile_id, record.purpose, {"file": name}))
    return draft


def find_signing(workspace: Workspace, record: ProfileRecord) -> Signing:
    """How far the signing of a profile is."""
    text = profiles.get_text(workspace.register, record.profile_id, record.version)
    parts = tuple(
        (section, releases.get_release(workspace.register, record.releases[section.key]))
        for section in read_content(text.content).sections
        if section.key in record.releases
    )
    approvals = [_approvals(workspace, release) for _, release in parts]
    first = approvals[0] if approvals else ()
    everywhere = tuple(who for who in first if all(who in each for each in approvals))
    return Signing(parts, everywhere, _last_return(workspace, parts))


def _approvals(workspace: Workspace, release: ReleaseRecord) -> tuple[str, ...]:
    left = release.released_at is not None
    return release.approvals if left else releasing.standing(workspace, release)


def _last_return(workspace: Workspace, parts: tuple[tuple[Section, ReleaseRecord], ...]) -> str:
    """Why it was last returned, where it was."""
    steps = releases.steps_of(workspace.register, parts[0][1].release_id) if parts else ()
    said = [f"{step.note} ({step.who})" for step in steps if step.move is Move.RETURN]
    return said[-1] if said else ""


def _own(
    workspace: Workspace, profile_id: str, verb: str, state: str, who: str
) -> tuple[ProfileRecord, Content]:
    check_permitted(workspace, Act(who, verb, ALLOW, profile_id), Action.SHARE)
    record = _in_state(workspace, profile_id, state)
    if record.author != who:
        raise WrongUse(
            "Only its author may do this with a profile.", "The user who began it.", "Ask them to do it."
        )
    text = profiles.get_text(workspace.register, profile_id, record.version)
    return record, read_content(text.content)


def _in_state(workspace: Workspace, profile_id: str, state: str) -> ProfileRecord:
    record = profiles.get_profile(workspace.register, profile_id)
    if record.state != state:
        raise WrongUse(f"The profile is {record.state}.", f"A profile that is {state}.", "Open it again.")
    return record


def _check_wrote_nothing(workspace: Workspace, profile_id: str, who: str) -> None:
    """Refuse a signature by somebody who wrote any text of the profile.

    Raises: ApprovalMissing.
    """
    if any(text.by == who for text in profiles.texts_of(workspace.register, profile_id)):
        raise ApprovalMissing(
            "Who wrote a text of the profile may not sign it.",
            "Somebody else who may approve.",
            "Ask one of them to look at it.",
        )


def _check_excerpts(workspace: Workspace, record: ProfileRecord, who: str) -> None:
    """Refuse a profile with an excerpt that may stand there no more, as its author put it there.

    Raises: NotSigned, PurposeNotAgreed, WrongUse.
    """
    text = profiles.get_text(workspace.register, record.profile_id, record.version)
    content = read_content(text.content)
    placed_excerpts(workspace, content, purpose=record.purpose, who=record.author, reader=who)


def _submit(
    workspace: Workspace,
    record: ProfileRecord,
    section: Section,
    content: Content,
    excerpts: Mapping[str, int],
) -> str:
    asked = {"purpose": record.purpose, "who": record.author}
    try:
        result = ask(workspace, section.measure, **asked, options=section.options)
        if content.note:
            note_where_needed(workspace, result, content.note)
        terms = Terms(
            content.level, content.to, f"As part of the profile {content.title}", content.expires_on, excerpts
        )
        return releasing.submit(workspace, result, terms, said=f"profile {record.profile_id}").release_id
    except Refused as refused:
        place = next(n for n, each in enumerate(content.sections, start=1) if each.key == section.key)
        raise type(refused)(f"Section {place}: {refused.what}", refused.expected, refused.do) from refused


def _standing_part(
    workspace: Workspace, record: ProfileRecord, section: Section, content: Content, newest: str
) -> str:
    """The release of a section that an earlier attempt submitted, where it is still just what is wanted."""
    if section.key not in record.releases:
        return ""
    known = releases.get_release(workspace.register, record.releases[section.key])
    wanted = read_options(get_measure(section.measure), section.options)
    same = (known.state, known.level, known.recipient, known.build_id, known.measure) == (
        State.SUBMITTED, content.level.value, content.to, newest, section.measure,
    )  # fmt: skip
    excerpts = set(known.content.get(EXCERPTS, {})) == set(section.excerpts)
    return (
        known.release_id if same and excerpts and _plain(known.content["options"]) == _plain(wanted) else ""
    )


def _plain(options: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in options.items()}


def _withdraw(workspace: Workspace, release_id: str, who: str) -> None:
    release = releases.get_release(workspace.register, release_id)
    if Move.WITHDRAW in moves_from(release.state):
        releasing.turn_back(workspace, release_id, Move.WITHDRAW, who=who)
