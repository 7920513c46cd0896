"""What a measure's table says, row by row, in the ledger's vocabulary: from its rule, columns and options.

Columns and options mean the same in every measure: `group` is what `by` names, `harm` is a mark, `school` a
dimension. Some tables are of groups that no other table speaks of: by role, where everybody is in one group for
each harm, or by source. Such a table is kept apart: it meets itself, asked with other options, and no other.
What means nothing here is refused: a table that met no other by an oversight would guard nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kithmap.errors import WouldDisclose
from kithmap.governance.cells import Cell
from kithmap.governance.levels import LevelRule
from kithmap.governance.populations import (
    ANY,
    NO,
    NOT_KNOWN,
    YES,
    Population,
    age_years,
    narrowed,
    population,
)
from kithmap.governance.relations import find_relations, label_columns
from kithmap.governance.release_cells import count_cells, dimensions_of
from kithmap.governance.rules import CountRule, Sets
from kithmap.governance.statements import Statement, count_statement
from kithmap.governance.whereabouts import PARTED, where_and_when

Row = Mapping[str, Any]

# Somebody may be known to be young, as by their school year, though no source gives the age.
YOUNG = "not known, but young"
CHILDREN = (*age_years("under 18"), YOUNG)
# The option `by` and the dimension that it parts people by.
DIMENSIONS = {"authority": "area", "age": "age", "sex": "sex", "ethnicity": "ethnicity"}
KNOWN = frozenset({"harm", "group", "lists", "kind", "school", "authority", "recorded", "strength", "age", "area", "period", "place"})  # fmt: skip
# Columns of groups that no other table speaks of: somebody may be in several, or they are not of people.
KEPT_APART = frozenset(
    {
        "context_type",
        "harmed_by",
        "source",
        "holder",
        "peer_group",
        "linked_to",
        "quarter",
        "changes",
    }
)
APART_BY = "role"
# What a column counts, where it is not those whom the options and the row say: the mark they all have.
COUNTED: Mapping[str, str] = {"young_people": "", "on_roll": "roll", "in_incidents": "incident"}
COUNTED_APART = frozenset({"events", "only_here", "first_here", "seen_before", "young_people_of_concern", "concerns_only_here"})  # fmt: skip
# Options of concerns: whoever has the harm has it so.
OF_CONCERN = ("role", "list", "lists", "basis")
# Options of events: whoever is counted took part in one at such a time.
OF_EVENTS = ("period", "hours")
OF_PEOPLE = frozenset({"ages", "authority", "harm", "context_type", *OF_CONCERN, *OF_EVENTS})
# Options that change how a table is reckoned, and not who is in it.
OF_WORKING = frozenset({"permutations", "seed", "by"})
GROUPINGS = frozenset({"", "none", "list", "harm", *PARTED, APART_BY, *DIMENSIONS})
WHOLE = ("All", "Any")
# A table of more cells than this is kept in a vocabulary of its own.
MOST_CELLS = 20_000
# Places and hexagons are one hierarchy, and are held together whole: more would take too long.
MOST_PLACES = 2_000
NO_SCHOOL = "No school recorded"


@dataclass(frozen=True)
class Described:
    """A table about to be described: which measure's, its options, its rule, and whom it is of."""

    measure: str
    options: Mapping[str, Any]
    rule: CountRule
    of: str


def describe(
    told: Described, rows: Sequence[Row], shown: Sequence[Mapping[str, Any]], level: LevelRule
) -> tuple[Statement, ...]:
    """What a table says: one statement for each count of each row, and how they add up.

    rows: the exact rows; shown: the same rows, in the same order, as they are to leave.
    Raises: WouldDisclose for a column or an option that means nothing here.
    """
    check_known(told, rows)
    _check_can_be_held(told, rows)
    found: list[Statement] = []
    for column in told.rule.counts:
        who = [_who(told, column, row, rows) for row in rows]
        if count_cells(dimensions_of(who)) > MOST_CELLS:
            who = [_apart(told, column, _labels(told, rows), row) for row in rows]
        for place, (row, cells) in enumerate(zip(rows, shown, strict=True)):
            cell = cells.get(column)
            if isinstance(cell, Cell) and row[column] is not None:
                said = count_statement(
                    who[place], cell, row=place, round_to=level.round_to, true=int(row[column])
                )
                found += [said] if said is not None else []
        found += _sums(told, column, rows, who)
    return tuple(found)


def _check_can_be_held(told: Described, rows: Sequence[Row]) -> None:
    """Refuse a table of places too long to be held beside hexagons: kept apart from them, it would guard nobody.

    Raises: WouldDisclose.
    """
    if rows and "place" in rows[0] and len(rows) > MOST_PLACES:
        raise WouldDisclose(
            f"The table '{told.measure}' has {len(rows):,} rows, too many to be held beside maps of the same events.",
            f"A table of at most {MOST_PLACES:,} places.",
            "Ask for one authority, or by hexagon.",
        )


def _sums(told: Described, column: str, rows: Sequence[Row], who: Sequence[Population]) -> list[Statement]:
    """How rows add up to others, where they leave nothing out."""
    found: list[Statement] = []
    for relation in find_relations(rows, told.rule):
        counts = [rows[part][column] for part in relation.parts]
        whole = rows[relation.whole][column]
        if whole is None or None in counts or sum(counts) != whole:
            continue
        terms = ((1.0, who[relation.whole]), *((-1.0, who[part]) for part in relation.parts))
        found.append(Statement(terms, 0.0, 0.0))
    return found


def check_known(told: Described, rows: Sequence[Row]) -> None:
    """Refuse a table of which nobody can say whom its counts are of.

    Raises: WouldDisclose.
    """
    unknown = [f"the column `{name}`" for name in _labels(told, rows) if name not in KNOWN | KEPT_APART]
    unknown += [
        f"the count `{name}`" for name in told.rule.counts if name not in COUNTED.keys() | COUNTED_APART
    ]
    unknown += [f"the option `{name}`" for name in sorted(set(told.options) - OF_PEOPLE - OF_WORKING)]
    if str(told.options.get("by", "")) not in GROUPINGS:
        unknown.append(f"`by` {told.options['by']}")
    if unknown:
        raise WouldDisclose(
            f"Nobody can say whom the table '{told.measure}' counts: {', '.join(unknown)} means nothing in the"
            " vocabulary of releases, so it cannot be held beside what was released before.",
            "A table whose columns, counts and options that vocabulary knows.",
            "Say in `governance/vocabulary.py` what each says of those counted: a dimension, a mark, or that the"
            " table is kept apart.",
        )


def _who(told: Described, column: str, row: Row, rows: Sequence[Row]) -> Population:
    """Whom a count of a row is of."""
    labels = _labels(told, rows)
    if "place" in row:
        whole = population(f"{told.of} | events", {}, _of_concern(told, row))
        return narrowed(whole, where_and_when(row, told.options))
    if told.options.get("by") == APART_BY or column in COUNTED_APART or KEPT_APART & set(labels):
        return _apart(told, column, labels, row)
    if "school" in row:
        return _at_school(told, row)
    whole = population(told.of, _everywhere(told.options), _counted(told, column, row))
    if isinstance(told.rule.adds_up, Sets):
        return _of_sets(told.options, told.rule.adds_up, whole, row, rows)
    return narrowed(whole, _by_labels(told, row, labels))


def _labels(told: Described, rows: Sequence[Row]) -> tuple[str, ...]:
    """The columns that say whom a row is of; a column that is empty throughout, such as a roll, says nothing."""
    found = label_columns(rows, told.rule)
    return tuple(name for name in found if any(row[name] is not None for row in rows))


def _at_school(told: Described, row: Row) -> Population:
    """Those of a school, wherever they live; of no school, where an authority asks, those who live there."""
    everywhere = _everywhere(told.options)
    area = everywhere.pop("area", None)
    whole = population(told.of, everywhere, _of_concern(told, row))
    school = str(row["school"])
    if school in WHOLE:
        # With an authority they are no group that dimensions give: only the sum of the rows says who.
        return narrowed(whole, {f"counted at schools of {area[0]}": [YES]}) if area else whole
    where = {"area": area} if area and school == NO_SCHOOL else {}
    return narrowed(whole, {"school": [school], **where})


def _apart(told: Described, column: str, labels: Sequence[str], row: Row) -> Population:
    """A population in a vocabulary of its measure and count: parted by its labels, as they are, and by its options.

    Of two rows nothing is said together but how they add up; of one row asked with other options, all is.
    """
    among: dict[str, Sequence[str]] = {
        **_everywhere(told.options),
        **{name: [str(row[name])] for name in labels},
    }
    asked = str(told.options.get("harm", ""))
    if str(row.get("harm", ANY)) in (*WHOLE, ANY) and asked:
        among["harm"] = [f"any of {', '.join(sorted(_names(asked.upper())))}"]
    among |= {
        f"{name}:{said}": [YES] for name in (*OF_CONCERN, *OF_EVENTS) if (said := _said(told.options, name))
    }
    by = f" by {told.options['by']}" if told.options.get("by") else ""
    return population(f"{told.of} | {told.measure}.{column}{by}", among)


def _said(options: Mapping[str, Any], name: str) -> str:
    """What an option says; nothing where it leaves all as they are."""
    said = str(options.get(name, "")).lower()
    return "" if said == ANY else said


def _everywhere(options: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """What the options say of everybody counted."""
    ages = str(options.get("ages", ""))
    found: dict[str, Sequence[str]] = {}
    if ages:
        found["age"] = (*CHILDREN, NOT_KNOWN) if "not known" in ages else CHILDREN
    if options.get("authority"):
        found["area"] = [str(options["authority"])]
    return found


def _mark(kind: str, name: str, options: Mapping[str, Any], *, within: Sequence[str] = OF_CONCERN) -> str:
    """A mark, with what the options say of the concerns that give it."""
    base = f"{kind}:{name.lower() if kind == 'list' else name}"
    return base + "".join(f"|{each}={said}" for each in within if (said := _said(options, each)))


def _counted(told: Described, column: str, row: Row) -> list[list[str]]:
    """The marks of which everybody whom a column counts in a row has one at least."""
    if not (kind := COUNTED.get(column, "")):
        return _of_concern(told, row)
    harms = _names(str(told.options.get("harm", "")).upper()) if kind == "incident" else []
    return [[f"{kind}:{harm}" for harm in harms or [ANY]]]


def _of_concern(told: Described, row: Row) -> list[list[str]]:
    """The marks of which everybody counted in a row has one at least."""
    # Which lists an overlap is of says whom it parts, and leaves nobody out.
    options = {name: said for name, said in told.options.items() if name != "lists" or not _is_of_sets(told)}
    if "harm" not in row and "harm" not in options:
        return []
    asked = [name.upper() for name in _names(str(options.get("harm", "")))]
    for name in ("list", "lists"):
        if options.get(name) and not asked:
            within = [each for each in OF_CONCERN if each != name]
            return [[_mark("list", each, options, within=within) for each in _names(str(options[name]))]]
    named = str(row.get("harm", ANY))
    harms = [named] if named not in (*WHOLE, ANY) else asked or [ANY]
    return [[_mark("harm", harm, options) for harm in harms]]


def _is_of_sets(told: Described) -> bool:
    return isinstance(told.rule.adds_up, Sets)


def _of_sets(
    options: Mapping[str, Any], rule: Sets, whole: Population, row: Row, rows: Sequence[Row]
) -> Population:
    """Those of a combination of lists, of one list, or of any of those asked about."""
    kind = str(options.get("by", "list"))
    names = [str(each[rule.column]) for each in rows if each[rule.kind_column] == "total"]
    within = [each for each in OF_CONCERN if each != "lists"]
    mark = {name: _mark(kind, name, options, within=within) for name in names}
    name = str(row[rule.column])
    match row[rule.kind_column]:
        case "total":
            return narrowed(whole, {mark[name]: [YES]})
        case "all":
            return narrowed(whole, {}, [list(mark.values())] if mark else [])
        case _:
            own = set(name.split(rule.separator))
            return narrowed(whole, {each: [YES if one in own else NO] for one, each in mark.items()})


def _by_labels(told: Described, row: Row, labels: Sequence[str]) -> dict[str, Sequence[str]]:
    """The values that a row's labels give."""
    found: dict[str, Sequence[str]] = _strength(row)
    for name in labels:
        if row[name] is None or str(row[name]) in WHOLE or name in ("harm", "recorded", "strength"):
            continue
        by = told.options.get("by") or told.rule.grouped_by
        dimension = DIMENSIONS.get(str(by), name) if name == "group" else name
        found[dimension] = _ages(str(row[name])) if dimension == "age" else [str(row[name])]
    return found


def _ages(band: str) -> Sequence[str]:
    return (YOUNG, NOT_KNOWN) if band == NOT_KNOWN else age_years(band)


def _strength(row: Row) -> dict[str, Sequence[str]]:
    recorded, strength = str(row.get("recorded", "All")), str(row.get("strength", "All"))
    if recorded == "All":
        return {}
    return {f"strength:{ANY if strength == 'All' else strength}": [NO if recorded == "Nothing" else YES]}


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
