"""A candidate for release beside everything released before: what it says, and what more must be withheld."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from json import dumps
from typing import Any

from kithmap.desk.answers import Result
from kithmap.desk.merged import rows_to_leave
from kithmap.desk.workspace import Workspace
from kithmap.errors import WouldDisclose
from kithmap.governance.disclosure import protect
from kithmap.governance.levels import LEVELS, Level
from kithmap.governance.release_ledger import Limits, Told, find_told, repair
from kithmap.governance.row_order import places_of
from kithmap.governance.statements import Statement, read_statement
from kithmap.governance.vocabulary import Described, describe
from kithmap.register import builds, releases

Rows = tuple[Mapping[str, Any], ...]

# What is shown inside is no release in the ledger's sense: whoever sees it may ask for it themselves.
OUTSIDE = tuple(level.value for level in Level if level is not Level.R0)
NAMED = 3


def protected(
    workspace: Workspace, result: Result, level: Level, *, besides: str = ""
) -> tuple[Rows, tuple[Statement, ...]]:
    """The rows of an answer as they may leave at a level, and what they say.

    More is withheld than the table alone asks for where, with what was released before, it would tell of a
    few people.
    Raises: WouldDisclose when withholding more does not help, or would leave nothing.
    """
    rule = LEVELS[level]
    rows = rows_to_leave(workspace, result, rule)
    shown = protect(rows, result.measure.rule, rule)
    if level is Level.R0:
        return shown, ()
    said = _describe(workspace, result, rows, shown, level)
    before = said_before(workspace, besides=besides)
    limits = Limits(rule.withhold_below, rule.minimum_width)
    with _fitting():
        hidden = repair(said, before, limits)
    if hidden is None or (hidden and not _says_something(said, hidden)):
        raise WouldDisclose(*_words(find_told(said, before, limits)))
    if hidden:
        shown = protect(rows, result.measure.rule, rule, besides=hidden)
        said = _describe(workspace, result, rows, shown, level)
    return shown, said


def check_against_ledger(
    workspace: Workspace, said: Sequence[Statement], level: Level, *, besides: str
) -> None:
    """Refuse what, with everything that has left by now, would tell of a few people.

    Raises: WouldDisclose.
    """
    if level is Level.R0:
        return
    limits = Limits(LEVELS[level].withhold_below, LEVELS[level].minimum_width)
    with _fitting():
        told = find_told(said, said_before(workspace, besides=besides), limits)
    if told:
        raise WouldDisclose(*_words(told))


@contextmanager
def _fitting() -> Generator[None]:
    """Refuse what does not fit with what was released before of the same people: it cannot be judged."""
    from kithmap.stats.linear import Unsolved

    try:
        yield
    except Unsolved as unsolved:
        raise WouldDisclose(
            "The counts do not fit with what was released before of the same people, so nobody can say what"
            " holding them together would tell.",
            "Counts of the same people on the same day that agree with the earlier releases.",
            "Make a new build and ask again; report it if it happens with the same build.",
        ) from unsolved


def said_before(workspace: Workspace, *, besides: str = "") -> tuple[tuple[Statement, ...], ...]:
    """What everything that ever left says, release by release; the same table twice is there once."""
    kept = releases.released_statements(workspace.register, besides=besides, levels=OUTSIDE)
    tables = {dumps(said, sort_keys=True): said for _, said in kept if said}
    return tuple(tuple(read_statement(each) for each in said) for said in tables.values())


def people_of(workspace: Workspace, result: Result) -> str:
    """Which people on which day an answer counts, as a name: another day's, or others', are other people."""
    made = builds.get_build(workspace.register, result.build)
    manifest = made.manifest
    figures = {name: manifest["figures"].get(name) for name in ("people", "mentions", "links")}
    used = sorted(
        (each["sha256"], each["layout_sha256"])
        for each in manifest["extracts"]
        if each["receipt_no"] in result.extracts
    )
    said = dumps([manifest["as_at"], figures, used], sort_keys=True)
    return f"young people as at {manifest['as_at']}, {sha256(said.encode()).hexdigest()[:12]}"


def _describe(
    workspace: Workspace,
    result: Result,
    rows: Sequence[Mapping[str, Any]],
    shown: Sequence[Mapping[str, Any]],
    level: Level,
) -> tuple[Statement, ...]:
    measure = result.measure
    table = Described(measure.name, result.options, measure.rule, people_of(workspace, result))
    in_order = [shown[place] for place in places_of(rows, shown, measure.rule)]
    return describe(table, rows, in_order, LEVELS[level])


def _says_something(said: Sequence[Statement], hidden: frozenset[int]) -> bool:
    return any(each.row >= 0 and each.row not in hidden and not each.is_withheld for each in said)


def _words(told: Sequence[Told]) -> tuple[str, str, str]:
    """Why something may not leave; it names groups, and never a number."""
    groups = "; ".join(each.who for each in told[:NAMED])
    more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
    return (
        f"With what was released before, this would tell of a few people: {groups}{more}.",
        "A table from which, with every earlier release, nobody can work out a small group.",
        "Ask with the same bands, areas and options as the earlier releases, or with fewer groups.",
    )
