"""Recipes: layouts made by saying of each column what it is, without writing TOML."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from kithmap.errors import LayoutFault
from kithmap.ingest.grammar import Key
from kithmap.ingest.headings import tidy
from kithmap.ingest.layout_sections import SECTIONS, find_section
from kithmap.ingest.layouts import Layout
from kithmap.ingest.proposal import quoted
from kithmap.model.codes import harms, roles

DATED = frozenset({"date", "moment", "pair", "dob", "dob_or_age", "name_dob"})
MONTH_FIRST = ("mm/dd/yyyy", "mm/dd/yyyy hh:mm")
TELL_HARM = ("flag.flag", "event.category")
SPLITTABLE = frozenset({"alias", "codes"})
# What stands for a whole file where no column says it.
USUAL = {"event.kind": "incident", "missing.kind": "missing", "place.kind": "happened"}
Words = Literal["role", "harm", ""]


@dataclass(frozen=True)
class Mapped:
    """What one column is: a section and key of a layout, how its dates are written, what its words mean."""

    column: str
    section: str
    key: str
    month_first: bool = False
    words: Mapping[str, str] = field(default_factory=dict[str, str])
    split: str = ""

    @property
    def place(self) -> str:
        """The section and key, as a form names them."""
        return f"{self.section}.{self.key}"

    @property
    def found(self) -> Key:
        """The key, as the layouts' grammar declares it."""
        return get_key(self.place)


@dataclass(frozen=True)
class Recipe:
    """How one holder's file is read under an agreement: each column, and what holds for the whole file.

    whole: section.key -> a word of ours for every row, such as the name of the list.
    """

    layout: str
    holder: str
    agreement: str
    columns: tuple[Mapped, ...]
    whole: Mapping[str, str] = field(default_factory=dict[str, str])
    sheet: str = ""
    header_row: int = 0
    encoding: str = ""


def get_key(place: str) -> Key:
    """The key of a layout that `section.key` names.

    Raises: LayoutFault.
    """
    section, _, name = place.partition(".")
    found = find_section(section)
    key = found.find_key(name) if found else None
    if key is None:
        raise LayoutFault(
            f"A layout has nothing called '{place}'.", "A section and a key of it.", "Choose from the list."
        )
    return key


def words_kind(place: str) -> Words:
    """What the words of a column tell, where a person may say it of each: a role, a harm, or nothing."""
    if place in TELL_HARM:
        return "harm"
    kind = get_key(place).kind if place else ""
    return "role" if kind == "role" else "harm" if kind == "harm" else ""


def meanings(kind: Words) -> tuple[str, ...]:
    """What a word may mean."""
    return {"role": (*roles(), "not kept"), "harm": harms(), "": ()}[kind]


def needed(places: Sequence[str]) -> tuple[str, ...]:
    """What must be said of the whole file, because no column says it: `section.key`, in the order of sections."""
    used = {place.partition(".")[0] for place in places}
    return tuple(
        f"{section.name}.{name}"
        for section in SECTIONS
        if section.name in used
        for name in section.must
        if f"{section.name}.{name}" not in places
    )


def find_faults(recipe: Recipe) -> dict[str, str]:
    """What is wrong with a recipe, by column, or by `section.key` of what must be said; empty where nothing is."""
    faults: dict[str, str] = {}
    twice = Counter(each.place for each in recipe.columns)
    seen: set[str] = set()
    for each in recipe.columns:
        if twice[each.place] > 1 and each.place in seen:
            faults[each.column] = (
                f"{each.found.meaning.capitalize()}: one column only; another is chosen already"
            )
        seen.add(each.place)
    for place in needed([each.place for each in recipe.columns]):
        if not recipe.whole.get(place):
            faults[place] = f"Say of the whole file, or choose a column: {get_key(place).meaning}"
    of_people = {
        section.name for section in SECTIONS if section.has_of and section.name != "flag"
    } & {each.section for each in recipe.columns}  # fmt: skip
    if of_people and not any(each.section == "person" for each in recipe.columns):
        faults["person"] = (
            "Choose the column that names the person: " + ", ".join(sorted(of_people)) + " is of a person"
        )
    if not recipe.columns:
        faults["person"] = "Choose what at least one column is"
    return faults


def write_recipe(recipe: Recipe) -> str:
    """The TOML of a recipe, which `load_layout` accepts."""
    lines = [
        f"name = {quoted(recipe.layout)}",
        f"holder = {quoted(recipe.holder)}",
        'grain = "one row per row of the file"',
        f"about = {quoted(f'As the columns were said to be under agreement {recipe.agreement}.')}",
        *_format(recipe),
    ]
    for section in SECTIONS:
        columns = [each for each in recipe.columns if each.section == section.name]
        whole = {
            place: word
            for place, word in recipe.whole.items()
            if place.startswith(f"{section.name}.") and word
        }
        if not columns:
            continue
        lines += ["", f"[[{section.name}]]" if section.many else f"[{section.name}]"]
        lines += [
            f"{place.partition('.')[2]} = {{ value = {quoted(word)} }}" for place, word in whole.items()
        ]
        lines += [f"{each.key} = {_value(each)}" for each in columns]
        lines += _harms(columns)
    return "\n".join(lines) + "\n"


def _format(recipe: Recipe) -> list[str]:
    given = {
        "sheet": quoted(recipe.sheet) if recipe.sheet else "",
        "header_row": str(recipe.header_row) if recipe.header_row else "",
        "encoding": quoted(recipe.encoding) if recipe.encoding else "",
    }
    said = ", ".join(f"{name} = {value}" for name, value in given.items() if value)
    return [f"format = {{ {said} }}"] if said else []


def _value(each: Mapped) -> str:
    parts = [f"column = {quoted(each.column)}"]
    if each.month_first and each.found.kind in DATED:
        parts.append("dates = [" + ", ".join(quoted(form) for form in MONTH_FIRST) + "]")
    if any(each.words.values()) and words_kind(each.place) and each.place not in TELL_HARM:
        parts.append(_map(each.words))
    if each.split and each.found.kind in SPLITTABLE:
        parts.append(f"split = [{quoted(each.split)}]")
    return f"{{ {', '.join(parts)} }}"


def _map(words: Mapping[str, str]) -> str:
    said = ", ".join(f"{quoted(word)} = {quoted(means)}" for word, means in words.items() if means)
    return f"map = {{ {said} }}"


def _harms(columns: Sequence[Mapped]) -> list[str]:
    """What tells the harm where no column does: what was said of a word, else the word itself."""
    telling = next((each for each in columns if each.place in TELL_HARM), None)
    if telling is None or any(each.key == "harm" for each in columns):
        return []
    # Of flags each tells its own harm; without a column the flag itself is looked at.
    parts = [f"column = {quoted(telling.column)}"] if telling.section == "event" else []
    parts += ['by = "words"', *([_map(telling.words)] if any(telling.words.values()) else [])]
    return [f"harm = {{ {', '.join(parts)} }}"]


@dataclass(frozen=True)
class Fit:
    """How a layout fits a file's headings: its columns that are there and that are not, and the file's that are new."""

    same: tuple[str, ...]
    missing: tuple[str, ...]
    new: tuple[str, ...]
    lacks: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether the file can be read with the layout as it is."""
        return not self.lacks


def fit(layout: Layout, headings: Sequence[str], known: Sequence[str] = ()) -> Fit:
    """How a layout fits the headings of a file; known: headings that were seen before though they are not read."""
    have = {tidy(name) for name in headings}
    wanted = {tidy(name) for name in (*layout.columns, *known)}
    return Fit(
        same=tuple(name for name in headings if tidy(name) in wanted),
        missing=tuple(name for name in layout.columns if tidy(name) not in have),
        new=tuple(name for name in headings if tidy(name) not in wanted),
        lacks=tuple(
            name for name in layout.columns if tidy(name) not in have and name not in layout.optional_columns
        ),
    )


def date_in_words(written: str, *, month_first: bool) -> str:
    """How a date is read, in words; nothing where it cannot be.

    >>> date_in_words("03/04/2026", month_first=False), date_in_words("03/04/2026", month_first=True)
    ('3 April 2026', '4 March 2026')
    """
    import polars as pl

    from kithmap.ingest.parse_layout import date_form
    from kithmap.model.times import parse_dates, parse_moments

    forms = tuple(date_form(form) for form in MONTH_FIRST) if month_first else ()
    cell = pl.Series([written], dtype=pl.String)
    read = parse_moments(cell, forms)["value"][0] or parse_dates(cell, forms)["value"][0]
    return f"{read.day} {read:%B %Y}" if read is not None else ""
