"""Commands about the audit sample: draw, next, mark, status, export, import."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, PurposeOption, Who, Workspace, app, find_workspace, user_name

samples = typer.Typer(
    help="The audit sample: how many true links are found, and how many links are right.",
    no_args_is_help=True,
)
app.add_typer(samples, name="audit-sample")

Sample = Annotated[
    str | None, typer.Option("--sample", help="The sample (default: the newest).", show_default=False)
]
Places = Annotated[str, typer.Option(help="Places parted by commas, such as 1,2,5.")]
ORDER = ("forename", "surname", "also known as", "date of birth", "school", "home postcode")


@samples.command("draw")
def draw_sample(
    purpose: PurposeOption,
    records: Annotated[int, typer.Option(min=20, max=2000, help="How many records.")] = 200,
    seed: Annotated[
        int | None, typer.Option(help="The same seed draws the same records.", show_default=False)
    ] = None,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Draw records of the newest build by chance, and search widely for each."""
    from kithmap.desk.audit_sample import draw
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    drawn = draw(opened, purpose=purpose, who=user_name(who), records=records, seed=seed)
    show.say_either(
        as_json, drawn.to_dict(), f"{_status_text(drawn)}\n\nLook at the first: kithmap audit-sample next"
    )


@samples.command("next")
def next_record(
    purpose: PurposeOption,
    number: Annotated[
        int | None, typer.Option(help="This record, whatever waits.", show_default=False)
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="One that somebody else marked: a second look.")
    ] = False,
    sample: Sample = None,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Show the next record beside all who may be the same person; nothing of what linkage decided."""
    from kithmap.desk.audit_marks import look
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    sheet = look(opened, purpose=purpose, who=user_name(who), number=number, again=again, sample=sample)
    data = sheet.to_dict()
    show.say_either(as_json, data, _sheet_text(data))


def _sheet_text(data: dict[str, Any]) -> str:
    other = [name for name in data["said"] if name not in ORDER]
    wanted = [
        name
        for name in (*ORDER, *other)
        if data["said"][name] or any(each["said"][name] for each in data["beside"])
    ]
    rows: list[list[object]] = [["", data["source"], *(data["said"][name] for name in wanted)]]
    rows += [
        [
            str(each["place"]),
            f"{each['source']} ({each['records']})",
            *(each["said"][name] for name in wanted),
        ]
        for each in data["beside"]
    ]
    lines = [
        f"Record {data['number']} of {data['of']}, and {len(data['beside'])} beside it:", "",
        show.columns(rows, ["place", "source (records)", *wanted]), "",
        f"Which are the same person? kithmap audit-sample mark {data['number']} --same 1,2",
        "None of them: leave --same out. Nobody could tell: --not-sure PLACES, or --says-too-little.",
    ]  # fmt: skip
    return "\n".join(lines)


@samples.command("mark")
def mark_record(
    number: Annotated[int, typer.Argument(help="The record's number in the sample.")],
    purpose: PurposeOption,
    same: Places = "",
    not_sure: Places = "",
    says_too_little: Annotated[
        bool, typer.Option("--says-too-little", help="Nobody could tell whose it is.")
    ] = False,
    sample: Sample = None,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Mark which of those shown beside a record are the same person; without any, that none is."""
    from kithmap.desk.audit_marks import Mark, count_second, mark
    from kithmap.desk.audit_sample import report_of
    from kithmap.desk.workspace import open_workspace

    opened, user = open_workspace(find_workspace(workspace)), user_name(who)
    given = Mark(number, _places(same), _places(not_sure), says_too_little)
    kept = report_of(mark(opened, [given], purpose=purpose, who=user, sample=sample))
    waiting = count_second(opened, purpose=purpose, who=user, sample=kept.sample)
    data = {**kept.to_dict(), "second_looks_waiting": waiting}
    show.say_either(as_json, data, f"Record {number} is marked. {_waiting_text(kept.states, waiting)}")


def _places(text: str) -> frozenset[int]:
    from kithmap.errors import WrongUse

    words = [word.strip() for word in text.split(",") if word.strip()]
    if not all(word.isdecimal() for word in words):
        raise WrongUse(
            f"'{text}' does not name places.", "Numbers parted by commas, such as 1,2,5.", "Write them so."
        )
    return frozenset(int(word) for word in words)


def _waiting_text(states: Any, second: int) -> str:
    return f"{states.get('waiting', 0)} wait; {second} wait for somebody else to look at them too."


@samples.command("status")
def sample_status(sample: Sample = None, workspace: Workspace = None, as_json: AsJson = False) -> None:
    """Show how far a sample has come, and what it says of the newest build once enough is marked."""
    from kithmap.desk.audit_facts import find_audit
    from kithmap.desk.audit_sample import status
    from kithmap.desk.audit_words import list_shares, say_audit
    from kithmap.desk.build import get_build
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    report = status(opened, sample=sample)
    audit = find_audit(opened, get_build(opened))
    said, shares = say_audit(audit), [vars(each) for each in list_shares(audit)]
    text = f"{_status_text(report)}\n\n{said}"
    if shares:
        rows: list[list[object]] = [list(each.values()) for each in shares]
        text += f"\n\n{show.columns(rows, ['links of', 'which', 'records', 'found', 'right'])}"
    show.say_either(as_json, {**report.to_dict(), "audit": said, "shares": shares}, text)


def _status_text(report: Any) -> str:
    states = "; ".join(f"{count} {state}" for state, count in report.states.items())
    rows = [[source, count] for source, count in report.sources.items()]
    groups = [[group, count] for group, count in report.groups.items()]
    return "\n".join(
        [
            f"Sample {report.sample} of build {report.build}, drawn with seed {report.seed}: {states}.", "",
            show.columns(rows, ["source", "records"]), "",
            show.columns(groups, ["recorded ethnic group", "records"]),
        ]
    )  # fmt: skip


@samples.command("export")
def export_sample(
    out: Annotated[Path, typer.Option("-o", "--out", help="The workbook to write (.xlsx).")],
    purpose: PurposeOption,
    most: Annotated[int, typer.Option(min=1, max=500, help="How many records at most.")] = 50,
    again: Annotated[
        bool, typer.Option("--again", help="Those that somebody else marked: second looks.")
    ] = False,
    sample: Sample = None,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Write records that wait into a workbook, to fill in and import."""
    from kithmap.desk.audit_workbook import export_sheets
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    done = export_sheets(
        opened, out, purpose=purpose, who=user_name(who), most=most, again=again, sample=sample
    )
    text = f"{done.records} records are in {out}. It holds names: keep it on the secure side."
    show.say_either(as_json, vars(done), text)


@samples.command("import")
def import_sample(
    file: Annotated[Path, typer.Argument(help="The workbook you exported and filled in.")],
    purpose: PurposeOption,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Take in a workbook that you filled in: all of it, or nothing where it has faults."""
    from kithmap.desk.audit_import import import_sheets
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    done = import_sheets(opened, file, purpose=purpose, who=user_name(who))
    text = f"{done.records} records marked, {done.already} known before, {done.left_empty} left empty. Delete the workbook now: it holds names."
    show.say_either(as_json, vars(done), text)
