"""From the words and codes of sources to ours: harm, role, sex, ethnicity, kinds of place.

Each function takes one text and is called once for each distinct text of a column.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from kithmap.ingest.layouts import Value
from kithmap.model.codes import harm_rules, harms, read_rows, words_of

_OPTION = re.compile(r"^\s*\(?[a-z0-9]{1,2}\)\s*", re.IGNORECASE)


@cache
def _pattern(name: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
    pairs = dict(words_of(name))
    either = "|".join(re.escape(word) for word in pairs)
    return re.compile(rf"(?<![a-z0-9])(?:{either})(?![a-z0-9])"), pairs


def find_meanings(name: str, text: str) -> tuple[str, ...]:
    """What the words of a list that occur in a text mean, longest words first to be taken."""
    pattern, pairs = _pattern(name)
    found = (pairs[match] for match in pattern.findall(text.casefold()))
    return tuple(dict.fromkeys(found))


def find_mapped(value: Value, text: str | None) -> str | None:
    """What the layout's own map says of a text; None when it says nothing."""
    if not value.map or text is None:
        return None
    return value.meanings.get(text.strip().casefold(), value.meanings.get("*"))


def harms_of(value: Value, text: str | None, *, is_intimate: bool = False) -> tuple[str, ...]:
    """Every harm that a cell tells of, by the layout's map, else by the rule it names."""
    if value.constant is not None:
        return tuple(value.constant.split("|"))
    if text is None:
        return tuple(value.default.split("|")) if value.default else ()
    parts = split_text(text, value.split) if value.split else (text,)
    found: list[str] = []
    for part in parts:
        mapped = find_mapped(value, part)
        if mapped is not None:
            found.extend(one for one in mapped.split("|") if one)
        elif value.by:
            found.extend(_by_rule(value.by, part, is_intimate=is_intimate))
    return tuple(dict.fromkeys(found))


def _by_rule(scheme: str, text: str, *, is_intimate: bool) -> Iterable[str]:
    if scheme == "words":
        return (meaning for meaning in find_meanings("harm_by_word", text) if meaning in harms())
    wanted = ("", "intimate" if is_intimate else "not intimate")
    code = _code_in(scheme, text)
    return (
        rule.harm for rule in harm_rules(scheme) if rule.code.casefold() == code and rule.condition in wanted
    )


@cache
def _codes(scheme: str) -> frozenset[str]:
    return frozenset(rule.code.casefold() for rule in harm_rules(scheme))


def _code_in(scheme: str, text: str) -> str:
    """The code in a cell that may also hold its label, as in `PP: Physical assault`."""
    whole = text.strip().casefold()
    if whole in _codes(scheme):
        return whole
    first = re.split(r"[\s:\u2013-]+", whole, maxsplit=1)[0]
    return first if first in _codes(scheme) else first.lstrip("0")


def harms_text(found: Iterable[str]) -> str | None:
    """Harms in the order of our list, parted by `|`."""
    wanted = set(found)
    return "|".join(harm for harm in harms() if harm in wanted) or None


def split_text(text: str, separators: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of a cell, without empty ones."""
    parts = (part.strip() for part in _separators(separators).split(text))
    return tuple(part for part in parts if part)


@cache
def _separators(separators: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(_separator(one) for one in separators))


def _separator(text: str) -> str:
    return r"\s+" if text.isspace() and "\n" not in text else re.escape(text)


def role_of(value: Value, text: str | None) -> str:
    """The role a cell states: by the layout's map, else by its words; unknown where it states none."""
    if value.constant is not None:
        return value.constant
    if text is None:
        return value.default or "unknown"
    mapped = find_mapped(value, text)
    if mapped is not None:
        return mapped or "unknown"
    exact = dict(words_of("role_by_word")).get(text.strip().casefold())
    if exact:
        return exact
    found = set(find_meanings("role_by_word", text))
    if {"harmed", "harming"} <= found:
        return "both"
    return found.pop() if len(found) == 1 else "unknown"


def sex_of(text: str) -> str | None:
    """F, M or U, from census codes, letters or words such as `a) Female`; None where it is none of them."""
    bare = _OPTION.sub("", text).strip().casefold() or text.strip().casefold()
    exact = dict(words_of("sex_by_word")).get(bare)
    return exact or next(iter(find_meanings("sex_by_word", bare)), None)


@cache
def _ethnicities() -> dict[str, str]:
    rows = read_rows("ethnicity_group")
    by_label = {row["label"].casefold(): row["group5"] for row in rows}
    return by_label | {row["code"].casefold(): row["group5"] for row in rows}


def ethnic_group_of(text: str) -> str:
    """One of five groups, or unknown, from a code, a label or words."""
    bare = _OPTION.sub("", text).strip().casefold()
    known = _ethnicities()
    first = re.split(r"[\s:\u2013-]+", bare, maxsplit=1)[0]
    if bare in known or first in known:
        return known.get(bare) or known[first]
    found = find_meanings("ethnicity_by_word", bare)
    if "mixed" in found:
        return "mixed"
    return found[0] if found else "unknown"


def place_type_of(value: Value | None, text: str | None) -> str | None:
    """Our kind of place, by the layout's map, else by the words of the source."""
    if text is None:
        return None
    mapped = find_mapped(value, text) if value else None
    return mapped or next(iter(find_meanings("place_type_by_word", text)), None)


def place_type_in(name: str) -> str | None:
    """The kind of place that a place's own name tells: `Park Road bus stop` is a bus stop.

    A house in a name is no home: only what begins with home, flat or house is one.
    """
    is_home = re.match(r"(?:home|flat|house)\b", name.strip().casefold())
    for part in name.split(","):
        kinds = [kind for kind in find_meanings("place_type_by_word", part) if is_home or kind != "home"]
        if kinds:
            return kinds[0] if is_home else kinds[-1]
    return None


def yes_no_of(text: str) -> bool | None:
    """Whether a cell says yes or no; None where it says neither."""
    words = dict(words_of("yes_no_word"))
    bare = text.strip().casefold()
    said = words.get(bare) or words.get(re.split(r"[\s,:;(-]+", bare, maxsplit=1)[0])
    return None if said is None else said == "yes"


def says_no(text: str) -> bool:
    """Whether a cell of flags says that there is none."""
    return text.strip().casefold() in {"n", "no", "none", "false", "0", "nil", "no flag", "no flags"}


def says_intimate(text: str) -> bool:
    """Whether a cell says that two people are or were partners."""
    return "intimate" in find_meanings("relationship_by_word", text)


def relation_of(text: str) -> str:
    """The kind of relation between two people, by the words of the source."""
    return next(iter(find_meanings("relationship_by_word", text)), "relationship")
