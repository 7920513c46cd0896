"""Everybody whom the draws of a build make of its parts: each person told once, however many draws make them.

An *arrangement* is what some draws make of one group of parts. A group has few of them, and they share most
of their people. So a measure is asked of each of these people once, and what an arrangement changes is the sum
of what its own people count for, less what those count for who are published in their place.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kithmap.desk.compared import as_frame
from kithmap.desk.scope import Scope
from kithmap.model.tables import DRAW_ALIKE, IDENTITY_DRAW, PERSON_SOURCE

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from kithmap.engines.engine import Engine

    Ints = NDArray[np.integer]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Arranged:
    """How the draws of a build arrange the parts in doubt, as far as somebody may see them; all in numbers from 0.

    groups: their ids, in order. by_draw: a row a group, a column a draw: its arrangement, -1 where it is as
    published. group_of: of each arrangement its group.
    parts: `part_id` and whose it is as published, in order.
    way, published, part: an entry for each arrangement and part that it changes, in the order of arrangement,
    published person (their least part) and part. by_drawn: the places of these entries person by person as drawn;
    drawn: of each place so ordered, which of all the people drawn.
    """

    groups: "Ints"
    by_draw: "Ints"
    group_of: "Ints"
    parts: "pl.DataFrame"
    way: "Ints"
    published: "Ints"
    part: "Ints"
    by_drawn: "Ints"
    drawn: "Ints"


@dataclass(frozen=True)
class People:
    """Everybody who may count, as drawn or as published, numbered from 0.

    has: `person` and `part_id`: who has which part. whose: `person` and `pseudonym`: whom each published person
    is, by whoever has the least of those of their parts that are drawn. least: `person` and the `pseudonym` that
    their least part has as published.
    way, person, times: whom each arrangement makes, 1, and who is published in their place, -1.
    """

    has: "pl.DataFrame"
    whose: "pl.DataFrame"
    least: "pl.DataFrame"
    way: "Ints"
    person: "Ints"
    times: "Ints"


def read_arranged(engine: "Engine", scope: Scope, draws: int) -> Arranged:
    """Read how the draws arrange the parts that may be seen."""
    import numpy as np
    import polars as pl

    from kithmap.stats.runs import begins

    sources: Any = scope.table(engine, PERSON_SOURCE.name)
    named = sources.filter(sources.part_id.notnull())
    # A part is one person's, as published.
    parts = as_frame(engine.fetch(named.group_by("part_id").agg(pseudonym=named.person_id.min())))
    parts = parts.sort("part_id").with_columns(part=pl.int_range(parts.height, dtype=pl.Int32))
    parts = parts.with_columns(published=pl.col("part").min().over("pseudonym"))
    alike = as_frame(engine.fetch(engine.table(DRAW_ALIKE.name)))
    groups = alike["group_id"].unique().sort().to_numpy()
    first = alike.select(draw="same_as", group="group_id")
    there = np.zeros(groups.size * (draws + 1), dtype=bool)
    place, group = _place(first, groups, draws)
    there[place] = True
    number = np.cumsum(there, dtype=np.int32) - 1
    by_draw = np.full((groups.size, draws), -1, dtype=np.int32)
    by_draw[group, alike["draw"].to_numpy() - 1] = number[place]
    rows = as_frame(engine.fetch(engine.table(IDENTITY_DRAW.name))).join(parts, on="part_id")
    place, _ = _place(rows.select("draw", group="group_id"), groups, draws)
    way, published, part, drawn = (
        number[place], *(rows[name].to_numpy() for name in ("published", "part", "drawn_id"))
    )  # fmt: skip
    order = np.lexsort((part, way.astype(np.int64) * parts.height + published))
    way, published, part, drawn = (each[order] for each in (way, published, part, drawn))
    by_drawn = np.lexsort((drawn, way))
    return Arranged(
        groups=groups,
        by_draw=by_draw,
        group_of=np.flatnonzero(there) // (draws + 1),
        parts=parts.select("part_id", "pseudonym"),
        way=way,
        published=published,
        part=part,
        by_drawn=by_drawn,
        drawn=np.cumsum(begins(way[by_drawn], drawn[by_drawn])) - 1,
    )


def find_people(arranged: Arranged, seen: "pl.Series | None") -> People:
    """Everybody of whom some part is among those seen; everybody, where nothing says who counts."""
    import numpy as np

    parts = arranged.parts.height
    is_seen = np.ones(parts, dtype=bool)
    if seen is not None:
        is_seen = arranged.parts["part_id"].is_in(seen.implode()).to_numpy()
    drawn, counted, ways = _drawn(arranged, is_seen)
    published, known, instead = _published(arranged, is_seen)
    told, tokens = _numbered(np.concatenate([drawn, published]), np.concatenate([counted, known]))
    of_drawn, of_published = told[: ways.size], told[ways.size :]
    # The published people of an arrangement, by their least part: each has the number found once.
    number = np.full(parts, -1, dtype=np.int64)
    number[published[known] >> 1] = of_published
    replaced = number[instead[1]]
    is_one = replaced >= 0
    return People(
        *_tables(arranged, tokens),
        way=np.concatenate([ways, instead[0][is_one]]),
        person=np.concatenate([of_drawn, replaced[is_one]]),
        times=np.repeat([1, -1], [ways.size, int(is_one.sum())]),
    )


def _place(rows: "pl.DataFrame", groups: "Ints", draws: int) -> "tuple[Ints, Ints]":
    """The place of each row's draw among all draws of all groups, from 1 in each; and its group."""
    import numpy as np

    group = np.searchsorted(groups, rows["group"].to_numpy())
    return group * (draws + 1) + rows["draw"].to_numpy(), group


def _drawn(arranged: Arranged, is_seen: "Flags") -> "tuple[Ints, Flags, Ints]":
    """The people drawn who count: tokens person by person, where each begins, and the arrangement of each.

    A token is a part, doubled; one more where the part stands for its published person: the least of theirs
    in the arrangement that whoever counts has.
    """
    import numpy as np

    from kithmap.stats.runs import begins

    order, drawn = arranged.by_drawn, arranged.drawn
    counts = (np.bincount(drawn, is_seen[arranged.part[order]]) > 0)[drawn]
    kept = np.zeros(order.size, dtype=bool)
    kept[order] = counts
    stands = np.zeros(order.size, dtype=bool)
    stands[kept] = begins(arranged.way[kept], arranged.published[kept])
    mine = order[counts]
    first = begins(drawn[counts])
    return arranged.part[mine] * 2 + stands[mine], first, arranged.way[mine[first]]


def _published(arranged: Arranged, is_seen: "Flags") -> "tuple[Ints, Flags, tuple[Ints, Ints]]":
    """The people published in place of those drawn who count: tokens, where each begins; and in which arrangements."""
    import numpy as np

    from kithmap.stats.runs import begins

    way, person = arranged.way, arranged.published
    new = begins(way, person)
    instead = way[new], person[new]
    # Where an arrangement changes a part, it changes all parts of its published person: any of them tells all.
    first = np.zeros(is_seen.size, dtype=np.int64)
    first[instead[1][::-1]] = instead[0][::-1]
    once = way == first[person]
    seen = np.bincount(person[once], is_seen[arranged.part[once]], is_seen.size) > 0
    mine = np.flatnonzero(once & seen[person])
    return arranged.part[mine] * 2 + new[mine], new[mine], instead


def _numbered(tokens: "Ints", first: "Flags") -> "tuple[Ints, pl.DataFrame]":
    """The number of each person by their tokens, the same for the same; and each number's tokens."""
    import numpy as np
    import polars as pl
    import pyarrow as pa

    ends = np.append(np.flatnonzero(first), tokens.size)
    # Lists by where each ends: polars would group the tokens anew. Untyped, for its stubs know no arrays of numpy.
    list_of: Any = pa.LargeListArray
    lists: Any = pa.table({"token": list_of.from_arrays(ends, tokens)})
    people = as_frame(lists).with_row_index("place")
    people = people.group_by("token", maintain_order=True).agg("place").with_row_index("person")
    told = np.empty(ends.size - 1, dtype=np.int64)
    each = people.select("person", "place").explode("place")
    told[each["place"].to_numpy()] = each["person"].to_numpy()
    return told, people.select(pl.col("person").cast(pl.Int32), "token")


def _tables(arranged: Arranged, tokens: "pl.DataFrame") -> "tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]":
    import polars as pl

    each = tokens.explode("token").select(
        "person", part=pl.col("token") // 2, stands=pl.col("token") % 2 == 1
    )
    least = tokens.select("person", part=pl.col("token").list.min() // 2)
    ids, names = arranged.parts["part_id"], arranged.parts["pseudonym"]
    stands = each.filter("stands")
    return (
        each.select("person", part_id=ids.gather(each["part"])),
        stands.select("person", pseudonym=names.gather(stands["part"])),
        least.select("person", pseudonym=names.gather(least["part"])),
    )
