"""What no cluster may hold, and what must stay together: numbers, judgements, twins."""

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.linkage.correlation import same_values
from kithmap.linkage.packed import as_texts
from kithmap.stats.components import joined_parts

# Numbers of which a person has one, and what is said where two of them meet.
SINGLE_NUMBERS = {
    "nhs": "two NHS numbers",
    "upn": "two unique pupil numbers",
}
# A register gives each person one number, but another register gives another.
TWO_LISTED = "two numbers of one register"
JUDGED_DIFFERENT = "judged different"
JUDGED_SAME = "judged the same"
TWINS = "twins"
# What a reviewer who says "the same" does not overrule: it goes back to review.
NEVER_OVERRULED = ("nhs",)
# The most that two of one surname and birthday with unlike forenames may weigh: odds of 1 in 1,000.
# Not a wall: a slip of the keys makes an unlike forename too, and then the rest outweighs it.
TWIN_WEIGHT = -10.0
TWIN_COLUMNS = ("f_first", "f_name", "f_sound", "f_formals", "f_others")
PAIR = {"one": pl.Int64, "other": pl.Int64}
REASONED = {**PAIR, "why": pl.String}


@dataclass(frozen=True)
class Constraints:
    """What holds clusters together and apart, by unique_id.

    `same`: pairs a reviewer judged the same. `apart`: compared pairs that may never be one person, and
    why. `against`: pairs that weigh at most `TWIN_WEIGHT`. `numbers`: one column for each kind of number
    a person has one of; two identities with two values that are not 0 are two people, compared or not.
    """

    same: pl.DataFrame
    apart: pl.DataFrame
    against: pl.DataFrame
    numbers: np.ndarray


def find_constraints(
    identities: pl.DataFrame,
    pairs: pa.Table,
    match_probability: float,
    judgements: pa.Table | None = None,
    bearers: pa.Table | None = None,
) -> Constraints:
    """Find every constraint on these identities.

    Columns: `judgements` has mention_id, other_mention_id and decision (same or different); `bearers`
        says which signature each of those mentions bears.
    """
    compared = pl.DataFrame(pl.from_arrow(pairs)).select(*PAIR, "probability").rechunk()
    same, different = find_judged(identities, judgements, bearers)
    numbers = _numbers(identities, same)
    apart = [different.with_columns(why=pl.lit(JUDGED_DIFFERENT))]
    for place, why in enumerate(SINGLE_NUMBERS.values()):
        apart.append(compared.filter(differ(numbers[:, place], compared)).select(*PAIR, why=pl.lit(why)))
    links = pl.concat([compared.filter(pl.col("probability") >= match_probability).select(*PAIR), same])
    apart.append(_of_one_register(identities, links, same))
    return Constraints(
        same=same,
        apart=pl.concat(apart).unique([*PAIR], keep="first", maintain_order=True),
        against=find_twins(identities, compared, match_probability),
        numbers=numbers,
    )


def _of_one_register(identities: pl.DataFrame, links: pl.DataFrame, same: pl.DataFrame) -> pl.DataFrame:
    """The pairs whom links bring together, compared or not, and a register lists under two numbers."""
    if "listed" not in identities.columns:
        return pl.DataFrame(schema=REASONED)
    judged = joined_parts(same["one"].to_numpy(), same["other"].to_numpy(), identities.height)
    component = joined_parts(links["one"].to_numpy(), links["other"].to_numpy(), identities.height)
    within = ["component", "space"]
    listed = identities.select("unique_id", "space", "listed", component=pl.Series(component))
    listed = as_texts(listed.drop_nulls("listed").filter(pl.len().over(within) > 1))
    numbers = listed.select(pl.struct("space", "listed").rank("dense").cast(pl.Int64)).to_series()
    place = judged[listed["unique_id"].to_numpy()]
    listed = listed.with_columns(number=pl.Series(_as_judged(numbers.to_numpy(), place)))
    listed = listed.filter(pl.col("number").n_unique().over(within) > 1)
    pairs = listed.join(listed, on=within, suffix="_other").filter(
        (pl.col("unique_id") < pl.col("unique_id_other")) & (pl.col("number") != pl.col("number_other"))
    )
    return pairs.select(one="unique_id", other="unique_id_other", why=pl.lit(TWO_LISTED))


def differ(numbers: np.ndarray, pairs: pl.DataFrame) -> pl.Series:
    """Whether the two of each pair have numbers, and not the same."""
    one, other = (pairs[side].to_numpy() for side in PAIR)
    numbered = np.flatnonzero(numbers[one])
    first, second = numbers[one[numbered]], numbers[other[numbered]]
    found = np.zeros(len(one), dtype=bool)
    found[numbered[(first != second) & (second > 0)]] = True
    return pl.Series(found, dtype=pl.Boolean)


def find_twins(identities: pl.DataFrame, pairs: pl.DataFrame, match_probability: float) -> pl.DataFrame:
    """Pairs of one surname and birthday with unlike forenames, whom the model leaves undecided.

    A third record could join them: twins of one sex agree on all but the forename. A pair that a
    number or the rest of the record makes one person is not among them.
    """
    unsure = pairs.filter(pl.col("probability") < match_probability).select(*PAIR)
    alike = same_values(identities, ("d_day", "s_whole"), *(unsure[side].to_numpy() for side in PAIR))
    unsure = unsure.filter(pl.Series(alike, dtype=pl.Boolean))
    columns = identities.select(*TWIN_COLUMNS)
    one, other = (as_texts(columns[unsure[side].to_numpy()]) for side in ("one", "other"))
    both = pl.concat([unsure.select(*PAIR), one, other.rename(lambda name: f"{name}_r")], how="horizontal")
    unlike = [pl.col(name) != pl.col(f"{name}_r") for name in ("f_first", "f_name", "f_sound")]
    stand_for = (
        pl.col("f_formals").list.set_intersection("f_formals_r").list.len() > 0,
        pl.col("f_others").list.contains(pl.col("f_name_r")),
        pl.col("f_others_r").list.contains(pl.col("f_name")),
    )
    return both.filter(pl.all_horizontal(*unlike) & ~pl.any_horizontal(*stand_for)).select(
        *PAIR, why=pl.lit(TWINS)
    )


def find_judged(
    identities: pl.DataFrame, judgements: pa.Table | None, bearers: pa.Table | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The pairs that reviewers judged the same, and those judged different.

    Where reviewers contradict each other, two stay two.
    """
    judged = _judged(identities, judgements, bearers)
    different = judged.filter(pl.col("decision") == "different").select(*PAIR)
    same = judged.filter(pl.col("decision") == "same").select(*PAIR)
    return same.join(different, on=[*PAIR], how="anti"), different


def _judged(identities: pl.DataFrame, judgements: pa.Table | None, bearers: pa.Table | None) -> pl.DataFrame:
    """The judgements by unique_id, the lesser first; those on mentions no longer there are left out."""
    nothing = pl.DataFrame(schema={**PAIR, "decision": pl.String})
    if judgements is None or bearers is None or not judgements.num_rows:
        return nothing
    judged = pl.DataFrame(pl.from_arrow(judgements)).select("mention_id", "other_mention_id", "decision")
    borne = pl.DataFrame(pl.from_arrow(bearers)).select("mention_id", "signature")
    place = borne.join(identities.select("signature", "unique_id"), on="signature").drop("signature")
    found = judged.join(place, on="mention_id").join(
        place.rename({"mention_id": "other_mention_id", "unique_id": "other_id"}), on="other_mention_id"
    )
    return (
        found.filter(pl.col("unique_id") != pl.col("other_id"))
        .select(
            one=pl.min_horizontal("unique_id", "other_id"),
            other=pl.max_horizontal("unique_id", "other_id"),
            decision="decision",
        )
        .unique()
        .sort("one", "other", "decision")
    )


def _numbers(identities: pl.DataFrame, same: pl.DataFrame) -> np.ndarray:
    judged = joined_parts(same["one"].to_numpy(), same["other"].to_numpy(), identities.height)
    columns: list[np.ndarray] = []
    for name in SINGLE_NUMBERS:
        if name not in identities.columns:
            columns.append(np.zeros(identities.height, dtype=np.int64))
            continue
        numbers = identities[name].cast(pl.String).rank("dense").cast(pl.Int64).fill_null(0).to_numpy()
        columns.append(numbers if name in NEVER_OVERRULED or same.is_empty() else _as_judged(numbers, judged))
    return np.stack(columns, axis=1)


def _as_judged(numbers: np.ndarray, judged: np.ndarray) -> np.ndarray:
    """The numbers, where those of people whom a reviewer said to be one count as one number."""
    numbered = np.flatnonzero(numbers > 0)
    order = numbered[np.argsort(judged[numbered], kind="stable")]
    first = np.flatnonzero(np.diff(judged[order], prepend=-1))
    least = np.repeat(numbers[order[first]], np.diff(np.append(first, order.size)))
    merged = joined_parts(numbers[order], least, int(numbers.max(initial=0)) + 1) + 1
    return np.where(numbers > 0, merged[numbers], 0)
