"""The marking and the conditions that every copy of something bears: the strictest of all the agreements behind it.

Markings are those of the Government Security Classifications, each the stricter the later in `TIERS`; what follows
one, such as `[PERSONAL]`, is a handling caveat and is never lost beside a stricter marking.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kithmap.governance.agreement_parts import Handling, HandlingCode

TIERS = ("OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET")
_WRITTEN = re.compile(
    r"(OFFICIAL[\s\u2013-]+SENSITIVE|TOP[\s\u2013-]+SECRET|OFFICIAL|SECRET)\b(.*)", re.DOTALL
)


@dataclass(frozen=True)
class Borne:
    """What every copy of something bears: one marking, and each condition with who set it, in their order."""

    marking: str = Handling.marking
    conditions: tuple[str, ...] = ()


def borne_by(agreed: Iterable[tuple[str, Handling]]) -> Borne:
    """What a copy bears that rests on some agreements, each given by its holder and its handling.

    Conditions are those of handling code C; one that two holders set is named once, with both.
    """
    listed = sorted(agreed, key=lambda pair: pair[0])
    conditions: dict[str, dict[str, None]] = {}
    for holder, handling in listed:
        for each in handling.conditions if handling.code is HandlingCode.C else ():
            conditions.setdefault(each.strip().rstrip("."), {})[holder] = None
    marking = strictest(handling.marking for _, handling in listed)
    return Borne(marking, tuple(f"{each} ({', '.join(who)})" for each, who in sorted(conditions.items())))


def strictest(markings: Iterable[str]) -> str:
    """The strictest of some markings with the caveats of all; that of an agreement that names none, for none.

    A marking that is none of the scheme's stands beside it as it is written: nobody can say which is stricter.

    >>> strictest(["OFFICIAL", "Official - Sensitive [Personal]"])
    'OFFICIAL-SENSITIVE [PERSONAL]'
    """
    tier, caveats, others = -1, dict[str, None](), dict[str, None]()
    for marking in sorted(set(markings)):
        read = _WRITTEN.fullmatch(marking.strip().upper())
        if read is None:
            others[marking.strip()] = None
            continue
        tier = max(tier, TIERS.index(_tier(read[1])))
        caveats |= dict.fromkeys(filter(None, [read[2].strip(" -\u2013:,;/")]))
    known = [" ".join([TIERS[tier], *caveats])] if tier >= 0 else []
    return "; ".join([*known, *filter(None, others)]) or Handling.marking


def _tier(written: str) -> str:
    words = re.split(r"[\s\u2013-]+", written)
    return ("-" if words[0] == "OFFICIAL" else " ").join(words)
