"""Strengths: what is recorded to protect a young person, or a place they are in."""

from typing import Any

import ibis
import pyarrow as pa

from kithmap.contexts.sourced import rows_of, table_of, who
from kithmap.contexts.stated_words import meanings
from kithmap.engines.engine import Engine
from kithmap.model.codes import get_codes
from kithmap.model.people_tables import STRENGTH

OTHER = "other"


def save_strengths(engine: Engine) -> None:
    """Save `strength`, of people and of the places that rows about nobody in particular speak of.

    The source's words may name somebody ("her uncle, ..."): only the kind of strength is kept.
    """
    factor = table_of(engine, "record_protective_factor")
    words: Any = engine.hold("gather_strength_word", _words(engine, factor))
    said = factor.inner_join(words, factor.code == words.raw).drop("code", "raw").rename(code="strength")
    rows = rows_of(engine).select("row_id", "row_on", "layout", "receipt_no")
    said = said.inner_join(rows, "row_id")
    said = said.mutate(observed_on=ibis.coalesce(said.observed_on, said.row_on))
    named = who(engine).drop("row_id")
    of_people: Any = said.filter(said.mention_id.notnull()).inner_join(named, "mention_id")
    where = table_of(engine, "gather_where")
    of_contexts: Any = said.filter(said.mention_id.isnull()).inner_join(where, "row_id")
    no_text, no_number = ibis.null("string"), ibis.null("int64")
    shaped = ibis.union(
        of_people.mutate(context_id=no_text, context_type=no_text).select(STRENGTH.names),
        of_contexts.mutate(person_id=no_text, part_id=no_number).select(STRENGTH.names),
    )
    engine.save("strength", shaped.distinct())


def _words(engine: Engine, factor: Any) -> pa.Table:
    """Each different way of writing a strength with every kind of strength it tells of."""
    raw: list[Any] = engine.fetch(factor.select("code").distinct())["code"].to_pylist()
    pairs = [(each, kind) for each in raw for kind in sorted(kinds_of(each))]
    return pa.table(
        {
            "raw": pa.array([each for each, _ in pairs], pa.string()),
            "strength": pa.array([kind for _, kind in pairs], pa.string()),
        }
    )


def kinds_of(written: str) -> set[str]:
    """The kinds of strength that a source's words tell of.

    >>> sorted(kinds_of("trusted coach at the boxing club")), kinds_of("friends"), kinds_of("cheerful")
    (['activity', 'trusted_adult'], {'friends'}, {'other'})
    """
    code = written.strip().casefold()
    if code in {each.code for each in get_codes("strength")}:
        return {code}
    return meanings("strength_by_word", written) or {OTHER}
