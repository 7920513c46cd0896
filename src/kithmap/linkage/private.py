"""Private linkage: what an encoding of a person is made of.

An encoding is a handful of *filters*, one for each rule below. A filter is a row of 1,024 bits, set by
everything that is known of the person, and *salted* by what its rule looks at. Two people's filters of
a rule can be compared only where they share its salt, and without the key, filters under different
salts have nothing to do with each other: no name sets the same bits in many records, which is what
attacks by frequency live on. See docs/explanation/private-linkage.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

Tokens = dict[str, list[list[bytes]]]


@dataclass(frozen=True)
class Rule:
    """What salts one filter: columns of `with_parts`, all of which must be known."""

    name: str
    columns: tuple[str, ...]


# Few people share a salt, so that neither its frequency nor what lies under it tells much.
RULES = (
    Rule("NHS number", ("nhs",)),
    Rule("unique pupil number", ("upn",)),
    Rule("date of birth, day and month in either order", ("any_day",)),
    Rule("home postcode, year of birth", ("home", "birth_year")),
    Rule("surname's sound, home postcode", ("s_sound", "home")),
    Rule("forename's sound, home postcode", ("f_sound", "home")),
    Rule("beginnings of both names in either order, year of birth", ("beginnings", "birth_year")),
    Rule("both names in either order, day and month of birth", ("both_names", "any_day_month")),
)
BUDGET = (
    ("forename", 120), ("surname", 70), ("initials", 20), ("year", 20), ("day", 80), ("home", 50), ("sex", 10),
)  # fmt: skip


@dataclass(frozen=True)
class Parameters:
    """How encodings are made; two files can be compared only where these are the same.

    bits: the length of a filter. noise: the share of set bits that are moved by chance. most_sharing: a
    salt that more people of a list share is not used. budget: how many bits a field sets, whatever its
    length, so that long names weigh no more than short ones and show no more.
    """

    bits: int = 1024
    noise: float = 0.01
    most_sharing: int = 50
    budget: tuple[tuple[str, int], ...] = BUDGET
    rules: tuple[Rule, ...] = field(default=RULES, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The parameters as plain values, for a manifest."""
        return {
            "bits": self.bits, "noise": self.noise, "most_sharing": self.most_sharing, "budget": dict(self.budget),
            "rules": {rule.name: list(rule.columns) for rule in self.rules},
        }  # fmt: skip


def with_parts(identities: pl.DataFrame) -> pl.DataFrame:
    """Cleaned identities with what the rules look at.

    Shape: the same rows.
    Columns: besides those there, `any_day`, `any_day_month`, `beginnings`, `both_names`.
    """
    first, last = pl.col("f_name"), pl.col("s_name")
    month_day = pl.col("d_day").str.slice(5)
    day_month = pl.concat_str(month_day.str.slice(3), pl.lit("-"), month_day.str.slice(0, 2))
    return identities.with_columns(
        any_day=pl.min_horizontal("d_day", "d_swapped"),
        any_day_month=pl.min_horizontal(month_day, day_month),
        both_names=_in_either_order(first, last),
        beginnings=_in_either_order(first.str.slice(0, 3), last.str.slice(0, 3)),
    )


def _in_either_order(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    both = pl.concat_str(pl.min_horizontal(one, other), pl.max_horizontal(one, other), separator="|")
    return pl.when(one.is_not_null() & other.is_not_null()).then(both)


def salts_of(people: pl.DataFrame, parameters: Parameters) -> list[list[bytes | None]]:
    """What salts everybody's filter, rule by rule; None where it is not known, or too many share it."""
    made: list[list[bytes | None]] = []
    for rule in parameters.rules:
        columns = [pl.lit(rule.name), *(pl.col(name).cast(pl.String) for name in rule.columns)]
        salt = people.select(salt=pl.concat_str(columns, separator="|"))
        few = pl.len().over("salt") <= parameters.most_sharing
        shared = salt.select(pl.when(few).then("salt")).to_series()
        made.append([None if value is None else value.encode() for value in shared.to_list()])
    return made


def tokens_of(identities: pl.DataFrame) -> Tokens:
    """The tokens of every field of everybody: what sets bits.

    Shape: for each field of BUDGET, in its order, as many lists of tokens as there are identities.
    """
    readers: dict[str, tuple[Callable[..., list[str]], tuple[str, ...]]] = {
        "forename": (_forename, ("f_name", "f_formals")),
        "surname": (_surname, ("s_name",)),
        "initials": (_initials, ("f_initial", "s_initial")),
        "year": (_year, ("birth_year",)),
        "day": (_day, ("d_day",)),
        "home": (_home, ("home",)),
        "sex": (_sex, ("sex",)),
    }
    return {name: _each(read, identities, columns) for name, (read, columns) in readers.items()}


def _each(
    read: Callable[..., list[str]], identities: pl.DataFrame, columns: tuple[str, ...]
) -> list[list[bytes]]:
    """What `read` makes of every row, each different row once."""
    known: dict[tuple[Any, ...], list[bytes]] = {}
    made: list[list[bytes]] = []
    for row in identities.select(columns).iter_rows():
        key = tuple(tuple(value) if isinstance(value, list) else value for value in row)
        if key not in known:
            known[key] = [token.encode() for token in dict.fromkeys(read(*row))]
        made.append(known[key])
    return made


def _pairs(word: str) -> list[str]:
    padded = f" {word} "
    return [padded[at : at + 2] for at in range(len(padded) - 1)]


# Forename and surname share a vocabulary, so that names in each other's box still agree.
def _forename(name: str | None, formals: list[str] | None) -> list[str]:
    if name is None:
        return []
    return [f"name {pair}" for pair in _pairs(name)] + [f"stands for {formal}" for formal in formals or ()]


def _surname(name: str | None) -> list[str]:
    return [f"name {pair}" for word in (name or "").split() for pair in _pairs(word)]


def _initials(first: str | None, last: str | None) -> list[str]:
    return [f"initial {letter}" for letter in (first, last) if letter]


def _year(year: int | None) -> list[str]:
    if year is None:
        return []
    return [f"year {year}", *(f"year's digit {place} {digit}" for place, digit in enumerate(str(year)[2:]))]


def _day(day: str | None) -> list[str]:
    if day is None:
        return []
    _, month, number = day.split("-")
    # A day and a month that changed places still share the first three.
    least, most = sorted((month, number))
    whole = [f"either {least}", f"either {most}", f"both {least} {most}", f"month {month}", f"day {number}"]
    return whole + [f"digit {place} {digit}" for place, digit in enumerate(month + number)]


def _home(postcode: str | None) -> list[str]:
    if postcode is None:
        return []
    parts = [f"unit {postcode}", f"sector {postcode[:-2]}", f"district {postcode[:-3]}"]
    return parts + [f"postcode {pair}" for pair in _pairs(postcode)]


def _sex(sex: str | None) -> list[str]:
    return [f"sex {sex}"] if sex else []
