"""The one door to a build: what of it somebody may see, for a purpose, today; by row and by column.

Rows go by the extract they came from: its agreement is in force, allows the purpose, the level, the role and the
operation, and is with an organisation and of an authority whose data the user may see. An agreement may be
suspended or end between two builds, or an extract be withdrawn; from that day no answer rests on it, though the
build still holds it. Columns go by how closely they point to a person: under profiling, those that identify are
absent. Both are derived from the table of permissions, by `decide`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from kithmap.desk import clock
from kithmap.desk.objected import Objected, find_objected, without_objected
from kithmap.desk.remembered import Remembered
from kithmap.desk.workspace import Workspace
from kithmap.errors import PurposeNotAgreed
from kithmap.governance.agreements import Agreement
from kithmap.governance.permissions import (
    DATA,
    Obligation,
    Reason,
    Resource,
    User,
    decide,
    kinds_allowed,
    sensitivities,
)
from kithmap.governance.policy import Action, Kind
from kithmap.governance.purposes import Purpose
from kithmap.model import tables
from kithmap.model.columns import Sensitivity
from kithmap.model.denominators import RESIDENT
from kithmap.model.keys import RECEIPT_SHIFT
from kithmap.register import agreements, receipts
from kithmap.register.builds import BuildRecord

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine

DECLARED = {table.name: table for table in (*tables.BUILD_TABLES, *tables.LINKAGE_TABLES)}
# Tables without a receipt of their own, the table that decides over them, and the key they share.
ALONG: dict[str, tuple[str, str]] = {
    tables.PERSON_NAME.name: (tables.PERSON_SOURCE.name, "person_id"),
    tables.EVENT_CONTEXT.name: (tables.EVENT.name, "event_id"),
}
# What a measure is handed, whoever asks: no grant of asking reaches further.
MEASURED = frozenset({Sensitivity.OPEN, Sensitivity.OFFICIAL, Sensitivity.SENSITIVE})
# What somebody objected to is in no answer; whoever works on a case or on links sees what is held.
ANSWERING = frozenset({Action.ASK, Action.ASK_CONTEXTS})
MOST_DECIDED = 1_000


@dataclass(frozen=True)
class Asking:
    """Who wishes to see what is in a build, to do what, for which kind of purpose."""

    who: User
    action: Action
    purpose: Purpose


@dataclass(frozen=True)
class Scope:
    """The extracts of a build that may be used, and why the others may not: reason -> how many.

    regional: extracts of several authorities, of which only rows that name `authority` may be seen.
    seen: how closely the columns shown may point to a person. agreements: those the extracts are under.
    objected: what counts no more, because an objection or a correction was upheld.
    """

    receipts: frozenset[int]
    left_out: Mapping[str, int]
    regional: frozenset[int] = frozenset()
    authority: str | None = None
    seen: frozenset[Sensitivity] = MEASURED
    agreements: tuple[str, ...] = ()
    objected: tuple[Objected, ...] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether some rows of the build may not be seen."""
        return bool(self.left_out) or self.authority is not None

    @property
    def extent(self) -> tuple[object, ...]:
        """Everything that decides which rows and columns may be seen: of equal extents they are the same."""
        return self.receipts, self.regional, self.authority, self.is_narrow, self.seen, self.objected

    def table(self, engine: "Engine", name: str) -> Any:
        """A table of the build: the rows of the extracts that may be used, the columns that may be seen."""
        whole: Any = engine.table(name)
        if name == RESIDENT.name:
            return whole  # Published for all to read: of no extract, and of nobody.
        # Nobody stays among the people whom no row names that may be seen.
        is_less = self.is_narrow or (bool(self.objected) and name == tables.PERSON.name)
        rows = self._narrowed(engine, name, whole) if is_less else whole
        return self._shown(name, without_objected(rows, name, self.objected))

    def _shown(self, name: str, rows: Any) -> Any:
        if name not in DECLARED:
            return rows
        hidden = {column.name for column in DECLARED[name].columns if column.sensitivity not in self.seen}
        absent = [column for column in rows.columns if column in hidden]
        return rows.drop(*absent) if absent else rows

    def _narrowed(self, engine: "Engine", name: str, whole: Any) -> Any:
        if name == tables.PERSON.name:
            return self._people(engine, whole)
        if name in ALONG:
            other, key = ALONG[name]
            return whole.semi_join(self.table(engine, other), key)
        if name == tables.CONTEXT.name:
            inside = self.table(engine, tables.MEMBERSHIP.name).select("context_id")
            happened = self.table(engine, tables.EVENT_CONTEXT.name).select("context_id")
            return whole.semi_join(inside.union(happened).distinct(), "context_id")
        if "receipt_no" in whole.columns:
            return self._of_receipts(engine, name, whole)
        # An association is a sum over events that cannot be taken apart again.
        return whole.filter(_by_mention(whole, self.receipts) if "mention_id" in whole.columns else False)

    def _of_receipts(self, engine: "Engine", name: str, whole: Any) -> Any:
        """The rows of the extracts; one that rests on several extracts has none, and may rest on one left out."""
        if name == tables.EXTRACT.name:
            return whole.filter(whole.receipt_no.isin(_listed(self.receipts | self.regional)))
        own = whole.receipt_no.isin(_listed(self.receipts))
        if not self.regional:
            return whole.filter(own)
        ours = whole.receipt_no.isin(_listed(self.regional))
        if "la_code" in whole.columns:
            return whole.filter(own | (ours & (whole.la_code == self.authority)))
        if name == tables.PARTY.name:
            events = self.table(engine, tables.EVENT.name)
            return whole.filter(own | ours).semi_join(events, "event_id")
        # A row of several authorities' extract that does not name its own is not shown.
        return whole.filter(own)

    def _people(self, engine: "Engine", whole: Any) -> Any:
        """The people whom rows that may be seen name; how often they are named is counted in these alone."""
        sources: Any = self.table(engine, tables.PERSON_SOURCE.name)
        named = sources.group_by("person_id").agg(
            seen_mentions=sources.mentions.sum(), seen_sources=sources.layout.nunique()
        )
        known: Any = sources.select("person_id")
        for name in (tables.CONCERN.name, tables.PARTY.name) if self.regional else ():
            known = known.union(self.table(engine, name).select("person_id"))
        people = whole.semi_join(known.distinct(), "person_id").left_join(named, "person_id")
        counted = {"mentions": people.seen_mentions, "sources": people.seen_sources}
        return people.select(
            **{
                column: counted[column].fill_null(0).cast(whole[column].type())
                if column in counted
                else people[column]
                for column in whole.columns
            }
        )


# By all that it rests on, for a page asks twice what nothing has changed of in between.
DECIDED: Remembered[Scope] = Remembered(MOST_DECIDED, lambda _: 1)


def find_scope(workspace: Workspace, build: BuildRecord, asking: Asking, today: date | None = None) -> Scope:
    """What of a build somebody may see, for a kind of purpose, today.

    Raises: PurposeNotAgreed when there is nothing.
    """
    agreed = agreements.list_agreements(workspace.register)
    withdrawn = receipts.withdrawn_numbers(workspace.register)
    day = today or clock.today()
    subject = asking.who.acting_for(asking.purpose)
    key = (str(workspace.folder), build.build_id, agreed, withdrawn, subject, asking.action, day)
    extracts = build.manifest["extracts"]
    by_id = {agreement.id: agreement for agreement in agreed}
    scope = DECIDED.get(key, lambda: scope_of(extracts, by_id, withdrawn, asking, day))
    if not scope.receipts and not scope.regional:
        raise PurposeNotAgreed(
            f"No extract in the build may be used for a {asking.purpose.value} purpose today.",
            f"At least one extract under an agreement in force that allows such a purpose, and that the role"
            f" {asking.who.role.words} may see.",
            "Name another purpose, or see `kithmap agreement list` for what is agreed.",
        )
    if asking.action in ANSWERING:
        return replace(scope, objected=find_objected(workspace, build, asking.purpose))
    return scope


def scope_of(
    extracts: Iterable[Mapping[str, Any]],
    agreed: Mapping[str, Agreement],
    withdrawn: Iterable[int],
    asking: Asking,
    today: date,
) -> Scope:
    """What of some extracts somebody may see: a decision of each, all alike but for its agreement."""
    gone = frozenset(withdrawn)
    subject = asking.who.acting_for(asking.purpose)
    kinds = kinds_allowed(subject, asking.action)
    whole: set[int] = set()
    regional: set[int] = set()
    left_out: dict[str, int] = {}
    under: set[str] = set()
    for extract in extracts:
        agreement = agreed[extract["agreement"]]
        resource = Resource(_most_telling(kinds), extract.get("layout", ""), agreement.authority)
        decision = decide(subject, asking.action, resource, agreement, today)
        number = int(extract["receipt_no"])
        if number in gone or not decision.allowed:
            reason = (
                "extract withdrawn"
                if number in gone
                else _words(decision.reasons[0], agreement, asking, today)
            )
            left_out[reason] = left_out.get(reason, 0) + 1
            continue
        (regional if Obligation.OWN_AUTHORITY in decision.obligations else whole).add(number)
        under.add(agreement.id)
    return Scope(
        frozenset(whole),
        left_out,
        regional=frozenset(regional),
        authority=asking.who.authority,
        seen=sensitivities(kinds),
        agreements=tuple(sorted(under)),
    )


def _most_telling(kinds: Iterable[Kind]) -> Kind:
    """The kind that points to a person most closely: who may see this of an extract may see the rest."""
    given = frozenset(kinds)
    return next((kind for kind in reversed(DATA) if kind in given), Kind.NARRATIVE)


def _words(reason: Reason, agreement: Agreement, asking: Asking, today: date) -> str:
    if reason is Reason.NOT_IN_FORCE:
        return f"agreement {agreement.stands(today).value}"
    if reason is Reason.NOT_AGREED:
        return f"not agreed for a {asking.purpose.value} purpose"
    return reason.value


def _by_mention(whole: Any, receipts: Iterable[int]) -> Any:
    return (whole.mention_id // (1 << RECEIPT_SHIFT)).isin(_listed(receipts))


def _listed(numbers: Iterable[int]) -> list[int]:
    # No extract has the number -1: a list of none at all is not SQL on every engine.
    return sorted(numbers) or [-1]
