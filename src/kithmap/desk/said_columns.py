"""What each column of a file that was sent in is said to be: guessed, as the last recipe had it, or as typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kithmap.desk import uploads
from kithmap.desk.receiving import Fitting, check_may_receive_under, choose_layout, headings_of
from kithmap.desk.recipes import save_recipe
from kithmap.desk.uploads import Upload
from kithmap.desk.workspace import Workspace
from kithmap.governance.agreement_parts import EVERY_COLUMN
from kithmap.governance.agreements import Agreement, same_words
from kithmap.ingest.headings import tidy
from kithmap.ingest.layout_sections import SECTIONS
from kithmap.ingest.recipes import (
    DATED,
    SPLITTABLE,
    USUAL,
    Mapped,
    Recipe,
    date_in_words,
    find_faults,
    get_key,
    needed,
    words_kind,
)

SUGGESTED, KEPT, SAID = "Suggested", "As last time", ""


@dataclass(frozen=True)
class Said:
    """What one column is said to be, and by whom: guessed, kept from last time, or typed now."""

    place: str = ""
    by: str = SAID
    month_first: bool = False
    split: str = ""
    words: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Draft:
    """What is said of a whole file: the layout it is for, of each heading what it is, and what holds for every row."""

    layout: str
    columns: Mapping[str, Said]
    whole: Mapping[str, str]


def choices() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Everything a column may be: each section with its keys, in words."""
    return tuple(
        (section.name, tuple((f"{section.name}.{key.name}", key.meaning) for key in section.keys))
        for section in SECTIONS
        if section.keys
    )


def begin_draft(upload: Upload, agreed: Agreement, fitting: Sequence[Fitting]) -> Draft:
    """What a file's columns are taken for before anything is said: as last time, else as they seem."""
    if upload.draft:
        said = {name: Said(**each) for name, each in upload.draft["columns"].items()}
        return Draft(upload.draft["layout"], said, upload.draft["whole"])
    last = next((each.recipe for each in fitting if each.recipe is not None), None)
    known = {tidy(each.column): each for each in last.recipe.columns} if last else {}
    seen = {tidy(name) for name in last.headings} if last else frozenset[str]()
    columns: dict[str, Said] = {}
    taken = {each.place for each in known.values()}
    for column in upload.looked["columns"]:
        name, place = column["name"], column["place"]
        kept = known.get(tidy(name))
        if kept is not None:
            columns[name] = Said(kept.place, KEPT, kept.month_first, kept.split, kept.words)
        elif place and place not in taken and tidy(name) not in seen:
            columns[name] = Said(place, SUGGESTED, split=_separator(column))
            taken.add(place)
        else:
            columns[name] = Said(by=KEPT if tidy(name) in seen else SAID)
    whole = dict(last.recipe.whole) if last else dict(USUAL)
    layout = last.recipe.layout if last else next(iter(agreed.columns), "")
    return Draft(layout, columns, whole)


def _separator(column: Mapping[str, Any]) -> str:
    if not column["place"] or get_key(column["place"]).kind not in SPLITTABLE:
        return ""
    texts = [*column["samples"], *(word for word, _ in column["words"])]
    return next((mark for mark in (";", "|", "/", ",") if sum(mark in text for text in texts) >= 2), "")


def recipe_of(upload: Upload, draft: Draft, agreed: Agreement) -> Recipe:
    """The recipe that a draft says."""
    columns = tuple(
        Mapped(name, *_parts(said.place), said.month_first, dict(said.words), said.split)
        for name, said in draft.columns.items()
        if said.place
    )
    wanted = needed([each.place for each in columns])
    how = upload.how
    return Recipe(
        draft.layout,
        agreed.holder,
        agreed.id,
        columns,
        {place: draft.whole.get(place, "") for place in wanted},
        sheet=how.get("sheet") or "",
        header_row=int(how.get("header_row") or 0),
        encoding=how.get("encoding") or "",
    )


def _parts(place: str) -> tuple[str, str]:
    section, _, key = place.partition(".")
    return section, key


def keep_draft(workspace: Workspace, upload: Upload, draft: Draft) -> Upload:
    """Keep what was said so far; nothing of it counts yet."""
    columns = {name: vars(said) for name, said in draft.columns.items()}
    told = {"layout": draft.layout, "columns": columns, "whole": dict(draft.whole)}
    return uploads.changed(workspace, upload, draft=told, checked={})


def faults_of(upload: Upload, draft: Draft, agreed: Agreement) -> dict[str, str]:
    """What is wrong with a draft, by heading or by what must be said; also columns the agreement does not name."""
    recipe = recipe_of(upload, draft, agreed)
    faults = find_faults(recipe)
    allowed = agreed.columns.get(draft.layout)
    if allowed is None:
        faults["layout"] = f"Choose what kind of extract it is, as agreement {agreed.id} names them"
    elif EVERY_COLUMN not in allowed:
        for each in recipe.columns:
            if not any(same_words(each.column, name) for name in allowed):
                faults[each.column] = "The agreement does not name this column: it must not be read"
    return faults


def save_draft(workspace: Workspace, upload: Upload, draft: Draft, *, who: str) -> Upload:
    """Make a draft without faults the recipe for such files, and read this one with it.

    Raises: NotPermitted, NoAgreement, LayoutFault.
    """
    agreed = check_may_receive_under(workspace, upload.agreement, who)
    kept = save_recipe(workspace, recipe_of(upload, draft, agreed), headings_of(upload), who=who)
    return choose_layout(workspace, upload, kept.recipe_id, who=who)


def read_date(column: Mapping[str, Any], said: Said) -> tuple[str, str]:
    """A date of a column as it is written and as it is read under what was said; nothing where it holds none."""
    if not said.place or get_key(said.place).kind not in DATED:
        return "", ""
    written = column["read_as"][0] if column["read_as"] else next(iter(column["samples"]), "")
    return written, date_in_words(written, month_first=said.month_first) if written else ""


def words_of(column: Mapping[str, Any], said: Said) -> tuple[tuple[str, int], ...]:
    """The words of a column whose meaning may be said, with how often each comes; of several in a cell, each one."""
    if not said.place or not words_kind(said.place):
        return ()
    counts: dict[str, int] = {}
    for cell, count in column["words"]:
        for word in cell.split(said.split) if said.split else (cell,):
            counts[word.strip()] = counts.get(word.strip(), 0) + count
    return tuple(counts.items())
