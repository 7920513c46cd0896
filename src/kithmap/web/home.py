"""The start: three numbers, the tasks of the day, and what waits for whoever is here."""

from django.http.response import HttpResponseBase

from kithmap.desk.policies import is_open
from kithmap.web.page import page
from kithmap.web.render import answer
from kithmap.web.visit import Visit


@page("", is_open("shows each part only to a role that may see it; every number comes through the desk"))
def home(visit: Visit) -> HttpResponseBase:
    """The start of the day."""
    return answer(visit, "home.html.j2")
