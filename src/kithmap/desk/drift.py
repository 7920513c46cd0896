"""Drift of linkage: what moved between two builds by more than chance, said in the report and with answers.

A source that begins to write initials, a layout read wrongly, a name that everybody shares: none of it
raises an error, and all of it shows in how many pairs are compared, what they weigh, how large people's
clusters are, and how many mentions of a source are linked to nobody.
"""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kithmap.model.keys import RECEIPT_SHIFT

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine

# Bits; the kept pairs weigh from about -8 up.
WEIGHTS = (-5, 0, 5, 10, 15, 20, 30)
SIZES = (1, 2, 5, 10, 20, 50)
# Pairs compared for each identity: by half as much again, or a third less.
VOLUME = 1.5
# A share of fewer mentions says little, and might say how many people a list has.
FEWEST = 100


def read_shape(engine: "Engine") -> dict[str, Any]:
    """The shape of a build's linkage, for the manifest: what the next build is compared with.

    Shape: `weights` (kept pairs by weight), `sizes` (people by mentions): counts between and beyond the
        bounds; `sources`: for each holder its `mentions`, and how many of them are `alone`.
    Unit: pairs, people, mentions.
    """
    link: Any = engine.table("link")
    identity: Any = engine.table("identity")
    extract: Any = engine.table("extract")
    receipt = (identity.mention_id // (1 << RECEIPT_SHIFT)).cast("int64")
    held = identity.mutate(receipt_no=receipt).inner_join(
        extract.select("receipt_no", "holder"), "receipt_no"
    )
    by_holder = held.group_by("holder").agg(
        mentions=held.count(), alone=(held.decided_by == "alone").sum().cast("int64")
    )
    people = identity.group_by("person_id").agg(size=identity.count())
    rows = engine.fetch(by_holder.order_by("holder")).to_pylist()
    return {
        "weights": _histogram(engine, link.match_weight, WEIGHTS),
        "sizes": _histogram(engine, people["size"], SIZES),
        "sources": {row["holder"]: {"mentions": row["mentions"], "alone": row["alone"]} for row in rows},
    }


def find_drift(now: Mapping[str, Any], before: Mapping[str, Any] | None, on: date | None) -> tuple[str, ...]:
    """What moved since an earlier build, in sentences; nothing where there is none to compare with.

    now, before: the figures of two manifests; on: the day the earlier one was made.
    """
    if before is None or on is None or "shape" not in now or "shape" not in before:
        return ()
    found = [*_volume(now, before), *_histograms(now["shape"], before["shape"])]
    found += _sources(now["shape"]["sources"], before["shape"]["sources"])
    return tuple(
        f"Since the build of {on:%d/%m/%Y}, {each}; see whether links are still right." for each in found
    )


def _volume(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    if not (now.get("in_full", True) and before.get("in_full", True)):
        return []
    each = [figures["candidate_pairs"] / max(figures["identities"], 1) for figures in (before, now)]
    if each[0] and 1 / VOLUME < each[1] / each[0] < VOLUME:
        return []
    return [f"pairs compared for each identity went from {each[0]:.1f} to {each[1]:.1f}"]


def _histograms(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    from kithmap.stats.drift import stability

    said = {"weights": "what pairs weigh", "sizes": "how many mentions a person has"}
    moved = {name: stability(before[name], now[name]) for name in said}
    return [
        f"{words} changed (stability index {moved[name].by:.2f}, above {moved[name].limit:.2f})"
        for name, words in said.items()
        if moved[name].alarms
    ]


def _sources(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    from kithmap.stats.drift import share_moved

    found: list[str] = []
    for source in sorted(set(now) & set(before)):
        then, today = ((each[source]["alone"], each[source]["mentions"]) for each in (before, now))
        if min(then[1], today[1]) >= FEWEST and share_moved(then, today).alarms:
            shares = [f"{100 * alone / mentions:.0f} %" for alone, mentions in (then, today)]
            found.append(f"mentions by {source} linked to nobody went from {shares[0]} to {shares[1]}")
    return found


def _histogram(engine: "Engine", column: Any, bounds: tuple[int, ...]) -> list[int]:
    """How many values are at most each bound and above the one before; and above the last."""
    table = column.name("value").as_table()
    upto = table.agg(
        whole=table.count(),
        **{f"upto_{place}": (table.value <= bound).sum() for place, bound in enumerate(bounds)},
    )
    row = engine.fetch(upto).to_pylist()[0]
    counts = [0, *(int(row[f"upto_{place}"] or 0) for place in range(len(bounds))), int(row["whole"])]
    return [high - low for low, high in pairwise(counts)]
