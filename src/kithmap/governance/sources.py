"""The source register: who holds what, whom to ask for it, by which road, and what may be had of it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from kithmap.governance.agreements import Agreement, Standing, same_words
from kithmap.governance.reading import Reading, plain

GUIDE = "docs/how-to/agree-what-is-shared.md"


class Access(Enum):
    """How a data set of one authority stands to the partnership."""

    HELD = "held"
    COULD_HOLD = "could hold"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Route(Enum):
    """By which road its data comes."""

    DIRECT = "direct"
    MASH = "mash"
    PANEL = "panel"
    PUBLIC = "public"


@dataclass(frozen=True)
class Source:
    """One holder in one authority ("" for all of them): contacts as posts, never as private people.

    refused: layout -> why the holder refuses it. asked: layouts asked for, of which nothing is known yet.
    """

    id: str
    holder: str
    authority: str = ""
    contact: str = ""
    contact_role: str = ""
    backup: str = ""
    route: Route = Route.DIRECT
    last_contact: date | None = None
    renewal: date | None = None
    refused: Mapping[str, str] = field(default_factory=dict[str, str])
    asked: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The source as plain values, for JSON and for the register."""
        return plain({**asdict(self), "route": self.route.value, "asked": list(self.asked)})


@dataclass(frozen=True)
class Held:
    """What is known of one layout in one authority, and why."""

    authority: str
    layout: str
    access: Access
    reason: str


def parse_source(data: Mapping[str, Any]) -> Source:
    """Read a source from the values of its TOML file.

    Raises: DataProblem, with every fault of the file.
    """
    reading = Reading(data)
    refused = reading.table("refused")
    source = Source(
        id=reading.text("id"),
        holder=reading.text("holder"),
        authority=reading.text("authority", otherwise=""),
        contact=reading.text("contact"),
        contact_role=reading.text("contact_role", otherwise=""),
        backup=reading.text("backup", otherwise=""),
        route=reading.one_of("route", Route, Route.DIRECT),
        last_contact=reading.find_day("last_contact"),
        renewal=reading.find_day("renewal"),
        refused={layout: refused.text(layout) for layout in refused.data},
        asked=reading.texts("asked"),
    )
    reading.check_known()
    reading.check("source", GUIDE)
    return source


def access_matrix(
    agreed: Iterable[Agreement],
    sources: Iterable[Source],
    received: Iterable[tuple[str, str]],
    layouts: Iterable[str],
    today: date,
) -> tuple[Held, ...]:
    """For every authority and layout, whether its data is held, could be, is refused, or nothing is known.

    received: the agreement and layout of each extract kept. layouts: those asked about besides the agreed ones.
    Shape: one row per authority and layout, an authority's layouts together.
    """
    agreements, known = tuple(agreed), tuple(sources)
    kept = frozenset(received)
    authorities = sorted({each.authority or "" for each in agreements} | {each.authority for each in known})
    named = {layout for each in agreements for layout in each.columns}
    named |= {layout for each in known for layout in (*each.refused, *each.asked)}
    return tuple(
        _held(authority, layout, agreements, known, kept, today)
        for authority in authorities
        for layout in sorted(named | set(layouts))
    )


def _held(
    authority: str,
    layout: str,
    agreed: tuple[Agreement, ...],
    known: tuple[Source, ...],
    received: frozenset[tuple[str, str]],
    today: date,
) -> Held:
    covering = [each for each in agreed if (each.authority or "") == authority and layout in each.columns]
    standing = {each.id: each.stands(today) for each in covering}
    held = [each.id for each in covering if (each.id, layout) in received]
    if held:
        return Held(authority, layout, Access.HELD, f"received under {held[0]}")
    in_force = [name for name, stands in standing.items() if stands is Standing.IN_FORCE]
    if in_force:
        return Held(authority, layout, Access.COULD_HOLD, f"{in_force[0]} is in force; nothing received yet")
    why = [each.refused[layout] for each in known if each.authority == authority and layout in each.refused]
    if why:
        return Held(authority, layout, Access.REFUSED, why[0])
    if standing:
        name, stands = next(iter(standing.items()))
        return Held(authority, layout, Access.COULD_HOLD, f"{name} is {stands.value}")
    asked = any(each.authority == authority and layout in each.asked for each in known)
    return Held(
        authority, layout, Access.UNKNOWN, "asked for; no answer yet" if asked else "nobody has asked"
    )


def holders_without_contact(agreed: Iterable[Agreement], sources: Iterable[Source]) -> tuple[str, ...]:
    """Agreements whose holder has no single point of contact, in the register of sources or in the agreement."""
    known = tuple(sources)
    return tuple(
        each.id
        for each in agreed
        if not any(party.contact for party in each.terms.parties)
        and not any(
            same_words(source.holder, each.holder) and source.authority in ("", each.authority or "")
            for source in known
        )
    )
