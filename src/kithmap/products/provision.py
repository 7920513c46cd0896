"""Provision in a profile: what is offered by authority and kind, and what is not, as far as a level may show it."""

from collections.abc import Mapping, Sequence

from kithmap.desk.provision import Offer
from kithmap.governance.levels import Level
from kithmap.model.codes import get_codes
from kithmap.products.facts import OfferLine
from kithmap.products.tables import Grid

PROVISION = 15
"""The section of a profile in which it stands."""
SHOWN = (Level.R0, Level.R1)
SEVERAL = "Serves several"
KINDS, OTHER = "place_provision_kind", "other"
CANNOT_TELL = (
    "Whether more is offered: the register holds what somebody wrote down in it.",
    "Whether young people use it, know of it, or feel safe there.",
    "How often an offer is there that says no days.",
)


def offer_lines(
    offers: Sequence[Offer], level: Level, authorities: Mapping[str, str]
) -> tuple[OfferLine, ...]:
    """The offers as a profile of a level may hold them: inside with place and provider, else by code alone.

    What somebody wrote freely goes into no redacted profile.
    """
    if level not in SHOWN:
        return ()
    return tuple(_line(each, authorities, is_inside=level is Level.R0) for each in offers)


def _line(offer: Offer, authorities: Mapping[str, str], *, is_inside: bool) -> OfferLine:
    whose = authorities.get(offer.authority, offer.authority) or SEVERAL
    marks = (offer.after_school, offer.evening, offer.weekend, offer.is_timed)
    free = (offer.place, offer.provider, offer.when, offer.ages) if is_inside else ()
    return OfferLine(whose, offer.kind_words, *marks, *free)


def provision_grids(
    offers: Sequence[OfferLine], authorities: Mapping[str, str]
) -> tuple[tuple[str, Grid], ...]:
    """The tables of section 15, each with its caption; none where nothing stands in the register."""
    if not offers:
        return ()
    listed = [("What is offered where", _offers(offers))] if any(line.place for line in offers) else []
    return (
        ("Offers by authority, and when they are there", _by_authority(offers, authorities)),
        ("Offers by kind, and where there is none", _by_kind(offers, authorities)),
        *listed,
    )


def _by_authority(offers: Sequence[OfferLine], authorities: Mapping[str, str]) -> Grid:
    names = [*sorted({*authorities.values(), *(line.authority for line in offers)} - {SEVERAL}), SEVERAL]
    rows: list[tuple[str, ...]] = []
    for name in names:
        here = [line for line in offers if line.authority == name]
        counts = (
            len(here), sum(line.after_school for line in here), sum(line.evening for line in here),
            sum(line.weekend for line in here), sum(not line.is_timed for line in here),
        )  # fmt: skip
        rows.append((name, *map(str, counts)))
    headings = ("Authority", "Offers", "School days, 15:00 to 18:00", "After 18:00", "At weekends", "Days not stated")  # fmt: skip
    return Grid(headings, (False, True, True, True, True, True), tuple(rows))


def _by_kind(offers: Sequence[OfferLine], authorities: Mapping[str, str]) -> Grid:
    rows: list[tuple[str, ...]] = []
    for code in get_codes(KINDS):
        here = [line for line in offers if line.kind == code.label]
        having = {line.authority for line in here}
        # What serves several serves each of them.
        lacking = [] if SEVERAL in having else sorted(set(authorities.values()) - having)
        every = len(lacking) == len(authorities) > 1
        without = "every one" if every else ", ".join(lacking) or "none"
        # That nobody offers something else is no gap.
        rows.append((code.label, str(len(here)), "" if code.code == OTHER else without))
    return Grid(("What is offered", "Offers", "Authorities without one"), (False, True, False), tuple(rows))


def _offers(offers: Sequence[OfferLine]) -> Grid:
    rows = tuple(
        (line.place, line.authority, line.kind, line.provider, line.when, line.ages) for line in offers
    )
    headings = ("Place", "Authority", "What is offered", "Who offers it", "When", "Ages")
    return Grid(headings, (False,) * len(headings), rows)
