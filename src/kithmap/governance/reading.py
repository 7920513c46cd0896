"""Reading the tables of a TOML file into values, all faults gathered before any is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from enum import Enum
from typing import Any, NamedTuple, TypeVar, cast

from kithmap.errors import DataProblem

_Value = TypeVar("_Value", bound=Enum)


class Fault(NamedTuple):
    """One fault: the key it is of, such as `lawful.article_6` or `parties[1].role`, and what is wrong, of the file and of itself."""

    key: str
    text: str
    says: str


@dataclass
class Reading:
    """One table being read: its values, where it stands, and every fault found so far in the whole file."""

    data: Mapping[str, Any]
    path: str = ""
    faults: list[Fault] = field(default_factory=list[Fault])
    known: set[str] = field(default_factory=set[str])

    def fault(self, key: str, must: str) -> None:
        """Keep a fault of a key."""
        at = f"{self.path}{key}"
        self.faults.append(Fault(at, f"'{at}' {must}", must))

    def find(self, *keys: str) -> Any:
        """The value of a key, or of another name it may have; None where there is none."""
        self.known.update(keys)
        return next((self.data[key] for key in keys if self.data.get(key) is not None), None)

    def text(self, *keys: str, otherwise: str | None = None) -> str:
        """A text; one that must be there, unless there is something else to take."""
        value = self.find(*keys)
        if isinstance(value, str) and (value.strip() or otherwise is not None):
            return value.strip()
        if value is not None or otherwise is None:
            self.fault(keys[0], "must be a text")
        return otherwise or ""

    def texts(self, *keys: str) -> tuple[str, ...]:
        """A list of texts; one text is a list of itself, and no list is an empty one."""
        value: object = self.find(*keys)
        if isinstance(value, str):
            return (value,)
        if isinstance(value, list | tuple):
            words = cast("list[object]", value)
            if all(isinstance(word, str) for word in words):
                return tuple(cast("list[str]", words))
        if value is not None:
            self.fault(keys[0], "must be a list of texts")
        return ()

    def yes(self, key: str) -> bool:
        """True or false; false where it is not said."""
        value = self.find(key)
        if value is not None and not isinstance(value, bool):
            self.fault(key, "must be true or false")
        return value is True

    def whole(self, key: str) -> int | None:
        """A whole number, or None."""
        value = self.find(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        self.fault(key, "must be a whole number")
        return None

    def find_day(self, *keys: str) -> date | None:
        """A day, or None where none is given."""
        value = self.find(*keys)
        if isinstance(value, str):
            value = _parsed_day(value)
        elif isinstance(value, datetime):
            value = value.date()
        elif value is None:
            return None
        if isinstance(value, date):
            return value
        self.fault(keys[0], "must be a day, such as 2026-04-01")
        return None

    def day(self, *keys: str) -> date:
        """A day that must be there."""
        if self.find(*keys) is None:
            self.fault(keys[0], "must be a day, such as 2026-04-01")
        return self.find_day(*keys) or date.min

    def one_of(self, key: str, kind: type[_Value], otherwise: _Value) -> _Value:
        """One of our words."""
        value = self.find(key)
        found = otherwise if value is None else as_word(kind, value)
        if found is None:
            self.fault(key, f"must be one of {', '.join(str(each.value) for each in kind)}")
        return found or otherwise

    def several_of(self, key: str, kind: type[_Value]) -> frozenset[_Value]:
        """Several of our words."""
        found = [as_word(kind, value) for value in self.texts(key)]
        if None in found:
            self.fault(key, f"must hold only {', '.join(str(each.value) for each in kind)}")
        return frozenset(value for value in found if value is not None)

    def table(self, key: str) -> "Reading":
        """The table under a key; an empty one where there is none."""
        value = self.find(key)
        if isinstance(value, Mapping):
            return Reading(cast("Mapping[str, Any]", value), f"{self.path}{key}.", self.faults)
        if value is not None:
            self.fault(key, "must be a table")
        return Reading({}, f"{self.path}{key}.", self.faults)

    def tables(self, key: str) -> "tuple[Reading, ...]":
        """The tables listed under a key."""
        value: object = self.find(key)
        listed = cast("list[object]", value) if isinstance(value, list | tuple) else []
        if (value is not None and not isinstance(value, list | tuple)) or not all(
            isinstance(each, Mapping) for each in listed
        ):
            self.fault(key, "must be a list of tables")
            return ()
        return tuple(
            Reading(cast("Mapping[str, Any]", each), f"{self.path}{key}[{number}].", self.faults)
            for number, each in enumerate(listed, 1)
        )

    def check_known(self) -> None:
        """Keep a fault for every key that nothing read, with the one that was perhaps meant."""
        for key in self.rest():
            near = get_close_matches(key, self.known, 1)
            self.fault(key, f"is not known{f'; did you mean {near[0]!r}?' if near else ''}")

    def rest(self) -> dict[str, Any]:
        """What nothing read, as plain values."""
        return {key: plain(value) for key, value in self.data.items() if key not in self.known}

    def check(self, what: str, guide: str) -> None:
        """Raise one error with every fault found.

        Raises: DataProblem.
        """
        if self.faults:
            faults = tuple(dict.fromkeys(fault.text for fault in self.faults))
            number = "a fault" if len(faults) == 1 else f"{len(faults)} faults"
            raise DataProblem(
                f"The {what} file has {number}: {'; '.join(faults)}.",
                f"A TOML file with the keys of {_article(what)} {what}, as {guide} shows.",
                "Correct the file and add it again.",
            )


def as_word(kind: type[_Value], value: object) -> _Value | None:
    """One of our words for a value as written, whatever its case and blanks; None for any other."""
    words = {str(each.value).casefold(): each for each in kind}
    return words.get("_".join(value.casefold().split())) if isinstance(value, str) else None


def plain(value: Any) -> Any:
    """A value with days as text, as JSON holds it."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in cast("Iterable[Any]", value)]
    return value


def _article(what: str) -> str:
    return "an" if what[0] in "aeiou" else "a"


def _parsed_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
