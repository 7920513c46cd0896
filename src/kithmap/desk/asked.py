"""A question about to be answered: the measure, its options, the build and what of it may be used."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from json import dumps
from typing import TYPE_CHECKING, Any

from kithmap.desk.drawn_tables import has_draws
from kithmap.desk.scope import Scope
from kithmap.measures.measure import Measure
from kithmap.register.builds import BuildRecord

if TYPE_CHECKING:
    import numpy as np

    from kithmap.engines.engine import Engine


@dataclass(frozen=True)
class Asked:
    """A question, and what it is asked of."""

    engine: "Engine"
    scope: Scope
    made: BuildRecord
    measure: Measure
    options: Mapping[str, Any]

    @property
    def draws(self) -> int:
        """How many draws of the linkage the build keeps; 0 for a build from before there were any."""
        figures: Mapping[str, Any] = self.made.manifest["figures"].get("draws") or {}
        return int(figures.get("number", 0)) if has_draws(self.engine, self.scope) else 0

    @property
    def is_ranged(self) -> bool:
        """Whether its counts of people have a range."""
        return bool(self.measure.rule.people) and self.draws > 0

    def generator(self) -> "np.random.Generator":
        """The same for the same question of the same build."""
        import numpy as np

        said = dumps([self.made.build_id, self.measure.name, dict(self.options)], sort_keys=True)
        return np.random.default_rng(int.from_bytes(sha256(said.encode()).digest()[:8]))
