"""The shipped model: what is compared, in words, and what each agreement weighs.

The words are put in SQL that DuckDB and Spark answer alike: equality, Levenshtein distance,
beginnings and lists; no Jaro-Winkler, which differs between the two.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kithmap.linkage.rules import RULES

LIST_FUNCTIONS = {
    "duckdb": {"overlap": "list_has_any", "contains": "list_contains"},
    "spark": {"overlap": "arrays_overlap", "contains": "array_contains"},
}
# Where a comparison says nothing, because one side does not know.
UNKNOWN = {
    "forename": "f_initial_l IS NULL OR f_initial_r IS NULL",
    "surname": "s_initial_l IS NULL OR s_initial_r IS NULL",
    "birth": "birth_year_l IS NULL OR birth_year_r IS NULL",
    "home": "home_l IS NULL OR home_r IS NULL",
    "school": "school_l IS NULL OR school_r IS NULL",
    # Home and school lie in an authority: it tells something only where they do not.
    "authority": "la_code_l IS NULL OR la_code_r IS NULL OR (home_l IS NOT NULL AND home_r IS NOT NULL)"
    " OR (school_l IS NOT NULL AND school_r IS NOT NULL)",
    "sex": "sex_l IS NULL OR sex_r IS NULL",
    "nhs": "nhs_l IS NULL OR nhs_r IS NULL",
    "upn": "upn_l IS NULL OR upn_r IS NULL",
    "number": "space_l IS NULL OR space_r IS NULL OR space_l <> space_r",
    "sibling": "f_first_l IS NULL OR f_first_r IS NULL OR s_name_l IS NULL OR s_name_r IS NULL",
}
# {overlap} and {contains} are the engine's own names for those functions.
FORENAME = {
    "same": "f_name_l = f_name_r",
    "swapped": "(f_name_l = s_name_r AND s_name_l = f_name_r) OR (f_whole_l = s_name_r AND s_name_l = f_whole_r)",
    "may stand for": "{overlap}(f_formals_l, f_formals_r) OR {contains}(f_others_l, f_name_r)"
    " OR {contains}(f_others_r, f_name_l)",
    "one edit": "length(f_first_l) > 3 AND length(f_first_r) > 3 AND"
    " levenshtein(f_first_l, f_first_r) <= CASE WHEN length(f_first_l) > 7 THEN 2 ELSE 1 END",
    "same sound": "length(f_sound_l) > 1 AND f_sound_l = f_sound_r",
    "short form": "length(f_first_l) > 2 AND length(f_first_r) > 2 AND"
    " (left(f_first_l, length(f_first_r)) = f_first_r OR left(f_first_r, length(f_first_l)) = f_first_l)",
    "begins alike": "length(f_first_l) > 2 AND length(f_first_r) > 2 AND left(f_first_l, 3) = left(f_first_r, 3)",
    "same initial, name unknown": "(f_name_l IS NULL OR f_name_r IS NULL) AND f_initial_l = f_initial_r",
    "another initial, name unknown": "f_name_l IS NULL OR f_name_r IS NULL",
}
SURNAME = {
    "same": "s_name_l = s_name_r",
    "swapped": FORENAME["swapped"],
    "one edit": "length(s_whole_l) > 3 AND length(s_whole_r) > 3 AND"
    " levenshtein(s_whole_l, s_whole_r) <= CASE WHEN length(s_whole_l) > 7 THEN 2 ELSE 1 END",
    "shares a part": "{overlap}(s_parts_l, s_parts_r)",
    "same sound": "length(s_sound_l) > 1 AND s_sound_l = s_sound_r",
    "same initial, name unknown": "(s_name_l IS NULL OR s_name_r IS NULL) AND s_initial_l = s_initial_r",
    "another initial, name unknown": "s_name_l IS NULL OR s_name_r IS NULL",
}
BIRTH = {
    "same day": "d_day_l = d_day_r",
    "day and month swapped": "d_day_l = d_swapped_r",
    "one digit off": "levenshtein(d_day_l, d_day_r) <= 1",
    "two of three parts": "left(d_day_l, 7) = left(d_day_r, 7) OR right(d_day_l, 5) = right(d_day_r, 5)"
    " OR (left(d_day_l, 4) = left(d_day_r, 4) AND right(d_day_l, 2) = right(d_day_r, 2))",
    "year near, day unknown": "(d_day_l IS NULL OR d_day_r IS NULL) AND abs(birth_year_l - birth_year_r) <= 1",
    "year apart, day unknown": "d_day_l IS NULL OR d_day_r IS NULL",
}
HOME = {"same": "home_l = home_r", "same sector": "sector_l = sector_r"}
ALIKE = " OR ".join(f"({condition})" for condition in FORENAME.values())
SIBLING = {
    "another forename in one family": f"NOT coalesce({ALIKE}, false)"
    " AND (s_name_l = s_name_r OR {overlap}(s_parts_l, s_parts_r))"
    " AND coalesce(d_day_l = d_day_r OR home_l = home_r, false)"
}
WORDS: dict[str, dict[str, str]] = {
    "forename": FORENAME,
    "surname": SURNAME,
    "birth": BIRTH,
    "home": HOME,
    "school": {"same": "school_l = school_r"},
    "authority": {"same": "la_code_l = la_code_r"},
    "sex": {"same": "sex_l = sex_r"},
    "nhs": {"same": "nhs_l = nhs_r"},
    "upn": {"same": "upn_l = upn_r"},
    "number": {"same": "number_l = number_r"},
    "sibling": SIBLING,
}


@dataclass(frozen=True)
class Level:
    """One way in which two identities may agree or not."""

    when: str
    m: float
    u: float | None
    right: float | None = None
    frequency: str | None = None


@dataclass(frozen=True)
class Model:
    """The shipped model, as model.toml has it."""

    others: float
    match_probability: float
    prior_people: float
    comparisons: dict[str, tuple[Level, ...]]

    def prior(self, identities: int) -> float:
        """The probability that two identities taken at random are one person."""
        return min(0.5, self.others / max(identities - 1, 1))

    @property
    def frequencies(self) -> dict[str, float]:
        """The columns whose term frequencies count, and the model's own u for each."""
        levels = (level for levels in self.comparisons.values() for level in levels)
        return {level.frequency: level.u or 0.0 for level in levels if level.frequency}


@cache
def shipped_model() -> Model:
    """Read model.toml."""
    read = tomllib.loads(files("kithmap.linkage").joinpath("model.toml").read_text(encoding="utf-8"))
    return Model(
        others=read["prior"]["others"],
        match_probability=read["decision"]["match_probability"],
        prior_people=read["frequency"]["prior_people"],
        comparisons={
            comparison["name"]: tuple(
                Level(level["when"], level["m"], level.get("u"), level.get("right"), level.get("frequency"))
                for level in comparison["levels"]
            )
            for comparison in read["comparison"]
        },
    )


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
            {"blocking_rule": f"l.k{number} = r.k{number}", "sql_dialect": dialect}
            for number in range(len(RULES))
        ],
        "comparisons": [
            {
                "output_column_name": name,
                "comparison_levels": [
                    {"sql_condition": UNKNOWN[name], "label_for_charts": "unknown", "is_null_level": True},
                    *(_splink_level(name, level, dialect, prior) for level in levels),
                ],
            }
            for name, levels in model.comparisons.items()
        ],
    }


def _splink_level(name: str, level: Level, dialect: str, prior: float) -> dict[str, Any]:
    condition = WORDS[name].get(level.when)
    settings: dict[str, Any] = {
        "sql_condition": condition.format(**LIST_FUNCTIONS[dialect]) if condition else "ELSE",
        "label_for_charts": level.when,
        "m_probability": level.m,
        "u_probability": _u(level, prior),
    }
    if level.frequency:
        settings |= {"tf_adjustment_column": level.frequency, "disable_tf_exact_match_detection": True}
    return settings


def _u(level: Level, prior: float) -> float:
    if level.right is None:
        return level.u or 1.0
    # The number alone must lift the prior to `right`: odds(right) = odds(prior) * m / u.
    return level.m * (prior / (1 - prior)) / (level.right / (1 - level.right))
