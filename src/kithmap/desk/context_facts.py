"""The facts of one context: counted from the rows that somebody may see, each number through disclosure control."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kithmap.desk.compared import as_frame
from kithmap.desk.sitting import Sitting
from kithmap.governance.cells import Cell
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.rules import CountRule
from kithmap.measures.population import NOT_HARMS
from kithmap.model import tables

if TYPE_CHECKING:
    import polars as pl

Row = Mapping[str, "Cell | str | None"]
COUNT = "young_people"
# Somebody who was once at a place is no member of it; what happened there is what is counted.
BY_EVENT = ("public_space", "premises", "route", "online")
TOGETHER = "peer_group"
MOST_OTHERS = 20


@dataclass(frozen=True, repr=False)
class Members:
    """Those in a context, young people only, and the events of it."""

    people: list[str]
    size: int
    events: "pl.DataFrame"


@dataclass(frozen=True, repr=False)
class Facts:
    """What is known of a context: the whole, and its parts."""

    young_people: Any
    events: Any
    tables: Mapping[str, tuple[Row, ...]]


def find_members(sitting: Sitting, context: Mapping[str, Any]) -> Members:
    """The young people of a context as it stands, and what happened in it, or in which they were together."""
    member = _table(sitting, tables.MEMBERSHIP.name)
    here = member.filter(member.context_id == context["context_id"])
    if context["context_type"] not in BY_EVENT:
        here = here.filter(here.end_on.isnull(), here.basis != "event")
    person = _table(sitting, tables.PERSON.name)
    young = here.semi_join(person.filter(person.is_young), "person_id").select("person_id").distinct()
    named: list[str] = [row["person_id"] for row in sitting.engine.fetch(young).to_pylist()]
    people = sorted(named)
    return Members(people, len(people), _events(sitting, context, people))


def _events(sitting: Sitting, context: Mapping[str, Any], people: list[str]) -> "pl.DataFrame":
    """The events of a context, one row for each young party: event, person, harms, month, holder."""
    import polars as pl

    event = _table(sitting, tables.EVENT.name)
    if context["context_type"] in ("family", TOGETHER):
        party = _table(sitting, tables.PARTY.name)
        theirs = (
            party.filter(party.person_id.isin(_listed(people))).select("event_id", "person_id").distinct()
        )
        happened = event.inner_join(theirs, "event_id")
    else:
        where = _table(sitting, tables.EVENT_CONTEXT.name)
        there = where.filter(where.context_id == context["context_id"]).select("event_id").distinct()
        party = _table(sitting, tables.PARTY.name)
        person = _table(sitting, tables.PERSON.name)
        young = party.semi_join(person.filter(person.is_young), "person_id").select("event_id", "person_id")
        happened = event.semi_join(there, "event_id").left_join(young.distinct(), "event_id")
    kept = happened.filter(happened.harm.notnull())
    rows = as_frame(
        sitting.engine.fetch(kept.select("event_id", "person_id", "harm", "start_at", "holder", "layout"))
    )
    if context["context_type"] == TOGETHER and rows.height:
        rows = rows.filter(pl.col("person_id").n_unique().over("event_id") > 1)
    harms = pl.col("harm").str.split("|").list.set_difference(list(NOT_HARMS))
    told = rows.with_columns(harm=harms, month=pl.col("start_at").dt.strftime("%Y-%m"))
    return told.filter(pl.col("harm").list.len() > 0)


def facts_of(
    sitting: Sitting, context: Mapping[str, Any], members: Members, may_tell_of: Callable[[str, int], bool]
) -> Facts:
    """Every part of what is known of a context; of other contexts only those that may be told of."""
    people = sorted({*members.people, *members.events["person_id"].drop_nulls().to_list()})
    concerns = _of_people(sitting, tables.CONCERN.name, people, "harm", "holder", "layout", "end_on")
    found = {
        "harms": _harms(context, concerns, members.events),
        "months": _counted(members.events.drop_nulls("month"), "month"),
        "holders": _holders(concerns, members.events),
        "others": _others(sitting, context, people, may_tell_of),
        "strengths": _strengths(sitting, context, people),
    }
    whole = protect(
        [{COUNT: len(people), "events": members.events["event_id"].n_unique()}], RULE, LEVELS[Level.R0]
    )
    return Facts(
        whole[0][COUNT],
        whole[0]["events"],
        {name: protect(frame.to_dicts(), RULE, LEVELS[Level.R0]) for name, frame in found.items()},
    )


RULE = CountRule(counts=(COUNT,), names=("events", "name"))


def _harms(context: Mapping[str, Any], concerns: "pl.DataFrame", events: "pl.DataFrame") -> "pl.DataFrame":
    """Each kind of harm: what happened in a place; what stands of the members of any other context."""
    import polars as pl

    happened = _counted(events.explode("harm"), "harm")
    if context["context_type"] in BY_EVENT:
        return happened
    standing = concerns.filter(pl.col("end_on").is_null(), ~pl.col("harm").is_in(NOT_HARMS))
    known = standing.group_by("harm").agg(pl.col("person_id").n_unique().cast(pl.Int64).alias(COUNT))
    both = known.join(happened.select("harm", "events"), on="harm", how="full", coalesce=True)
    return both.with_columns(pl.col(COUNT, "events").fill_null(0)).sort("harm")


def _holders(concerns: "pl.DataFrame", events: "pl.DataFrame") -> "pl.DataFrame":
    """Who holds what: each source with how many young people it tells of."""
    import polars as pl

    shaped = [
        rows.select("holder", "layout", "person_id", pl.lit(what).alias("what"))
        for rows, what in ((concerns, "concerns"), (events, "events here"))
    ]
    keys = ["holder", "layout", "what"]
    counted = pl.concat(shaped).group_by(keys).agg(pl.col("person_id").n_unique().cast(pl.Int64).alias(COUNT))
    return counted.sort(keys)


def _others(
    sitting: Sitting, context: Mapping[str, Any], people: list[str], may_tell_of: Callable[[str, int], bool]
) -> "pl.DataFrame":
    """From which other contexts its young people come: those most of them share first."""
    import polars as pl

    rows = _of_people(sitting, tables.MEMBERSHIP.name, people, "context_id", "context_type", "end_on")
    other = rows.filter(pl.col("end_on").is_null(), pl.col("context_id") != context["context_id"])
    shared = other.group_by("context_id", "context_type").agg(
        pl.col("person_id").n_unique().cast(pl.Int64).alias(COUNT)
    )
    told = [may_tell_of(*each) for each in shared.select("context_type", COUNT).iter_rows()]
    shared = shared.filter(pl.Series(told, dtype=pl.Boolean))
    top = shared.sort(COUNT, "context_id", descending=[True, False]).head(MOST_OTHERS)
    known = _table(sitting, tables.CONTEXT.name)
    named = as_frame(
        sitting.engine.fetch(
            known.filter(known.context_id.isin(_listed(top["context_id"].to_list()))).select(
                "context_id", "code", "name"
            )
        )
    )
    return top.join(named, on="context_id", how="inner", maintain_order="left")


def _strengths(sitting: Sitting, context: Mapping[str, Any], people: list[str]) -> "pl.DataFrame":
    """What is recorded to protect: of the context itself, and of its young people; never taken from harms."""
    import polars as pl

    strength = _table(sitting, tables.STRENGTH.name)
    own = strength.filter(strength.context_id == context["context_id"]).select("code")
    of_context = as_frame(sitting.engine.fetch(own))
    of_context = of_context.group_by("code").agg(pl.len().cast(pl.Int64).alias("times"))
    of_people = _of_people(sitting, tables.STRENGTH.name, people, "code")
    of_people = of_people.group_by("code").agg(pl.col("person_id").n_unique().cast(pl.Int64).alias(COUNT))
    both = of_context.join(of_people, on="code", how="full", coalesce=True)
    return both.with_columns(pl.col("times", COUNT).fill_null(0)).sort("code")


def _counted(events: "pl.DataFrame", key: str) -> "pl.DataFrame":
    import polars as pl

    return (
        events.group_by(key)
        .agg(
            pl.col("person_id").drop_nulls().n_unique().cast(pl.Int64).alias(COUNT),
            pl.col("event_id").n_unique().cast(pl.Int64).alias("events"),
        )
        .sort(key)
    )


def _of_people(sitting: Sitting, name: str, people: list[str], *columns: str) -> "pl.DataFrame":
    """Columns of the rows of a table that tell of some people."""
    table = _table(sitting, name)
    kept = table.filter(table.person_id.isin(_listed(people))).select("person_id", *columns).distinct()
    return as_frame(sitting.engine.fetch(kept))


def _table(sitting: Sitting, name: str) -> Any:
    return sitting.scope.table(sitting.engine, name)


def _listed(values: list[str]) -> list[str]:
    # No id is empty: a list of none at all is not SQL on every engine.
    return values or [""]
