"""A linkage model as a value: what is compared, in words and conditions, and what agreement weighs."""

import hashlib
import json
import tomllib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from kithmap.linkage.comparisons import Comparison, Level, read_comparisons
from kithmap.linkage.conditions import columns_of, in_dialect
from kithmap.linkage.rules import RULES, Rule

# Enough that no two models ever made share one, and short enough to read aloud.
VERSION_LENGTH = 12


@dataclass(frozen=True)
class Model:
    """A model of linkage, as a file such as model.toml has it."""

    name: str
    others: float
    match_probability: float
    prior_people: float
    comparisons: tuple[Comparison, ...]
    rules: tuple[Rule, ...] = RULES
    learning: tuple[tuple[str, ...], ...] = ()

    def prior(self, identities: int) -> float:
        """The probability that two identities taken at random are one person."""
        return min(0.5, self.others / max(identities - 1, 1))

    @cached_property
    def version(self) -> str:
        """A hash of all that decides: two models of one version weigh every pair alike."""
        decides = asdict(self)
        for words in ("name", "learning"):
            del decides[words]
        for comparison in decides["comparisons"]:
            del comparison["unknown_says"], comparison["common"]
            for level in comparison["levels"]:
                del level["says"], level["fixed"]
        text = json.dumps(decides, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()[:VERSION_LENGTH]

    @property
    def frequencies(self) -> dict[str, float]:
        """The columns whose term frequencies count, and the model's own u for each."""
        return {level.frequency: level.u or 0.0 for _, level in self.each_level() if level.frequency}

    @property
    def columns(self) -> list[str]:
        """The columns of the identities that the model compares."""
        conditions = (condition for comparison in self.comparisons for condition in comparison.conditions)
        return sorted({*columns_of(conditions), *self.frequencies})

    @property
    def keys(self) -> list[str]:
        """The columns that hold the keys of the blocking rules; see `rules.with_keys`."""
        return [f"k{number}" for number in range(len(self.rules))]

    @property
    def together(self) -> tuple[str, ...]:
        """The columns whose agreement is put right for how often they go together; none where it is not."""
        return next((level.together for _, level in self.each_level() if level.together), ())

    def comparison(self, name: str) -> Comparison:
        """The comparison of that name."""
        return next(one for one in self.comparisons if one.name == name)

    def each_level(self) -> Iterator[tuple[Comparison, Level]]:
        """Every level, with the comparison it is of."""
        return ((comparison, level) for comparison in self.comparisons for level in comparison.levels)


def read_model(text: str) -> Model:
    """Read a model's file.

    Raises: ModelFault where a level lacks its condition, or has one that engines answer differently.
    """
    read = tomllib.loads(text)
    rules = tuple(Rule(**{**rule, "columns": tuple(rule["columns"])}) for rule in read.get("blocking", ()))
    return Model(
        name=read["model"]["name"],
        others=read["prior"]["others"],
        match_probability=read["decision"]["match_probability"],
        prior_people=read["frequency"]["prior_people"],
        comparisons=read_comparisons(read["comparison"]),
        rules=rules or RULES,
        learning=tuple(tuple(rule) for rule in read.get("learning", {}).get("rules", ())),
    )


@cache
def shipped_model() -> Model:
    """The model for young people of the United Kingdom, from model.toml."""
    return read_model(files("kithmap.linkage").joinpath("model.toml").read_text(encoding="utf-8"))


def u_of(level: Level, prior: float) -> float:
    """The share of pairs of two people in a level; for a number, what its `right` and the prior make it."""
    if level.right is None:
        return level.u or 1.0
    # The number alone must lift the prior to `right`: odds(right) = odds(prior) * m / u.
    return level.m * (prior / (1 - prior)) / (level.right / (1 - level.right))


def splink_settings(model: Model, dialect: str, identities: int) -> dict[str, Any]:
    """The model as Splink reads it, for one engine and one number of identities."""
    prior = model.prior(identities)
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": prior,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": f"l.{key} = r.{key}", "sql_dialect": dialect} for key in model.keys
        ],
        "comparisons": [
            {
                "output_column_name": comparison.name,
                "comparison_levels": [
                    {
                        "sql_condition": in_dialect(comparison.unknown, dialect),
                        "label_for_charts": "unknown",
                        "is_null_level": True,
                    },
                    *(_splink_level(level, dialect, prior) for level in comparison.levels),
                ],
            }
            for comparison in model.comparisons
        ],
    }


def _splink_level(level: Level, dialect: str, prior: float) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "sql_condition": in_dialect(level.condition, dialect) if level.condition else "ELSE",
        "label_for_charts": level.when,
        "m_probability": level.m,
        "u_probability": u_of(level, prior),
    }
    if level.fixed:
        settings |= {"fix_m_probability": True, "fix_u_probability": True}
    if level.frequency:
        settings |= {"tf_adjustment_column": level.frequency, "disable_tf_exact_match_detection": True}
    return settings
