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


# What may stand beside a count of people: the ends of its range, what is likeliest once missed links are
# reckoned with, and how many of those counted rest on links that may be wrong.
RANGED = ("low", "high", "likely", "unsure")


@dataclass(frozen=True)
class CountRule:
    """Which columns count people, which are derived from counts, and how rows add up.

    counts: columns that count young people or events and fall under the threshold.
    derived: column -> the count columns it was computed from; withheld when one of them is.
    names: columns that name a school or place, or would give a count away: dropped above level R0.
    adds_up: how rows add up to other rows, or None where they do not.
    people: of the counts, those of people, one by one: they carry a range over the ways in which linkage
        may have gone. A count of events or contexts does not.
    seen_in: the tables of which a person must have a row to be counted; their rows' sources say in how
        many a person was seen. Empty where anybody counts, and missed links are not reckoned with.
    """

    counts: tuple[str, ...]
    derived: tuple[tuple[str, tuple[str, ...]], ...] = ()
    names: tuple[str, ...] = ()
    adds_up: Sets | Sums | None = None
    people: tuple[str, ...] = ()
    seen_in: tuple[str, ...] = ()

    def ranged(self, count: str) -> dict[str, str]:
        """The columns that stand beside a count of people, each under what it says.

        >>> CountRule(("n",)).ranged("n")["low"]
        'n_low'
        """
        return {part: f"{count}_{part}" for part in RANGED}

    @property
    def beside(self) -> dict[str, tuple[str, str]]:
        """Every column that stands beside a count of people: the count it belongs to, and what it says."""
        return {column: (count, part) for count in self.people for part, column in self.ranged(count).items()}
