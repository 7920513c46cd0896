"""Redact a narrative: propose what may leave, let a person sign it, and refuse what nobody signed.

A narrative leaves as facets, in codes. Where an excerpt must, it is built again from rules, a person who may
see the original reads both and signs; the signature is a line of the audit and holds the fingerprint of the
text: a text that is changed has none, and the excerpt of an extract that is withdrawn loses its own.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.narrative_rows import Facet, Narrative, facets_of, find_narrative
from kithmap.desk.registry_names import read_registry, with_row
from kithmap.desk.share import read_level
from kithmap.desk.signed_texts import keep_text
from kithmap.desk.sitting import Sitting, sit
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotSigned, WrongUse
from kithmap.governance.gazetteer import Gazetteer
from kithmap.governance.levels import Level
from kithmap.governance.permissions import Action
from kithmap.governance.redaction import Cast, Redacted, fingerprint, redact
from kithmap.register import audit, receipts
from kithmap.register.audit import Act, Line

SIGN, UNSIGN = "sign an excerpt", "unsign an excerpt"


@dataclass(frozen=True, repr=False)
class Proposal:
    """What may leave of a narrative: its facets, and its text redacted; nothing leaves before somebody signs."""

    reference: str
    build: str
    facets: tuple[Facet, ...]
    redacted: Redacted
    original: str
    signature: "Signature | None"

    def __repr__(self) -> str:
        return f"<Proposal {self.reference}>"

    @property
    def replaced(self) -> dict[tuple[str, str], int]:
        """How often each label stands in the text, and why."""
        return dict(Counter((mark.label, mark.why) for mark in self.redacted.marks))

    def to_dict(self) -> dict[str, Any]:
        """The proposal as plain values, for JSON; never the original."""
        return {
            "reference": self.reference,
            "build": self.build,
            "facets": [vars(facet) for facet in self.facets],
            "text": self.redacted.text,
            "sha256": self.redacted.sha256,
            "replaced": [
                {"label": label, "why": why, "times": times} for (label, why), times in self.replaced.items()
            ],
            "signed": self.signature.to_dict() if self.signature else None,
        }


@dataclass(frozen=True)
class Signature:
    """Who signed an excerpt, when, of which narrative, the fingerprint of its text, and the furthest level it may go to."""

    sha256: str
    who: str
    at: datetime
    reference: str
    receipt_no: int
    purpose: str
    level: Level = Level.R0

    def to_dict(self) -> dict[str, Any]:
        """The signature as plain values, for JSON."""
        return {**vars(self), "at": self.at.isoformat(timespec="seconds"), "level": self.level.value}


def propose(
    workspace: Workspace, reference: str, *, purpose: str, who: str, build: str | None = None
) -> Proposal:
    """What may leave of one narrative, named FILE:ROW: its facets, and its text redacted.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "propose a redaction", ALLOW, reference, purpose)
    sitting = sit(workspace, Action.SEE_PEOPLE, act, build)
    narrative = find_narrative(sitting, reference)
    made = redact(narrative.body, _registry(sitting, narrative), Cast())
    note(workspace, replace(act, details={"build": sitting.made.build_id, "replaced": len(made.marks)}))
    return Proposal(
        reference,
        sitting.made.build_id,
        facets_of(sitting, narrative),
        made,
        narrative.body,
        find_signature(workspace, made.text),
    )


def sign(
    workspace: Workspace, text: str, reference: str, *, purpose: str, who: str, level: Level | str = Level.R0
) -> Signature:
    """Sign a redacted text: this person has read it beside its narrative, and it names nobody.

    level: the furthest it may go; nowhere outside where nothing is said. The text may be shorter than what was proposed, or in other words; it is redacted once more, and refused
    where that would change it.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, SIGN, ALLOW, reference, purpose)
    sitting = sit(workspace, Action.SEE_PEOPLE, act)
    narrative = find_narrative(sitting, reference)
    furthest = read_level(level)
    if not text.strip():
        raise WrongUse("The text to sign is empty.", "A redacted text.", "See `kithmap redact propose`.")
    again = redact(text, _registry(sitting, narrative))
    if again.marks:
        kinds = ", ".join(sorted({mark.kind for mark in again.marks}))
        raise WrongUse(
            f"The text still holds {len(again.marks)} words that might tell who or where: {kinds}.",
            "A text that redacting it once more would not change.",
            "Take the proposed text, or leave those words out.",
        )
    # Kept first: a text without a signature goes nowhere, and a signature without its text is of no use.
    sha256 = keep_text(workspace, text, narrative.receipt_no)
    told = {
        "sha256": sha256, "receipt_no": narrative.receipt_no, "build": sitting.made.build_id,
        "level": furthest.value,
    }  # fmt: skip
    note(workspace, replace(act, details=told))
    return check_signed(workspace, text)


def unsign(workspace: Workspace, text: str, *, purpose: str, who: str) -> None:
    """Take a signature back: the text may not leave any more.

    Raises: NotSigned, NoPurpose, PurposeNotAgreed, NotPermitted.
    """
    act = Act(who, UNSIGN, ALLOW, "an excerpt", purpose)
    # Whether a text was signed is told to nobody who may not see what it was signed beside.
    sit(workspace, Action.SEE_PEOPLE, act)
    with refusals_noted(workspace, act):
        signed = check_signed(workspace, text)
    note(workspace, replace(act, what=signed.reference, details={"sha256": signed.sha256}))


def find_signature(workspace: Workspace, text: str) -> Signature | None:
    """The last signature of exactly this text that stands; None where there is none."""
    sha256 = fingerprint(text)
    return next((each for each in standing_signatures(workspace) if each.sha256 == sha256), None)


def standing_signatures(workspace: Workspace) -> tuple[Signature, ...]:
    """The last signature of each text, where nobody took it back and its extract is not withdrawn, in their order."""
    last: dict[str, Line] = {}
    lines = [line for verb in (SIGN, UNSIGN) for line in audit.lines_of(workspace.register, verb, ALLOW)]
    for line in sorted(lines, key=lambda line: line.seq):
        last[str(line.details["sha256"])] = line
    kept = {receipt.receipt_no for receipt in receipts.kept_receipts(workspace.register)}
    signed = [_signature(line) for line in last.values() if line.verb == SIGN]
    return tuple(each for each in sorted(signed, key=lambda each: each.at) if each.receipt_no in kept)


def check_signed(workspace: Workspace, text: str) -> Signature:
    """The signature of exactly this text: without one, it may not be put into a release.

    Raises: NotSigned.
    """
    found = find_signature(workspace, text)
    if found is None:
        raise NotSigned(
            "Nobody has signed this excerpt as it now stands.",
            "A text that a person signed, unchanged since, of an extract that is not withdrawn.",
            "Read it beside its narrative and sign it with `kithmap redact sign`.",
        )
    return found


def list_signatures(workspace: Workspace) -> tuple[Signature, ...]:
    """Every signature ever given, the oldest first, whether or not it stands."""
    return tuple(_signature(line) for line in audit.lines_of(workspace.register, SIGN, ALLOW))


def _signature(line: Line) -> Signature:
    said = line.details
    # Who signed before levels were asked said nothing of its going anywhere.
    level = Level(said.get("level", Level.R0.value))
    return Signature(
        str(said["sha256"]), line.actor, line.at, line.what, int(said["receipt_no"]), line.purpose, level
    )


def _registry(sitting: Sitting, narrative: Narrative) -> Gazetteer:
    registry = read_registry(sitting.workspace, sitting.engine, sitting.made)
    return with_row(sitting, registry, narrative)
