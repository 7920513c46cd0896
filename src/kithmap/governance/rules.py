"""What a measure declares about its counts, so that disclosure control can judge a whole table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sets:
    """Rows are combinations of lists: `column` holds names parted by `separator`.

    A row whose `kind_column` says `combination` counts those on exactly these lists; `total`
    rows count those on the one list named, alone or with others; `all` counts everybody. So a
    total is the sum of the combinations that hold its name.
    """

    column: str
    kind_column: str = "kind"
    separator: str = " + "


@dataclass(frozen=True)
class Sums:
    """Rows add up over `columns`: a row with `All` in a column is the sum over it."""

    columns: tuple[str, ...]
    total: str = "All"


@dataclass(frozen=True)
class CountRule:
    """Which columns count people, which are derived from counts, and how rows add up.

    counts: columns that count young people or events and fall under the threshold.
    derived: column -> the count columns it was computed from; withheld when one of them is.
    names: columns that name a school or place, or would give a count away: dropped above level R0.
    adds_up: how rows add up to other rows, or None where they do not.
    """

    counts: tuple[str, ...]
    derived: tuple[tuple[str, tuple[str, ...]], ...] = ()
    names: tuple[str, ...] = ()
    adds_up: Sets | Sums | None = None
