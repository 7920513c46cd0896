"""Explain a link: what was compared, how it agrees in words, what that weighs, and who or what decided."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from math import log2
from typing import TYPE_CHECKING, Any

from kithmap.desk.audit import ALLOW, note
from kithmap.desk.chains import find_chain
from kithmap.desk.decisions import outcomes
from kithmap.desk.judgements import token_of
from kithmap.desk.sitting import Borne, Sitting, people_in, sit
from kithmap.desk.workspace import Workspace
from kithmap.governance.judging import SAME
from kithmap.governance.permissions import Action
from kithmap.register import judgements
from kithmap.register.audit import Act
from kithmap.register.judgements import Judgement

if TYPE_CHECKING:
    from kithmap.linkage.model import Model

LINK, EVIDENCE, CONTRADICTION = "link", "link_evidence", "link_contradiction"
LEVEL, WEIGHT = "_level", "_weight"
NAMES: Mapping[str, str] = {
    "birth": "date of birth", "home": "home postcode", "nhs": "NHS number", "upn": "unique pupil number",
    "number": "holder's number", "sibling": "brothers, sisters, twins",
}  # fmt: skip
PRIOR = "before anything is compared"
# Evidence of less than this is said to say nothing, in bits.
NOTHING = 0.05
DAY = "%d/%m/%Y"


@dataclass(frozen=True)
class Evidence:
    """One thing that was compared: how the two agree in it, what that weighs (bits), and what it means."""

    compared: str
    agreement: str
    weight: float
    meaning: str


@dataclass(frozen=True)
class Explanation:
    """Why two mentions are one person, or are not.

    `rows` add up to `weight` (bits), and that makes `probability`; they are empty where the two were
    not compared. From the probability `line` up, the model joins two records. `chain` names the mentions through which two not alike enough are one person.
    """

    one: str
    other: str
    build: str
    rows: tuple[Evidence, ...]
    weight: float | None
    probability: float | None
    is_one_person: bool
    decided_by: str
    sentence: str
    line: float
    chain: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain values, for JSON."""
        return {**asdict(self), "rows": [asdict(row) for row in self.rows], "chain": list(self.chain)}


def explain(
    workspace: Workspace, one: str, other: str, *, purpose: str, who: str, build: str | None = None
) -> Explanation:
    """Explain from what the build keeps why two mentions, named FILE:ROW:SLOT, are one person or are not.

    Whoever was shown it does not judge the pair blindly any more.
    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, WrongUse.
    """
    act = Act(who, "explain", ALLOW, "a link", purpose)
    sitting = sit(workspace, Action.SEE_LINKS, act, build)
    pair = sitting.find_pair(one, other)
    found = explain_pair(sitting, pair)
    people = people_in(pair)
    told = {"build": sitting.made.build_id, "pair": token_of(workspace, pair), "people": people}
    note(workspace, replace(act, details=told))
    return found


def explain_pair(sitting: Sitting, pair: tuple[Borne, Borne]) -> Explanation:
    """The explanation of two mentions known to the build; whoever calls writes it down."""
    from kithmap.linkage.model import shipped_model

    one, other = pair
    link = stored_row(sitting, LINK, pair)
    rows = tuple(_evidence(stored_row(sitting, EVIDENCE, pair), link)) if link else ()
    weight: float | None = link["match_weight"] if link else None
    probability: float | None = link["match_probability"] if link else None
    together = one.person_id == other.person_id
    decided_by, sentence = _decision(sitting, pair, probability)
    chain = find_chain(sitting, one, other) if decided_by == "through others" else ()
    return Explanation(
        one=sitting.extracts.reference_of(one.mention_id),
        other=sitting.extracts.reference_of(other.mention_id),
        build=sitting.made.build_id,
        rows=rows,
        weight=weight,
        probability=probability,
        is_one_person=together,
        decided_by=decided_by,
        sentence=sentence,
        line=shipped_model().match_probability,
        chain=tuple(sitting.extracts.reference_of(mention_id) for mention_id in chain),
    )


def stored_row(sitting: Sitting, table: str, pair: tuple[Borne, Borne]) -> dict[str, Any] | None:
    """The row of a table of pairs; a pair stands under the lesser signature."""
    if not sitting.engine.has(table):
        return None
    one, other = sorted(each.signature for each in pair)
    rows = sitting.engine.lookup(table, "mention_id", [one])
    return next((row for row in rows.to_pylist() if row["other_mention_id"] == other), None)


def _evidence(stored: Mapping[str, Any] | None, link: Mapping[str, Any]) -> Iterable[Evidence]:
    from kithmap.linkage.model import shipped_model

    if not stored:
        return
    weighed = [column for column, value in stored.items() if column.endswith(WEIGHT) and value is not None]
    names = [column.removesuffix(WEIGHT) for column in weighed]
    # The prior is the same for every pair of a build: what is left of the whole.
    prior = link["match_weight"] - sum(stored[name + WEIGHT] for name in names)
    yield Evidence(PRIOR, f"any two records are one person: {_chance(prior)}", prior, meaning_of(prior))
    for name in names:
        level, weight = stored[name + LEVEL], stored[name + WEIGHT]
        says = _says(shipped_model(), name, level, weight)
        yield Evidence(NAMES.get(name, name), says, weight, meaning_of(weight))


def _says(model: "Model", name: str, level: int | None, weight: float) -> str:
    compared = {each.name: each for each in model.comparisons}.get(name)
    if compared is None or (level is not None and level >= len(compared.levels)):
        return "compared by a model that this version of Kithmap does not have"
    return compared.sentence(level, weight)


def _chance(weight: float) -> str:
    odds = 2.0**weight
    return f"1 chance in {1 + 1 / odds:,.0f}"


def meaning_of(weight: float) -> str:
    """What a weight means, in words.

    >>> meaning_of(10), meaning_of(-3), meaning_of(0)
    ('1,024 times likelier of one person', '8 times likelier of two people', 'says nothing')
    """
    if abs(weight) < NOTHING:
        return "says nothing"
    whom = "one person" if weight > 0 else "two people"
    times = 2 ** abs(weight)
    number = f"{times:,.0f}" if times >= 10 or times == round(times) else f"{times:.1f}"
    return f"{number} times likelier of {whom}"


def weight_of(probability: float) -> float:
    """The weight in bits that a probability stands for."""
    return log2(probability / (1 - probability))


def _decision(sitting: Sitting, pair: tuple[Borne, Borne], probability: float | None) -> tuple[str, str]:
    """Who or what decided, in a word and in a sentence."""
    one, other = pair
    if one.signature == other.signature:
        # Judged two people, they would bear signatures of their own in the next build.
        return "identical", "They say the same in everything, and enough: one person, not compared."
    together = one.person_id == other.person_id
    judged = find_judgement(sitting, pair)
    if judged is None:
        return _weighed(sitting, pair, probability, together=together)
    said = f"Judged {judged.decision} by {judged.who} on {judged.at:{DAY}}"
    if (judged.decision == SAME) is together:
        return "judged", f"{said}: {_whom(together)}."
    return "constraint", f"{said}, but {_why_apart(sitting, pair)}: {_whom(together)}."


def _weighed(
    sitting: Sitting, pair: tuple[Borne, Borne], probability: float | None, *, together: bool
) -> tuple[str, str]:
    from kithmap.linkage.model import shipped_model

    line = shipped_model().match_probability
    alike = probability is not None and probability >= line
    if alike and together:
        return "model", f"The evidence is above the line of {line}: one person."
    if alike:
        return (
            "constraint",
            f"The evidence is above the line of {line}, but {_why_apart(sitting, pair)}: two people.",
        )
    if together:
        return "through others", "Below the line by themselves; other records join them: one person."
    kept = "below the line" if probability is not None else "too little, or nothing, in common"
    return "model", f"The evidence is {kept}: two people."


def _whom(together: bool) -> str:
    return "one person" if together else "two people"


def _why_apart(sitting: Sitting, pair: tuple[Borne, Borne]) -> str:
    found = stored_row(sitting, CONTRADICTION, pair)
    return str(found["why"]) if found else "something else about their records speaks against it"


def find_judgement(sitting: Sitting, pair: tuple[Borne, Borne]) -> Judgement | None:
    """The judgement that a build obeyed for two mentions, or for others that say the same as they."""
    known = judgements.list_standing(sitting.workspace.register, at=sitting.made.started_at)
    if not known:
        return None
    signatures = {each.signature for each in pair}
    rows = sitting.engine.lookup("identity", "signature", sorted(signatures)).to_pylist()
    place = {sitting.extracts.origin_of(row["mention_id"]): row["signature"] for row in rows}
    about = [each for each in known if {place.get(each.one), place.get(each.other)} == signatures]
    settled = outcomes(sitting.workspace, about)
    decided = [each for each in about if settled[each.pair].decision == each.decision]
    return decided[-1] if decided else None
