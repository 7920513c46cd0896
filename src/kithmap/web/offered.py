"""What is offered at places, from the register of provision, beside what happens there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kithmap.desk.answers import Release
from kithmap.desk.provision import Offer, compared, find_offers
from kithmap.measures.measure import Row
from kithmap.measures.places import ALL
from kithmap.products.maps import is_cell, numbers_of
from kithmap.web.visit import Visit

HEADINGS = ("Place", "What is offered", "Who offers it", "When", "Ages", "On the map")


@dataclass(frozen=True)
class Offered:
    """The offers beside a map: how many in each hexagon, a table of them, and what the map's first places lack."""

    headings: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    sentence: str
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def count(self, row: Row) -> str:
        """How many offers the register has in a hexagon; of what is on no map it cannot be said."""
        if is_cell(row):
            return f"{self.counts.get(str(row['place']), 0):,}"
        return f"{sum(self.counts.values()):,}" if row["place"] == ALL else ""


def find_offered(visit: Visit, release: Release, authority: str = "") -> Offered:
    """The offers that stand today, of one authority and those that serve several, beside a map of events."""
    offers = [
        each for each in find_offers(visit.workspace, who=visit.who) if authority in ("", each.authority) or not each.authority
    ]  # fmt: skip
    numbers = numbers_of(release)
    cells = _cells_of(offers, release)
    counts: dict[str, int] = {}
    for cell in cells:
        if cell:
            counts[cell] = counts.get(cell, 0) + 1
    rows = [
        [*_words(each), _on_map(cell, numbers)]
        for each, cell in sorted(
            zip(offers, cells, strict=True), key=lambda pair: (numbers.get(pair[1], 99), pair[0].name)
        )
    ]
    return Offered(HEADINGS, rows, _sentence(numbers, counts, len(rows)), counts)


def offers_at(visit: Visit, name: str | None, authority: str | None) -> list[list[Any]]:
    """The offers at a place, by its name: of its authority, where that is known, or of several."""
    wanted = compared([name])[0] if name else ""
    return [
        [{"text": each.kind_words, "href": _address(each)}, each.provider, each.when, each.ages]
        for each in find_offers(visit.workspace, who=visit.who)
        if wanted and each.name == wanted and (not authority or each.authority in ("", authority))
    ]


def _cells_of(offers: Sequence[Offer], release: Release) -> list[str]:
    """The hexagon of each offer: where the register puts it, else that of the named place with most events."""
    placed = [row for row in release.rows if is_cell(row) and row.get("named")]
    by_name: dict[str, list[str]] = {}
    for name, row in zip(compared([str(row["named"]) for row in placed]), placed, strict=True):
        by_name.setdefault(name, []).append(str(row["place"]))
    # A name that two hexagons share tells of neither.
    known = {name: cells[0] for name, cells in by_name.items() if name and len(cells) == 1}
    shown = {str(row["place"]) for row in release.rows if is_cell(row)}
    found = (each.cell or known.get(each.name, "") for each in offers)
    return [cell if cell in shown else "" for cell in found]


def _words(offer: Offer) -> list[Any]:
    place = {"text": offer.place, "href": _address(offer)}
    return [place, offer.kind_words, offer.provider, offer.when or "Not stated", offer.ages or "Not stated"]


def _address(offer: Offer) -> str:
    return f"/registers/place_provision/{offer.entry_id}"


def _on_map(cell: str, numbers: Any) -> str:
    if not cell:
        return "Not on the map"
    return str(numbers.get(cell) or "Hexagon")


def _sentence(numbers: Any, counts: dict[str, int], offers: int) -> str:
    """How many of the numbered hexagons have an offer, and which have none that is written down."""
    if not offers or not numbers:
        return "What is offered at a place stands here, beside what happens there."
    without = sorted(number for cell, number in numbers.items() if cell not in counts)
    whole = len(numbers)
    if not without:
        return f"Each of the {whole} numbered hexagons has an offer in the register."
    named = ", ".join(str(number) for number in without)
    return (
        f"{whole - len(without)} of the {whole} numbered hexagons have an offer in the register; the register has none"
        f" for {named}. That nothing is written there does not say that nothing is offered."
    )
