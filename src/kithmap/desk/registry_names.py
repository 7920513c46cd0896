"""The registry as redaction needs it: every name, school, place, street and number that the build knows."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kithmap.desk.narrative_rows import Narrative, named_in
from kithmap.desk.sitting import Sitting
from kithmap.desk.workspace import Workspace
from kithmap.governance.gazetteer import ADDRESS, PLACE, SCHOOL, Gazetteer, NearPerson, phrases_of
from kithmap.governance.redaction_patterns import is_code
from kithmap.governance.redaction_words import plain_word, plain_words, words
from kithmap.register import receipts
from kithmap.register.builds import BuildRecord

if TYPE_CHECKING:
    from kithmap.engines.engine import Engine

# Initials and single letters of a name would take ordinary letters with them.
SHORTEST_NAME = 2
NAMES = ("forename", "surname", "full_raw", "alias")
PLACES = (
    ("setting", "name", SCHOOL), ("enrolment", "school_raw", SCHOOL), ("place_mention", "name_raw", PLACE),
    ("missing_episode", "found_place_raw", PLACE), ("mention", "address_raw", ADDRESS),
)  # fmt: skip
NUMBERS = ("upn", "nhs_number", "source_person_id")
CHILD, GROWN, NOT_KNOWN = "young person", "adult", "person"


def read_registry(workspace: Workspace, engine: "Engine", made: BuildRecord) -> Gazetteer:
    """Every name, school, place and street in the records of a build, whatever its extracts may be used for.

    It only ever takes words out of a text; so it leaves nothing out.
    """
    kept = kept_of(workspace, made)
    names = _distinct(workspace, engine, kept, "mention", NAMES)
    forenames = {word for text in names["forename"] | names["alias"] for word in name_words(text)}
    phrases: dict[tuple[str, ...], str] = {}
    for table, column, kind in reversed(PLACES):
        texts = _distinct(workspace, engine, kept, table, (column,))[column]
        # What is both a school and a place is told as a school: the surer list stands first.
        phrases |= phrases_of((_street(text) for text in texts) if kind == ADDRESS else texts, kind)
    every = {word for texts in names.values() for text in texts for word in name_words(text)}
    return Gazetteer(frozenset(every | {other for word in forenames for other in stands_for(word)}), phrases)


def with_row(sitting: Sitting, registry: Gazetteer, narrative: Narrative) -> Gazetteer:
    """The registry with the people of a narrative's event, and their families, as those who are near."""
    from dataclasses import replace

    mentions = [each.person_id for each in sitting.borne(named_in(sitting, narrative)).values()]
    people = sorted({*mentions, *_families(sitting, mentions)})
    near = registry.with_near(_near(sitting, people))
    return replace(near, numbers=_numbers(sitting, narrative.body)) if narrative.body else near


def _families(sitting: Sitting, people: Sequence[str]) -> set[str]:
    if not people or not sitting.engine.has("kin"):
        return set()
    found = set[str]()
    for column, other in (("person_id", "other_person_id"), ("other_person_id", "person_id")):
        found |= {
            str(one)
            for one in sitting.engine.lookup("kin", column, list(people), (other,))[other].to_pylist()
        }
    return found


def _near(sitting: Sitting, people: Sequence[str]) -> list[NearPerson]:
    if not people:
        return []
    young = {
        row["person_id"]: row["is_young"]
        for row in sitting.engine.lookup("person", "person_id", list(people), ("person_id", "is_young")).to_pylist()
    }  # fmt: skip
    first: dict[str, set[str]] = {person: set() for person in people}
    last: dict[str, set[str]] = {person: set() for person in people}
    columns = ("person_id", "forename", "surname")
    for row in sitting.engine.lookup("person_name", "person_id", list(people), columns).to_pylist():
        for word in name_words(row["forename"]):
            first[row["person_id"]] |= {word, *stands_for(word)}
        last[row["person_id"]] |= set(name_words(row["surname"]))
    says = {True: CHILD, False: GROWN, None: NOT_KNOWN}
    return [
        NearPerson(person, says[young.get(person)], frozenset(first[person]), frozenset(last[person]))
        for person in people
        if first[person] or last[person]
    ]


def _numbers(sitting: Sitting, body: str) -> frozenset[str]:
    """Which of the numbers in a text are somebody's in the records."""
    # A short number says an age or a count, and stays; any other goes, and this only says that it is known.
    shaped = re.sub(r"(?<=\d)[ -](?=\d)", "", body)
    tokens = {token for token in re.findall(r"\w+", shaped) if any(map(str.isdigit, token))}
    asked = sorted(token for token in tokens if is_code(token))
    if not asked:
        return frozenset()
    rows: Any = _records(
        sitting.workspace, sitting.engine, kept_of(sitting.workspace, sitting.made), "mention"
    )
    found: set[str] = set()
    for column in NUMBERS:
        held = sitting.engine.fetch(rows.filter(rows[column].isin(asked)).select(column))
        found |= {plain_word(str(value)) for value in held[column].to_pylist()}
    return frozenset(found)


def kept_of(workspace: Workspace, made: BuildRecord) -> list[int]:
    """The receipts of a build whose records are still here."""
    kept = {receipt.receipt_no for receipt in receipts.kept_receipts(workspace.register)}
    listed = (int(extract["receipt_no"]) for extract in made.manifest["extracts"])
    return [number for number in listed if number in kept and workspace.records.has(number)]


def _distinct(
    workspace: Workspace, engine: "Engine", kept: Sequence[int], table: str, columns: Sequence[str]
) -> dict[str, set[str]]:
    rows = _records(workspace, engine, kept, table)
    return {
        column: {text for text in engine.fetch(rows.select(column).distinct())[column].to_pylist() if text}
        for column in columns
    }


def _records(workspace: Workspace, engine: "Engine", kept: Sequence[int], table: str) -> Any:
    return engine.records(table, workspace.records.paths(table, kept))


def _street(address: str) -> str:
    """The street of an address: its first part, without the house's number."""
    return address.partition(",")[0]


def name_words(text: str | None) -> Iterable[str]:
    """The words of a name as redaction compares them."""
    for word in plain_words((text or "").replace("|", " ")):
        if len(word) >= SHORTEST_NAME and word.isalpha():
            yield word


def stands_for(word: str) -> set[str]:
    """The names a forename may stand for, and those that may stand for it, as redaction compares them."""
    from kithmap.linkage.name_sounds import may_stand_for

    found = {other.casefold() for other in may_stand_for(word.upper())}
    return {other for other in found if len(other) > SHORTEST_NAME or other not in words().ordinary}
