"""Write the layout that an inspection proposes, as TOML with remarks for the person who reads it."""

import re
from collections.abc import Sequence

from kithmap.ingest.guesses import Guess
from kithmap.ingest.layout_sections import find_section

_SPLITTABLE = {"alias", "codes"}


def propose_layout(file: str, columns: Sequence[tuple[str, Guess, str]], *, sheet: str = "") -> str:
    """TOML that `load_layout` accepts; every column of the file is in it, or in a remark as not read."""
    name = re.sub(r"[^a-z0-9]+", "_", file.split(".", maxsplit=1)[0].casefold()).strip("_") or "new_layout"
    lines = [
        f"name = {quoted(name)}",
        'holder = "to be filled in"          # who sends it, as the agreement names them',
        'grain = "one row per ..."',
    ]
    if sheet:
        lines.append(f"format = {{ sheet = {quoted(sheet)} }}")
    sections: dict[str, list[str]] = {}
    unread: list[str] = []
    for column, guess, separator in columns:
        line = _line(column, guess, separator, sections)
        if line is None:
            unread.append(column)
        else:
            sections.setdefault(guess.section, []).append(line)
    _complete(sections, [column for column, _, _ in columns])
    for section in ("person", "event", "place", "school", "flag", "list", "text"):
        if section in sections:
            lines += ["", f"[[{section}]]" if section == "flag" else f"[{section}]", *sections[section]]
    if unread:
        lines += ["", "# Not read. Add a column to a section above only where the agreement names it:"]
        lines += [f"#   {quoted(column)}" for column in unread]
    return "\n".join(lines) + "\n"


def _line(column: str, guess: Guess, separator: str, sections: dict[str, list[str]]) -> str | None:
    section = find_section(guess.section) if guess.section else None
    if section is None:
        return None
    taken = any(line.startswith(f"{guess.key} =") for line in sections.get(guess.section, []))
    key = section.find_key(guess.key)
    if taken or key is None:
        return None
    if key.kind == "codes" and separator:
        value = f"{{ column = {quoted(column)}, split = [{quoted(separator)}] }}"
    else:
        value = quoted(column)
    return f"{guess.key} = {value}"


def _complete(sections: dict[str, list[str]], columns: Sequence[str]) -> None:
    """Give each section what it must have, and drop what cannot stand alone."""
    if "person" not in sections:
        school = sections.pop("school", [])
        if school:
            sections.setdefault("place", []).extend(line for line in school if line.startswith("name ="))
        sections.pop("list", None)
    if not sections and columns:
        sections["event"] = [
            f"category = {quoted(columns[0])}                # nothing was recognised: a guess"
        ]
    if {"event", "text", "place"} & sections.keys():
        _complete_event(sections.setdefault("event", []))
    if "list" in sections:
        sections["list"].insert(
            0, 'name = "to be named"                 # the silo, the same from every sender'
        )
    if "flag" in sections:
        sections["flag"].append('harm = { by = "words" }')
    names = [line for line in sections.get("place", []) if line.startswith("name =")]
    for extra in names[1:]:
        sections["place"].remove(extra)


def _complete_event(event: list[str]) -> None:
    event.insert(0, 'kind = "incident"                   # or referral, report, complaint, asb, ...')
    category = next((line for line in event if line.startswith("category =")), None)
    if category is not None:
        column = category.partition("= ")[2].partition("    ")[0]
        event.append(f'harm = {{ column = {column}, by = "words" }}   # or a map of your own')


def quoted(text: str) -> str:
    """Text as a string of TOML."""
    escaped = (
        text.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("\n", "\\n")
        .replace("\t", "\\t")
        .replace("\r", "\\r")
    )
    return f'"{escaped}"'
