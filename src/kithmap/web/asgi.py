"""The application as a server runs it: Django over the workspace that the environment names."""

import os
from pathlib import Path
from typing import Any

from kithmap.desk.workspace import open_workspace
from kithmap.web.bodies import limited
from kithmap.web.settings import settle
from kithmap.web.workspaces import Lending, serve

HOSTS, HTTPS, WORKSPACE = "KITHMAP_HOSTS", "KITHMAP_HTTPS", "KITHMAP_WORKSPACE"


def make_application(folder: Path) -> Any:
    """The pages of a workspace, as an ASGI application."""
    workspace = open_workspace(folder)
    hosts = tuple(host.strip() for host in os.environ.get(HOSTS, "").split(",") if host.strip())
    settle(workspace, hosts=hosts, over_https=os.environ.get(HTTPS, "") == "1")
    serve(Lending(folder, workspace))
    from django.core.handlers.asgi import ASGIHandler
    from django.urls import resolve

    # Every page's module, before anybody waits for the first.
    resolve("/")
    return limited(ASGIHandler())


def application() -> Any:
    """The pages of the workspace that KITHMAP_WORKSPACE names, for a server to make."""
    return make_application(Path(os.environ[WORKSPACE]))
