"""A sitting: somebody at one build, for one purpose, who may see identity; checked and written down."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kithmap.desk import clock
from kithmap.desk.audit import refusals_noted
from kithmap.desk.extracts import Extracts
from kithmap.desk.publishing import open_engine
from kithmap.desk.scope import Asking, Scope, find_scope
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound, PurposeNotAgreed
from kithmap.governance.permissions import Action, User, check_may_act
from kithmap.governance.purposes import PurposeRecord, check_in_force
from kithmap.model.keys import receipt_no_of
from kithmap.register import builds, purposes, users
from kithmap.register.audit import Act
from kithmap.register.builds import BuildRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kithmap.engines.engine import Engine


@dataclass(frozen=True)
class Borne:
    """What the build says of one mention: its signature and its person."""

    mention_id: int
    signature: int
    person_id: str


def people_in(borne: Iterable[Borne]) -> list[str]:
    """Whom some mentions are, by pseudonym: what the audit keeps, so that it can say who looked at a person."""
    return sorted({each.person_id for each in borne})


@dataclass(frozen=True)
class Sitting:
    """A build open before somebody, who was allowed to see identity in it for a purpose."""

    workspace: Workspace
    made: BuildRecord
    scope: Scope
    who: str
    purpose: str

    @property
    def engine(self) -> "Engine":
        """The build, open for reading."""
        return open_engine(self.workspace, self.made)

    @cached_property
    def extracts(self) -> Extracts:
        """The extracts of the build."""
        return Extracts(self.made.manifest["extracts"])

    def find(self, *references: str) -> tuple[Borne, ...]:
        """The mentions that references name, where they are in the build and may be used.

        Raises: NotFound, WrongUse, PurposeNotAgreed.
        """
        named = [self._allowed(reference) for reference in references]
        found = self.borne(named)
        for reference, mention_id in zip(references, named, strict=True):
            if mention_id not in found:
                raise NotFound(
                    f"Nobody is named at '{reference}'.",
                    "The file, row and slot of a person named in the build, such as panel.csv:14:1.",
                    "See `kithmap links` for the rows of a file that name somebody.",
                )
        return tuple(found[mention_id] for mention_id in named)

    def find_pair(self, one: str, other: str) -> tuple[Borne, Borne]:
        """The two mentions that two references name."""
        first, second = self.find(one, other)
        return first, second

    def _allowed(self, reference: str) -> int:
        mention_id = self.extracts.mention_of(reference)
        if receipt_no_of(mention_id) not in self.scope.receipts:
            raise PurposeNotAgreed(
                f"The extract of '{reference}' may not be used for this purpose today.",
                "An extract under an agreement in force that allows this kind of purpose.",
                "See `kithmap agreement list` for what is agreed.",
            )
        return mention_id

    def borne(self, mention_ids: "Sequence[int]") -> dict[int, Borne]:
        """What the build says of some mentions, those it knows."""
        wanted = ("mention_id", "signature", "person_id")
        rows = self.engine.lookup("identity", "mention_id", sorted(set(mention_ids)), wanted).to_pylist()
        return {
            row["mention_id"]: Borne(
                row["mention_id"], row["signature"] or row["mention_id"], row["person_id"]
            )
            for row in rows
        }


def sit(workspace: Workspace, action: Action, act: Act, build: str | None = None) -> Sitting:
    """Sit down at a build, the newest unless one is named, for the purpose and actor of an act.

    What is refused is written down; what is done is for the caller to write down.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound.
    """
    with refusals_noted(workspace, act):
        served, user = _checked(workspace, action, purpose=act.purpose, who=act.actor)
        made = builds.get_build(workspace.register, build)
        scope = find_scope(workspace, made, Asking(user, action, served.kind))
    return Sitting(workspace, made, scope, act.actor, act.purpose)


def check_may_sit(workspace: Workspace, action: Action, *, purpose: str, who: str) -> PurposeRecord:
    """The purpose, when it is in force and this user may see identity so for it.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted.
    """
    served, _ = _checked(workspace, action, purpose=purpose, who=who)
    return served


def _checked(workspace: Workspace, action: Action, *, purpose: str, who: str) -> tuple[PurposeRecord, User]:
    """The purpose and the user, read once: what is decided of them is decided of the same reading."""
    served = purposes.get_purpose(workspace.register, purpose)
    check_in_force(served, clock.today())
    user = users.get_user(workspace.register, who)
    check_may_act(user, action, served.kind)
    return served, user
