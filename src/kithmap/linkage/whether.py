"""Whether only what is new need be linked; and the identities of the build before, to be looked up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pyarrow as pa

from kithmap.engines.engine import FEW_VALUES, Engine
from kithmap.linkage.clean import cleaning_version
from kithmap.linkage.knowledge import Knowledge, read_knowledge
from kithmap.linkage.model import Model
from kithmap.linkage.retained import as_identities
from kithmap.linkage.signatures import is_of

# So many new mentions to a hundred at the last full link: beyond, what counting found then is stale.
MOST_NEW = 0.2
RETAINED, STATE = "linkage_identity", "linkage_state"
NEEDED = (RETAINED, STATE, "identity", "identity_history", "identity_event", "link", "extract")


def versions_of(model: Model) -> dict[str, str]:
    """What must be alike for old identities to be weighed against new ones."""
    # What polars makes of a text in a number is the same within one version only.
    return {
        "model": model.version,
        "cleaning": cleaning_version(),
        "keys": f"polars {pl.__version__}, 32 bits",
    }


def why_full(engine: Engine, past: Engine, model: Model) -> str | None:
    """Why everything must be linked anew, in a sentence; None where only what is new need be.

    engine: the build being made, with its records held. past: the build before it, open for reading.
    """
    if [name for name in NEEDED if not past.has(name)]:
        return "The build before this one retained no identities."
    knowledge = read_knowledge(past.fetch(past.table(STATE)))
    changed = [name for name, value in versions_of(model).items() if knowledge.versions.get(name) != value]
    if changed:
        return f"Another version of the {' and of the '.join(changed)} is in use."
    return _why_other_extracts(engine, past, knowledge)


def _why_other_extracts(engine: Engine, past: Engine, knowledge: Knowledge) -> str | None:
    before, new = receipt_numbers(past, "extract"), new_receipts(engine, past)
    mentions = _count(engine, "record_mention", "mention_id", new) + knowledge.numbers["new"]
    reasons = {
        "An extract was withdrawn, replaced or left out.": bool(before - receipt_numbers(engine, "receipt")),
        # Its mentions would come before those that say the same.
        "An extract has come back that was left out before.": bool(new) and min(new) < max(before),
        "A register of schools came with the new extracts.": _count(engine, "record_setting", "row_id", new) > 0,
        "Too many mentions are new since everything was linked.": mentions > MOST_NEW * knowledge.numbers["mentions"],
    }  # fmt: skip
    return next((reason for reason, holds in reasons.items() if holds), None)


def receipt_numbers(engine: Engine, table: str) -> set[int]:
    """The receipts that a table of a build lists."""
    rows = engine.fetch(engine.table(table).select("receipt_no"))
    return set(rows["receipt_no"].to_numpy().tolist())


def new_receipts(engine: Engine, past: Engine) -> tuple[int, ...]:
    """The receipts that the build before does not have."""
    return tuple(sorted(receipt_numbers(engine, "receipt") - receipt_numbers(past, "extract")))


def _count(engine: Engine, table: str, key: str, receipts: Sequence[int]) -> int:
    if not receipts:
        return 0
    rows: Any = engine.table(table)
    new = rows.filter(is_of(rows[key], receipts))
    return int(engine.fetch(new.aggregate(rows=new.count()))["rows"][0].as_py())


@dataclass(frozen=True)
class OldIdentities:
    """The tables of the build before, looked up by values of a column."""

    past: Engine

    def rows(self, table: str, column: str, values: pl.Series, columns: Sequence[str]) -> pl.DataFrame:
        """The rows of a table with one of some values in a column of whole numbers."""
        wanted = values.drop_nulls().unique()
        if wanted.len() <= FEW_VALUES:
            return pl.DataFrame(
                pl.from_arrow(self.past.lookup(table, column, wanted.to_list(), list(columns)))
            )
        # Many are handed over as they are: to make a list of them takes as long as to look them up.
        besides = [name for name in columns if name != column]
        found = self.past.sharing(table, pa.table({column: wanted.to_arrow()}), besides)
        return pl.DataFrame(pl.from_arrow(found)).rename({"value": column}).select(columns)

    def with_values(self, column: str, values: pl.Series) -> pl.DataFrame:
        """The identities with one of some values in a column, as linking works with them."""
        known = sorted(self.past.table(RETAINED).columns)
        return as_identities(self.rows(RETAINED, column, values, known).to_arrow())

    def count(self) -> int:
        """How many identities there are."""
        return int(self.past.fetch(self.past.table(RETAINED).count().as_table())[0][0].as_py())

    def numbered(self) -> pl.DataFrame:
        """The identities that have a number of their holder's: `holder`, `la_code`, `number`, `d_day`."""
        old: Any = self.past.table(RETAINED)
        some = old.filter(old.number.notnull()).select("holder", "la_code", "number", "d_day")
        return pl.DataFrame(pl.from_arrow(self.past.fetch(some)))
