"""Commands about links: review (next, show, judge, undo, list, export, import), explain, find."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from kithmap.cli import show
from kithmap.cli.app import AsJson, PurposeOption, Who, Workspace, app, find_workspace, user_name

review = typer.Typer(help="Review links: decide whether two records are one person.", no_args_is_help=True)
app.add_typer(review, name="review")

One = Annotated[str, typer.Argument(help="A record: FILE:ROW:SLOT, such as panel.csv:14:1.")]
Other = Annotated[str, typer.Argument(help="The other record.")]


@review.command("next")
def next_pair(
    purpose: PurposeOption, workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """Show the first pair that waits for you, side by side; nothing of what the computer made of it."""
    from kithmap.desk.review import next_case
    from kithmap.desk.workspace import open_workspace

    case = next_case(open_workspace(find_workspace(workspace)), purpose=purpose, who=user_name(who))
    if case is None:
        show.say_either(as_json, {"waiting": 0}, "No pair waits for you.")
        return
    data = case.to_dict()
    show.say_either(as_json, data, _case_text(data))


@review.command("show")
def show_pair(
    one: One,
    other: Other,
    purpose: PurposeOption,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Show any pair as a reviewer sees it."""
    from kithmap.desk.review import show_case
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    data = show_case(opened, one, other, purpose=purpose, who=user_name(who)).to_dict()
    show.say_either(as_json, data, _case_text(data))


def _case_text(data: dict[str, Any]) -> str:
    one, other = data["one"], data["other"]
    rows: list[list[object]] = [["held by", _held(one), _held(other), ""]]
    rows += [
        [field, one["said"][field], other["said"][field], words] for field, words in data["agreement"].items()
    ]
    told = [field for field in rows if field[1] or field[2]]
    lines = [show.columns(told, ["", one["reference"], other["reference"], "how they agree"])]
    if data["others"]:
        lines += ["", "Other records of the two:", _others_text(data["others"])]
    if data["more_others"]:
        lines.append(f"and {data['more_others']} more.")
    if data["waiting"]:
        pairs = "pairs wait" if data["waiting"] > 1 else "pair waits"
        lines += ["", f"{data['waiting']:,} {pairs} for you. Decide with:"]
        lines.append(
            f"kithmap review judge '{one['reference']}' '{other['reference']}' same|different|'not sure' -r REASON"
        )
    return "\n".join(lines)


def _held(side: dict[str, Any]) -> str:
    alike = f" (+{side['alike']} alike)" if side["alike"] else ""
    return f"{side['holder']}{', ' + side['list'] if side['list'] else ''}{alike}"


def _others_text(others: list[dict[str, Any]]) -> str:
    rows = [
        [
            side["reference"],
            *(side["said"][field] for field in ("forename", "surname", "date of birth", "home postcode")),
        ]
        for side in others
    ]
    return show.columns(rows, ["record", "forename", "surname", "date of birth", "home"])


@review.command("judge")
def judge_pair(
    one: One,
    other: Other,
    decision: Annotated[str, typer.Argument(help="same, different, or 'not sure'.")],
    purpose: PurposeOption,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why: one of the list for this decision.")],
    note: Annotated[str, typer.Option(help="A few words; needed for the reason 'other'. Name nobody.")] = "",
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Decide whether two records are one person; it counts from the next build on."""
    from kithmap.desk.explain import explain
    from kithmap.desk.judgements import judge
    from kithmap.desk.workspace import open_workspace
    from kithmap.governance.judging import Verdict

    opened, user = open_workspace(find_workspace(workspace)), user_name(who)
    judged = judge(opened, one, other, Verdict(decision, reason, note), purpose=purpose, who=user)
    why = explain(opened, one, other, purpose=purpose, who=user)
    data = {**judged.judgement.to_dict(), "outcome": vars(judged.outcome), "model": why.to_dict()}
    text = f"Judgement {judged.judgement.id} is kept; the pair is now: {_outcome_text(judged)}."
    show.say_either(as_json, data, f"{text}\nThe build before it said: {why.sentence}")


def _outcome_text(judged: Any) -> str:
    outcome = judged.outcome
    return {
        "decided": f"decided, {outcome.decision}",
        "second look": f"decided, {outcome.decision}; somebody else will look at it too",
        "disputed": "disputed, until a third person decides",
        "not sure": "waiting for somebody else",
    }[outcome.state]


@review.command("undo")
def undo_judgement(
    judgement: Annotated[str, typer.Argument(help="The judgement, by its id.")],
    purpose: PurposeOption,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why it should not stand. Name nobody.")],
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Let a judgement stand no longer, from the next build on; it stays in the register."""
    from kithmap.desk.judgements import undo
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    undone = undo(opened, judgement, reason=reason, purpose=purpose, who=user_name(who))
    show.say_either(as_json, undone.to_dict(), f"Judgement {undone.id} is undone.")


@review.command("list")
def list_judgements(
    purpose: PurposeOption, workspace: Workspace = None, who: Who = None, as_json: AsJson = False
) -> None:
    """List the judgements made, undone ones too."""
    from kithmap.desk import judgements
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    listed = judgements.list_judgements(opened, purpose=purpose, who=user_name(who))
    data = [{**each.judgement.to_dict(), "outcome": vars(each.outcome)} for each in listed]
    rows = [
        [j.id, f"{j.at:%d/%m/%Y}", j.who, j.decision, j.reason, each.outcome.state if j.stands else "undone"]
        for each in listed
        for j in [each.judgement]
    ]
    show.say_either(
        as_json, data, show.columns(rows, ["judgement", "on", "by", "decision", "reason", "pair"])
    )


@review.command("export")
def export_pairs(
    out: Annotated[Path, typer.Option("-o", "--out", help="The workbook to write (.xlsx).")],
    purpose: PurposeOption,
    most: Annotated[int, typer.Option(help="How many pairs at most.")] = 50,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Write the first pairs that wait for you into a workbook, to fill in and import."""
    from kithmap.desk.export_review import export_review
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    done = export_review(opened, out, purpose=purpose, who=user_name(who), most=most)
    text = f"{done.pairs} of {done.waiting:,} pairs are in {out}. It holds names: keep it on the secure side."
    show.say_either(as_json, vars(done), text)


@review.command("import")
def import_pairs(
    file: Annotated[Path, typer.Argument(help="The workbook you exported and filled in.")],
    purpose: PurposeOption,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Take in a workbook that you filled in: all of it, or nothing where it has faults."""
    from kithmap.desk.import_review import import_review
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    done = import_review(opened, file, purpose=purpose, who=user_name(who))
    text = (
        f"{done.added} judgements taken in, {done.already} known before, {done.left_empty} pairs left empty."
    )
    show.say_either(as_json, vars(done), f"{text} Delete the workbook now: it holds names.")


@app.command("explain")
def explain_link(
    one: One,
    other: Other,
    purpose: PurposeOption,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write the figure here (.svg).")] = None,
    build: Annotated[str | None, typer.Option(help="The build (default: the newest).")] = None,
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Explain why two records are one person or two: what was compared, and what it weighs."""
    from kithmap.desk.explain import explain
    from kithmap.desk.workspace import open_workspace

    opened = open_workspace(find_workspace(workspace))
    found = explain(opened, one, other, purpose=purpose, who=user_name(who), build=build)
    show.say_either(as_json, found.to_dict(), _explanation_text(found))
    if out is not None:
        from kithmap.products.waterfall import to_svg

        out.write_text(to_svg(found), encoding="utf-8")
        show.tell(f"Figure written to {out}.")


def _explanation_text(found: Any) -> str:
    rows = [[row.compared, row.agreement, f"{row.weight:+.1f}", row.meaning] for row in found.rows]
    lines = [found.sentence]
    if found.rows:
        total = ["the whole", f"probability {found.probability:.4f}", f"{found.weight:+.1f}", ""]
        heads = ["compared", "how they agree", "bits", "what it means"]
        lines += ["", show.columns([*rows, total], heads)]
    if found.chain:
        lines += ["", "Joined through: " + " - ".join(found.chain)]
    return "\n".join(lines)


@app.command("find")
def find_person(
    purpose: PurposeOption,
    name: Annotated[str, typer.Option(help="'First Last' or 'Last, First'.")] = "",
    dob: Annotated[
        datetime | None, typer.Option(formats=["%d/%m/%Y", "%Y-%m-%d"], help="Date of birth.")
    ] = None,
    postcode: Annotated[str, typer.Option(help="Home postcode.")] = "",
    number: Annotated[str, typer.Option(help="NHS number, UPN, or a holder's own number.")] = "",
    workspace: Workspace = None,
    who: Who = None,
    as_json: AsJson = False,
) -> None:
    """Find a person's records, exactly or nearly. Needs a case purpose; what was asked is not kept."""
    from kithmap.desk.find import find
    from kithmap.desk.resemblance import Wanted
    from kithmap.desk.workspace import open_workspace

    wanted = Wanted(name, dob.date() if dob else None, postcode, number)
    found = find(open_workspace(find_workspace(workspace)), wanted, purpose=purpose, who=user_name(who))
    rows = [
        [
            f.person_id,
            f.reference,
            " ".join(filter(None, (f.forename, f.surname))),
            f.date_of_birth,
            ", ".join(f.agrees),
        ]
        for f in found.records
    ]
    heads = ["person", "record", "name", "date of birth", "agrees in"]
    more = f"\nand {found.more:,} more that agree no better: ask more narrowly." if found.more else ""
    text = f"{show.columns(rows, heads)}{more}" if rows else "Nobody is found."
    show.say_either(as_json, found.to_dict(), text)
