"""What an agreement does not say that the Information Commissioner's code on data sharing asks for."""

from collections.abc import Iterator
from typing import NamedTuple

from kithmap.governance.agreement_parts import PartyRole
from kithmap.governance.agreements import Agreement
from kithmap.governance.organisations import Organisation
from kithmap.model.columns import Sensitivity

SPECIAL = frozenset({Sensitivity.SENSITIVE, Sensitivity.NARRATIVE})


class Gap(NamedTuple):
    """Something missing: the key that would say it, and words that go on from "it is active, but"."""

    key: str
    words: str

    @property
    def sentence(self) -> str:
        """The same by itself, without the name of the key."""
        plain = self.words.partition(" ('")[0]
        return plain[0].upper() + plain[1:]


def find_gaps(agreement: Agreement) -> tuple[str, ...]:
    """What is missing, in words that go on from "it is active, but"."""
    return tuple(gap.words for gap in list_gaps(agreement))


def list_gaps(agreement: Agreement) -> tuple[Gap, ...]:
    """What is missing, each with the key that would say it."""
    return (*_of_parties(agreement), *_of_law(agreement), *_of_care(agreement))


def _of_parties(agreement: Agreement) -> Iterator[Gap]:
    parties = agreement.terms.parties
    if agreement.agency is Organisation.PARTNERSHIP:
        yield Gap("agency", "no 'agency' says what kind of organisation the holder is")
    if not any(party.role in (PartyRole.CONTROLLER, PartyRole.JOINT) for party in parties):
        yield Gap("parties[1].role", "no party is a controller")
    if not any(party.contact for party in parties):
        yield Gap("parties[1].contact", "no party has a single point of contact ('contact')")
    if not any(party.protection_officer for party in parties):
        yield Gap(
            "parties[1].protection_officer", "no party has a data protection officer ('protection_officer')"
        )
    if not agreement.terms.signatories:
        yield Gap("signatories", "nobody signed it ('signatories')")


def _of_law(agreement: Agreement) -> Iterator[Gap]:
    lawful = agreement.terms.lawful
    if not lawful.gateways:
        yield Gap("lawful.gateways", "it names no legal gateway ('lawful.gateways')")
    if not lawful.article_6 and not lawful.part_3:
        yield Gap("lawful.article_6", "it names no Article 6 condition, nor Part 3 ('lawful.article_6')")
    special = any(item.sensitivity in SPECIAL for item in agreement.items)
    if special and not lawful.article_9 and not lawful.part_3:
        yield Gap(
            "lawful.article_9",
            "it shares sensitive columns without an Article 9 condition ('lawful.article_9')",
        )
    if not lawful.necessity:
        yield Gap("lawful.necessity", "it does not say why the sharing is necessary ('lawful.necessity')")
    if not lawful.proportionality:
        yield Gap(
            "lawful.proportionality", "it does not say why it is proportionate ('lawful.proportionality')"
        )


def _of_care(agreement: Agreement) -> Iterator[Gap]:
    terms = agreement.terms
    if terms.retention.until is None and not terms.retention.rule:
        yield Gap("retention.until", "it does not say until when the data is kept ('retention')")
    if terms.review_date is None:
        yield Gap("review_date", "it has no date of review ('review_date')")
    if not terms.dpia:
        yield Gap("dpia", "it names no data protection impact assessment ('dpia')")
    if not terms.onward_sharing:
        yield Gap("onward_sharing", "it does not say whether data may be shared onward ('onward_sharing')")
