"""Second looks: the records of an audit sample that somebody else looks at too.

People err in some marks of a hundred; linkage, in links made, in fewer. Unchecked, the reviewer's slips
would be put down to linkage. So wherever marks and links disagree somebody else looks, and at one in
five of the others as well, so that being asked again tells nothing. Where the two differ a third looks,
and the word of most stands, place by place.

once ──▶ enough                          marks and links agree
    └──▶ a second look ──▶ enough        the two agree
                      └──▶ a third look  they do not
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kithmap.desk.audit_facts import find_looked
from kithmap.desk.audited_people import People
from kithmap.register.audit_samples import AuditRecord, AuditSample
from kithmap.register.builds import BuildRecord

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine

OTHERS = 0.2
MARKED = ("same", "not_sure", "says_too_little")


def find_second(engine: "Engine", made: BuildRecord, sample: AuditSample) -> set[int]:
    """The numbers of the records that wait for somebody else, at the build the sample was drawn from."""
    looked = list(find_looked(made, sample))
    marked = {mention for each in looked for mention in each.same}
    people = People(engine, [each.mention for each in looked], marked, drawn=False)
    asked = set(_others(sample)) | {
        each.number
        for each in looked
        if ((people.together(each.mention) & each.shown) - each.unsure) ^ each.same
    }
    return {record.number for record in sample.records if _waits(looks_at(record), record.number in asked)}


def _waits(looks: Sequence[Mapping[str, Any]], asked: bool) -> bool:
    match len(looks):
        case 1:
            return asked
        case 2:
            return any(looks[0][name] != looks[1][name] for name in MARKED)
        case _:
            return False


def settle_looks(looks: Sequence[Mapping[str, Any]]) -> tuple[set[int], set[int], bool]:
    """What several looks come to: the same person's places, those nobody can tell, whether it says too little.

    The word of most stands; of two that differ, the later one's.

    >>> look = {"same": [1, 2], "not_sure": [], "says_too_little": False}
    >>> settle_looks([look, {**look, "same": [1]}, {**look, "same": [1, 3]}])
    ({1}, set(), False)
    """
    too_little = _most([look["says_too_little"] for look in looks])
    named = {place for look in looks for name in ("same", "not_sure") for place in look[name]}
    same = {place for place in named if _most([place in look["same"] for look in looks])}
    unsure = {place for place in named if _most([place in look["not_sure"] for look in looks])}
    return (set(), set(), True) if too_little else (same, unsure, False)


def _most(words: Sequence[bool]) -> bool:
    said = sum(words)
    return words[-1] if 2 * said == len(words) else 2 * said > len(words)


def looks_at(record: AuditRecord) -> list[Mapping[str, Any]]:
    """Everybody's look at a record, in order."""
    return list(record.details.get("looks", ()))


def lookers(record: AuditRecord) -> set[str]:
    """Who has looked at a record."""
    return {look["who"] for look in looks_at(record)}


def _others(sample: AuditSample) -> Iterable[int]:
    """One record in five, always the same ones."""
    chance = np.random.default_rng([sample.seed, 2]).random(len(sample.records))
    return (record.number for record, low in zip(sample.records, chance < OTHERS, strict=True) if low)
