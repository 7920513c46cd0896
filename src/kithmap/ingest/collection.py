"""The data collection tool of a layout: a workbook that a holder fills in, and the layout reads as it stands.

What each column means, what may be chosen in it and its example come from the layout and the grammar of layouts:
a layout of an analyst's own has its tool as soon as it is written.
"""

from collections.abc import Mapping
from datetime import datetime

from kithmap.ingest.grammar import Key
from kithmap.ingest.layouts import Layout, Value
from kithmap.ingest.templates import Asked, Kind, Template
from kithmap.model.codes import get_codes, read_rows, words_of

Choices = tuple[tuple[str, str], ...]
_Use = tuple[str, Key, Value]

SHEET, AS_WRITTEN = "Rows", "As it is written"
_LOOSE = ("text", "word", "codes", "harm", "role")
_ABOUT_WHEN = datetime(2025, 9, 1, 15, 30)  # noqa: DTZ001  a local clock time, as agencies write them
_KINDS: Mapping[str, Kind] = {"time": "time", "whole": "whole", "age": "whole", "number": "number"}
_RELATIONSHIP = Key("relationship", "text", "relation of the two parties, such as partner", "")
_HOW: Mapping[str, str] = {
    "name": "Surname, a comma, forenames.", "name_dob": "Surname, forenames, and the date of birth in brackets.",
    "dob_or_age": "A date of birth, or an age in years.", "alias": "Several are parted by a stroke.",
    "moment": "A date, day first, with the time of day where it is known.", "time": "A time of day, such as 15:30.",
    "pair": "Two dates, the first and the last, with a dash between.", "upn": "13 characters.", "nhs": "10 digits.",
    "urn": "6 digits.", "estab": "The authority's 3 digits, a stroke, the school's 4.", "number": "A number.",
    "urn_or_estab": "6 digits, or the authority's 3 digits, a stroke, and the school's 4.",
    "easting_northing": "Both, with a comma between.", "stop": "The stop's code, then its name.",
    "count": "A number, or * where it is not to be told.", "postcode": "The whole postcode.",
}  # fmt: skip
# What a key is told by where the layout gives no words of its own: the code list, written as codes.
_LISTS = {
    ("exclusion", "reason"): "dfe_exclusion_reason", ("exclusion", "reason_2"): "dfe_exclusion_reason",
    ("exclusion", "reason_3"): "dfe_exclusion_reason", ("exclusion", "type"): "dfe_exclusion_type",
    ("person", "ethnicity"): "dfe_ethnicity", ("school", "status"): "dfe_enrolment_status",
}  # fmt: skip
_SCHEMES = {
    "ho_offence": "ho_offence_code_manifestation_candidate", "cin_factor": "cin_assessment_factors",
    "dfe_exclusion_reason": "dfe_exclusion_reason", "police_uk_crime_type": "police_uk_crime_type",
    "nrm_exploitation_type": "nrm_exploitation_type",
}  # fmt: skip
# Whose words tell: a list of words for a kind of cell, of which one for each meaning is offered.
_WORDS = {
    "role": "role_by_word",
    "sex": "sex_by_word",
    "yes": "yes_no_word",
    "place_type": "place_type_by_word",
}
# Nobody is called so; numbers are of ranges that are never given to anybody.
_EXAMPLES: Mapping[str, str] = {
    "name": "ASHDOWN, Robin",
    "name_dob": "ASHDOWN, Robin (03/09/2009)", "dob": "03/09/2009", "dob_or_age": "03/09/2009", "age": "15",
    "alias": "Rob", "date": "01/09/2025", "moment": "01/09/2025 15:30", "time": "15:30",
    "pair": "01/09/2025 - 30/09/2025", "whole": "2", "number": "100", "upn": "H801200001001", "nhs": "999 000 0018",
    "postcode": "ZZ1 1AA", "urn": "100001", "estab": "999/4001", "urn_or_estab": "100001",
    "easting_northing": "530000,180000", "stop": "490000001A Mill Road", "route_or_place": "Mill Park", "count": "12",
}  # fmt: skip
_OF_KEY: Mapping[str, str] = {
    "forename": "Robin", "surname": "Ashdown", "initials": "RA", "easting": "530000", "northing": "180000",
    "longitude": "-0.1000", "latitude": "51.5000", "address": "1 Mill Road", "id": "REF-0001", "ward": "Mill ward",
    "body": "What happened, in the words of whoever recorded it",
}  # fmt: skip


def layout_template(layout: Layout) -> Template:
    """The workbook to fill in for a layout."""
    uses: dict[str, list[_Use]] = {column: [] for column in layout.columns}
    for use, name, value in layout.values:
        key = use.section.find_key(name) or Key(name, "text", name.replace("_", " "), "value")
        for column in value.columns:
            uses[column].append((use.section.name, key, value))
        if value.relationship:
            uses[value.relationship].append((use.section.name, _RELATIONSHIP, Value((value.relationship,))))
    columns = tuple(_asked(layout, column, uses[column]) for column in layout.columns)
    lines = (
        f"What {layout.holder} sends. {layout.grain[:1].upper()}{layout.grain[1:]}. {layout.about}".strip(),
        "Send only what the agreement names, for the period it names. Leave empty what is not known.",
        "Fill in the sheet 'Rows', save it as a workbook (.xlsx), and send it by the road that the agreement names.",
    )
    head = layout.format.header_row or 5
    return Template(layout.format.sheet or SHEET, layout.name, lines, columns, head)


def _asked(layout: Layout, column: str, uses: list[_Use]) -> Asked:
    if not uses:
        return Asked(column, "The authority that the row is of.", example="X01")
    found = [(_choices(section, key, value), key, value) for section, key, value in uses]
    # A column may serve several keys: what may be chosen tells most of how it is written, then a kind of its own.
    (offered, source, is_whole), key, value = max(
        found, key=lambda each: (bool(each[0][0]), each[1].kind not in _LOOSE)
    )
    needed = any(each.required for _, _, each in uses)
    kind = _kind(layout, key, value, offered, is_whole=is_whole)
    # The first of a long code list is its gravest as a rule.
    middle = len(offered) // 2 if len(offered) > 9 else 0
    example = offered[middle][1] if offered else _example(layout, key, value, column)
    parted = ";" if ";" in value.split else next(iter(value.split), "")
    return Asked(
        column, _note(layout, column, uses, key), needed, kind, offered, example, source, parted, most=100_000
    )  # fmt: skip


def _note(layout: Layout, column: str, uses: list[_Use], key: Key) -> str:
    """What it means and how it is written, in words for whoever fills it in: what a layout may say is not theirs."""
    told = [each for _, each, _ in uses if each.kind != "word"] or [each for _, each, _ in uses]
    means = dict.fromkeys(each.meaning.partition(";")[0].partition(", where `")[0] for each in told)
    said = [f"{text[:1].upper()}{text[1:]}." for text in means]
    said += [_HOW[key.kind]] if key.kind in _HOW else []
    said += ["The column may be left out."] if column in layout.optional_columns else []
    return " ".join(said)


def _kind(layout: Layout, key: Key, value: Value, offered: Choices, *, is_whole: bool) -> Kind:
    if value.split:
        return "some of"
    if offered:
        return "one of" if is_whole else "offered"
    if key.kind in ("date", "dob") and not (value.dates or layout.format.dates):
        return "date"
    return _KINDS.get(key.kind, "text") if not value.map and len(value.columns) == 1 else "text"


def _choices(section: str, key: Key, value: Value) -> tuple[Choices, str, bool]:
    """What may be written, each beside what it means; where it comes from; and whether there is nothing else."""
    if value.map:
        offered = _of_map(value)
        is_whole = value.by is None and len(offered) > 1 and all(word != "*" for word, _ in value.map)
        return offered, "the layout", is_whole
    listed = _SCHEMES.get(value.by or "") or _LISTS.get((section, key.name))
    if listed:
        source = "; ".join(sorted({row["source"] for row in read_rows(listed)}))
        return tuple((each.label, each.code) for each in get_codes(listed)), source, False
    if key.kind in _WORDS:
        return _of_words(_WORDS[key.kind]), "written by us", key.kind != "place_type"
    return (), "", False


def _of_map(value: Value) -> Choices:
    """For each of our words, the one of the holder's that is plainest."""
    found: dict[str, list[str]] = {}
    for word, ours in value.map:
        if word != "*":
            found.setdefault(ours, []).append(word)
    if any("yes" in words for words in found.values()) and not any("no" in words for words in found.values()):
        found["no mark"] = ["no"]
    return tuple((ours or "nothing is kept", _plainest(words, ours)) for ours, words in found.items())


def _plainest(words: list[str], ours: str) -> str:
    if ours.casefold() in words:
        return ours
    chosen = next((word for word in words if word in ("yes", "no")), max(words, key=len))
    return chosen[:1].upper() + chosen[1:]


def _of_words(name: str) -> Choices:
    """For each meaning of a list of words, its first word in the order of the file."""
    first: dict[str, str] = {}
    for row in read_rows(name):
        first.setdefault(row["means"], max(row["word"], row["means"].casefold(), key=lambda w: (w in dict(words_of(name)), len(w))))  # fmt: skip
    return tuple((means, word[:1].upper() + word[1:]) for means, word in first.items() if means != "not kept")


def _example(layout: Layout, key: Key, value: Value, column: str) -> str:
    stated = value.dates or layout.format.dates
    if stated and key.kind in ("date", "dob", "moment"):
        return _ABOUT_WHEN.strftime(stated[0])
    if key.kind == "name" and value.order in ("forename surname", "surname forename"):
        return "Robin Ashdown" if value.order.startswith("forename") else "Ashdown Robin"
    whole = _OF_KEY.get(key.name) or _EXAMPLES.get(key.kind, AS_WRITTEN)
    parts = whole.split(value.join) if value.join else []
    return parts[value.columns.index(column)] if len(parts) == len(value.columns) else whole
