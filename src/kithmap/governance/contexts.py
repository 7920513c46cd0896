"""Which contexts a kind of purpose opens: families and small groups are people, and a profile shows none."""

from kithmap.governance.presets import get_preset
from kithmap.governance.purposes import Purpose

# Of a context of these, whoever knows it knows who is in it.
OF_PEOPLE = frozenset({"family", "peer_group"})
FEWEST_MEMBERS = get_preset("partnership").members


def is_open_to(context_type: str, members: int, purpose: Purpose) -> bool:
    """Whether a context of a type, with so many members, may be looked at for a kind of purpose.

    >>> is_open_to("family", 9, Purpose.PROFILING), is_open_to("family", 3, Purpose.CASE)
    (False, True)
    >>> is_open_to("peer_group", 4, Purpose.PROFILING), is_open_to("peer_group", 5, Purpose.PROFILING)
    (False, True)
    >>> is_open_to("school", 0, Purpose.PROFILING)
    True
    """
    if context_type not in OF_PEOPLE or purpose is Purpose.CASE:
        return True
    return context_type == "peer_group" and members >= FEWEST_MEMBERS
