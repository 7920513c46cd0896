"""What an answer cannot tell: said with every answer, in sentences.

Caveats leave with a release, so their numbers are rough and small ones are not said.
"""

from collections.abc import Mapping, Sequence

from kithmap.desk.audit_facts import Audit
from kithmap.desk.audit_words import say_audit
from kithmap.desk.scope import Scope
from kithmap.measures.measure import Measure
from kithmap.register.builds import BuildRecord

SMALL = 5
OBJECTED = "What somebody objected to, or had corrected, is left out where that was upheld."
AGES = "The age of"  # gathering counts these exactly; a small number of people is never said


def find_caveats(
    build: BuildRecord,
    scope: Scope,
    measure: Measure,
    audited: Audit | None,
    *,
    is_ranged: bool,
    received: Mapping[int, tuple[int, int]],
) -> tuple[str, ...]:
    """The caveats of an answer from a build.

    is_ranged: whether its counts of people have a range. received: rows in and refused, by receipt.
    """
    used = [rows for number, rows in received.items() if number in scope.receipts]
    found = (
        _of_build(build, len(used)),
        _of_linkage(build),
        _of_ranges(measure, audited) if is_ranged else _without_ranges(audited),
        say_audit(audited) if audited is not None or not is_ranged else "",
        *build.manifest["figures"].get("drift", ()),
        _of_refused(used),
        _of_left_out(scope),
        OBJECTED if scope.objected else "",
        _of_ages(build),
        *_of_gathering(build),
    )
    return tuple(caveat for caveat in found if caveat)


def _of_build(build: BuildRecord, used: int) -> str:
    as_at = "/".join(reversed(build.manifest["as_at"].split("-")))
    return f"From {_number(used)} extracts, linked on {build.started_at:%d/%m/%Y}; ages are as at {as_at}."


def _of_linkage(build: BuildRecord) -> str:
    figures = build.manifest["figures"]
    mentions = about(figures["mentions"])
    return (
        f"{mentions[0].upper()}{mentions[1:]} mentions were judged to be {about(figures['people'])} people."
    )


def _without_ranges(audited: Audit | None) -> str:
    """That there are no ranges, where a sample says what links were missed."""
    return "Counts are not corrected for links missed or wrongly made." if audited else ""


def _of_ranges(measure: Measure, audited: Audit | None) -> str:
    """How far the ranges go."""
    if audited is None:
        return (
            "A range (95 %) says how far a count may be out because the links found are in doubt; it is not"
            " corrected for missed links: no audit sample has been marked."
        )
    corrected = (
        "and for links missed or wrongly made"
        if measure.rule.seen_in
        else "but not corrected for missed links"
    )
    return (
        f"A range (95 %) says how far a count may be out because links are in doubt, {corrected}, by the"
        " audit of a sample."
    )


def _of_refused(used: Sequence[tuple[int, int]]) -> str:
    rows, refused = sum(each[0] for each in used), sum(each[1] for each in used)
    share = 100 * refused / rows if rows else 0.0
    return f"{share:.1f} % of the rows received were refused and are not counted." if refused else ""


def _of_left_out(scope: Scope) -> str:
    if not scope.left_out:
        return ""
    reasons = "; ".join(f"{_number(count)} ({reason})" for reason, count in sorted(scope.left_out.items()))
    return f"Extracts not used: {reasons}."


def _of_ages(build: BuildRecord) -> str:
    unknown = build.manifest["figures"]["unknown_age"]
    return f"No source gives the age of {about(unknown)} people." if unknown else ""


def _of_gathering(build: BuildRecord) -> tuple[str, ...]:
    """What gathering could not tell of schools, places and groups; ages are said above, roughly."""
    told: list[str] = build.manifest["figures"].get("caveats", [])
    return tuple(caveat for caveat in told if not caveat.startswith(AGES))


def _number(count: int) -> str:
    return f"{count:,}" if count >= SMALL or count == 0 else f"fewer than {SMALL}"


def about(count: int) -> str:
    """A number of the workings: a list has one row a young person, so an exact one could tell its length."""
    return f"about {round(count, -1):,}" if count >= 2 * SMALL else f"fewer than {2 * SMALL}"
