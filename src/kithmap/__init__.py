"""Kithmap: contextual profiling of peer-on-peer abuse.

A measure is a question asked of linked records, for a stated purpose; its answer
leaves only as a release. The six verbs are `receive`, `link`, `gather`, `ask`, `share`
and `publish`; `link` and `gather` together are `build`. Everything else is a noun.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kithmap.contexts.gather import gather
    from kithmap.desk.answers import Release, Result
    from kithmap.desk.ask import ask
    from kithmap.desk.build import build
    from kithmap.desk.receive import receive
    from kithmap.desk.share import share
    from kithmap.desk.workspace import Workspace, new_workspace, open_workspace
    from kithmap.errors import KithmapError
    from kithmap.governance.levels import Level
    from kithmap.governance.purposes import Purpose
    from kithmap.ingest.layouts import Layout
    from kithmap.linkage.link import link
    from kithmap.measures.measure import Measure
    from kithmap.products.publish import publish_profile as publish

__version__ = "0.1.0"

# Where each public name lives. Names load when first used: `import kithmap` stays light.
_HOMES = {
    "KithmapError": "kithmap.errors",
    "Layout": "kithmap.ingest.layouts",
    "Level": "kithmap.governance.levels",
    "Measure": "kithmap.measures.measure",
    "Purpose": "kithmap.governance.purposes",
    "Release": "kithmap.desk.answers",
    "Result": "kithmap.desk.answers",
    "Workspace": "kithmap.desk.workspace",
    "ask": "kithmap.desk.ask",
    "build": "kithmap.desk.build",
    "gather": "kithmap.contexts.gather",
    "link": "kithmap.linkage.link",
    "new_workspace": "kithmap.desk.workspace",
    "open_workspace": "kithmap.desk.workspace",
    "publish": "kithmap.products.publish",
    "receive": "kithmap.desk.receive",
    "share": "kithmap.desk.share",
}

__all__ = [
    "KithmapError",
    "Layout",
    "Level",
    "Measure",
    "Purpose",
    "Release",
    "Result",
    "Workspace",
    "ask",
    "build",
    "gather",
    "link",
    "new_workspace",
    "open_workspace",
    "publish",
    "receive",
    "share",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kithmap' has no attribute {name!r}")
    home = import_module(_HOMES[name])
    return getattr(home, "publish_profile" if name == "publish" else name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
