"""Counts over the draws, put right by what a checked sample says was missed or wrongly linked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kithmap.desk.asked import Asked
from kithmap.desk.drawn_tables import split_people
from kithmap.desk.ranges import Drawn, keys_of
from kithmap.governance.rules import Sets

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from kithmap.stats.audit import AuditPosterior
    from kithmap.stats.missed import Net

    Ints = NDArray[np.int64]

# Each draw of the linkage is put right by so many draws of what the sample leaves possible.
REPEATED = 5


def put_answer_right(
    asked: Asked, answer: "pa.Table", drawn: Mapping[str, Drawn], posterior: "AuditPosterior"
) -> dict[str, "Ints"]:
    """The counts of each column over the draws, put right: one row a draw, a column a row of the answer."""
    match asked.measure.rule.adds_up:
        case Sets() as sets:
            return {name: _sets_right(asked, sets, each, answer, posterior) for name, each in drawn.items()}
        case _:
            return _counts_right(asked, answer, drawn, posterior)


def _counts_right(
    asked: Asked, answer: "pa.Table", drawn: Mapping[str, Drawn], posterior: "AuditPosterior"
) -> dict[str, "Ints"]:
    """Counts put right by how often their people were seen: what is seen oftener than counted is linked."""
    import numpy as np

    from kithmap.stats.missed import put_right

    seen = _seen(asked)
    generator, rows = asked.generator(), answer.num_rows
    net = _nets(posterior, None, generator, _size(asked))
    found: dict[str, Ints] = {}
    for name, each in drawn.items():
        counts = np.repeat(each.counts[:, :rows], REPEATED, axis=0)
        known = _lookup(asked, seen, name)
        often = np.array([known.get(key, 0) for key in each.keys[:rows]], dtype=np.int64)
        links = np.maximum(often - counts, 0)
        columns = [put_right(counts[:, at], links[:, at], net, generator) for at in range(rows)]
        found[name] = np.stack(columns, axis=1)
    return found


def _seen(asked: Asked) -> "pa.Table":
    """The answer were every person taken apart by the holders who saw them."""
    inputs = split_people(asked.engine, asked.scope, asked.measure.inputs, asked.measure.rule.seen_in)
    return asked.engine.fetch(asked.measure.build(*inputs, **asked.options))


def _lookup(asked: Asked, seen: "pa.Table", count: str) -> dict[tuple[Any, ...], int]:
    names = keys_of(seen, asked.measure.rule)
    keys = zip(*(seen[name].to_pylist() for name in names), strict=True)
    return {key: int(number or 0) for key, number in zip(keys, seen[count].to_pylist(), strict=True)}


def _sets_right(
    asked: Asked, sets: Sets, drawn: Drawn, answer: "pa.Table", posterior: "AuditPosterior"
) -> "Ints":
    """Counts of combinations put right, and from them those of each list and of everybody."""
    import numpy as np

    from kithmap.stats.missed import put_sets_right

    names = keys_of(answer, asked.measure.rule)
    column, kind = names.index(sets.column), names.index(sets.kind_column)
    counts = {
        frozenset(key[column].split(sets.separator)): np.repeat(drawn.counts[:, at], REPEATED, axis=0)
        for at, key in enumerate(drawn.keys)
        if key[kind] == "combination"
    }
    if not counts:
        return drawn.counts
    generator, holders = asked.generator(), _holders(asked)
    nets = {
        lists: _nets(posterior, _pairs(lists, holders), generator, _size(asked))
        for lists in sorted(counts, key=sorted)
        if len(lists) > 1
    }
    right = put_sets_right(counts, nets, generator)
    none = np.zeros(_size(asked), dtype=np.int64)

    def of(key: tuple[Any, ...]) -> "Ints":
        match key[kind]:
            case "combination":
                return right[frozenset(key[column].split(sets.separator))]
            case "total":
                return sum((each for lists, each in right.items() if key[column] in lists), none)
            case _:
                return sum(right.values(), none)

    return np.stack([of(key) for key in drawn.keys[: answer.num_rows]], axis=1)


def _size(asked: Asked) -> int:
    return asked.draws * REPEATED


def _nets(
    posterior: "AuditPosterior",
    pairs: "list[str] | None",
    generator: "np.random.Generator",
    size: int,
) -> "Net":
    """What is to be put right, by what the sample says of these pairs of sources; of all, without them."""
    import numpy as np

    from kithmap.stats.missed import Net, net_of

    known = [pair for pair in pairs or () if pair in posterior.strata] or [None]
    nets = [net_of(*posterior.of(pair), posterior.agreement_of(pair)) for pair in known]
    right, found = (np.mean([getattr(net, name) for net in nets], axis=0) for name in ("right", "found"))
    chosen = generator.integers(len(right), size=size)
    return Net(right[chosen], found[chosen])


def _holders(asked: Asked) -> dict[str, set[str]]:
    """Who holds what each list, or kind of harm, is counted from."""
    concern: Any = asked.scope.table(asked.engine, "concern")
    held: dict[str, set[str]] = {}
    for row in asked.engine.fetch(concern.select("list", "harm", "holder").distinct()).to_pylist():
        for name in (row["list"], row["harm"]):
            if name is not None:
                held.setdefault(name.replace(" + ", " and "), set()).add(row["holder"])
    return held


def _pairs(lists: frozenset[str], holders: Mapping[str, set[str]]) -> list[str]:
    """The pairs of sources between which these lists share people, each once, in order."""
    from kithmap.stats.audit import pair_of

    found = {
        pair_of(one, other)
        for first in lists
        for second in lists
        if first < second
        for one in holders.get(first, ())
        for other in holders.get(second, ())
        if one != other
    }
    return sorted(found)
