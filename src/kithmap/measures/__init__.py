"""The questions, one a file; a measure that is not listed here does not exist."""

from difflib import get_close_matches

from kithmap.errors import NotFound
from kithmap.measures.disproportionality import disproportionality
from kithmap.measures.measure import Measure
from kithmap.measures.overlap import overlap
from kithmap.measures.peer_groups import peer_groups
from kithmap.measures.peer_test import peer_test
from kithmap.measures.places import places
from kithmap.measures.prevalence import prevalence
from kithmap.measures.schools import schools
from kithmap.measures.shared_contexts import shared_contexts
from kithmap.measures.sources import sources
from kithmap.measures.strengths import strengths
from kithmap.measures.trend import trend

MEASURES: tuple[Measure, ...] = (
    overlap,
    prevalence,
    trend,
    peer_test,
    shared_contexts,
    schools,
    places,
    peer_groups,
    strengths,
    disproportionality,
    sources,
)


def registered() -> tuple[Measure, ...]:
    """Every measure, in the order a profile asks them."""
    return MEASURES


def get_measure(name: str) -> Measure:
    """Give the measure of this name.

    Raises: NotFound when there is none; it says which name is near.

    >>> get_measure("overlap").chart
    'upset'
    """
    for each in MEASURES:
        if each.name == name:
            return each
    names = [each.name for each in MEASURES]
    near = get_close_matches(name, names, n=1)
    raise NotFound(
        what=f"There is no measure '{name}'.",
        expected="The measures are " + ", ".join(names) + ".",
        do=f"Did you mean '{near[0]}'?" if near else "Choose one of these.",
    )
