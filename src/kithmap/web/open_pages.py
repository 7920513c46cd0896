"""Pages for anybody: help, the accessibility statement, whether the application is well."""

from django.http import HttpRequest, HttpResponse

from kithmap.desk.policies import is_open
from kithmap.web.page import page
from kithmap.web.render import render
from kithmap.web.workspaces import lent

# Any of these says that a proxy passes on what somebody elsewhere asks.
OF_A_PROXY = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")
NOTHING = "says how to use the pages, and nothing of what is in them"


@page("help", is_open(NOTHING), anonymous=True)
def help_page(request: HttpRequest) -> HttpResponse:
    """How to do the day's work, step by step."""
    return HttpResponse(render(request, "help.html.j2"))


@page("accessibility", is_open(NOTHING), anonymous=True)
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return HttpResponse(render(request, "accessibility.html.j2"))


@page("healthz", is_open("says only whether the register answers"), anonymous=True)
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether the application and its register answer, for a proxy or a monitor."""
    from kithmap.desk.audit import count_lines

    with lent() as workspace:
        count_lines(workspace)
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@page("metrics", is_open("counts requests by page and status, to this machine alone"), anonymous=True)
def metrics(request: HttpRequest) -> HttpResponse:
    """Counts of requests for Prometheus, to a reader on this machine alone."""
    from kithmap.web import failures
    from kithmap.web.metrics import told

    proxied = any(header in request.headers for header in OF_A_PROXY)
    if proxied or request.META.get("REMOTE_ADDR") not in ("127.0.0.1", "::1"):
        return failures.not_found(request)  # type: ignore[return-value]  # pyright: ignore[reportReturnType]
    return told()
