"""Blocking rules: which identities are worth comparing.

Every rule is a key; two identities are compared when they share the key of any rule. A key that
very many share (a common name, a number typed into every row) is left out of its rule, and the
report says how large such blocks were, never what the key was.
"""

from dataclasses import dataclass

import polars as pl

from kithmap.linkage.packed import as_texts
from kithmap.stats.threads import in_threads

# A block of 100 identities is about 5,000 pairs, which is where a weak key stops paying.
MOST_PAIRS = 5_000
# A name that more than 25 bear, and nothing besides, tells nobody apart.
MOST_NAMESAKES = 300
# With an authority it tells a little more: 45 of a name.
MOST_NEIGHBOURS = 1_000
REPORTED = 5


@dataclass(frozen=True)
class Rule:
    """A blocking rule: its name in words, and the columns its key is made of."""

    name: str
    columns: tuple[str, ...]
    most_pairs: int = MOST_PAIRS


@dataclass(frozen=True)
class Block:
    """One of the largest blocks: how many identities share a key, and whether they were compared."""

    rule: str
    identities: int
    pairs: int
    compared: bool


# Initials, parts and sounds are paired in either order, since forenames and surnames change places.
RULES = (
    Rule("NHS number", ("nhs",)),
    Rule("unique pupil number", ("upn",)),
    Rule("the holder's own number", ("space", "number")),
    Rule("names in either order, year of birth", ("names", "birth_year")),
    Rule("all words of the name in any order, year of birth", ("words", "birth_year")),
    Rule("names in either order, authority", ("names", "la_code"), MOST_NEIGHBOURS),
    Rule("names in either order", ("names",), MOST_NAMESAKES),
    Rule("forename and last part of the surname, year of birth", ("last_part", "birth_year")),
    Rule("sounds, year of birth", ("sounds", "birth_year")),
    Rule("sounds, school", ("sounds", "school")),
    Rule("initials, date of birth with day and month in either order", ("initials", "any_day")),
    Rule("surname, date of birth", ("s_name", "d_day")),
    Rule("forename, date of birth", ("f_name", "d_day")),
    Rule("forename, surname's initial, school", ("f_name", "s_initial", "school")),
    Rule("surname, forename's initial, school", ("s_name", "f_initial", "school")),
    Rule("date of birth, postcode", ("d_day", "home")),
    Rule("forename, postcode", ("f_name", "home")),
)


def with_keys(identities: pl.DataFrame, rules: tuple[Rule, ...] = RULES) -> tuple[pl.DataFrame, list[Block]]:
    """Add a whole-number key for every rule, `k0`, `k1`, ..., and say which blocks were largest."""
    names = [f"k{number}" for number in range(len(rules))]
    found = in_threads(_key, [identities] * len(rules), rules, names)
    blocks = sorted((block for _, largest in found for block in largest), key=lambda block: -block.pairs)
    return identities.with_columns(key for key, _ in found), blocks[:REPORTED]


def _text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String)


def _in_either_order(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    both = pl.concat_str(pl.min_horizontal(one, other), pl.max_horizontal(one, other), separator="|")
    return pl.when(one.is_not_null() & other.is_not_null()).then(both)


# What a key is made of besides columns.
MADE = {
    "names": _in_either_order(_text("f_name"), _text("s_name")),
    "last_part": _in_either_order(_text("f_name"), _text("s_name").str.split(" ").list.last()),
    "sounds": _in_either_order(_text("f_sound"), _text("s_sound")),
    "initials": _in_either_order(_text("f_initial"), _text("s_initial")),
    "words": pl.concat_str(_text("f_whole"), _text("s_name"), separator=" ").str.split(" ").list.sort(),
    "any_day": pl.min_horizontal(_text("d_day"), _text("d_swapped")),
}


def _key(identities: pl.DataFrame, rule: Rule, name: str) -> tuple[pl.Series, list[Block]]:
    # Made for each rule anew: all of them together are as large as the identities.
    parts = (MADE.get(column, pl.col(column)).alias(column) for column in rule.columns)
    made = as_texts(identities.select(parts))
    whole = pl.all_horizontal(pl.col(column).is_not_null() for column in rule.columns)
    # Two keys that meet by chance in one number only cause a comparison more: of a million identities, a
    # hundred a rule.
    number = (pl.struct(rule.columns).hash(seed=0) & 0xFFFF_FFFF).cast(pl.UInt32).reinterpret(signed=True)
    key = made.select(pl.when(whole).then(number).alias(name))[name]
    sizes = key.drop_nulls().value_counts().with_columns(pairs=pl.col("count") * (pl.col("count") - 1) // 2)
    capped = sizes.filter(pl.col("pairs") > rule.most_pairs)[name]
    largest = sizes.top_k(REPORTED, by="pairs").filter(pl.col("pairs") > 0)
    blocks = [
        Block(rule.name, size, pairs, pairs <= rule.most_pairs)
        for size, pairs in largest.select("count", "pairs").iter_rows()
    ]
    return key.set(key.is_in(capped.implode()).fill_null(value=False), None), blocks
