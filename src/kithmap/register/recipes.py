"""Recipes in the register: how each holder's files are read, every version of it."""

from datetime import datetime
from typing import Any

from kithmap.register import ready
from kithmap.register.open import Register
from kithmap.register.versions import Entry, Version, put, versions_of

KIND = "recipe"


def put_recipe(register: Register, recipe: str, terms: dict[str, Any], at: datetime, by: str) -> int:
    """Put a recipe in, as a new version where its id is known; 0 when the same one is there already."""
    return put(register, _rows(register), Entry(KIND, recipe, terms, at, by), dict)


def list_recipes(register: Register) -> tuple[tuple[str, Version], ...]:
    """The newest version of every recipe, with its id."""
    return tuple(
        (str(row.id), Version(row.version, row.terms, row.added_at, row.added_by))
        for row in _rows(register).order_by("id")
    )


def recipe_versions(register: Register, recipe: str) -> tuple[Version, ...]:
    """Every version of a recipe, the oldest first; none where there is no such recipe."""
    return versions_of(register, _rows(register), KIND, recipe)


def _rows(register: Register) -> Any:
    return ready.Recipe.objects.using(register.alias)
