"""Families: people who share a household's number, or an address."""

from typing import Any

import ibis

from kithmap.contexts.sourced import ROW, WHO, hashed, table_of, text, with_parts
from kithmap.engines.engine import Engine

# More people than this at one address is a hostel, a children's home or a block without flat numbers.
LARGEST = 12
SMALLEST = 2
ABBREVIATIONS = (
    ("ROAD", "RD"), ("STREET", "ST"), ("AVENUE", "AVE"), ("CLOSE", "CL"), ("COURT", "CT"), ("HOUSE", "HSE"),
    ("GARDENS", "GDNS"), ("LANE", "LN"), ("DRIVE", "DR"), ("SQUARE", "SQ"), ("TERRACE", "TER"), ("APARTMENT", "FLAT"),
)  # fmt: skip


def hold_families(engine: Engine) -> None:
    """Hold `gather_family_context` and `gather_family_membership`.

    A household number of one holder makes a family. An address with its postcode makes one too,
    of 2 to 12 people; where half of them or more are of one numbered household, it is that one.
    """
    seen = engine.hold("gather_household", _seen(engine))
    kept = engine.hold("gather_household_kept", _kept(seen))
    same = _same_household(kept)
    joined = kept.left_join(same, "key").drop("key_right")
    family = joined.mutate(
        context_id=hashed("C", text("family"), ibis.coalesce(joined.household, joined.key))
    )
    members = engine.hold("gather_family_membership", _memberships(engine.hold("gather_family", family)))
    engine.hold("gather_family_context", members.select("context_id").distinct())


def _seen(engine: Engine) -> Any:
    """Each person with each household number and each address they were recorded under."""
    mention = table_of(engine, "record_mention").select(
        "mention_id", "source_household_id", "address_raw", "postcode"
    )
    said = mention.inner_join(table_of(engine, WHO), "mention_id").inner_join(table_of(engine, ROW), "row_id")
    numbered = said.filter(said.source_household_id.fill_null("") != "")
    by_number = numbered.mutate(
        key=hashed("H", numbered.holder, numbered.extract_la, numbered.source_household_id),
        basis=text("stated"),
    )
    homes = said.filter(said.address_raw.fill_null("") != "", said.postcode.fill_null("") != "")
    by_address = homes.mutate(
        key=hashed("A", _address(homes.address_raw, homes.postcode)), basis=text("address")
    )
    names = ("key", "basis", "person_id", "part_id", "row_on", "layout", "receipt_no")
    return ibis.union(by_number.select(names), by_address.select(names))


def _address(address: Any, postcode: Any) -> Any:
    """An address written one way: capitals, no punctuation, short forms, its postcode last, once."""
    plain = text(" ").concat(address.upper().re_replace("[^A-Z0-9]+", " "), " ")
    for whole, short in ABBREVIATIONS:
        plain = plain.replace(f" {whole} ", f" {short} ")
    code = postcode.upper().re_replace("[^A-Z0-9]+", "")
    # The postcode may stand in the address as well, with its space or without.
    return plain.replace(" ", "").replace(code, "").concat("|", code)


def _kept(seen: Any) -> Any:
    """Only keys that 2 to 12 people share."""
    sizes = seen.group_by("key").agg(people=seen.person_id.nunique())
    sizes = sizes.filter(sizes.people.between(SMALLEST, LARGEST))
    return seen.inner_join(sizes, "key")


def _same_household(kept: Any) -> Any:
    """The numbered household an address belongs to: the one that holds most of its people."""
    pairs = kept.select("key", "basis", "person_id", "people").distinct()
    address = pairs.filter(pairs.basis == "address")
    number = pairs.filter(pairs.basis == "stated").select("person_id", household="key")
    shared = (
        address.inner_join(number, "person_id")
        .group_by("key", "household")
        .agg(shared=ibis._.person_id.nunique(), people=ibis._.people.max())
    )
    shared = shared.filter(shared.shared * 2 >= shared.people)
    order = [shared.shared.desc(), shared.household]
    nth = shared.mutate(nth=ibis.row_number().over(group_by=shared.key, order_by=order))
    return nth.filter(nth.nth == 0).select("key", "household")


def _memberships(family: Any) -> Any:
    """From the first day recorded there to the last, once a later record gives another home."""
    spans = family.group_by("person_id", "context_id", "basis").agg(last=family.row_on.max())
    newest = spans.group_by("person_id", "basis").agg(newest=spans["last"].max())
    ended = spans.inner_join(newest, ["person_id", "basis"])
    ended = ended.filter(ended["last"] < ended.newest)
    ended = ended.select("person_id", "context_id", "basis", end_on="last")
    keys = ["person_id", "context_id", "basis"]
    rows = family.group_by(*keys, "layout", "receipt_no").agg(start_on=family.row_on.min())
    dated = rows.left_join(ended, keys).select(*keys, "layout", "receipt_no", "start_on", "end_on")
    return with_parts(dated, family, *keys, "layout", "receipt_no")
