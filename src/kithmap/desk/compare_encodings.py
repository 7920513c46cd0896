"""Compare encoded lists: how many people are on both. Counts only, few, blurred, and written down.

Whoever may ask for counts of lists they can choose could ask about one person, by asking about lists that
differ in that person. So lists must be long enough, a count is blurred by chance and rounded, the same two
files always get the same answer, and a project's files are compared only so often in a day.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kithmap.desk import clock
from kithmap.desk.audit import ALLOW, note, refusals_noted
from kithmap.desk.workspace import Workspace
from kithmap.engines import keys
from kithmap.errors import Refused, TooOften, UnreadableFile, WrongUse
from kithmap.governance.cells import Cell, Status
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.permissions import check_may_ask
from kithmap.governance.purposes import Purpose, check_in_force
from kithmap.governance.rules import CountRule
from kithmap.register import audit, purposes, users
from kithmap.register.audit import Act

if TYPE_CHECKING:
    from kithmap.linkage.compare_encodings import Estimate
    from kithmap.linkage.encode import Encodings
    from kithmap.linkage.encodings import Manifest

VERB = "compare encodings"
KINDS = frozenset({Purpose.PROFILING, Purpose.SHARING})
MOST_A_DAY = 5
FEWEST_PEOPLE = 20
# Chance added to a count: somebody's being on a list changes the odds of any answer by at most a factor e.
EPSILON = 1.0
# 97 answers of 100 are moved by no more than this.
MOVED = 3
RULE = LEVELS[Level.R3]
CAVEATS = (
    "The interval is not corrected for missed links: people written too differently on the two lists are not found.",
    "The number is blurred by chance and rounded, so that it tells of nobody.",
    "Encodings are pseudonymised personal data: keep them, and destroy them, as such.",
)


@dataclass(frozen=True, repr=False)
class Encoded:
    """One file of encodings, read."""

    name: str
    sha256: str
    encodings: "Encodings"
    manifest: "Manifest"


@dataclass(frozen=True)
class Shared:
    """How many people of one list are on another, after disclosure control.

    people, low, high: to the nearest five and outwards, None where withheld. sizes: of the lists, as their
    manifests round them. too_little: of how many in a hundred on either list too little is known to be found,
    to the nearest five. again: whether this is what was answered before.
    """

    one: str
    other: str
    sizes: tuple[int, int]
    people: Cell
    low: int | None
    high: int | None
    too_little: tuple[int, int] = (0, 0)
    again: bool = False

    @property
    def sentence(self) -> str:
        """The answer in words."""
        lists = f"{self.one} (about {self.sizes[0]:,} people) and {self.other} (about {self.sizes[1]:,})"
        found = f"about {self.people} people in common ({self.low} to {self.high})"
        if self.people.value is None:
            found = f"fewer than {RULE.withhold_below} people in common, or none"
        lacking = "".join(
            f" Of {share} in 100 on {name} too little is known for them to be found."
            for name, share in zip((self.one, self.other), self.too_little, strict=True)
            if share
        )
        return f"{lists} have {found}.{lacking}"

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain values, for JSON and for the audit."""
        return {
            "one": self.one, "other": self.other, "sizes": list(self.sizes), "people": self.people.value,
            "status": self.people.status.value, "low": self.low, "high": self.high,
            "too_little_known": list(self.too_little), "again": self.again,
        }  # fmt: skip


def compare_encodings(
    workspace: Workspace, files: Sequence[Path], *, purpose: str, who: str
) -> tuple[Shared, ...]:
    """Count the people that every two of the files have in common.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, TooOften, Refused for too short a list;
        EncodingFault for files that cannot be read or compared; WrongUse for fewer than two files.
    """
    act = Act(who, VERB, ALLOW, " + ".join(file.name for file in files), purpose)
    with refusals_noted(workspace, act):
        served = purposes.get_purpose(workspace.register, purpose)
        check_in_force(served, clock.today())
        check_may_ask(users.get_user(workspace.register, who), VERB, KINDS, served.kind)
    read = _read(files)
    return tuple(_answer(workspace, one, other, purpose, who) for one, other in combinations(read, 2))


def _read(files: Sequence[Path]) -> list[Encoded]:
    from kithmap.linkage.encodings import check_comparable, read_encodings

    read: list[Encoded] = []
    for file in files:
        encodings, manifest = read_encodings(_there(file))
        read.append(Encoded(file.name, _sha256(file), encodings, manifest))
    if len({each.sha256 for each in read}) < max(2, len(files)):
        raise WrongUse(
            "Fewer than two different files are named.",
            "Two files of encodings or more, each of another list.",
            "Name the files of two holders.",
        )
    check_comparable([(each.name, each.manifest) for each in read])
    return read


def _there(file: Path) -> Path:
    if not file.is_file():
        raise UnreadableFile(
            f"There is no file {file.name}.", "A file that `kithmap encode` made.", "Check its path."
        )
    return file


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _answer(workspace: Workspace, one: Encoded, other: Encoded, purpose: str, who: str) -> Shared:
    """What was answered before, or else a new answer, written down."""
    project = one.manifest.project
    pair = "+".join(sorted((one.sha256, other.sha256)))
    act = Act(who, VERB, ALLOW, f"{one.name} + {other.name}", purpose, {"project": project, "pair": pair})
    before = [line.details for line in audit.lines_of(workspace.register, VERB, ALLOW)]
    known = next((said for said in before if said.get("pair") == pair), None)
    if known is not None:
        answer = replace(_from_record(known["answer"], one, other), again=True)
    else:
        with refusals_noted(workspace, act):
            _check_length(one, other)
            _check_rate(workspace, project)
        answer = _protected(one, other, _count(one, other), _chance(workspace, pair))
    note(workspace, replace(act, details={**act.details, "answer": answer.to_dict()}))
    return answer


def _check_length(*lists: Encoded) -> None:
    for each in lists:
        if each.manifest.people < FEWEST_PEOPLE:
            raise Refused(
                f"The list in {each.name} is too short to be compared.",
                f"A list of more than {FEWEST_PEOPLE // 2} people: a count of fewer would tell of somebody.",
                "Ask the holders to find out between themselves, under an agreement.",
            )


def _check_rate(workspace: Workspace, project: str) -> None:
    today = clock.today()
    asked = sum(
        line.at.date() == today
        and line.details.get("project") == project
        and not line.details["answer"]["again"]
        for line in audit.lines_of(workspace.register, VERB, ALLOW)
    )
    if asked >= MOST_A_DAY:
        raise TooOften(
            f"The lists of project {project} were compared {asked} times today.",
            f"At most {MOST_A_DAY} new comparisons a day: many counts of like lists together tell of people.",
            "Ask again tomorrow; what was answered before is answered again at any time.",
        )


def _count(one: Encoded, other: Encoded) -> "Estimate":
    from kithmap.engines.duckdb import memory
    from kithmap.linkage.compare_encodings import compare, estimate
    from kithmap.linkage.private import Parameters

    with memory() as engine:
        return estimate(compare(engine, one.encodings, other.encodings, Parameters()))


def _chance(workspace: Workspace, pair: str) -> int:
    """What is added to a count: geometric on either side, and always the same for the same two files.

    Source: Ghosh, Roughgarden and Sundararajan (2012), the geometric mechanism.
    """
    import numpy as np

    seed = hmac.digest(keys.derive(workspace.key, VERB), pair.encode(), "sha256")
    up, down = np.random.default_rng(int.from_bytes(seed, "little")).geometric(1 - exp(-EPSILON), 2)
    return int(up) - int(down)


def _protected(one: Encoded, other: Encoded, found: "Estimate", chance: int) -> Shared:
    likely = round(found.people) + chance
    # A nought is withheld with the other small counts: on lists that somebody chose it would tell of them.
    rows = protect([{"people": max(likely, 1)}], CountRule(counts=("people",)), RULE)
    people = cast("Cell", rows[0]["people"])
    base, most = RULE.round_to, min(one.manifest.people, other.manifest.people)
    low = likely - (found.people - found.low) - MOVED
    high = min(likely + (found.high - found.people) + MOVED, most)
    shown = people.value is not None
    return Shared(
        one.name, other.name, (one.manifest.people, other.manifest.people), people,
        low=max(0, int(low // base) * base) if shown else None,
        high=-int(-high // base) * base if shown else None,
        too_little=(_too_little(one), _too_little(other)),
    )  # fmt: skip


def _from_record(said: Mapping[str, Any], one: Encoded, other: Encoded) -> Shared:
    sizes, lacking = (one.manifest.people, other.manifest.people), (_too_little(one), _too_little(other))
    people = Cell(said["people"], Status(said["status"]))
    return Shared(one.name, other.name, sizes, people, said["low"], said["high"], lacking)


def _too_little(each: Encoded) -> int:
    from kithmap.linkage.compare_encodings import too_little_known
    from kithmap.linkage.private import Parameters

    # Made-up people know what the real ones do, so the share is of the real ones too.
    share = float(too_little_known(each.encodings.known, Parameters()).mean())
    return round(100 * share / RULE.round_to) * RULE.round_to
