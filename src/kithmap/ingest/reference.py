"""The reference page of layouts, written from the grammar itself."""

from collections.abc import Iterable

from kithmap.ingest.grammar import FORMAT_KEYS, KIND_MEANINGS, NAME_ORDERS, VALUE_KEYS, Section
from kithmap.ingest.layout_sections import SECTIONS
from kithmap.ingest.layouts import builtin_layouts, load_layout
from kithmap.model.codes import get_codes, harm_schemes, words_of

_NOTE = "<!-- Made from the code by kithmap.ingest.reference; do not edit. -->\n"
_WORD_LISTS = {
    "harm_by_word": 'harm, where a value says `by = "words"`',
    "role_by_word": "roles; `not kept` are people who only report or work with the case",
    "relationship_by_word": "relations between two people",
    "place_type_by_word": "kinds of place",
    "sex_by_word": "sex",
    "yes_no_word": "yes and no",
    "unknown_word": "not known: the cell is taken as empty",
}


def layouts_page() -> str:
    """Everything a layout can say, as Markdown: sections, keys, values, rules and the built-in layouts."""
    parts = [_NOTE, "# Layouts\n", _OPENING, _top(), _format(), _values(), _kinds(), "## Sections\n"]
    parts += [_section(section) for section in SECTIONS]
    parts += [_rules(), _built_in()]
    return "\n".join(parts)


_OPENING = """A layout says how the columns of an extract map to ours. It is a TOML file: text stands in quotes, a section begins with
its name in brackets, and what may come several times has two brackets: `[[person]]`. Every fault of a layout is told at once.
To write one step by step, see [Write a layout](../how-to/write-a-layout.md).

A key of a section is given a **column** (`surname = "Last name"`), a **list of columns**, of which the first that is filled is taken
(`start = ["Date of contact", "Date of referral"]`), or a **table** that says more (`start = { column = "Date", dates = "%m/%d/%Y" }`).
Headings are found whatever their case and spaces. A heading that comes twice is `Name` and `Name (2)`. Every column that a
layout names must be in the file, unless it is marked `optional`; columns it does not name are never read.
"""


def _top() -> str:
    rows = [
        ("`name`", "name of the layout; without it, the name of its file"),
        ("`holder`", "who sends the extract, as the agreement names them (needed)"),
        ("`grain`", "what one row is"),
        ("`about`", "anything a reader should know"),
        (
            "`authority`",
            "the column with the authority of the row; without it, the authority of the agreement",
        ),
        ("`format`", "how the file is written: see below"),
    ]
    return "## At the top\n\n" + _table(("key", "says"), rows)


def _format() -> str:
    rows = [(f"`{key}`", meaning) for key, meaning in FORMAT_KEYS.items()]
    opening = "`format = { ... }`, each key optional: what is not said is found in the file, and the receipt says how.\n\n"
    return "## The file\n\n" + opening + _table(("key", "says"), rows)


def _values() -> str:
    rows = [(f"`{key}`", meaning) for key, meaning in VALUE_KEYS.items()]
    orders = ", ".join(f"`{order}`" for order in NAME_ORDERS)
    return "## A value as a table\n\n" + _table(("key", "says"), rows) + f"\nOrders of a name: {orders}.\n"


def _kinds() -> str:
    rows = [(f"`{kind}`", meaning) for kind, meaning in KIND_MEANINGS.items()]
    return "## What a cell can hold\n\n" + _table(("kind", "the cell holds"), rows)


def _section(section: Section) -> str:
    brackets = f"[[{section.name}]]" if section.many else f"[{section.name}]"
    lines = [f"### {brackets}\n", f"{section.meaning} Fills `{section.table}`.\n"]
    if section.name == "person":
        lines.append(
            "`as` names the person, for other sections; `split` says what parts several people in one cell;"
            " `one_row_each = true` says that the holder gives each person one number and one row, so that"
            " two numbers are two people.\n"
        )
    if section.has_of:
        lines.append(
            "`of` names the person or persons it is of; without it, those of the first `[person]`.\n"
        )
    if section.keys:
        rows = (
            (
                f"`{key.name}`" + (" (needed)" if key.name in section.must else ""),
                f"`{key.kind}`",
                key.meaning,
                f"`{key.fills}`",
            )
            for key in section.keys
        )
        lines.append(_table(("key", "holds", "meaning", "fills"), rows))
    return "\n".join(lines)


def _rules() -> str:
    schemes = ", ".join(f"`{scheme}`" for scheme in harm_schemes())
    lists = [(f"`{name}`", len(words_of(name)), meaning) for name, meaning in _WORD_LISTS.items()]
    harms = [(f"`{code.code}`", code.label) for code in get_codes("manifestation")]
    roles = [(f"`{code.code}`", code.label) for code in get_codes("role")]
    return "\n".join(
        [
            "## Harms, roles and rules\n",
            _table(("harm", "is"), harms),
            _table(("role", "is"), roles),
            (
                f"`by` names a rule from code to harm: {schemes}, or `words`. The rules are data, in `model/code_lists/harm_by_code.csv`,"
                " each with its reason. A code alone never decides about a person: ages and relations are looked at later.\n"
            ),
            "Words are looked for in these lists, the longest first:\n",
            _table(("list", "words", "tells"), lists),
        ]
    )


def _built_in() -> str:
    rows = []
    for name in builtin_layouts():
        layout = load_layout(name)
        rows.append(
            (f"`{name}`", layout.holder, layout.grain, ", ".join(f"`{table}`" for table in layout.feeds))
        )
    opening = "`kithmap layouts NAME` prints one in full: the best start for a layout of your own.\n\n"
    return "## Built-in layouts\n\n" + opening + _table(("layout", "holder", "grain", "fills"), rows)


def _table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    headings = list(headings)
    lines = [f"| {' | '.join(headings)} |", "|" + "---|" * len(headings)]
    lines += [f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"
