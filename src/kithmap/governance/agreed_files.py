"""Agreements and purposes as their TOML files state them: read into values, all faults at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from kithmap.errors import DataProblem
from kithmap.governance.agreements import Agreement
from kithmap.governance.purposes import Purpose, PurposeRecord

KINDS = ", ".join(kind.value for kind in Purpose)
AGREEMENT_KEYS = (
    "id", "title", "holder", "known_as", "authority", "authorities", "purposes", "columns", "start", "end",
    "legal_basis",
)  # fmt: skip
STATES = ("draft", "active", "suspended")
ALSO = {
    "start": "from",
    "end": "to",
    "legal_basis": "gateways",
}  # other names of a key, as some files have it
PURPOSE_KEYS = ("id", "kind", "question", "approver", "start", "end")


@dataclass
class _Reading:
    """One file being read: its values, and every fault found so far."""

    data: Mapping[str, Any]
    faults: list[str] = field(default_factory=list[str])

    def text(self, key: str, *, otherwise: str | None = None) -> str:
        value = self.data.get(key, otherwise)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if otherwise is None:
            self.faults.append(f"'{key}' must be a text")
        return otherwise or ""

    def find(self, key: str) -> Any:
        return self.data.get(key, self.data.get(ALSO.get(key, key)))

    def state(self) -> str:
        value = self.data.get("state", "active")
        if value not in STATES:
            self.faults.append(f"'state' must be one of {', '.join(STATES)}")
        return str(value)

    def day(self, key: str) -> date:
        value = self.find(key)
        if isinstance(value, str):
            value = _parsed_day(value)
        if isinstance(value, datetime):
            value = value.date()
        if isinstance(value, date):
            return value
        self.faults.append(f"'{key}' must be a day, such as 2026-04-01")
        return date.min

    def kind(self, value: object) -> Purpose:
        try:
            return Purpose(value)
        except ValueError:
            self.faults.append(f"a kind of purpose must be one of {KINDS}")
            return Purpose.PROFILING

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.find(key)
        if isinstance(value, str):
            return (value,)
        return self.words_of(key, () if value is None else value)

    def words_of(self, key: str, value: object) -> tuple[str, ...]:
        if isinstance(value, list | tuple):
            words = cast("list[object]", value)
            if all(isinstance(word, str) for word in words):
                return tuple(cast("list[str]", words))
        self.faults.append(f"'{key}' must be a list of texts")
        return ()

    def rest(self, known: tuple[str, ...]) -> dict[str, Any]:
        more = {
            key: value
            for key, value in self.data.items()
            if key not in (*known, *ALSO.values(), "state", "terms")
        }
        return {**self.data.get("terms", {}), **_plain_values(more)}

    def check(self, what: str, do: str) -> None:
        """Raise one DataProblem with every fault found."""
        if self.faults:
            raise DataProblem(
                f"The {what} file has {len(self.faults)} faults: {'; '.join(dict.fromkeys(self.faults))}.",
                f"A TOML file with the keys of a {what}, as docs/how-to/agree-a-purpose.md shows.",
                do,
            )


def parse_agreement(data: Mapping[str, Any]) -> Agreement:
    """Read an agreement from the values of its TOML file.

    Raises: DataProblem, with every fault of the file.
    """
    reading = _Reading(data)
    columns = _agreed_columns(reading)
    purposes = frozenset(reading.kind(value) for value in reading.texts("purposes"))
    agreement = Agreement(
        id=reading.text("id"),
        title=reading.text("title", otherwise=str(data.get("id", ""))),
        holder=reading.text("holder"),
        authority=reading.text("authority", otherwise="") or None,
        purposes=purposes,
        columns=columns,
        start=reading.day("start"),
        end=reading.day("end"),
        known_as=reading.texts("known_as"),
        authorities=_authorities(reading),
        legal_basis=reading.texts("legal_basis"),
        state=reading.state(),
        terms=reading.rest(AGREEMENT_KEYS),
    )
    if not purposes:
        reading.faults.append("'purposes' must name at least one kind of purpose")
    _check_dates(reading, agreement.start, agreement.end)
    reading.check("agreement", "Correct the file and add it again.")
    return agreement


def parse_purpose(data: Mapping[str, Any]) -> PurposeRecord:
    """Read a purpose from the values of its TOML file.

    Raises: DataProblem, with every fault of the file.
    """
    reading = _Reading(data)
    purpose = PurposeRecord(
        id=reading.text("id"),
        kind=reading.kind(data.get("kind")),
        question=reading.text("question"),
        approver=reading.text("approver"),
        start=reading.day("start"),
        end=reading.day("end"),
        state=reading.state(),
        terms=reading.rest(PURPOSE_KEYS),
    )
    _check_dates(reading, purpose.start, purpose.end)
    reading.check("purpose", "Correct the file and add it again.")
    return purpose


def _agreed_columns(reading: _Reading) -> dict[str, tuple[str, ...]]:
    given = reading.data.get("columns")
    if not isinstance(given, Mapping) or not given:
        reading.faults.append("'columns' must be a table: layout = [columns that may be received]")
        return {}
    named = cast("Mapping[str, object]", given)
    return {layout: reading.words_of(f"columns.{layout}", names) for layout, names in named.items()}


def _authorities(reading: _Reading) -> dict[str, str]:
    given = reading.data.get("authorities", {})
    if isinstance(given, Mapping):
        codes = cast("Mapping[str, object]", given)
        if all(isinstance(code, str) for code in codes.values()):
            return {name: str(code) for name, code in codes.items()}
    reading.faults.append("'authorities' must be a table: name = code")
    return {}


def _check_dates(reading: _Reading, start: date, end: date) -> None:
    if end < start and date.min not in (start, end):
        reading.faults.append("'end' must not be before 'start'")


def _parsed_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
