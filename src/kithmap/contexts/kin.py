"""Kin: who is whose brother or sister, parent or partner, by what a source states before what is inferred."""

from functools import reduce
from typing import Any

import ibis
import pyarrow as pa

from kithmap.contexts.events import EVENT_ROW
from kithmap.contexts.families import ADDRESS, CHILD_LIST, HOUSEHOLD, NUMBER
from kithmap.contexts.sourced import rows_of, table_of, text, who
from kithmap.contexts.stated_words import meanings
from kithmap.engines.engine import Engine
from kithmap.model.people_tables import KIN

STATED, ADDRESS_AND_SURNAME = "stated", "address and surname"
# What a source states of two people ranks above what follows from a list, a number or a home. A
# shared surname alone is nothing: it is no basis, and neither is an address alone.
RANKS = {STATED: 1, CHILD_LIST: 2, NUMBER: 3, ADDRESS_AND_SURNAME: 4}
SIBLING, PARENT, PARTNER, FORMER, FAMILY = "sibling", "parent or carer", "partner", "former partner", "family"
SHORTEST_NAME = 3
COLUMNS = ("person_id", "other_person_id", "relation", "basis", "row_on", "layout", "receipt_no")


def save_kin(engine: Engine) -> None:
    """Save `kin`: pairs of people whom a source relates, or who share a household.

    A sibling is a young person listed or living with another as of one family, half and step alike.
    Who is parent or carer follows from the words and from who is the adult; where neither
    says it, the relation is `family`.
    """
    engine.hold("gather_kin_word", _words(engine))
    engine.hold("gather_adult", table_of(engine, "person").select("person_id", "is_young"))
    stated = [_between_mentions(engine), _between_parties(engine)]
    shared = [_shared(engine, via) for via in (CHILD_LIST, NUMBER)] + [_at_home(engine)]
    pairs = engine.hold(
        "gather_kin", reduce(ibis.union, [rows.select(COLUMNS) for rows in (*stated, *shared)])
    )
    engine.save("kin", _dated(pairs))


def _dated(pairs: Any) -> Any:
    """One row per pair, relation, basis and extract, from the first day it was said."""
    keys = ("person_id", "other_person_id", "relation", "basis", "layout", "receipt_no")
    is_over = pairs.relation == FORMER
    shown = pairs.mutate(relation=ibis.cases((is_over, PARTNER), else_=pairs.relation), over=is_over)
    rows = shown.group_by(*keys).agg(
        start_on=shown.row_on.min(where=~shown.over),
        # Said to be over: it ended by then at the latest.
        end_on=shown.row_on.min(where=shown.over),
        ongoing=shown.row_on.max(where=~shown.over),
    )
    rank = ibis.cases(*((rows.basis == basis, rank) for basis, rank in RANKS.items()), else_=len(RANKS))
    is_over = rows.end_on.notnull() & (rows.ongoing.isnull() | (rows.ongoing <= rows.end_on))
    ended = rows.mutate(
        rank=rank.cast("int16"),
        end_on=ibis.cases((is_over, rows.end_on), else_=ibis.null("date")),
    )
    return ended.select(*KIN.names)


def _words(engine: Engine) -> pa.Table:
    """What each different way of saying a relation means for kin; ways that mean two things mean none."""
    said = [
        table_of(engine, "record_association").select(raw="kind_raw"),
        table_of(engine, "record_party").select(raw="relationship_raw"),
    ]
    raw: list[Any] = engine.fetch(ibis.union(*said).filter(ibis._.raw.notnull()).distinct())[
        "raw"
    ].to_pylist()
    found = [(each, meaning_of(each)) for each in raw]
    known = [(each, meaning) for each, meaning in found if meaning]
    return pa.table(
        {
            "raw": pa.array([each for each, _ in known], pa.string()),
            "relation": pa.array([meaning for _, meaning in known], pa.string()),
        }
    )


def meaning_of(raw: str) -> str | None:
    """The relation that a source's words state; none where they state none, or more than one.

    >>> [meaning_of(words) for words in ("half-sister", "Ex-boyfriend", "mother's boyfriend", "stranger")]
    ['sibling', 'former partner', None, None]
    """
    found = meanings("relationship_by_word", raw, "kin")
    return found.pop() or None if len(found) == 1 else None


def _between_mentions(engine: Engine) -> Any:
    """Pairs that a row states to be related: parent and child, brother and sister, partners."""
    said = table_of(engine, "record_association")
    words = table_of(engine, "gather_kin_word")
    said = said.left_join(words, said.kind_raw == words.raw)
    exposed = table_of(engine, "record_party")
    exposed = exposed.filter(exposed.role == "exposed").select(
        other_mention_id="mention_id", is_child=text("yes")
    )
    said = said.left_join(exposed, "other_mention_id").drop("other_mention_id_right")
    by_kind = ibis.cases(
        (said.kind == "intimate", PARTNER),
        # Children listed beside an adult as exposed at home are that adult's to care for.
        ((said.kind == "family") & said.is_child.notnull(), PARENT),
        (said.kind == "family", FAMILY),
        else_=ibis.null("string"),
    )
    said = said.mutate(relation=ibis.coalesce(said.relation, by_kind)).filter(ibis._.relation.notnull())
    named = who(engine).select("mention_id", one="person_id")
    other = named.select(other_mention_id="mention_id", other="one")
    pairs = said.inner_join(named, "mention_id").inner_join(other, "other_mention_id")
    pairs = pairs.select("row_id", "one", "other", "relation")
    return _ordered(engine, _placed(engine, pairs), STATED)


def _between_parties(engine: Engine) -> Any:
    """The one harmed and the one harming in an event whose rows say how they are related."""
    words = table_of(engine, "gather_kin_word")
    party = table_of(engine, "record_party").select("row_id", "relationship_raw")
    said = party.inner_join(words, party.relationship_raw == words.raw).select("row_id", "relation")
    rows = table_of(engine, EVENT_ROW).select("row_id", "event_id")
    said = (
        said.inner_join(rows, "row_id")
        .group_by("event_id")
        .agg(row_id=ibis._.row_id.min(), relation=ibis._.relation.min(), relations=ibis._.relation.nunique())
    )
    said = said.filter(said.relations == 1)
    sides = table_of(engine, "event_party").semi_join(said, "event_id")
    is_one, is_other = sides.role == "harmed", sides.role == "harming"
    two = sides.group_by("event_id").agg(
        one=sides.person_id.min(where=is_one), ones=sides.person_id.nunique(where=is_one),
        other=sides.person_id.min(where=is_other), others=sides.person_id.nunique(where=is_other),
    )  # fmt: skip
    two = two.filter(two.ones == 1, two.others == 1).inner_join(said, "event_id")
    return _ordered(engine, _placed(engine, two.select("row_id", "one", "other", "relation")), STATED)


def _shared(engine: Engine, via: str) -> Any:
    """Pairs of people who share a household number, or stand in one list of children."""
    family = table_of(engine, HOUSEHOLD)
    members = family.filter(family.is_kept, family.via == via)
    if via == CHILD_LIST:
        # Beside whom the children stand is stated; of each other they are children of one household.
        members = members.filter(members.is_child)
    return _ordered(engine, _pairs(members), via)


def _at_home(engine: Engine) -> Any:
    """Pairs at one address that is a family's, with a surname in common, or a part of one."""
    family = table_of(engine, HOUSEHOLD)
    members = family.filter(family.is_kept, family.via == ADDRESS)
    names = table_of(engine, "person_name").semi_join(members, "person_id")
    names = names.filter(names.forename.notnull(), names.surname.notnull())
    parts = names.select("person_id", part=names.surname.upper().re_split("[^\\p{L}]+").unnest())
    # Surnames of some communities change their last letter with sex: Kowalska is Kowalski.
    parts = parts.mutate(stem=parts.part.re_replace("[AIY]$", "")).filter(
        parts.part.length() >= SHORTEST_NAME
    )
    parts = parts.select("person_id", "stem").distinct()
    pairs = _pairs(members)
    one = (
        pairs.select("one", "other").distinct().inner_join(parts.select(one="person_id", stem="stem"), "one")
    )
    alike = one.inner_join(parts.select(other="person_id", stem="stem"), ["other", "stem"])
    alike = alike.select("one", "other").distinct()
    return _ordered(engine, pairs.semi_join(alike, ["one", "other"]), ADDRESS_AND_SURNAME)


def _pairs(members: Any) -> Any:
    """Pairs who share a key, by each extract that names both; by none where no one extract does."""
    keys = ("key", "person_id", "layout", "receipt_no")
    sides = members.group_by(*keys).agg(row_on=members.row_on.min())
    other = sides.select("key", other="person_id", other_on="row_on", other_receipt="receipt_no")
    pairs = sides.rename(one="person_id").inner_join(other, "key")
    pairs = pairs.filter(pairs.one < pairs.other)
    is_one = pairs.receipt_no == pairs.other_receipt
    together = is_one.max().over(ibis.window(group_by=[pairs.one, pairs.other]))
    pairs = pairs.mutate(is_one=is_one, together=together)
    pairs = pairs.filter(pairs.is_one | ~pairs.together)
    return pairs.select(
        "one", "other",
        layout=ibis.cases((pairs.is_one, pairs.layout), else_=ibis.null("string")),
        receipt_no=ibis.cases((pairs.is_one, pairs.receipt_no), else_=ibis.null("int64")),
        # Both are there from the later of the two days.
        row_on=ibis.greatest(pairs.row_on, pairs.other_on), relation=text(SIBLING),
    ).distinct()  # fmt: skip


def _placed(engine: Engine, pairs: Any) -> Any:
    rows = rows_of(engine).select("row_id", "row_on", "layout", "receipt_no")
    return pairs.inner_join(rows, "row_id")


def _ordered(engine: Engine, pairs: Any, basis: str) -> Any:
    """Pairs the way round that the table has them, with a relation their ages do not contradict.

    The lesser id comes first, but a parent or carer before the child.
    """
    ages = table_of(engine, "gather_adult")
    pairs = pairs.filter(pairs.one != pairs.other)
    pairs = pairs.inner_join(ages.rename(one="person_id", one_young="is_young"), "one")
    pairs = pairs.inner_join(ages.rename(other="person_id", other_young="is_young"), "other")
    of_young = pairs.one_young & pairs.other_young
    is_elder = ~pairs.one_young & pairs.other_young
    is_younger = pairs.one_young & ~pairs.other_young
    is_parent = pairs.relation == PARENT
    # A household of two generations does not say who is what to whom.
    inferred = text(basis).notin([STATED]) & (pairs.relation == SIBLING)
    relation = ibis.cases(
        (is_parent & ~(is_elder | is_younger).fill_null(False), FAMILY),
        (inferred & ~of_young.fill_null(False), FAMILY),
        else_=pairs.relation,
    )
    swaps = ibis.cases(
        (is_parent & is_elder, False), (is_parent & is_younger, True), else_=pairs.one > pairs.other
    )
    return pairs.select(
        "row_on", "layout", "receipt_no", relation=relation, basis=text(basis),
        person_id=ibis.cases((swaps, pairs.other), else_=pairs.one),
        other_person_id=ibis.cases((swaps, pairs.one), else_=pairs.other),
    )  # fmt: skip
