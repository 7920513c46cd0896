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
    """Rows add up over `columns`: a row with `total` in a column is the sum over it.

    within: a column whose values add up in steps -> each value and the one it is within, such as a ward
        and its borough. Values within nothing are within `total`.
    known: the columns whose value anybody may know of a person, such as their school: that everybody in
        a group shares one of these tells nothing.
    follows: columns that follow from these, such as a school's authority: no rows apart by them alone.
    """

    columns: tuple[str, ...]
    total: str = "All"
    within: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    known: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meetings:
    """Rows are groups, and pairs of groups: a pair's row counts those of the group in `column` and of `other`, both.

    A row with `itself` in `other` counts the whole group: no fewer than any pair of it, nor than its pairs
    together where nobody is in a third group. behind: of a pair, the column that counts the different people
    who make it meet; a pair with few of them is left out of what leaves, and so is a small group.
    """

    column: str
    other: str
    itself: str
    behind: str


@dataclass(frozen=True)
class Hexagons:
    """Rows are hexagons of a map, which merge upward in what leaves, until enough people are behind each.

    column: their names. option: the option that says how large they are. sizes: what it may say, the
    finest first.
    """

    column: str
    option: str
    sizes: tuple[str, ...]


@dataclass(frozen=True)
class Ratio:
    """A count out of a base: worked out again from what is shown, so that it tells no more than that.

    of: the count. base: a column of the same row, a count or a number that is public anyway. share_over:
    instead of a base, the column over which the whole is taken. times: 100 for a percentage.
    """

    column: str
    of: str
    base: str = ""
    share_over: str = ""
    times: float = 100.0

    def __post_init__(self) -> None:
        if bool(self.base) == bool(self.share_over):
            raise ValueError(f"The ratio {self.column} has one base: a column, or the whole over a column.")


@dataclass(frozen=True)
class Average:
    """A mean, or a median, over those of a count: shown where enough are behind it.

    A mean times its count is a sum, and sums add up: a mean is withheld wherever subtracting would tell
    that of a withheld count within `closeness` (a share of it). A median does not add up.
    """

    column: str
    of: str
    adds_up: bool = True
    fewest: int = 10
    closeness: float = 0.2


# What may stand beside a count of people: the ends of its range, what is likeliest once missed links are
# reckoned with, and how many of those counted rest on links that may be wrong.
RANGED = ("low", "high", "likely", "unsure")


@dataclass(frozen=True)
class CountRule:
    """Which columns count people, which are derived from counts, and how rows add up.

    counts: columns that count young people or events and fall under the threshold.
    derived: column -> the count columns it was computed from; withheld when one of them is.
    ratios, averages: columns derived in a way that is known, so that more of them can be shown.
    names: columns that name a school or place, or would give a count away: dropped above level R0.
    adds_up: how rows add up to other rows, or None where they do not.
    hexagons: the column of hexagons that merge upward in what leaves.
    people: of the counts, those of people, one by one: they carry a range over the ways in which linkage
        may have gone. A count of events or contexts does not.
    seen_in: the tables of which a person must have a row to be counted; their rows' sources say in how
        many a person was seen. Empty where anybody counts, and missed links are not reckoned with.
    contributors: count of events -> the column that counts the different people behind it.
    largest: count of events -> the column that counts those of the one person behind most; never shown.
    rests_on: a label: every derived value rests on the row of that label as well as on its own, and none is
        shown where that row's count is withheld.
    left_out: a column: what is derived leaves out the rows that say nothing in it, such as schools without a
        roll. The total less what it comes to without them is their count, so it goes with that.
    of_all: of the derived columns, those computed from every row, such as a test: they go with any count.
    grouped_by: what the column `group` parts people by, where no option `by` says.
    """

    counts: tuple[str, ...]
    derived: tuple[tuple[str, tuple[str, ...]], ...] = ()
    names: tuple[str, ...] = ()
    adds_up: Sets | Sums | Meetings | None = None
    hexagons: Hexagons | None = None
    people: tuple[str, ...] = ()
    seen_in: tuple[str, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    averages: tuple[Average, ...] = ()
    contributors: tuple[tuple[str, str], ...] = ()
    largest: tuple[tuple[str, str], ...] = ()
    rests_on: str = ""
    left_out: str = ""
    of_all: tuple[str, ...] = ()
    grouped_by: str = ""

    @property
    def hidden(self) -> frozenset[str]:
        """The columns no level above R0 shows: they serve only to judge the others."""
        return frozenset((*self.names, *(column for _, column in self.largest)))

    @property
    def computed(self) -> frozenset[str]:
        """The columns worked out from counts, in whatever way."""
        ways = (
            *(name for name, _ in self.derived),
            *(each.column for each in (*self.ratios, *self.averages)),
        )
        return frozenset(ways)

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
