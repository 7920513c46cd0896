"""Values as TOML text: what a file said, written so that it reads the same again."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

MOST_ON_A_LINE = 100


def to_toml(data: Mapping[str, Any]) -> str:
    """The TOML text of plain values; a key without a value is left out.

    >>> print(to_toml({"id": "A-1", "purposes": ["case"], "lawful": {"part_3": False}}), end="")
    id = "A-1"
    purposes = ["case"]
    <BLANKLINE>
    [lawful]
    part_3 = false
    """
    return "\n".join(_table(data, "")).strip("\n") + "\n"


def _table(data: Mapping[str, Any], path: str) -> list[str]:
    given = {key: value for key, value in data.items() if value is not None}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in given.items() if not _is_nested(value)]
    for key, value in given.items():
        name = f"{path}{_key(key)}"
        if isinstance(value, Mapping):
            lines += ["", f"[{name}]", *_table(cast("Mapping[str, Any]", value), f"{name}.")]
        elif _is_nested(value):
            for each in value:
                lines += ["", f"[[{name}]]", *_table(each, f"{name}.")]
    return lines


def _is_nested(value: object) -> bool:
    if isinstance(value, list | tuple):
        listed = cast("list[object]", value)
        return bool(listed) and all(isinstance(each, Mapping) for each in listed)
    return isinstance(value, Mapping)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return _list([_value(each) for each in cast("Iterable[Any]", value)])
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, Any]", value).items()
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in pairs) + " }"
    return _text(value) if isinstance(value, str) else str(value)


def _list(values: list[str]) -> str:
    line = "[" + ", ".join(values) + "]"
    if len(line) <= MOST_ON_A_LINE:
        return line
    return "[\n" + "".join(f"    {value},\n" for value in values) + "]"


def _key(key: str) -> str:
    bare = key and all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in key)
    return key if bare else _text(key)


def _text(text: str) -> str:
    # JSON's escapes are TOML's, but for the one control character that JSON writes as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
