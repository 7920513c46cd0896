"""What a measure is: a declared question, asked of canonical tables."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kithmap.governance.cells import Cell
from kithmap.governance.policy import Action
from kithmap.governance.purposes import Purpose
from kithmap.governance.rules import CountRule
from kithmap.model.columns import Table
from kithmap.model.tables import CONTEXT, EVENT_CONTEXT

Chart = Literal["bar", "line", "upset", "matrix", "map", "network", "sankey", "table"]
Row = Mapping[str, "Cell | str | None"]
Options = Mapping[str, Any]
Build = Callable[..., Any]
Finish = Callable[[Any], Any]
Sentence = Callable[[Sequence[Row], Options], str]


@dataclass(frozen=True)
class Measure:
    """A question, its inputs, the purposes it may be asked for, and how its counts are guarded.

    `build` takes ibis tables (one for each input, in order) and the options as keyword
    arguments, and gives an ibis table. `finish`, where there is one, takes the fetched Arrow
    table and gives an Arrow table: for what is not SQL. `sentence` puts the answer in words;
    it reads cells, so the same words serve before and after disclosure control.
    """

    name: str
    question: str
    inputs: tuple[Table, ...]
    purposes: frozenset[Purpose]
    rule: CountRule
    chart: Chart
    build: Build
    sentence: Sentence
    finish: Finish | None = None

    @property
    def options(self) -> dict[str, inspect.Parameter]:
        """The options of the measure: the keyword arguments of `build`."""
        parameters = inspect.signature(self.build).parameters.values()
        return {p.name: p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}

    @property
    def description(self) -> str:
        """The docstring of `build`: sentence, Shape, Unit, Columns."""
        return inspect.getdoc(self.build) or ""

    @property
    def unit(self) -> str:
        """What is counted, from the docstring's `Unit:` part."""
        return self.get_part("Unit")

    def get_part(self, heading: str) -> str:
        """One part of the docstring, such as Shape, Unit or Columns, on one line."""
        found = re.search(
            rf"^{heading}: (.*?)(?=^[A-Z][a-z]+: |^>>> |\n\n|\Z)", self.description, re.MULTILINE | re.DOTALL
        )
        return " ".join(found.group(1).split()) if found else ""


def measure(
    *,
    question: str,
    inputs: Sequence[Table],
    purposes: set[Purpose],
    rule: CountRule,
    chart: Chart,
    sentence: Sentence,
    finish: Finish | None = None,
) -> Callable[[Build], Measure]:
    """Declare a measure; the function's name is the measure's name."""

    def declare(build: Build) -> Measure:
        return Measure(
            name=build.__name__,
            question=question,
            inputs=tuple(inputs),
            purposes=frozenset(purposes),
            rule=rule,
            chart=chart,
            build=build,
            sentence=sentence,
            finish=finish,
        )

    return declare


def action_of(measure: Measure) -> Action:
    """What asking a measure is: a question about contexts where it reads them, else about people."""
    contexts = {CONTEXT.name, EVENT_CONTEXT.name}
    reads_contexts = any(table.name in contexts for table in measure.inputs)
    return Action.ASK_CONTEXTS if reads_contexts else Action.ASK
