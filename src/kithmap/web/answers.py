"""An answer as a page shows it: the sentence, the figure, the equal table, what it cannot tell, where it is from."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from markupsafe import Markup

from kithmap.desk.answers import Release
from kithmap.desk.ask import ask
from kithmap.desk.authorities import authority_names
from kithmap.desk.build import list_builds
from kithmap.desk.share import share_with_self
from kithmap.errors import NotFound
from kithmap.measures.measure import Measure
from kithmap.products import pictures
from kithmap.products.tables import Grid, grid, to_lines
from kithmap.products.words import key, said
from kithmap.web.asking import Question
from kithmap.web.downloads import as_file, purpose_line
from kithmap.web.figures import figure_of
from kithmap.web.visit import Visit

TABLES, PICTURES = ("csv", "xlsx"), ("svg", "png")
FILES = (("csv", "CSV"), ("xlsx", "Excel"), ("svg", "figure as SVG"), ("png", "figure as PNG"))
TYPES = {"svg": "image/svg+xml; charset=utf-8", "png": "image/png"}


@dataclass(frozen=True)
class Shown:
    """What a page shows of an answer. Figure and table are of the same rows."""

    release: Release
    sentence: str
    figure: Markup
    grid: Grid
    codes: tuple[tuple[str, str], ...]
    query: str
    left_out: str
    unit: str


def show_answer(visit: Visit, measure: Measure, question: Question, *, build: str | None = None) -> Shown:
    """Ask, and lay the answer out for whoever asks.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, UnknownOption.
    """
    return lay_out(visit, find_answer(visit, measure, question, build=build), question)


def is_unbuilt(visit: Visit) -> bool:
    """Whether nothing has been linked yet, so that nothing can be asked."""
    return not list_builds(visit.workspace)


def lay_out(visit: Visit, release: Release, question: Question, *, draw: bool = True) -> Shown:
    """An answer as a page shows it; without its figure where a page draws its own."""
    names = authority_names(visit.workspace)
    svg = figure_of(release, names) if draw else Markup()
    return Shown(
        release,
        said(release.sentence),
        svg,
        grid(release, names=names),
        key([release]),
        question.query,
        left_out_of(release),
        said(release.unit),
    )


def left_out_of(release: Release) -> str:
    """What the figure leaves to the table, in words; nothing where it shows everything."""
    if release.chart != "upset" or not release.rows:
        return ""
    from kithmap.products.upset import left_out_words

    return left_out_words(release)


def find_answer(visit: Visit, measure: Measure, question: Question, *, build: str | None = None) -> Release:
    """The answer as whoever asks may see it, inside.

    Raises: NoPurpose, PurposeNotAgreed, NotPermitted, NotFound, UnknownOption.
    """
    result = ask(
        visit.workspace,
        measure,
        purpose=visit.purpose_id,
        who=visit.who,
        build=build,
        options=question.options,
    )
    return share_with_self(visit.workspace, result)


def answer_file(visit: Visit, measure: Measure, question: Question, kind: str) -> HttpResponseBase:
    """An answer as a file: its table as CSV or Excel, its figure as SVG or PNG.

    Raises: NotFound for a kind there is not, or a figure of what has none.
    """
    release = find_answer(visit, measure, question)
    if kind not in TABLES:
        return _picture(visit, measure.name, kind, figure_of(release, authority_names(visit.workspace)))
    headings, rows = to_lines(release)
    about = [release.question, said(release.sentence), f"Counted: {release.unit}", *release.caveats]
    return as_file(visit, measure.name, kind, headings, rows, [*about, f"Build {release.build}."])


def _picture(visit: Visit, name: str, kind: str, svg: str) -> HttpResponseBase:
    """A figure as a file, with the line that says what for, by whom and when.

    Raises: NotFound where there is none.
    """
    if not svg or kind not in PICTURES:
        raise NotFound("There is no such file.", "A table, or a figure where there is one.", "Go back.")
    # What is marked as markup would escape what is put into it.
    signed = pictures.with_foot(str(svg), purpose_line(visit))
    body = signed.encode() if kind == "svg" else pictures.to_png(signed)
    response = HttpResponse(body, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response
