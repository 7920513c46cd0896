"""What a form asks of an agreement and of a purpose: the terms that their files state, in parts, in words."""

from collections.abc import Iterable, Mapping

from kithmap.governance.agreement_parts import HandlingCode, Identifiability, PartyRole
from kithmap.governance.gateways import Gateway
from kithmap.governance.organisations import Organisation
from kithmap.governance.policy import AgreedLevel, Operation, Role
from kithmap.governance.purposes import Purpose
from kithmap.governance.questions import Question, Repeated, Section, words_of
from kithmap.model.columns import Sensitivity

NONE = ("", "Choose one")
# The conditions of UK GDPR by name; which of them is met is for the parties to say.
ARTICLE_6 = (
    "6(1)(a) consent",
    "6(1)(b) contract",
    "6(1)(c) legal obligation",
    "6(1)(d) vital interests",
    "6(1)(e) public task",
    "6(1)(f) legitimate interests",
)
ARTICLE_9 = (
    "9(2)(a) explicit consent",
    "9(2)(b) employment, social security and social protection law",
    "9(2)(c) vital interests",
    "9(2)(d) not-for-profit bodies",
    "9(2)(e) made public by the data subject",
    "9(2)(f) legal claims",
    "9(2)(g) substantial public interest",
    "9(2)(h) health or social care",
    "9(2)(i) public health",
    "9(2)(j) archiving, research and statistics",
)
STATES = {
    "draft": "A draft: nothing rests on it, and it need not be whole",
    "active": "In force from its first day to its last",
    "suspended": "Suspended",
    "superseded": "Replaced by another agreement",
}
PURPOSES = {
    Purpose.CASE: "Case work: one young person at a time",
    Purpose.PROFILING: "Profiling: places, groups and counts, never a name",
    Purpose.SHARING: "Sharing: what leaves as a release",
    Purpose.QUALITY: "Quality: whether the links and the data are right",
}
LEVELS = {
    AgreedLevel.CASE_MANAGEMENT: "Case management",
    AgreedLevel.PROFILING_INDIVIDUALS: "Profiling of young people, by pseudonym",
    AgreedLevel.PROFILING_CONTEXTS: "Profiling of contexts: schools, places, groups",
    AgreedLevel.SHAREABLE: "What may be shared outside",
}
CLOSENESS = {
    Sensitivity.OPEN: "Open: anybody may know it",
    Sensitivity.OFFICIAL: "Official: tells little of one person",
    Sensitivity.SENSITIVE: "Sensitive: health, ethnicity, offences and the like",
    Sensitivity.IDENTIFYING: "Identifying: names, birthdays, addresses, numbers",
    Sensitivity.NARRATIVE: "Narrative: free text",
}
DOING = {
    Operation.LINK: "Link records of one person",
    Operation.COUNT: "Count",
    Operation.LIST: "Show row by row",
    Operation.MAP: "Map",
    Operation.EXPORT: "Let counts of it leave",
}

PARTIES = Repeated(
    "parties",
    "party",
    (
        Question("organisation", "Organisation", width=30, needed=True, missing="Enter the organisation"),
        Question(
            "role", "Its part", "choice", expected=True, choices=words_of(each.value for each in PartyRole)
        ),
        Question("contact", "Single point of contact", hint="A post, not a person", width=30, expected=True),
        Question(
            "protection_officer",
            "Data protection officer",
            hint="A post, not a person",
            width=30,
            expected=True,
        ),
    ),
)
ROLES = Repeated(
    "roles",
    "role",
    (
        Question(
            "role",
            "Role",
            "choice",
            choices=(NONE, *words_of(each.value for each in Role)),
            needed=True,
            missing="Choose a role",
        ),
        Question("organisation", "In which organisation", hint="Leave empty for any", width=30),
    ),
)
REFUSALS = Repeated(
    "refusals",
    "refusal",
    (
        Question("what", "What was asked for", width=30, needed=True, missing="Enter what was asked for"),
        Question("why", "Why it was refused", width=30, needed=True, missing="Enter why it was refused"),
        Question("on", "When", "day"),
    ),
)
ITEMS = Repeated(
    "items",
    "group of columns",
    (
        Question("layout", "Layout", "choice", needed=True, missing="Choose a layout"),
        Question("columns", "Columns", "many", expected=True),
        Question("sensitivity", "How closely they point to a person", "choice", expected=True, choices=tuple((each.value, words) for each, words in CLOSENESS.items())),
        Question("operations", "What may be done with them", "many", choices=tuple((each.value, words) for each, words in DOING.items()), needed=True, missing="Choose what may be done with the columns"),
    ),
)  # fmt: skip


# Asked of an agreement in the short form alone, so that it can be made whole.
SHORT_FORM = Question("brief", "It stays in the short form: what it does not say is told, not refused", "yes")


def agreement_sections(
    gateways: Iterable[Gateway], authorities: Mapping[str, str], state: str = ""
) -> tuple[Section, ...]:
    """The parts of an agreement's form; `authorities` are names by code, `state` how one to be changed stands."""
    return (
        _what(state),
        _holder(authorities),
        Section("parties", "Parties", (), "At least one is a controller, and one names a single point of contact and a data protection officer.", (PARTIES,)),
        Section("why", "What it is for", (
            Question("purpose", "Why the data is shared", "long"),
            Question("purposes", "Kinds of purpose", "many", choices=tuple((each.value, words) for each, words in PURPOSES.items()), needed=True, missing="Choose at least one kind of purpose"),
            Question("levels", "How far it goes", "many", hint="None chosen: as the kinds of purpose say", choices=tuple((each.value, words) for each, words in LEVELS.items())),
        ), repeated=(ROLES,)),
        _law(gateways),
        _whom(),
        Section("data", "The data", (), "Columns that are treated alike stand in one group. No other column is received.", (ITEMS,)),
        _care(),
        Section("refused", "What was refused", (), repeated=(REFUSALS,)),
    )  # fmt: skip


def _what(state: str) -> Section:
    states = [
        each for each in STATES if each in ("draft", "active", state) or (state and each == "superseded")
    ]
    return Section("what", "The agreement", (
        Question("id", "Short name", hint="Letters, digits and hyphens, such as ISA-HARTWELL-CSC. It never changes", needed=True, missing="Enter a short name"),
        Question("title", "Title", width=30),
        Question("state", "How it stands", "radios", choices=tuple((each, STATES[each]) for each in states), needed=True, missing="Choose how it stands"),
        Question("start", "First day", "day", needed=True, missing="Enter the first day"),
        Question("end", "Last day", "day", needed=True, missing="Enter the last day"),
        Question("review_date", "Date of review", "day", expected=True),
        Question("signatories", "Signed by", "lines", hint="Posts, one a line", expected=True),
    ))  # fmt: skip


def _holder(authorities: Mapping[str, str]) -> Section:
    return Section("holder", "Who holds the data", (
        Question("holder", "Holder", hint="As its layouts name it, such as Children's social care", width=30, needed=True, missing="Enter the holder"),
        Question("known_as", "Other names of the holder", "lines", hint="One a line"),
        Question("agency", "Kind of organisation", "choice", hint="Decides who reads the data as their own", choices=words_of(each.value for each in Organisation), expected=True),
        Question("authority", "Authority", "choice", expected=True, choices=(("", "Every authority: a regional holder"), *authorities.items())),
        Question("authorities", "Authorities by the names in its rows", "pairs", hint="Only where each row names its authority: one a line, such as Hartwell = E09900001"),
    ))  # fmt: skip


def _whom() -> Section:
    return Section("whom", "Whom the data tells of", (
        Question("identifiability", "What is sent is", "radios", expected=True, choices=words_of(each.value for each in Identifiability)),
        Question("subjects.description", "Who they are", width=30),
        Question("subjects.area", "Of which area", width=30),
        Question("subjects.youngest", "Youngest age", "whole", width=3),
        Question("subjects.oldest", "Oldest age", "whole", width=3),
        Question("period", "Which period each extract covers", width=30),
        Question("refresh", "How often it is sent", width=30),
    ))  # fmt: skip


def _care() -> Section:
    return Section("care", "Care of the data", (
        Question("handling.code", "Handling code", "radios", expected=True, choices=((HandlingCode.P.value, "P: lawful sharing permitted"), (HandlingCode.C.value, "C: only under the conditions below"))),
        Question("handling.conditions", "Conditions of handling", "lines", hint="One a line; needed for the code C"),
        Question("handling.marking", "Protective marking", hint="Every copy bears it; OFFICIAL-SENSITIVE unless another is given"),
        Question("retention.until", "Kept until", "day"),
        Question("retention.rule", "Rule by which it is deleted", "long", hint="A day, a rule, or both"),
        Question("onward_sharing", "Sharing onward", "long", hint="Whether, and how, it may be passed on", expected=True),
        Question("dpia", "Data protection impact assessment", hint="Its reference", expected=True),
        Question("caldicott", "Caldicott approval", hint="Its reference, for health data"),
        Question("privacy_notice", "Privacy notice", hint="Its reference", width=30),
    ))  # fmt: skip


def _law(gateways: Iterable[Gateway]) -> Section:
    listed = tuple(gateways)
    return Section("law", "Why it is lawful", (
        Question("lawful.gateways", "Legal gateways", "many", choices=tuple((each.id, each.law) for each in listed), hints={each.id: each.says for each in listed}, expected=True),
        Question("lawful.article_6", "Article 6 conditions", "many", choices=tuple((each, each) for each in ARTICLE_6), expected=True),
        Question("lawful.article_9", "Article 9 conditions, for special categories", "many", choices=tuple((each, each) for each in ARTICLE_9)),
        Question("lawful.schedule_1", "Conditions of Schedule 1, Data Protection Act 2018", "lines", hint="One a line"),
        Question("lawful.part_3", "It is for law enforcement, under Part 3 of the Data Protection Act 2018", "yes"),
        Question("lawful.necessity", "Why the sharing is necessary", "long", expected=True),
        Question("lawful.proportionality", "Why it is proportionate", "long", expected=True),
    ))  # fmt: skip


def purpose_questions(state: str = "") -> tuple[Question, ...]:
    """What a form asks of a purpose; `state` is how one to be changed stands."""
    states = [each for each in STATES if each in ("draft", "active", state)]
    words = {**STATES, "draft": "A draft: no question is answered under it"}
    return (
        Question("id", "Short name", hint="Letters, digits and hyphens, such as PP-2026-01. It never changes", needed=True, missing="Enter a short name"),
        Question("kind", "Kind", "radios", choices=tuple((each.value, words) for each, words in PURPOSES.items()), needed=True, missing="Choose a kind"),
        Question("question", "The question it serves", "long", needed=True),
        Question("approver", "Approved by", hint="A post, not a person", width=30, needed=True, missing="Enter who approved it"),
        Question("start", "First day", "day", needed=True, missing="Enter the first day"),
        Question("end", "Last day", "day", needed=True, missing="Enter the last day"),
        Question("state", "How it stands", "radios", choices=tuple((each, words[each]) for each in states), needed=True, missing="Choose how it stands"),
    )  # fmt: skip
