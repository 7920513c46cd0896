"""Excerpts in a profile: texts that a person signed, just as they were signed, for as long as the signature stands.

A profile names an excerpt by its fingerprint and never holds its words, so no other text can take its place. It
goes no further than its signature and the agreement of its extract allow, bears that agreement's handling, and is
looked through once more before it leaves: the records may know names now that they did not when it was signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, check_permitted, note, refusals_noted
from kithmap.desk.redact import Signature, standing_signatures
from kithmap.desk.signed_texts import read_text
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotSigned, PurposeNotAgreed, Refused, WrongUse
from kithmap.governance.agreements import Agreement
from kithmap.governance.levels import Level
from kithmap.governance.markings import Borne, borne_by
from kithmap.governance.permissions import Action, Resource, decide
from kithmap.governance.policy import Kind
from kithmap.register import agreements, purposes, receipts, users
from kithmap.register.audit import Act
from kithmap.register.receipts import Receipt

LEVELS_IN_ORDER = tuple(Level)


@dataclass(frozen=True, repr=False)
class Excerpt:
    """A signed text as it may stand in a profile: whose extract it is of, who signed it, what goes with it."""

    sha256: str
    text: str
    holder: str
    receipt_no: int
    level: Level
    signed_by: str
    signed_at: datetime
    borne: Borne

    def __repr__(self) -> str:
        return f"<Excerpt {self.sha256[:12]}>"


def list_excerpts(workspace: Workspace, *, level: Level, purpose: str, who: str) -> tuple[Excerpt, ...]:
    """The signed excerpts that a profile of a level may hold today, the oldest first.

    Raises: NotPermitted, NotFound for a purpose there is not.
    """
    act = Act(who, "excerpt list", ALLOW, "signed excerpts", purpose, {"level": level.value})
    check_permitted(workspace, act, Action.SHARE)
    found: list[Excerpt] = []
    for signature in standing_signatures(workspace):
        try:
            found.append(_placed(workspace, signature, level=level, purpose=purpose, who=who))
        except (Refused, WrongUse):
            continue
    note(workspace, replace(act, details={**act.details, "excerpts": [each.sha256 for each in found]}))
    return tuple(found)


def read_excerpts(
    workspace: Workspace,
    wanted: Mapping[str, Sequence[str]],
    *,
    level: Level,
    purpose: str,
    who: str,
    reader: str = "",
) -> dict[str, tuple[Excerpt, ...]]:
    """The excerpts that sections name by their fingerprints, where each may stand in a profile of a level today.

    who: whose profile it is. reader: who looks at it, where that is another, such as one who is to sign it.

    Raises: NotSigned, PurposeNotAgreed, WrongUse, each saying in which section.
    """
    if not any(wanted.values()):
        return {}
    listed = [sha256 for each in wanted.values() for sha256 in each]
    details = {"level": level.value, "excerpts": listed}
    act = Act(reader or who, "excerpt read", ALLOW, "signed excerpts", purpose, details)
    standing = {each.sha256: each for each in standing_signatures(workspace)}
    found: dict[str, tuple[Excerpt, ...]] = {}
    with refusals_noted(workspace, act):
        for number, (key, chosen) in enumerate(wanted.items(), start=1):
            try:
                found[key] = tuple(
                    _placed(workspace, standing.get(sha256), level=level, purpose=purpose, who=who)
                    for sha256 in chosen
                )
            except (Refused, WrongUse) as fault:
                raise type(fault)(f"Section {number}: {fault.what}", fault.expected, fault.do) from None
    note(workspace, act)
    return found


def _placed(
    workspace: Workspace, signature: Signature | None, *, level: Level, purpose: str, who: str
) -> Excerpt:
    """A signed excerpt in a profile.

    Raises: NotSigned, PurposeNotAgreed, WrongUse.
    """
    text = read_text(workspace, signature.sha256, signature.receipt_no) if signature is not None else None
    if signature is None or text is None:
        raise NotSigned(
            "Nobody's signature stands for an excerpt.",
            "An excerpt that a person signed, of an extract that is not withdrawn.",
            "Take it out, or have it signed again with `kithmap redact sign`.",
        )
    if LEVELS_IN_ORDER.index(level) > LEVELS_IN_ORDER.index(signature.level):
        raise WrongUse(
            f"An excerpt is signed for {signature.level.value}, and the profile is for {level.value}.",
            "An excerpt signed for the profile's level, or a further one.",
            "Take it out, or have it read again and signed for that level.",
        )
    receipt, agreement = _agreed(workspace, signature.receipt_no)
    _check_agreed(workspace, receipt, agreement, purpose=purpose, who=who)
    return Excerpt(
        signature.sha256, text, agreement.holder, signature.receipt_no, signature.level, signature.who,
        signature.at, borne_by([(agreement.holder, agreement.terms.handling)]),
    )  # fmt: skip


def _agreed(workspace: Workspace, receipt_no: int) -> tuple[Receipt, Agreement]:
    receipt = next(e for e in receipts.kept_receipts(workspace.register) if e.receipt_no == receipt_no)
    return receipt, agreements.get_agreement(workspace.register, receipt.agreement)


def _check_agreed(
    workspace: Workspace, receipt: Receipt, agreement: Agreement, *, purpose: str, who: str
) -> None:
    """Refuse an excerpt of an extract from which nothing may leave today, for this purpose and by this user.

    Raises: PurposeNotAgreed.
    """
    kind = purposes.get_purpose(workspace.register, purpose).kind
    subject = users.get_user(workspace.register, who).acting_for(kind)
    # As a count is once it is counted, an excerpt is open once it is signed: who it is of cannot be told.
    resource = Resource(Kind.OPEN, receipt.layout, agreement.authority)
    decision = decide(subject, Action.SHARE, resource, agreement, clock.today())
    if not decision.allowed:
        raise PurposeNotAgreed(
            f"An excerpt is of an extract that is {decision.reasons[0].value}.",
            "An agreement in force that allows `export` for this purpose.",
            "Take it out, or have the agreement changed.",
        )
