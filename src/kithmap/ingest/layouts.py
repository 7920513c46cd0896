"""Layouts: how an extract's columns map to ours, read from TOML and checked whole."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path

from kithmap.errors import LayoutFault, NotFound
from kithmap.ingest.grammar import Section

_BUILT_IN = resources.files("kithmap.ingest") / "layouts"


@dataclass(frozen=True)
class Value:
    """Where one value comes from: columns, a constant, and how the cells are read."""

    columns: tuple[str, ...] = ()
    join: str | None = None
    constant: str | None = None
    map: tuple[tuple[str, str], ...] = ()
    by: str | None = None
    relationship: str | None = None
    default: str | None = None
    dates: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    part: int | None = None
    order: str = "auto"
    required: bool = False
    optional: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        """Every column of the source that this value reads."""
        return self.columns + ((self.relationship,) if self.relationship else ())

    @cached_property
    def meanings(self) -> Mapping[str, str]:
        """The layout's map: a word of the source, in lower case, to ours."""
        return dict(self.map)


@dataclass(frozen=True)
class Use:
    """One use of a section in a layout."""

    section: Section
    values: Mapping[str, tuple[Value, ...]]
    name: str = ""
    of: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    split: tuple[str, ...] = ()
    one_row_each: bool = False

    def find(self, key: str) -> Value | None:
        """The value of a key, where the layout gives it."""
        given = self.values.get(key, ())
        return given[0] if given else None

    def constant(self, key: str) -> str | None:
        value = self.find(key)
        return value.constant if value else None


@dataclass(frozen=True)
class Format:
    """How the file is written; whatever is None is found in the file."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    header_rows: int = 1
    dates: tuple[str, ...] = ()
    decimal: str = "."
    unknown: tuple[str, ...] = ()
    duplicates: str = "refuse"
    blank_means_previous: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A layout that has passed every check."""

    name: str
    holder: str
    grain: str
    about: str
    uses: tuple[Use, ...]
    format: Format = field(default_factory=Format)
    authority: Value | None = None
    text: str = ""

    def all_of(self, section: str) -> tuple[Use, ...]:
        """Every use of a section, in the order the layout has them."""
        return tuple(use for use in self.uses if use.section.name == section)

    def find(self, section: str) -> Use | None:
        return next(iter(self.all_of(section)), None)

    @cached_property
    def values(self) -> tuple[tuple[Use, str, Value], ...]:
        """Every (use, key, value) of the layout."""
        return tuple(
            (use, key, value) for use in self.uses for key, given in use.values.items() for value in given
        )

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column of the source that the layout reads, once each."""
        named = [column for _, _, value in self.values for column in value.sources]
        named += self.authority.sources if self.authority else ()
        return tuple(dict.fromkeys([*named, *self.format.blank_means_previous]))

    @cached_property
    def optional_columns(self) -> frozenset[str]:
        """Columns the file may lack."""
        every = [value for _, _, value in self.values] + ([self.authority] if self.authority else [])
        needed = {column for value in every if not value.optional for column in value.sources}
        return frozenset(self.columns) - needed

    @property
    def feeds(self) -> tuple[str, ...]:
        """The record tables this layout can fill."""
        tables = [use.section.table for use in self.uses]
        if "event" in tables and "mention" in tables:
            tables.append("party")
        return tuple(dict.fromkeys(tables))

    @property
    def list_name(self) -> str | None:
        """The silo this extract is, where it is a list."""
        use = self.find("list")
        return use.constant("name") if use else None

    @property
    def list_harm(self) -> str | None:
        """The harm the list is about, where the layout states one for all rows."""
        use = self.find("list")
        return use.constant("harm") if use else None

    @cached_property
    def sha256(self) -> str:
        """Fingerprint of the layout's text, for the manifest of a build."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@cache
def builtin_layouts() -> tuple[str, ...]:
    """The names of the layouts that come with Kithmap, in order."""
    names = (entry.name for entry in _BUILT_IN.iterdir() if entry.name.endswith(".toml"))
    return tuple(sorted(name.removesuffix(".toml") for name in names))


def read_layout_text(name_or_path: str | Path) -> str:
    """The text of a layout: a file where the name ends in .toml, else a built-in one.

    Raises: NotFound when there is neither.
    """
    if str(name_or_path) in builtin_layouts():
        return (_BUILT_IN / f"{name_or_path}.toml").read_text(encoding="utf-8")
    path = Path(name_or_path)
    if not path.is_file():
        raise _no_such_layout(str(name_or_path))
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise LayoutFault(
            f"The layout file {path.name} cannot be read as text.",
            "A layout is a TOML file in UTF-8.",
            "Save it again as UTF-8 text.",
        ) from problem


def load_layout(name_or_path: str | Path) -> Layout:
    """A layout by its built-in name or its file, checked; every fault is told at once.

    Raises: NotFound when there is no such layout; LayoutFault when it has faults.

    >>> load_layout("gangs_panel_list").list_name
    'gangs'
    """
    return _compile(read_layout_text(name_or_path), Path(name_or_path).stem)


@cache
def _compile(text: str, fallback_name: str) -> Layout:
    from kithmap.ingest.parse_layout import parse_layout

    return parse_layout(text, fallback_name)


def _no_such_layout(name: str) -> NotFound:
    from difflib import get_close_matches

    near = get_close_matches(name, builtin_layouts(), n=1)
    return NotFound(
        f"There is no layout named '{name}'" + (f"; did you mean '{near[0]}'?" if near else "."),
        "A layout is the name of a built-in one or the path of a .toml file.",
        "See `kithmap layouts` for the built-in layouts.",
    )
