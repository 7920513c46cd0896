"""What goes with an answer because it was agreed: the conditions of handling, and the marking every copy bears.

`governance.permissions.decide` says which obligations come with a permission; the agreements say the words.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from kithmap.desk import clock
from kithmap.desk.answers import Result
from kithmap.desk.lineage import agreements_used
from kithmap.desk.remembered import Remembered
from kithmap.desk.workspace import Workspace
from kithmap.governance.agreements import Agreement
from kithmap.governance.markings import Borne, borne_by
from kithmap.governance.permissions import Obligation, Resource, Subject, decide
from kithmap.governance.policy import Action, Kind
from kithmap.measures import get_measure
from kithmap.measures.measure import action_of
from kithmap.register import agreements, builds, purposes, receipts, users

# What is kept by the desk itself is no matter for a reader.
FOR_THE_READER = (Obligation.CONDITIONS, Obligation.MARKING, Obligation.OWN_AUTHORITY)
SAID: Remembered[tuple[str, ...]] = Remembered(5_000, lambda _: 1)


def with_obligations(workspace: Workspace, result: Result, *, shared: bool) -> Result:
    """The answer, with what its reader must keep to, in sentences that leave with it.

    shared: whether it is to leave, or is looked at by whoever asked.
    """
    action = Action.SHARE if shared else action_of(result.measure)
    said = tuple(each for each in _said(workspace, result, action) if each not in result.caveats)
    return replace(result, caveats=(*result.caveats, *said)) if said else result


def find_borne(
    workspace: Workspace, behind: Mapping[str, Collection[int]], besides: Collection[int] = ()
) -> Borne:
    """The marking and the conditions that a document bears, from the agreements of the extracts behind it.

    behind: of each measure it answers, the receipts of the extracts. besides: of what else stands in it.
    """
    register = workspace.register
    # From the receipts and not from a build: a release outlasts the build it was made from.
    received = (*receipts.kept_receipts(register), *receipts.withdrawn_receipts(register))
    extracts = [
        {"receipt_no": each.receipt_no, "layout": each.layout, "agreement": each.agreement}
        for each in received
    ]
    used = {each.agreement for each in received if each.receipt_no in besides}
    for measure, numbers in behind.items():
        used.update(agreements_used(get_measure(measure), extracts, numbers))
    agreed = agreements.list_agreements(register)
    return borne_by((each.holder, each.terms.handling) for each in agreed if each.id in used)


def _said(workspace: Workspace, result: Result, action: Action) -> tuple[str, ...]:
    """The sentences that go with an answer: the same while the agreements and the day are."""
    kind = purposes.get_purpose(workspace.register, result.purpose).kind
    subject = users.get_user(workspace.register, result.asked_by).acting_for(kind)
    extracts = builds.get_build(workspace.register, result.build).manifest["extracts"]
    agreed = agreements.list_agreements(workspace.register)
    today = clock.today()
    key = (
        str(workspace.folder),
        result.build,
        result.measure,
        result.extracts,
        subject,
        action,
        agreed,
        today,
    )
    return SAID.get(
        key, lambda: tuple(_sentences(_obligations(result, extracts, agreed, (subject, action, today))))
    )


def _sentences(under: Iterable[tuple[Agreement, tuple[Obligation, ...]]]) -> Iterator[str]:
    found: dict[Obligation, dict[str, None]] = {each: {} for each in FOR_THE_READER}
    for agreement, obligations in under:
        handling = agreement.terms.handling
        words = {
            Obligation.CONDITIONS: [f"{each} ({agreement.holder})" for each in handling.conditions],
            Obligation.MARKING: [handling.marking],
            Obligation.OWN_AUTHORITY: [""],
        }
        for each in set(obligations) & found.keys():
            found[each] |= dict.fromkeys(words[each])
    for obligation, words in found.items():
        if words:
            listed = "; ".join(filter(None, sorted(words)))
            said = obligation.value[0].upper() + obligation.value[1:]
            yield f"{said}: {listed}." if listed else f"{said}."


def _obligations(
    result: Result,
    extracts: Iterable[Mapping[str, Any]],
    agreed: Iterable[Agreement],
    asked: tuple[Subject, Action, date],
) -> Iterator[tuple[Agreement, tuple[Obligation, ...]]]:
    """The agreements that an answer rests on, and what comes with doing this under each."""
    subject, action, today = asked
    rests_on, known = frozenset(result.extracts), {each.id: each for each in agreed}
    used = frozenset(agreements_used(result.measure, extracts, rests_on))
    for extract in extracts:
        if extract["agreement"] in used and int(extract["receipt_no"]) in rests_on:
            agreement = known[extract["agreement"]]
            # A count is open once it is counted: what it was counted from was decided when it was asked.
            resource = Resource(Kind.OPEN, extract["layout"], agreement.authority)
            yield agreement, decide(subject, action, resource, agreement, today).obligations
