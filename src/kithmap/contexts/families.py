"""Families: people who share a household's number, a list of its children, or an address."""

from functools import reduce
from typing import Any

import ibis

from kithmap.contexts.events import EVENT_ROW
from kithmap.contexts.homes import hold_homes
from kithmap.contexts.sourced import EXTRACT, hashed, receipt_no, rows_of, table_of, text, who, with_parts
from kithmap.contexts.spells import with_spells
from kithmap.engines.engine import Engine

# More people than this at one address is a hostel, a children's home or a block without flat numbers.
LARGEST = 12
SMALLEST = 2
HOUSEHOLD = "gather_household"
# What a household rests on: what a source states ranks above an address, which two families may share.
NUMBER, CHILD_LIST, ADDRESS = "household number", "child list", "address"
SEEN = ("key", "via", "person_id", "part_id", "row_on", "layout", "receipt_no", "is_communal", "is_child")


def hold_families(engine: Engine) -> None:
    """Hold `gather_household`, `gather_family_context` and `gather_family_membership`.

    A household number of one holder makes a family, and so do the children listed with somebody as
    of one household. An address makes one too, unless it is communal, of 2 to 12 people; where half
    of them or more are of one stated household, it is that one. A person who moved has two spells.
    """
    sized: Any = engine.hold("gather_household_seen", _sized(_seen(engine)))
    household = engine.hold("gather_same_household", _same_household(sized.filter(sized.is_kept)))
    joined = sized.left_join(household, "key").drop("key_right")
    whole = ibis.coalesce(joined.household, joined.key)
    family = engine.hold(HOUSEHOLD, joined.mutate(context_id=hashed("C", text("family"), whole)))
    members = engine.hold("gather_family_membership", _memberships(family))
    engine.hold("gather_family_context", members.select("context_id").distinct())


def _seen(engine: Engine) -> Any:
    """Each person with each household number, child list and home they were recorded under."""
    no: Any = ibis.literal(value=False)
    number = table_of(engine, "record_mention").select("mention_id", "source_household_id")
    number = number.filter(number.source_household_id.fill_null("") != "")
    number = number.mutate(receipt_no=receipt_no(number.mention_id))
    number = number.inner_join(table_of(engine, EXTRACT), "receipt_no")
    numbered = number.mutate(
        key=hashed("H", number.holder, number.extract_la, number.source_household_id),
        via=text(NUMBER), is_communal=no, is_child=no,
    )  # fmt: skip
    listed = _child_lists(engine).mutate(via=text(CHILD_LIST), is_communal=no)
    homes = hold_homes(engine).mutate(via=text(ADDRESS), is_child=no)
    columns = ("mention_id", "key", "via", "is_communal", "is_child")
    seen = reduce(ibis.union, [rows.select(columns) for rows in (numbered, listed, homes)])
    return seen.inner_join(who(engine), "mention_id").inner_join(rows_of(engine), "row_id").select(SEEN)


def _child_lists(engine: Engine) -> Any:
    """Whom a row names as children of a household, and beside whom: `key`, mention_id, is_child."""
    party = table_of(engine, "record_party")
    child = party.filter(party.role == "exposed").select(other_mention_id="mention_id")
    said = table_of(engine, "record_association")
    said = said.filter(said.kind == "family").semi_join(child, "other_mention_id")
    rows = table_of(engine, EVENT_ROW).select("row_id", "event_id")
    said = said.inner_join(rows, "row_id")
    said = said.mutate(key=hashed("L", said.event_id))
    ends = [
        said.select("key", mention_id=said[name], is_child=ibis.literal(value=is_child))
        for name, is_child in (("mention_id", False), ("other_mention_id", True))
    ]
    return ibis.union(*ends).distinct()


def _sized(seen: Any) -> Any:
    """Every key with how many people share it, and whether it may be a family's."""
    sizes = seen.group_by("key").agg(people=seen.person_id.nunique())
    sizes = sizes.mutate(is_family_size=sizes.people.between(SMALLEST, LARGEST))
    joined = seen.inner_join(sizes, "key")
    return joined.mutate(is_kept=joined.is_family_size & ~joined.is_communal)


def _same_household(kept: Any) -> Any:
    """The numbered household a child list belongs to, and the stated one an address does.

    It is the household that holds most of its people, half of them or more.
    """
    pairs = kept.select("key", "via", "person_id", "people").distinct()
    number = pairs.filter(pairs.via == NUMBER).select("person_id", household="key")
    listed = pairs.filter(pairs.via == CHILD_LIST)
    lists = _holds_most(listed, number)
    rest = listed.left_join(lists, "key")
    rest = rest.select("person_id", household=ibis.coalesce(rest.household, rest.key))
    stated = ibis.union(number, rest).distinct()
    return ibis.union(lists, _holds_most(pairs.filter(pairs.via == ADDRESS), stated))


def _holds_most(pairs: Any, number: Any) -> Any:
    shared = (
        pairs.inner_join(number, "person_id")
        .group_by("key", "household")
        .agg(shared=ibis._.person_id.nunique(), people=ibis._.people.max())
    )
    shared = shared.filter(shared.shared * 2 >= shared.people)
    order = [shared.shared.desc(), shared.household]
    nth = shared.mutate(nth=ibis.row_number().over(group_by=shared.key, order_by=order))
    return nth.filter(nth.nth == 0).select("key", "household")


def _memberships(family: Any) -> Any:
    """From the first day recorded there to the last, once a later record gives another home."""
    spelled = with_spells(family).filter(ibis._.is_kept)
    basis = ibis.cases((spelled.via == ADDRESS, ADDRESS), else_="stated")
    keys = ("person_id", "context_id", "basis", "spell", "layout", "receipt_no")
    spelled = spelled.mutate(basis=basis)
    rows = spelled.group_by(*keys).agg(start_on=spelled.row_on.min(), end_on=spelled.end_on.max())
    return with_parts(rows, spelled, *keys).drop("spell")
