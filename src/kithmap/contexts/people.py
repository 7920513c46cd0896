"""People: what the sources together say of each linked person."""

from datetime import date
from functools import reduce
from typing import Any

import ibis

from kithmap.contexts.sourced import ATTRIBUTES, EXTRACT, ROW, WHO, YES, exploded, table_of, text, with_ids
from kithmap.engines.engine import Engine

BIRTH = "gather_birth"
ADULT = 18
EXACT = ("day", "month")


def save_people(engine: Engine, as_at: date) -> None:
    """Save `person`, `person_name` and `person_source`, and hold each person's date of birth.

    An attribute is what most sources say; between equals, what most records say; then the
    least value, so that the order of receipt never matters.
    """
    said = table_of(engine, WHO)
    # A person's mentions mostly say the same, term after term: what follows reads each saying once.
    sayings = said.group_by("person_no", "layout_no", *ATTRIBUTES).agg(records=said.count())
    sayings = engine.hold("gather_said", sayings)
    engine.hold(BIRTH, _births(sayings))
    sources = said.group_by("person_no", "part_id", "receipt_no").agg(mentions=said.count())
    sources = sources.inner_join(table_of(engine, EXTRACT).select("receipt_no", "layout"), "receipt_no")
    engine.save("person_source", with_ids(engine, sources))
    engine.save("person", with_ids(engine, _people(engine, sayings, as_at)))
    engine.save("person_name", with_ids(engine, _names(engine)))


def most_said(said: Any, value: Any, *, known: Any = None) -> Any:
    """One value for each person: said by most sources, then by most records."""
    kept = said.mutate(value=value)
    kept = kept.filter(kept.value.notnull() if known is None else kept.value.notnull() & known(kept.value))
    by_source = kept.group_by("person_no", "value", "layout_no").agg(records=kept.records.sum())
    counted = by_source.group_by("person_no", "value").agg(
        sources=by_source.count(), records=by_source.records.sum()
    )
    order = [counted.sources.desc(), counted.records.desc(), counted.value]
    nth = counted.mutate(nth=ibis.row_number().over(group_by=counted.person_no, order_by=order))
    return nth.filter(nth.nth == 0).select("person_no", "value")


def _births(said: Any) -> Any:
    """The date of birth of each person who has one: exact dates before those worked out."""
    exact = said.dob_precision.isnull() | said.dob_precision.isin(EXACT)
    to_the_day = said.filter(exact)
    days = most_said(to_the_day, to_the_day.dob)
    rough = said.filter(~exact).anti_join(days, "person_no")
    years = most_said(rough, rough.dob)
    return ibis.union(
        days.select("person_no", dob="value", is_exact=YES),
        years.select("person_no", dob="value", is_exact=ibis.literal(value=False)),
    )


def whole_years(born: Any, on: Any) -> Any:
    """Age in whole years on a day."""
    day = on.year() * 10_000 + on.month() * 100 + on.day()
    birthday = born.year() * 10_000 + born.month() * 100 + born.day()
    return ((day - birthday) / 10_000).floor().cast("int16")


def _people(engine: Engine, said: Any, as_at: date) -> Any:
    sources = said.group_by("person_no", "layout_no").agg(mentions=said.records.sum())
    ids = sources.group_by("person_no").agg(
        mentions=sources.mentions.sum().cast("int64"), sources=sources.count().cast("int64")
    )
    parts = [
        table_of(engine, BIRTH),
        most_said(said, said.la_code).rename(la_code="value"),
        most_said(said, said.sex, known=lambda value: value.isin(["F", "M"])).rename(sex="value"),
        most_said(said, said.ethnicity_group5, known=lambda value: value != "unknown").rename(
            ethnicity_group5="value"
        ),
        _young_by_record(engine).mutate(by_record=YES),
        _ages_stated(engine, as_at),
    ]
    joined = ids
    for part in parts:
        joined = joined.left_join(part, "person_no").drop("person_no_right")
    age = whole_years(joined.dob, ibis.date(as_at.isoformat()))
    return joined.select(
        "person_no",
        "la_code",
        "ethnicity_group5",
        "mentions",
        "sources",
        birth_year=joined.dob.year().cast("int16"),
        age=ibis.cases((joined.is_exact, age), else_=ibis.null("int16")),
        sex=ibis.coalesce(joined.sex, "U"),
        is_young=_is_young(joined, age),
    )


def _is_young(people: Any, age: Any) -> Any:
    """Under 18, by an exact birth date, else by what cannot be otherwise; null where it can."""
    unknown = ibis.null("boolean")
    # A date of birth worked out from an age or a year is a year out either way.
    by_rough_birth = ibis.cases((age <= ADULT - 2, True), (age >= ADULT + 1, False), else_=unknown)
    by_stated_age = ibis.cases(
        (people.at_least >= ADULT, False), (people.at_most < ADULT, True), else_=unknown
    )
    by_birth = ibis.cases((people.is_exact, age < ADULT), else_=by_rough_birth)
    return ibis.coalesce(by_birth, by_stated_age, people.by_record)


def _young_by_record(engine: Engine) -> Any:
    """People a record could hold only as pupils or children: enrolled, excluded, or exposed.

    Only of those whose birth date is not known: of others it is not asked.
    """
    enrolment = table_of(engine, "record_enrolment")
    party = table_of(engine, "record_party")
    episode = table_of(engine, "record_missing_episode")
    mentions = [
        enrolment.filter(enrolment.end_on.isnull()).select("mention_id"),
        table_of(engine, "record_exclusion").select("mention_id"),
        party.filter(party.role == "exposed").select("mention_id"),
        episode.filter(episode.source_kind.isin(["care", "school"])).select("mention_id"),
    ]
    birth = table_of(engine, BIRTH)
    asked = (
        table_of(engine, WHO)
        .select("mention_id", "person_no")
        .anti_join(birth.filter(birth.is_exact), "person_no")
    )
    return asked.semi_join(reduce(ibis.union, mentions), "mention_id").select("person_no").distinct()


def _ages_stated(engine: Engine, as_at: date) -> Any:
    """The least and greatest age each person can have now, from ages stated on a day."""
    party = table_of(engine, "record_party")
    mention = table_of(engine, "record_mention")
    stated = ibis.union(
        party.select("mention_id", "row_id", age="age_at_event"),
        mention.select("mention_id", "row_id", "age"),
    )
    stated = stated.filter(stated.age.notnull())
    stated = stated.inner_join(table_of(engine, WHO).select("mention_id", "person_no"), "mention_id")
    stated = stated.inner_join(table_of(engine, ROW).select("row_id", "row_on"), "row_id")
    since = whole_years(stated.row_on, ibis.date(as_at.isoformat()))
    stated = stated.mutate(at_least=stated.age + since.clip(lower=0), at_most=stated.age + since + 1)
    return stated.group_by("person_no").agg(at_least=stated.at_least.min(), at_most=stated.at_most.max())


def _names(engine: Engine) -> Any:
    """The names each person goes by; for case purposes only."""
    mention = table_of(engine, "record_mention")
    mention = mention.select("mention_id", "forename", "surname", "full_raw", "alias")
    said = mention.inner_join(table_of(engine, WHO).select("mention_id", "person_no"), "mention_id")
    whole = said.forename.isnull() & said.surname.isnull()
    legal = said.select(
        "person_no",
        "forename",
        surname=ibis.cases((whole, said.full_raw), else_=said.surname),
        kind=text("legal"),
    )
    alias = exploded(said.select("person_no", "alias"), "alias").select(
        "person_no", forename="alias", surname=ibis.null("string"), kind=text("alias")
    )
    names = ibis.union(legal, alias).distinct()
    names = names.filter(names.forename.notnull() | names.surname.notnull())
    births = table_of(engine, BIRTH).select("person_no", "dob")
    return names.left_join(births, "person_no").drop("person_no_right")
