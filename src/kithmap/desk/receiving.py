"""Receiving an extract step by step: sent in, looked at, its columns said, checked, and only then received.

Nothing of the file is kept but sealed (see `desk.uploads`) until it is received; each step can be left and taken
up again by whoever sent the file in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kithmap.desk import clock, uploads
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.receive import check_may_receive, reading_of, receive
from kithmap.desk.received import faults_of_receiving
from kithmap.desk.recipes import Kept, find_layout, list_recipes
from kithmap.desk.uploads import Incoming, Upload
from kithmap.desk.workspace import Workspace
from kithmap.errors import DataProblem, NotPermitted
from kithmap.governance.agreements import Agreement, check_in_force
from kithmap.governance.permissions import Action, check_may_do
from kithmap.ingest.layouts import builtin_layouts, load_layout
from kithmap.ingest.recipes import Fit, fit
from kithmap.register import agreements, receipts, users
from kithmap.register.audit import Act
from kithmap.register.receipts import Receipt

if TYPE_CHECKING:
    from kithmap.ingest.inspect import Inspection

# More rows than this are received by the worker, so that no page waits for them.
AT_ONCE = 5_000


@dataclass(frozen=True)
class Fitting:
    """A layout that fits a file: built in, or a recipe that was kept, and how it fits."""

    name: str
    fit: Fit
    recipe: Kept | None = None

    @property
    def sentence(self) -> str:
        """How it fits, in words."""
        same, whole = len(self.fit.same), len(self.fit.same) + len(self.fit.new)
        new = f", {len(self.fit.new)} new" if self.fit.new else ""
        gone = f", {len(self.fit.missing)} no longer there" if self.fit.missing else ""
        return f"{same} of {whole} columns the same{new}{gone}"


def begin(workspace: Workspace, incoming: Incoming, name: str, *, agreement: str, who: str) -> Upload:
    """Take a file that arrived whole under an agreement, and look at it; what cannot be read is not kept.

    Raises: NotPermitted, NoAgreement; DataProblem for what is no extract.
    """
    act = Act(who, "send in", ALLOW, name, details={"agreement": agreement, "bytes": incoming.size})
    try:
        with refusals_noted(workspace, act):
            check_may_receive_under(workspace, agreement, who)
        kept = uploads.keep_incoming(workspace, incoming, name, who=who)
        kept = look(workspace, replace(kept, agreement=agreement), {})
    except BaseException:
        incoming.drop()
        raise
    note(workspace, act)
    return kept


def check_may_receive_under(workspace: Workspace, agreement: str, who: str) -> Agreement:
    """The agreement, when somebody may receive under it today.

    Raises: NotPermitted, NoAgreement, NotFound.
    """
    user = users.get_user(workspace.register, who)
    check_may_do(user, Action.RECEIVE)
    agreed = agreements.get_agreement(workspace.register, agreement)
    check_in_force(agreed, clock.today())
    faults = faults_of_receiving(user, agreed)
    if faults:
        raise NotPermitted(
            f"Agreement {agreed.id} is {' and '.join(sorted(each.value for each in faults))}.",
            "An agreement with an organisation and authority whose extracts this user receives.",
            "Ask somebody who works for that organisation, or for the whole partnership.",
        )
    return agreed


def look(workspace: Workspace, upload: Upload, how: Mapping[str, Any]) -> Upload:
    """Look at a file in the way its sender says: sheet, row of headings, encoding; what was said before is forgotten.

    Raises: DataProblem.
    """
    from kithmap.ingest.inspect import inspect_file

    found = inspect_file(uploads.read_upload(workspace, upload.upload_id), **how)
    return uploads.changed(
        workspace,
        upload,
        agreement=upload.agreement,
        how=dict(how),
        looked=_looked(found),
        layout="",
        draft={},
        checked={},
    )


def _looked(found: "Inspection") -> dict[str, Any]:
    return {
        "kind": found.kind,
        "sheet": found.sheet,
        "sheets": list(found.sheets),
        "encoding": found.encoding,
        "header_row": found.header_row,
        "rows": found.rows,
        "notes": list(found.notes),
        "opening": [list(row) for row in found.opening],
        "columns": [
            {
                "name": each.name,
                "place": f"{each.guess.section}.{each.guess.key}".strip("."),
                "guess": each.guess.words,
                "hidden": each.guess.is_personal or not each.guess.key,
                "samples": list(each.samples),
                "filled": each.filled,
                "distinct": each.distinct,
                "words": [list(word) for word in each.words],
                "read_as": list(each.read_as) if each.read_as else [],
            }
            for each in found.columns
        ],
    }


def headings_of(upload: Upload) -> tuple[str, ...]:
    """The headings of a file that was looked at."""
    return tuple(each["name"] for each in upload.looked["columns"])


def find_fitting(workspace: Workspace, upload: Upload) -> tuple[Fitting, ...]:
    """The layouts the agreement names that fit the file: built-in ones whole, then recipes, the best first."""
    agreed = agreements.get_agreement(workspace.register, upload.agreement)
    headings = headings_of(upload)
    built_in = [
        Fitting(name, fit(load_layout(name), headings))
        for name in agreed.columns
        if name in builtin_layouts()
    ]
    kept = [
        Fitting(each.recipe_id, fit(each.layout, headings, each.headings), each)
        for each in list_recipes(workspace)
        if each.recipe.agreement == agreed.id
    ]
    fitting = [each for each in built_in if each.fit.is_whole]
    near = [each for each in kept if 2 * len(each.fit.same) >= len(headings)]
    return (
        *sorted(fitting, key=lambda each: -len(each.fit.same)),
        *sorted(near, key=lambda each: (not each.fit.is_whole, -len(each.fit.same))),
    )


def choose_layout(workspace: Workspace, upload: Upload, name: str, *, who: str) -> Upload:
    """Say which layout a file is to be read with, when the agreement allows it.

    Raises: NotFound, NotPermitted, NoAgreement, LayoutFault.
    """
    check_may_receive_under(workspace, upload.agreement, who)
    check_may_receive(workspace, name, upload.agreement, who)
    return uploads.changed(workspace, upload, layout=name, checked={})


def check(workspace: Workspace, upload: Upload, *, who: str) -> Upload:
    """Read a file as it would be received, and keep what that gave; nothing is received.

    Raises: DataProblem, NoAgreement, NotPermitted.
    """
    from kithmap.desk.quality import quality_of

    plan, agreed = check_may_receive(workspace, upload.layout, upload.agreement, who)
    if upload.checked and upload.checked["layout_sha256"] == plan.sha256:
        return upload
    source = uploads.read_upload(workspace, upload.upload_id)
    received = replace(reading_of(workspace, source, plan, agreed, 1)).read()
    found = {**quality_of(received), "layout_sha256": plan.sha256}
    return uploads.changed(workspace, upload, checked=found)


def last_of_layout(workspace: Workspace, upload: Upload) -> Receipt | None:
    """The receipt of the last extract of the same layout under the same agreement; None where there is none."""
    layout = find_layout(workspace, upload.layout).name
    kept = receipts.kept_receipts(workspace.register)
    same = [each for each in kept if (each.layout, each.agreement) == (layout, upload.agreement)]
    return same[-1] if same else None


def is_small(upload: Upload) -> bool:
    """Whether a file is received while its sender waits."""
    return int(upload.looked["rows"]) <= AT_ONCE


def finish(workspace: Workspace, upload: Upload, *, who: str) -> Receipt:
    """Receive a file that was sent in; it is kept no longer.

    Raises: what `desk.receive.receive` raises; then the file stays as it was.
    """
    source = uploads.read_upload(workspace, upload.upload_id)
    receipt = receive(workspace, source, layout=upload.layout, agreement=upload.agreement, who=who)
    uploads.drop_upload(workspace, upload.upload_id)
    return receipt


def remove(workspace: Workspace, upload: Upload, *, who: str) -> None:
    """Remove a file that is not to be received."""
    note(workspace, Act(who, "send in", ALLOW, upload.name, details={"removed": True}))
    uploads.drop_upload(workspace, upload.upload_id)


def check_has_columns(upload: Upload) -> None:
    """Refuse to go on with a file that was not looked at.

    Raises: DataProblem.
    """
    if not upload.looked:
        raise DataProblem(
            "The file was not looked at yet.", "A file that was read.", "Send the file in again."
        )
