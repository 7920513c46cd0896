"""Profiles that are being written: sections in order, the analyst's own words, and no text ever lost.

A draft is a title, a level, a recipient and sections; each section is a question with the words before and
after its answer. Every text that somebody saves is a version of its own, and none is written over: who saves
what was changed since they opened it is told so, and shown both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note, refusals_noted
from kithmap.desk.authorities import authority_names
from kithmap.desk.excerpts import Excerpt, read_excerpts
from kithmap.desk.options import read_options
from kithmap.desk.publishing import open_engine
from kithmap.desk.registry_names import kept_of, read_registry
from kithmap.desk.share import read_level
from kithmap.desk.workspace import Workspace
from kithmap.errors import ChangedSince, NotPermitted, WrongUse
from kithmap.governance.gazetteer import Gazetteer
from kithmap.governance.levels import Level
from kithmap.governance.permissions import Action, User
from kithmap.governance.purposes import check_in_force
from kithmap.governance.readers import levels_for, makes_releases
from kithmap.governance.redaction import find_listed, is_redacted
from kithmap.measures import get_measure
from kithmap.register import builds, profiles, purposes, users
from kithmap.register.audit import Act
from kithmap.register.profiles import ProfileRecord, TextRecord

# What an open workspace has read of names, with which records it is of; never written anywhere.
_KNOWN: WeakKeyDictionary[Workspace, tuple[str, Gazetteer]] = WeakKeyDictionary()
DRAFT, SIGNING, RELEASED = "draft", "being signed", "released"
LONGEST, MOST_SECTIONS = 4000, 40


@dataclass(frozen=True)
class Section:
    """One section: a question with its options, and the analyst's own words before and after its answer.

    excerpts: the fingerprints of signed excerpts that stand after the answer; never their words.
    """

    key: str
    measure: str
    options: Mapping[str, Any]
    before: str = ""
    after: str = ""
    excerpts: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The section as plain values, for the register."""
        return {**vars(self), "options": dict(self.options), "excerpts": list(self.excerpts)}


@dataclass(frozen=True)
class Content:
    """What a profile says, but for its answers. note: on disproportionality, for releases that need one."""

    title: str
    level: Level
    to: str
    sections: tuple[Section, ...]
    note: str = ""
    expires_on: date | None = None

    def to_dict(self) -> dict[str, Any]:
        """The content as plain values, for the register."""
        return {
            "title": self.title, "level": self.level.value, "to": self.to, "note": self.note,
            "expires_on": self.expires_on.isoformat() if self.expires_on else "",
            "sections": [each.to_dict() for each in self.sections],
        }  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A profile as it stands, with its newest text."""

    record: ProfileRecord
    content: Content
    by: str


def start_profile(workspace: Workspace, content: Content, *, purpose: str, who: str) -> Draft:
    """Begin a profile for a purpose.

    Raises: NotPermitted, NoPurpose, WrongUse, and whatever `check_content` refuses with.
    """
    at = clock.now()
    act = Act(who, "profile start", ALLOW, clock.new_id(at), purpose, {"level": content.level.value})
    check_permitted(workspace, act, Action.SHARE)
    with refusals_noted(workspace, act):
        check_in_force(purposes.get_purpose(workspace.register, purpose), clock.today())
    check_content(workspace, content)
    placed_excerpts(workspace, content, purpose=purpose, who=who)
    record = ProfileRecord(act.what, purpose, who, DRAFT, 1, at)
    text = TextRecord(1, content.to_dict(), who, at)
    note(workspace, act, lambda: profiles.add_profile(workspace.register, record, text))
    return Draft(record, content, who)


def save_profile(workspace: Workspace, profile_id: str, content: Content, *, version: int, who: str) -> Draft:
    """Save a text that was made from a version of a profile.

    Raises: NotPermitted, NotFound, WrongUse, ChangedSince where somebody saved another text meanwhile.
    """
    act = Act(who, "profile save", ALLOW, profile_id)
    check_permitted(workspace, act, Action.SHARE)
    record = profiles.get_profile(workspace.register, profile_id)
    if record.state != DRAFT:
        raise WrongUse(
            f"The profile is {record.state}: its text stands.",
            "A profile that is a draft.",
            "Have it returned to be changed, or begin another.",
        )
    check_content(workspace, content)
    placed_excerpts(workspace, content, purpose=record.purpose, who=who)
    text = TextRecord(version + 1, content.to_dict(), who, clock.now())
    if version != record.version:
        raise _changed(record)
    saved: list[bool] = []
    act = replace(act, purpose=record.purpose, details={"version": text.version})
    with workspace.register.transaction():
        saved.append(profiles.save_text(workspace.register, profile_id, text, DRAFT))
        if saved[0]:
            note(workspace, act)
    if not saved[0]:
        raise _changed(profiles.get_profile(workspace.register, profile_id))
    return Draft(replace(record, version=text.version), content, who)


def open_profile(workspace: Workspace, profile_id: str, *, who: str, version: int | None = None) -> Draft:
    """A profile as it stands, or one of its earlier texts, for whoever may read it.

    Raises: NotPermitted, NotFound.
    """
    act = Act(who, "profile show", ALLOW, profile_id)
    check_permitted(workspace, act, Action.SEE_RELEASES)
    record = profiles.get_profile(workspace.register, profile_id)
    text = profiles.get_text(workspace.register, profile_id, version or record.version)
    content = read_content(text.content)
    with refusals_noted(workspace, act):
        if not _may_read(users.get_user(workspace.register, who), record, content.level):
            raise NotPermitted("The profile is not for this role.")
    note(workspace, replace(act, purpose=record.purpose))
    return Draft(record, content, text.by)


def list_texts(workspace: Workspace, profile_id: str, *, who: str) -> tuple[TextRecord, ...]:
    """Every text that was ever saved of a profile, for whoever makes or approves releases.

    Raises: NotPermitted, NotFound.
    """
    open_profile(workspace, profile_id, who=who)
    if not makes_releases(users.get_user(workspace.register, who)):
        return ()
    return profiles.texts_of(workspace.register, profile_id)


def list_profiles(workspace: Workspace, *, who: str) -> tuple[Draft, ...]:
    """Every profile that somebody may read, the newest first.

    Raises: NotPermitted.
    """
    act = Act(who, "profile list", ALLOW, "every profile")
    check_permitted(workspace, act, Action.SEE_RELEASES)
    note(workspace, act)
    user = users.get_user(workspace.register, who)
    found: list[Draft] = []
    for record in profiles.list_profiles(workspace.register):
        text = profiles.get_text(workspace.register, record.profile_id, record.version)
        content = read_content(text.content)
        if _may_read(user, record, content.level):
            found.append(Draft(record, content, text.by))
    return tuple(found)


def read_content(stored: Mapping[str, Any]) -> Content:
    """A profile's content from the plain values that the register holds."""
    until = str(stored.get("expires_on", ""))
    return Content(
        stored["title"], read_level(stored["level"]), stored["to"],
        tuple(_read_section(each) for each in stored["sections"]), stored.get("note", ""),
        date.fromisoformat(until) if until else None,
    )  # fmt: skip


def _read_section(stored: Mapping[str, Any]) -> Section:
    values: dict[str, Any] = {**stored, "excerpts": tuple(stored.get("excerpts", ()))}
    return Section(**values)


def placed_excerpts(
    workspace: Workspace, content: Content, *, purpose: str, who: str, reader: str = ""
) -> dict[str, tuple[Excerpt, ...]]:
    """The excerpts of each section, where they may stand there today and name nobody whom the records know.

    Raises: NotSigned, PurposeNotAgreed, WrongUse.
    """
    wanted = {section.key: section.excerpts for section in content.sections}
    found = read_excerpts(workspace, wanted, level=content.level, purpose=purpose, who=who, reader=reader)
    if not found:
        return found
    registry = _known_names(workspace)
    for number, key in enumerate(wanted, start=1):
        if not all(is_redacted(each.text, registry) for each in found[key]):
            raise WrongUse(
                f"Section {number}: the records know a name now that stands in an excerpt.",
                "An excerpt that redacting it once more would not change.",
                "Take it out, and have it redacted and signed again.",
            )
    return found


def excerpts_in(workspace: Workspace, draft: Draft, *, who: str) -> tuple[tuple[str, str], ...]:
    """Every signed excerpt in a profile with where it stands and who signed it, for whoever looks at the profile.

    Raises: NotSigned, PurposeNotAgreed, WrongUse.
    """
    record, content = draft.record, draft.content
    placed = placed_excerpts(workspace, content, purpose=record.purpose, who=record.author, reader=who)
    return tuple(
        (f"section {number}, an excerpt signed by {each.signed_by}", each.text)
        for number, section in enumerate(content.sections, start=1)
        for each in placed.get(section.key, ())
    )


def new_key(sections: Sequence[Section], measure: str) -> str:
    """A name for a section that no other of the profile has."""
    used, number = {each.key for each in sections}, 1
    while f"{measure}-{number}" in used:
        number += 1
    return f"{measure}-{number}"


def moved(sections: Sequence[Section], key: str, by: int) -> tuple[Section, ...]:
    """The sections with one moved up (by -1) or down (by 1); at an end it stays.

    >>> [s.key for s in moved([Section("a", "m", {}), Section("b", "m", {})], "b", -1)]
    ['b', 'a']
    """
    listed = list(sections)
    place = next((number for number, each in enumerate(listed) if each.key == key), None)
    if place is not None and 0 <= place + by < len(listed):
        listed[place], listed[place + by] = listed[place + by], listed[place]
    return tuple(listed)


def check_content(workspace: Workspace, content: Content) -> None:
    """Refuse a profile without title, recipient or sections, with an option no measure has, or a text with a name.

    Raises: WrongUse, which says where and never what; UnknownOption.
    """
    if not content.title.strip() or not content.to.strip() or not content.sections:
        raise WrongUse(
            "The profile lacks a title, a recipient or sections.", "All three.", "Fill in what is missing."
        )
    if len(content.sections) > MOST_SECTIONS:
        raise WrongUse(
            f"A profile has at most {MOST_SECTIONS} sections.", "Fewer sections.", "Take some out."
        )
    for section in content.sections:
        read_options(get_measure(section.measure), section.options)
    _check_texts(workspace, content)


def texts_in(content: Content) -> tuple[tuple[str, str], ...]:
    """Every text that somebody wrote, with where it stands."""
    own = [("the title", content.title), ("the recipient", content.to), ("the note on disproportionality", content.note)]  # fmt: skip
    for number, section in enumerate(content.sections, start=1):
        own += [(f"section {number}, before the answer", section.before), (f"section {number}, after the answer", section.after)]  # fmt: skip
    return tuple((where, text) for where, text in own if text.strip())


def _check_texts(workspace: Workspace, content: Content) -> None:
    """Refuse a text in which the registry knows somebody's name or number; its place is told, never the word."""
    texts = texts_in(content)
    for where, text in texts:
        if len(text) > LONGEST:
            raise WrongUse(f"The text is longer than {LONGEST:,} characters: {where}.", "A shorter text.", "Shorten it.")  # fmt: skip
    registry = _known_names(workspace)
    # The partnership's own places may be named: everybody knows where they are.
    allowed = {name.casefold() for name in authority_names(workspace).values()}
    found = [
        f"{where}, word {len(text[: mark.start].split()) + 1}"
        for where, text in texts
        for mark in find_listed(text, registry)
        if text[mark.start : mark.end].casefold() not in allowed
    ]
    if found:
        raise WrongUse(
            f"A name, place or number that the records know stands in a text: {'; '.join(found[:5])}.",
            "Texts that name nobody, no school and no place of anybody's.",
            "Say it without; what you typed is kept as it is.",
        )


def _known_names(workspace: Workspace) -> Gazetteer:
    """What the records of the newest build know of names, read once for as long as they stand."""
    made = builds.get_build(workspace.register, None)
    key = repr((made.build_id, kept_of(workspace, made)))
    known = _KNOWN.get(workspace)
    if known is None or known[0] != key:
        known = (key, read_registry(workspace, open_engine(workspace, made), made))
        _KNOWN[workspace] = known
    return known[1]


def _may_read(user: User, record: ProfileRecord, level: Level) -> bool:
    return makes_releases(user) or (record.state == RELEASED and level in levels_for(user))


def _changed(record: ProfileRecord) -> ChangedSince:
    return ChangedSince(
        f"Somebody else saved the profile since you opened it: it is at version {record.version}.",
        "The version that you opened.",
        "Look at both texts, and save the one that is to stand. Neither is lost.",
    )
