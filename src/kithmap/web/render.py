"""Templates made into pages: every text escaped, nothing inline, and what every page shows."""

import json
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from markupsafe import Markup

from kithmap.products.documents import day, moment
from kithmap.web.paging import leaf
from kithmap.web.settings import IDLE_SECONDS, STATIC
from kithmap.web.visit import Visit

# GOV.UK's components that pages may use, each as a macro such as govukButton.
COMPONENTS = (
    "back-link", "breadcrumbs", "button", "character-count", "checkboxes", "date-input", "details", "error-message",
    "error-summary", "fieldset", "file-upload", "hint", "input", "inset-text", "label", "notification-banner",
    "pagination", "panel", "password-input", "radios", "select", "service-navigation", "skip-link", "summary-list",
    "table", "tag", "task-list", "textarea", "warning-text",
)  # fmt: skip

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> "Environment":
    from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, PrefixLoader

    made = Environment(
        loader=ChoiceLoader([
            PackageLoader("kithmap.web"),
            PackageLoader("kithmap.products"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.globals |= {
        "static": static,
        "day": day,
        "moment": moment,
        "idle_seconds": IDLE_SECONDS,
        "leaf": leaf,
    }
    for component in COMPONENTS:
        macros: Any = made.get_template(f"govuk_frontend_jinja/components/{component}/macro.html").module
        made.globals |= {name: macro for name, macro in vars(macros).items() if name.startswith("govuk")}
    made.filters |= {"number": number, "when": when}
    return made


@cache
def _wanted(template: str) -> frozenset[str]:
    """The names that a template of ours is to be given.

    GOV.UK's macros use names that nobody gives them, so Jinja cannot be strict; this is, of our own.
    """
    from jinja2.meta import find_undeclared_variables

    environment = _environment()
    loader: Any = environment.loader
    wanted = find_undeclared_variables(environment.parse(loader.get_source(environment, template)[0]))
    return frozenset(wanted - environment.globals.keys())


def render(request: HttpRequest, template: str, **values: Any) -> str:
    """Fill a template of a page with its values, and with what every page shows."""
    visit: Visit | None = getattr(request, "visit", None)
    around: dict[str, Any] = {
        "visit": visit,
        "menu": _menu(visit, values.get("here", request.path)),
        "told": visit.take_told() if visit is not None else [],
        "csrf_input": Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">').format(
            get_token(request)
        ),
        "path": request.path,
        "errors": [],
    }
    given = {**around, **values}
    absent = _wanted(template) - given.keys()
    if absent:
        raise TypeError(f"The template {template} was not given {', '.join(sorted(absent))}.")
    return _environment().get_template(template).render(**given)


def answer(visit: Visit, template: str, *, status: int = 200, **values: Any) -> HttpResponse:
    """A page, as an answer."""
    return HttpResponse(render(visit.request, template, **values), status=status)


def static(name: str) -> str:
    """The address of a built file, which changes with its content."""
    return f"/static/{_manifest()[name]}"


@cache
def _manifest() -> dict[str, str]:
    return json.loads((STATIC / "manifest.json").read_text(encoding="utf-8"))


def _menu(visit: Visit | None, here: str) -> list[dict[str, Any]]:
    """The pages of the navigation that somebody's role may see."""
    from kithmap.web.urls import PAGES

    if visit is None:
        return []
    return [
        {
            "href": f"/{each.path}",
            "text": each.menu,
            "active": here == f"/{each.path}" or here.startswith(f"/{each.path}/"),
        }
        for each in PAGES
        if each.menu and each.is_for(visit.user)
    ]


def number(value: float | None) -> str:
    """A number with its thousands apart.

    >>> number(12345)
    '12,345'
    """
    return "" if value is None else f"{value:,}"


def when(value: date | datetime | None) -> str:
    """A day, or a moment to the minute, as in a letter; nothing for none."""
    if value is None:
        return ""
    return moment(value) if isinstance(value, datetime) else day(value)
