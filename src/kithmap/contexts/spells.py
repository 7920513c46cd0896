"""Spells: from when to when somebody lived where, by the days of the records that say so."""

from typing import Any

import ibis

KEYS = ["person_id", "via", "context_id"]


def with_spells(family: Any) -> Any:
    """Add `spell` and `end_on`: which of a person's times in a home a record is of, and its last day.

    A spell ends where a record of a later day gives the person another home of the same kind; the
    last stands, with a null `end_on`. Two homes of one day both stand. A record without a day says
    nothing of when: it belongs to the last spell there.

    Columns: those of `family` (person_id, via, context_id, row_on among them), `spell`, `end_on`.
    """
    days = family.filter(family.row_on.notnull()).select(*KEYS, "row_on").distinct()
    # Nearly everybody has one home: only those with more are worked out.
    homes = days.group_by("person_id", "via").agg(homes=days.context_id.nunique())
    movers = days.semi_join(homes.filter(homes.homes > 1), ["person_id", "via"])
    numbered = _numbered(movers)
    ends = numbered.group_by(*KEYS, "spell").agg(last=numbered.row_on.max(), newest=numbered.newest.max())
    ends = ends.select(
        *KEYS, "spell", end_on=ibis.cases((ends["last"] < ends.newest, ends["last"]), else_=ibis.null("date"))
    )
    latest = numbered.group_by(*KEYS).agg(latest=numbered.spell.max())
    dated = family.left_join(numbered.drop("newest"), [*KEYS, "row_on"])
    dated = dated.drop(*(f"{key}_right" for key in (*KEYS, "row_on")))
    dated = dated.left_join(latest, KEYS).drop(*(f"{key}_right" for key in KEYS))
    dated = dated.mutate(spell=ibis.coalesce(dated.spell, dated.latest, 0).cast("int64")).drop("latest")
    joined = dated.left_join(ends, [*KEYS, "spell"])
    return joined.drop(*(f"{key}_right" for key in (*KEYS, "spell")))


def _numbered(days: Any) -> Any:
    """The days of each person's homes with the number of the spell they fall in, from 0."""
    person = ibis.window(group_by=[days.person_id, days.via], order_by=days.row_on)
    home = ibis.window(group_by=[days[key] for key in KEYS], order_by=days.row_on)
    same_day = ibis.window(group_by=[days.person_id, days.via, days.row_on])
    whole = ibis.window(group_by=[days.person_id, days.via])
    counted = days.mutate(
        # Records of other homes on an earlier day, and on that day or earlier.
        before=ibis.rank().over(person) - ibis.row_number().over(home),
        on_day=days.count().over(same_day),
        newest=days.row_on.max().over(whole),
    )
    home = ibis.window(group_by=[counted[key] for key in KEYS], order_by=counted.row_on)
    through = (counted.before + counted.on_day - 1).lag().over(home)
    counted = counted.mutate(is_new=(counted.before > through).fill_null(False).cast("int64"))
    home = ibis.window(
        group_by=[counted[key] for key in KEYS], order_by=counted.row_on, preceding=None, following=0
    )
    return counted.select(*KEYS, "row_on", "newest", spell=counted.is_new.sum().over(home))
