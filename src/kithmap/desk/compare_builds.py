"""What differs between two builds: the extracts they are of, and the figures of linking; nobody's rows are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kithmap.desk.changes import previous_build
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound
from kithmap.register import builds
from kithmap.register.builds import BuildRecord

FIGURES: Mapping[str, str] = {
    "mentions": "Mentions of people",
    "people": "People they were judged to be",
    "young_people": "Young people among them",
    "links": "Links made",
    "concerns": "Recorded concerns",
    "events": "Events",
    "memberships": "Memberships of contexts",
    "unknown_age": "People whose age no source gives",
}


@dataclass(frozen=True)
class Figure:
    """One figure of linking, in the one build and in the other; None where a build does not say."""

    name: str
    then: int | None
    now: int | None

    @property
    def words(self) -> str:
        """What became of it.

        >>> Figure("Links made", 10, 12).words, Figure("Links made", 10, 10).words, Figure("Links made", None, 1).words
        ('2 more', 'the same', 'not known')
        """
        if self.then is None or self.now is None:
            return "not known"
        if self.then == self.now:
            return "the same"
        return f"{abs(self.now - self.then):,} {'more' if self.now > self.then else 'fewer'}"


@dataclass(frozen=True)
class BuildsCompared:
    """Two builds, and what differs: files and layouts of extracts that came and went, figures then and now."""

    then: BuildRecord
    now: BuildRecord
    came: tuple[Mapping[str, Any], ...]
    went: tuple[Mapping[str, Any], ...]
    figures: tuple[Figure, ...]

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain values, for JSON."""
        return {
            "then": self.then.build_id,
            "now": self.now.build_id,
            "came": [dict(each) for each in self.came],
            "went": [dict(each) for each in self.went],
            "figures": [{**vars(each), "change": each.words} for each in self.figures],
        }


def compare_builds(workspace: Workspace, then: str | None = None, now: str | None = None) -> BuildsCompared:
    """What differs between two builds; the newest and the one before it, unless they are named.

    Raises: NotFound.
    """
    later = builds.get_build(workspace.register, now)
    earlier = (
        builds.get_build(workspace.register, then) if then else previous_build(workspace, later.build_id)
    )
    if earlier is None:
        raise NotFound(
            "There is no build before this one.", "Two published builds.", "Build again when there is more."
        )
    files = [{each["sha256"]: each for each in made.manifest["extracts"]} for made in (earlier, later)]
    return BuildsCompared(
        earlier,
        later,
        came=tuple(_named(each) for sha256, each in files[1].items() if sha256 not in files[0]),
        went=tuple(_named(each) for sha256, each in files[0].items() if sha256 not in files[1]),
        figures=tuple(
            Figure(words, *(_number(made.manifest["figures"].get(name)) for made in (earlier, later)))
            for name, words in FIGURES.items()
        ),
    )


def _named(extract: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: extract.get(name, "") for name in ("layout", "agreement", "receipt_no")}


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) else None
