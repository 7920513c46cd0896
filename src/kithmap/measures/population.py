"""Who and what is counted: the young people and the standing concerns of every measure."""

from typing import Any, Literal

from kithmap.governance.cells import Cell
from kithmap.measures.measure import Row

NOT_HARMS = ("ASB", "GANG")
Ages = Literal["under 18", "under 18 or not known"]


def young_people(people: Any, *, authority: str = "", ages: Ages = "under 18") -> Any:
    """Keep the people a measure counts: under 18 on the build's as-at date.

    Shape: as `people`, fewer rows.
    Unit: people. Those known to be 18 or over are never counted; those whose age no source
        gives are counted only where `ages` says so: an age is never guessed.
    """
    young = people.is_young
    kept = people.filter(young if ages == "under 18" else (young | young.isnull()))
    return kept.filter(kept.la_code == authority) if authority else kept


def standing_concerns(concerns: Any, *, role: str = "") -> Any:
    """Keep the concerns that stand: off a list, out of the picture.

    Shape: as `concerns`, fewer rows. Flags taken back are not in `concerns` at all.
    Unit: concerns.
    """
    standing = concerns.filter(concerns.end_on.isnull())
    return standing.filter(standing.role == role) if role else standing


def draw_of(rows: Any) -> list[str]:
    """Name the column that says which draw of the linkage rows are of; none where they are as published.

    A measure counts each draw apart: it has this column among the keys of every join and group.
    """
    return ["draw"] if "draw" in rows.columns else []


def counted(rows: Any, keys: list[str], **counts: Any) -> Any:
    """Count rows by keys; all of them together where there are no keys."""
    return rows.group_by(keys).agg(**counts) if keys else rows.agg(**counts)


def named(column: Any, names: str) -> Any:
    """Whether a text is one of the names parted by commas, in any case; any text without names."""
    wanted = [name.strip().lower() for name in names.split(",") if name.strip()]
    return column.lower().isin(wanted) if wanted else column.notnull()


def number(row: Row, column: str) -> int | float | None:
    """The number in a cell of a row; None where it is withheld, unknown or not there."""
    value = row.get(column)
    return value.value if isinstance(value, Cell) else None


def harms(column: Any, names: str = "") -> Any:
    """Whether a code is a kind of harm: those named, or, without names, all but labels and indicators.

    GANG is a label that sources contest and ASB an indicator of an area: neither is a harm done to
    or by a young person (code list `manifestation`). Asked for by name they are counted.
    """
    return named(column, names) if names.strip() else column.notnull() & column.notin(NOT_HARMS)


def in_words(row: Row | None, column: str) -> str:
    """A cell as a sentence says it: its number, or that it is withheld or not known."""
    value = row.get(column) if row is not None else Cell(0)
    if isinstance(value, Cell) and value.value is not None:
        return str(value)
    return "[not known]" if value is None or str(value) == "[x]" else "[withheld]"


def people_in_words(row: Row | None, column: str) -> str:
    """A count of young people as a sentence says it, with its range."""
    said = in_words(row, column)
    return f"{said} young {'person' if said == '1' else 'people'}{range_in_words(row, column)}"


def range_in_words(row: Row | None, column: str) -> str:
    """The range of a count as a sentence says it, after the count; nothing where it is the count.

    Where links are known to be missed, the count as linked may itself be out of the range.
    """
    low, high = ((number(row, f"{column}_{end}") if row is not None else None) for end in ("low", "high"))
    count = number(row, column) if row is not None else None
    if count is None or low is None or high is None or low == count == high:
        return ""
    said = f"{low:,} to {high:,}" if low != high else f"{low:,}"
    return f" ({said})" if low <= count <= high else f" (more likely {said})"
