"""Tables of a build that tell of people beside the concerns about them: kin, and what protects them."""

from kithmap.model.columns import Column, Table
from kithmap.model.shared_columns import PART, RECEIPT_NO, SENSITIVE

KIN = Table(
    "kin",
    "one row per pair of people of one family or household, what says so, and the extract",
    (
        Column(
            "person_id",
            "string",
            "One person: the parent or carer, where that is the relation; else the lesser id.",
            required=True,
        ),
        Column("other_person_id", "string", "The other.", required=True),
        Column(
            "relation",
            "string",
            "sibling, parent or carer, partner, or family where no source says which.",
            SENSITIVE,
            required=True,
        ),
        Column(
            "basis",
            "string",
            "stated (of these two), child list, household number, or address and surname; never a surname alone.",
            required=True,
        ),
        Column(
            "rank",
            "int16",
            "Of the basis: 1 is what a source states of the two; 4 is inferred.",
            required=True,
        ),
        Column("start_on", "date", "First day it was said, or both were recorded there."),
        Column(
            "end_on",
            "date",
            "By when a source says it was over, as of former partners; null while it stands.",
        ),
        Column("layout", "string", "Layout of the extract it rests on; null where it rests on several."),
        Column("receipt_no", "int64", "The extract it rests on; null where it rests on several."),
    ),
)

STRENGTH = Table(
    "strength",
    "one row per thing that protects, recorded of a person, or part of one, or of a context",
    (
        Column("person_id", "string", "The person; null where it is recorded of a context."),
        Column("context_id", "string", "The context; null where it is recorded of a person."),
        Column("context_type", "string", "As in `context`, where it is recorded of one."),
        Column(
            "code",
            "string",
            "family, friends, activity, ...: code list `strength`.",
            SENSITIVE,
            required=True,
        ),
        Column("observed_on", "date", "When it was observed, or the day its row speaks of."),
        Column("layout", "string", "Layout of the extract.", required=True),
        RECEIPT_NO,
        PART,
    ),
)
