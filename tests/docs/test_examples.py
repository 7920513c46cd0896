"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import kithmap

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(kithmap.__path__, "kithmap.")
    if not module.name.endswith("__main__") and "spark" not in module.name and "migrations" not in module.name
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    if name == "kithmap.register.models":
        importlib.import_module("kithmap.register.ready")  # Django must be set up before its models
    found = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.failed == 0


def test_many_modules_show_an_example() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = [
        test for name in MODULES if name != "kithmap.register.models"
        for test in finder.find(importlib.import_module(name)) if test.examples
    ]  # fmt: skip
    assert len(examples) >= 20
