"""Networks that leave: groups and structure only, and only where nobody stands out by their ties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kithmap.governance.cells import Cell, Status
from kithmap.governance.presets import Preset
from kithmap.governance.shown import nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Tie = tuple[int, int]


@dataclass(frozen=True)
class SharedGroup:
    """A group as it may leave: a letter, how many are in it, how many ties they have among them."""

    label: str
    members: Cell
    ties: Cell


@dataclass(frozen=True)
class SharedNetwork:
    """Groups that may be told of, ties between them, and the structure where it may be drawn at all.

    drawn: ties between members, numbered as they were given among those that stay, so they are given in an
    order that tells nothing; None where somebody would stand out by their ties: then there is no drawing. kept_back: how many members are in no shown group.
    """

    groups: tuple[SharedGroup, ...]
    between: Mapping[tuple[str, str], Cell]
    drawn: tuple[Tie, ...] | None
    kept_back: Cell


def share_network(groups: Sequence[int], ties: Sequence[Tie], preset: Preset) -> SharedNetwork:
    """A network as it may leave; `groups` gives the group of each member, and `ties` pairs of members.

    Groups of fewer than the preset's members are left out with their ties; numbers of members and of ties
    are rounded and withheld as counts are. The structure of the groups that are left may be drawn when
    every member shares the ties around them with enough others (`stats.alike.find_alike`).
    Raises: ValueError when a tie names no member.
    """
    import numpy as np

    from kithmap.stats.alike import find_alike

    members = np.asarray(groups, dtype=np.int64)
    pairs = _pairs(ties)
    if len(pairs) and (pairs.min() < 0 or pairs.max() >= len(members)):
        raise ValueError("A tie names a member there is not.")
    of_member, sizes = np.unique(members, return_inverse=True, return_counts=True)[1:]
    large = sizes >= max(preset.members, 1)
    labels = {group: _letter(place) for place, group in enumerate(np.flatnonzero(large).tolist())}
    stays = large[of_member]
    kept = pairs[stays[pairs].all(axis=1)] if len(pairs) else pairs
    joined = np.sort(of_member[kept], axis=1)
    each, number = np.unique(joined, axis=0, return_counts=True)
    count = {(int(a), int(b)): int(n) for (a, b), n in zip(each, number, strict=True)}
    place = np.cumsum(stays) - 1
    around = find_alike(place[kept], int(stays.sum()))
    blends = bool((around >= preset.alike).all())
    return SharedNetwork(
        groups=tuple(
            SharedGroup(label, _told(int(sizes[group]), preset), _told(count.get((group, group), 0), preset))
            for group, label in labels.items()
        ),
        between={(labels[a], labels[b]): _told(n, preset) for (a, b), n in sorted(count.items()) if a != b},
        drawn=tuple((int(a), int(b)) for a, b in place[kept]) if blends else None,
        kept_back=_told(len(members) - int(stays.sum()), preset),
    )


def _pairs(ties: Sequence[Tie]) -> "NDArray[np.int64]":
    """Each tie once, lower end first, none to oneself."""
    import numpy as np

    pairs = np.sort(np.array(ties, dtype=np.int64).reshape(-1, 2), axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)


def _letter(place: int) -> str:
    """A to Z, then AA: groups are not named.

    >>> _letter(0), _letter(25), _letter(26)
    ('A', 'Z', 'AA')
    """
    first, last = divmod(place, 26)
    return (_letter(first - 1) if first else "") + chr(ord("A") + last)


def _told(count: int, preset: Preset) -> Cell:
    if 0 < count < preset.withhold_below:
        return Cell(None, Status.WITHHELD)
    if preset.round_to > 1:
        return Cell(nearest(count, preset.round_to), Status.ROUNDED)
    return Cell(count)
