"""Excerpts of narratives: what may leave of one, read beside its original and signed by a person."""

from django.http.response import HttpResponseBase

from kithmap.desk import redact
from kithmap.desk.policies import needs
from kithmap.errors import NotPermitted, Refused, WrongUse
from kithmap.governance.permissions import Action
from kithmap.products.documents import moment
from kithmap.web.page import POST, page
from kithmap.web.profiles import LEVELS_ASKED
from kithmap.web.render import answer
from kithmap.web.visit import Visit


@page("redact", needs(Action.SEE_PEOPLE, purpose=True), methods=POST)
def redact_page(visit: Visit) -> HttpResponseBase:
    """Propose an excerpt of a narrative, and sign it: both in forms, for a reference stands in no address."""
    reference, text = visit.typed.get("reference", "").strip(), visit.typed.get("text", "")
    errors: list[dict[str, str]] = []
    made, signed = None, None
    if visit.request.method == "POST":
        try:
            if visit.typed.get("do") == "sign":
                text = text.replace("\r\n", "\n")
                signed = redact.sign(
                    visit.workspace, text, reference,
                    purpose=visit.purpose_id, who=visit.who, level=visit.typed.get("level", ""),
                )  # fmt: skip
        except NotPermitted:
            raise
        except (Refused, WrongUse) as fault:
            errors = [{"text": f"{fault.what} {fault.do}", "href": "#text"}]
        try:
            made = redact.propose(visit.workspace, reference, purpose=visit.purpose_id, who=visit.who)
        except NotPermitted:
            raise
        except (Refused, WrongUse) as fault:
            errors = [{"text": f"{fault.what} {fault.do}", "href": "#reference"}]
    return answer(
        visit,
        "redact.html.j2",
        status=422 if errors else 200,
        errors=errors,
        reference=reference,
        made=made,
        text=text or (made.redacted.text if made else ""),
        replaced=[[label, why, times] for (label, why), times in made.replaced.items()] if made else [],
        signed=signed or (made.signature if made else None),
        levels=[{"value": value, "text": words, "checked": value == visit.typed.get("level", "R0")} for value, words in LEVELS_ASKED],
        signatures=[[each.reference, each.who, moment(each.at), each.purpose, each.level.value] for each in redact.list_signatures(visit.workspace)],
    )  # fmt: skip
