"""Which of the people of a new build are people of the past: who keeps which id.

Ids are compared by their 64-bit hash, `person`; `row` is a row of the history that has the id.
"""

from collections.abc import Callable

import polars as pl

from kithmap.engines.row_groups import ROW_GROUP
from kithmap.linkage.pseudonyms import first_mentions, pseudonyms, texts_of
from kithmap.model.keys import RECEIPT_SHIFT

RECEIPT = pl.col("mention_id") // (1 << RECEIPT_SHIFT)
MADE = {"cluster": pl.Int64, "person_id": pl.String, "person": pl.UInt64}
KEPT = {"cluster": pl.Int64, "person": pl.UInt64, "row": pl.UInt32}
IsUsed = Callable[[pl.DataFrame], pl.Series]


def remember(history: pl.DataFrame, present: pl.Series, receipts: pl.DataFrame) -> pl.DataFrame:
    """The history in numbers, with every mention under the receipt that its file has now.

    A file received anew, because its layout was corrected or it had been withdrawn, has another receipt
    number; its rows are still the same rows.

    Shape: one row per row of the history, at most.
    Columns: `row`, `mention_id`, `person`, `from_at`, `to_at`, `moved` (its receipt is another now).
    """
    whole = history.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
        "mention_id", "from_at", "to_at", person=pl.col("person_id").hash(), moved=pl.lit(value=False),
    )  # fmt: skip
    here = receipts.filter(pl.col("receipt_no").is_in(present.implode())).sort("receipt_no")
    gone = receipts.filter(~pl.col("receipt_no").is_in(present.implode()))
    now = here.select("sha256", now="receipt_no").unique("sha256", keep="last")
    moved = gone.join(now, on="sha256").select("receipt_no", "now")
    moves = RECEIPT.is_in(moved["receipt_no"].implode())
    if moved.is_empty() or not whole.select(moves.any()).item():
        return whole
    stays = whole.filter(~moves)
    within = pl.col("mention_id") % (1 << RECEIPT_SHIFT)
    again = whole.filter(moves).with_columns(receipt_no=RECEIPT).join(moved, on="receipt_no")
    again = again.with_columns(
        mention_id=pl.col("now") * (1 << RECEIPT_SHIFT) + within, moved=pl.lit(value=True)
    )
    # What a mention was under its own receipt goes before what it was under another.
    again = again.join(stays, on="mention_id", how="anti")
    return pl.concat([stays, again.select(stays.columns)])


def name_people(
    mentions: pl.DataFrame, remembered: pl.DataFrame, history: pl.DataFrame, new_ids: "NewIds"
) -> pl.DataFrame:
    """The id of every cluster: kept from the past where it has one, else new.

    Shape: one row per cluster.
    Columns: `cluster`, `person_id`, `person`.
    """
    first = first_mentions(mentions, new_ids.receipts)
    kept = pl.DataFrame(schema=KEPT)
    if remembered.height:
        shared = _shared(mentions.join(_last_known(remembered), on="mention_id"))
        kept = match_people(shared, remembered, history, first)
        returned = _returned(remembered, mentions, kept)
        kept = pl.concat([kept, match_people(returned, remembered, history, first)])
    named = kept.select("cluster", history["person_id"].gather(kept["row"]).alias("person_id"), "person")
    return pl.concat([named, new_ids.make(first.join(kept, on="cluster", how="anti", maintain_order="left"))])


def _shared(met: pl.DataFrame) -> pl.DataFrame:
    return met.group_by("cluster", "person").agg(
        shared=pl.len(), row=pl.col("row").first(), held=pl.col("from_at").min()
    )


def _last_known(remembered: pl.DataFrame) -> pl.DataFrame:
    """Who every mention was when it was last in a build, be it the newest or an earlier one."""
    is_open = pl.col("to_at").is_null()
    now = remembered.filter(is_open).select("mention_id", "person", "row", "from_at")
    if remembered["moved"].any():
        now = now.unique("mention_id", keep="last", maintain_order=True)
    before = remembered.filter(~is_open).join(now, on="mention_id", how="anti").sort("to_at", "row")
    last = before.unique("mention_id", keep="last", maintain_order=True)
    return pl.concat([now, last.select(now.columns)])


def match_people(
    shared: pl.DataFrame, remembered: pl.DataFrame, history: pl.DataFrame, first: pl.DataFrame
) -> pl.DataFrame:
    """Give each cluster the id of the past person with whom it shares most mentions, each id once.

    Where several clusters want one id, the one with the largest part of that person has it, and the
    others have the next that is left to them. Ties go to the older id, then to the lesser; of equal parts of
    one person, to the one that has been that person for longer.

    Shape: one row per cluster that keeps an id.
    Columns: `cluster`, `person`, `row`.
    """
    alone = (pl.len().over("cluster") == 1) & (pl.len().over("person") == 1)
    shared = shared.with_columns(alone=alone)
    matched = [shared.filter("alone").select(list(KEPT))]
    contested = shared.filter(~pl.col("alone")).drop("alone")
    contested = contested.with_columns(person_id=history["person_id"].gather(contested["row"]))
    left = _with_ties(contested, remembered, first)
    while left.height:
        # The first row of all is first on both its sides, so every round settles at least one.
        best = left.filter(pl.col("cluster").is_first_distinct() & pl.col("person").is_first_distinct())
        matched.append(best.select(list(KEPT)))
        taken = pl.any_horizontal(pl.col(side).is_in(best[side].implode()) for side in ("cluster", "person"))
        left = left.filter(~taken)
    return pl.concat(matched)


def _with_ties(shared: pl.DataFrame, remembered: pl.DataFrame, first: pl.DataFrame) -> pl.DataFrame:
    """Contested clusters, those first that share most."""
    since = remembered.join(shared.select("person").unique(), on="person", how="semi")
    since = since.group_by("person").agg(since=pl.col("from_at").min())
    tied = shared.join(since, on="person").join(first.select("cluster", "place"), on="cluster")
    order = {"shared": True, "since": False, "person_id": False, "held": False, "place": False}
    return tied.sort(list(order), descending=list(order.values()))


def _returned(remembered: pl.DataFrame, mentions: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """How clusters without an id overlap people who had vanished, as when a merge is undone.

    A person is back where more than half of the mentions are together that they had at the last and
    that are in this build.
    """
    retired = remembered.filter(pl.col("to_at").is_not_null()).join(kept, on="person", how="anti")
    waiting = mentions.join(kept, on="cluster", how="anti")
    near = waiting.join(retired.select("mention_id", "person"), on="mention_id").select("person").unique()
    last = retired.join(near, on="person", how="semi").filter(
        pl.col("to_at") == pl.col("to_at").max().over("person")
    )
    here = last.unique(["mention_id", "person"]).join(mentions, on="mention_id")
    whole = pl.col("shared").sum().over("person")
    counted = _shared(here).filter(2 * pl.col("shared") > whole)
    return counted.join(kept, on="cluster", how="anti")


class NewIds:
    """Makes ids that nobody ever had.

    receipts: those of the build, which the ids are made from. is_used: which rows of `person_id` and
    `person` are ids already given.
    """

    def __init__(self, secret: bytes, receipts: pl.DataFrame, is_used: IsUsed) -> None:
        self._secret = secret
        self._is_used = is_used
        self.receipts = receipts

    def make(self, first: pl.DataFrame) -> pl.DataFrame:
        """An id for every cluster, made from its first mention."""
        made = self._made(first)
        fine, number = [made.clear()], 0
        while made.height:
            given = pl.concat([each["person"] for each in fine])
            taken = made.select(
                ~pl.col("person").is_first_distinct() | pl.col("person").is_in(given.implode())
            ).to_series() | self._is_used(made)
            fine.append(made.filter(~taken))
            # The mention has named somebody before: made again, with a number, until nobody has the id.
            number += 1
            first = first.filter(taken)
            made = self._made(first, f"/{number}")
        return pl.concat(fine, rechunk=True)

    def _made(self, first: pl.DataFrame, again: str = "") -> pl.DataFrame:
        """Ids by text, a part at a time: the texts and what is made of them are large."""
        parts = [pl.DataFrame(schema=MADE)]
        for some in first.iter_slices(ROW_GROUP):
            ids = pseudonyms(self._secret, texts_of(some, self.receipts) + again)
            parts.append(some.select("cluster", person_id=ids, person=ids.hash()))
        return pl.concat(parts)
