"""Made-up people with known truth."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kithmap.world.make import WorldSummary, make_world
    from kithmap.world.truth import Score, score

__all__ = ["Score", "WorldSummary", "make_world", "score"]


def __getattr__(name: str) -> Any:
    """Bring in polars and numpy only when a world is made or scored."""
    from importlib import import_module

    homes = {"make_world": "make", "WorldSummary": "make", "score": "truth", "Score": "truth"}
    if name not in homes:
        raise AttributeError(name)
    return getattr(import_module(f"kithmap.world.{homes[name]}"), name)
