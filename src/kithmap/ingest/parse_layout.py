"""From the TOML text of a layout to a Layout: every fault is gathered, then told at once."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, cast

from kithmap.errors import LayoutFault
from kithmap.ingest.grammar import FORMAT_KEYS, NAME_ORDERS, VALUE_KEYS, Key, Section
from kithmap.ingest.layout_sections import SECTIONS, find_section
from kithmap.ingest.layouts import Format, Layout, Use, Value
from kithmap.model.codes import harm_schemes, harms, roles

TOP_KEYS = ("name", "holder", "grain", "about", "authority", "format")
_LISTS = ("columns", "split")
_FLAGS = ("required", "optional")


class _Faults:
    """Faults of one layout, each a full sentence."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, sentence: str) -> None:
        self.found.append(sentence)

    def unknown(self, where: str, name: str, known: Sequence[str]) -> None:
        near = get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"; did you mean '{near[0]}'?" if near else f"; it may be one of {', '.join(known)}."
        self.add(f"{where} has no '{name}'{hint}")


def parse_layout(text: str, fallback_name: str = "layout") -> Layout:
    """Read and check a layout.

    Raises: LayoutFault, with every fault of the layout.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise LayoutFault(
            f"Layout {fallback_name} is not TOML: {problem}.",
            "A layout is a TOML file; text stands in quotes.",
            "Mend that line, or start from `kithmap inspect FILE --layout-out L.toml`.",
        ) from problem
    faults = _Faults()
    layout = _layout_of(raw, text, fallback_name, faults)
    _check_whole(layout, faults)
    if faults.found:
        count = "1 fault" if len(faults.found) == 1 else f"{len(faults.found)} faults"
        raise LayoutFault(
            f"Layout {layout.name} has {count}: " + " ".join(faults.found),
            "The sections and keys are those of docs/reference/layouts.md.",
            "Mend the layout and try again.",
        )
    return layout


def _layout_of(raw: dict[str, Any], text: str, fallback_name: str, faults: _Faults) -> Layout:
    name = _text(raw, "name", "The layout", faults) or fallback_name
    holder = _text(raw, "holder", "The layout", faults)
    if not holder:
        faults.add('The layout does not say who the holder is: write holder = "...".')
    uses: list[Use] = []
    for key, body in raw.items():
        if key in TOP_KEYS:
            continue
        section = find_section(key)
        if section is None:
            faults.unknown("A layout", key, [*TOP_KEYS, *(known.name for known in SECTIONS)])
            continue
        uses.extend(_uses(section, body, faults))
    authority = raw.get("authority")
    return Layout(
        name=name,
        holder=holder or "",
        grain=_text(raw, "grain", "The layout", faults) or "",
        about=_text(raw, "about", "The layout", faults) or "",
        uses=tuple(uses),
        format=_format(raw.get("format", {}), faults),
        authority=None if authority is None else _value(authority, None, "authority", faults),
        text=text,
    )


def _text(raw: Mapping[str, Any], key: str, where: str, faults: _Faults) -> str | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        faults.add(f"{where}: '{key}' must be text in quotes.")
        return None
    return value


def _format(raw: Any, faults: _Faults) -> Format:
    if not isinstance(raw, dict):
        faults.add('format must be a table, such as format = { sheet = "List" }.')
        return Format()
    given: dict[str, Any] = {}
    for key, value in cast("dict[str, Any]", raw).items():
        if key not in FORMAT_KEYS:
            faults.unknown("format", key, tuple(FORMAT_KEYS))
        elif key == "dates":
            given[key] = _date_forms(value, "format dates", faults)
        elif key in ("unknown", "blank_means_previous"):
            given[key] = _texts(value, f"format {key}", faults)
        elif key in ("header_row", "header_rows"):
            given[key] = _whole(value, f"format {key}", faults)
        elif isinstance(value, str):
            given[key] = value
        else:
            faults.add(f"format: '{key}' must be text in quotes.")
    _check_format(given, faults)
    return Format(**given)


def _check_format(given: dict[str, Any], faults: _Faults) -> None:
    for key, allowed in (
        ("duplicates", ("keep", "refuse")),
        ("decimal", (".", ",")),
        ("header_rows", (1, 2)),
    ):
        if key in given and given[key] not in allowed:
            faults.add(f"format: '{key}' must be one of {', '.join(map(str, allowed))}.")
            del given[key]
    if len(given.get("delimiter", ",")) != 1:
        faults.add('format: \'delimiter\' must be one character, such as ";" or "\\t".')
        del given["delimiter"]
    if "encoding" in given and not _is_encoding(given["encoding"]):
        faults.add("format: 'encoding' is not one that is known, such as utf-8 or cp1252.")


_LETTERS = (
    (r"hh:mm:ss", "%H:%M:%S"), (r"hh:mm", "%H:%M"), (r"hhmm", "%H%M"), (r"yyyy", "%Y"), (r"yy", "%y"), (r"mmmm", "%B"), (r"mmm", "%b"),
    (r"mm", "%m"), (r"dddd", "%A"), (r"ddd", "%a"), (r"dd", "%d"),
)  # fmt: skip


def date_form(text: str) -> str:
    """A date form as code letters; `dd/mm/yyyy hh:mm` says the same as `%d/%m/%Y %H:%M`."""
    if "%" in text:
        return text
    marks = {f"\x00{place}\x00": code for place, (_, code) in enumerate(_LETTERS)}
    for (letters, _), mark in zip(_LETTERS, marks, strict=True):
        text = re.sub(letters, mark, text, flags=re.IGNORECASE)
    for mark, code in marks.items():
        text = text.replace(mark, code)
    return text


def _date_forms(raw: Any, where: str, faults: _Faults) -> tuple[str, ...]:
    forms = tuple(date_form(form) for form in _texts(raw, where, faults))
    for form in forms:
        _check_date_format(form, where, faults)
    return forms


def _is_encoding(name: str) -> bool:
    try:
        "".encode(name)
    except LookupError:
        return False
    return True


def _check_date_format(form: str, where: str, faults: _Faults) -> None:
    if not any(part in form for part in ("%d", "%e", "%F", "%D", "%j")) or not any(
        part in form for part in ("%Y", "%y", "%F", "%D")
    ):
        faults.add(f"{where}: '{form}' is not a way to write a date; write it as \"dd/mm/yyyy\".")


def _uses(section: Section, body: Any, faults: _Faults) -> list[Use]:
    if isinstance(body, dict):
        return [_use(section, cast("dict[str, Any]", body), f"[{section.name}]", faults)]
    if not isinstance(body, list) or not all(isinstance(one, dict) for one in cast("list[Any]", body)):
        faults.add(f"[{section.name}] must be a section with keys.")
        return []
    bodies = cast("list[dict[str, Any]]", body)
    if len(bodies) > 1 and not section.many:
        faults.add(f"[{section.name}] can be used once only.")
    return [
        _use(section, one, f"[[{section.name}]] {number}", faults) for number, one in enumerate(bodies, 1)
    ]


def _use(section: Section, body: dict[str, Any], where: str, faults: _Faults) -> Use:
    values: dict[str, tuple[Value, ...]] = {}
    special: dict[str, Any] = {}
    known = _special_keys(section)
    for name, raw in body.items():
        key = section.find_key(name)
        if name in known:
            special[name] = raw
        elif key is None and section.name != "attributes":
            faults.unknown(where, name, [*(one.name for one in section.keys), *known])
        else:
            values[name] = _values(raw, key, f"{where} {name}", faults)
    for name in section.must:
        if name not in values:
            faults.add(f"{where} needs '{name}'.")
    return Use(
        section=section,
        values=values,
        name=str(special.get("as", "")),
        of=_texts(special.get("of", ()), f"{where} of", faults),
        between=_texts(special.get("between", ()), f"{where} between", faults),
        split=_texts(special.get("split", ()), f"{where} split", faults),
        one_row_each=_is_register(special.get("one_row_each", False), values, where, faults),
    )


def _is_register(raw: Any, values: Mapping[str, Any], where: str, faults: _Faults) -> bool:
    if not isinstance(raw, bool):
        faults.add(f"{where}: 'one_row_each' must be true or false.")
    elif raw and "id" not in values:
        faults.add(f"{where}: 'one_row_each' says that each person has one number, so it needs 'id'.")
    return raw is True


def _special_keys(section: Section) -> tuple[str, ...]:
    if section.name == "person":
        return ("as", "split", "one_row_each")
    if section.name == "association":
        return ("between",)
    return ("of",) if section.has_of else ()


def _values(raw: Any, key: Key | None, where: str, faults: _Faults) -> tuple[Value, ...]:
    if isinstance(raw, list) and key is not None and key.kind == "harm":
        return tuple(_value(one, key, where, faults) for one in cast("list[Any]", raw))
    return (_value(raw, key, where, faults),)


def _value(raw: Any, key: Key | None, where: str, faults: _Faults) -> Value:
    kind = key.kind if key else "text"
    if isinstance(raw, str):
        return Value(constant=raw) if _is_constant(raw, kind) else Value(columns=(raw,))
    if isinstance(raw, bool | int | float):
        return Value(constant=str(raw))
    if isinstance(raw, list):
        return Value(columns=_texts(raw, where, faults))
    if not isinstance(raw, dict):
        faults.add(f'{where} must be the name of a column, or a table such as {{ column = "..." }}.')
        return Value()
    value = _value_of_table(cast("dict[str, Any]", raw), where, faults)
    _check_value(value, kind, where, faults)
    return value


def _is_constant(raw: str, kind: str) -> bool:
    return kind == "word" or (kind == "harm" and raw in harms()) or (kind == "role" and raw in roles())


def _value_of_table(raw: dict[str, Any], where: str, faults: _Faults) -> Value:
    given: dict[str, Any] = {}
    for name, content in raw.items():
        if name not in VALUE_KEYS:
            faults.unknown(where, name, tuple(VALUE_KEYS))
        else:
            given[name] = _value_part(name, content, where, faults)
    if "column" in given:
        given["columns"] = (given.pop("column"), *given.get("columns", ()))
    if "value" in given:
        given["constant"] = given.pop("value")
    return Value(**given)


def _value_part(name: str, content: Any, where: str, faults: _Faults) -> Any:
    if name in _FLAGS:
        return bool(content)
    if name == "dates":
        return _date_forms(content, f"{where} dates", faults)
    if name in _LISTS:
        return _texts(content, f"{where} {name}", faults)
    if name == "part":
        return _whole(content, f"{where} part", faults)
    if name == "map":
        return _map(content, where, faults)
    if not isinstance(content, str | int | float):
        faults.add(f"{where}: '{name}' must be text in quotes.")
    return str(content)


def _texts(raw: Any, where: str, faults: _Faults) -> tuple[str, ...]:
    if isinstance(raw, str):
        return (raw,)
    if isinstance(raw, list | tuple) and all(isinstance(one, str) for one in cast("Sequence[Any]", raw)):
        return tuple(cast("Sequence[str]", raw))
    faults.add(f"{where} must be text, or a list of texts.")
    return ()


def _whole(raw: Any, where: str, faults: _Faults) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 1:
        return raw
    faults.add(f"{where} must be a whole number, 1 or more.")
    return 1


def _map(raw: Any, where: str, faults: _Faults) -> tuple[tuple[str, str], ...]:
    if not isinstance(raw, dict) or not all(
        isinstance(one, str) for one in cast("dict[str, Any]", raw).values()
    ):
        faults.add(f"{where}: 'map' must be a table from the source's words to ours.")
        return ()
    return tuple((source.strip().casefold(), ours) for source, ours in cast("dict[str, str]", raw).items())


def _check_value(value: Value, kind: str, where: str, faults: _Faults) -> None:
    if value.order not in NAME_ORDERS:
        faults.unknown(f"{where} order", value.order, NAME_ORDERS)
    if value.by is not None and value.by not in (*harm_schemes(), "words"):
        faults.unknown(f"{where} by", value.by, [*harm_schemes(), "words"])
    if value.part is not None and not value.split:
        faults.add(f"{where}: 'part' needs 'split'.")
    allowed = {"harm": harms(), "role": (*roles(), "not kept")}.get(kind)
    if allowed:
        words = [ours for _, ours in value.map] + [word for word in (value.constant, value.default) if word]
        for word in (part for ours in words for part in ours.split("|") if part):
            if word not in allowed:
                faults.unknown(where, word, allowed)


def _check_whole(layout: Layout, faults: _Faults) -> None:
    if not layout.uses:
        faults.add("The layout has no section, so nothing would be read.")
    elif not layout.columns:
        faults.add("The layout reads no column.")
    people = layout.all_of("person")
    names = [use.name for use in people if use.name]
    if len(set(names)) < len(names):
        faults.add("Two [[person]] sections have the same name.")
    for use in layout.uses:
        _check_people_of(use, names, faults)
        if use.section.has_of and use.section.name != "flag" and not people:
            faults.add(f"[{use.section.name}] is of a person, but the layout has no [person].")


def _check_people_of(use: Use, names: list[str], faults: _Faults) -> None:
    for name in use.of:
        if name not in names and not (name == "row" and use.section.name == "flag"):
            faults.unknown(f"[{use.section.name}] of", name, [*names, "row"])
    if use.section.name == "association" and (len(use.between) != 2 or set(use.between) - set(names)):
        faults.add(
            '[association] between must name two kinds of person, as in between = ["victim", "suspect"].'
        )
