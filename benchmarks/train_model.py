"""Estimate the numbers of the shipped linkage model from a made-up world whose truth is known.

    python -m benchmarks.train_model estimate FOLDER          what the world says, beside the model
    python -m benchmarks.train_model write FOLDER             the same, written into model.toml
    python -m benchmarks.train_model score FOLDER             F1 of the shipped model, and by name group

FOLDER is what `kithmap.world.make_world` wrote, of a seed that no demo and no test uses. m is
counted over all pairs of identities of one person, not only over pairs that a blocking rule
brings together; u over pairs of two people taken at random. Numbers marked fixed stay as they are.
"""

import json
import re
import sys
import time
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from kithmap.engines import duckdb as engines
from kithmap.engines.engine import Engine, as_declared, as_expression
from kithmap.engines.records import as_received
from kithmap.linkage.clean import read_identities, with_numbers
from kithmap.linkage.commonness import Counted
from kithmap.linkage.crosswalk import find_spaces
from kithmap.linkage.link import link
from kithmap.linkage.model import Model, shipped_model
from kithmap.linkage.predict import unpack_levels
from kithmap.linkage.score import quiet
from kithmap.linkage.signatures import read_signatures
from kithmap.linkage.weigh import Weighing
from kithmap.model.keys import RECEIPT_SHIFT, ROW_SHIFT
from kithmap.model.records import RECORD_TABLES

SEED = 20261121
RANDOM_PAIRS = 4_000_000
PAIRS_A_PERSON = 40
# Besides what the model itself calls fixed: the made-up world's homes are kept too well.
FIXED = {"home"}
# Made-up people have fewer troubles than real ones: the values set by hand count for one part in five.
BY_HAND = 0.2


def hold_world(folder: Path) -> tuple[Engine, pl.DataFrame]:
    """Read a world's extracts into an engine, as a build does; and which extract is which receipt."""
    from kithmap.ingest.receive import read_extract

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    agreed = [
        tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted((folder / "agreements").glob("*.toml"))
    ]
    agreements = {agreement["id"]: agreement for agreement in agreed}
    codes = {one["name"]: one["code"] for one in manifest["authorities"]}
    parts: dict[str, list[pa.Table]] = {table.name: [] for table in RECORD_TABLES}
    extracts: list[dict[str, Any]] = []
    for number, extract in enumerate(manifest["extracts"], start=1):
        agreement = agreements[extract["agreement"]]
        received = read_extract(
            folder / "extracts" / extract["file"],
            extract["layout"],
            receipt_no=number,
            authorities=codes,
            la_code=agreement.get("authority") or None,
        )
        for name, rows in received.tables.items():
            parts[name].append(rows)
        extracts.append(
            {
                "receipt_no": number,
                "name": extract["file"],
                "layout": extract["layout"],
                "holder": agreement["holder"],
                "la_code": agreement.get("authority") or None,
                "last_on": received.receipt.last_on,
                "sha256": received.receipt.sha256,
            }
        )
    engine = engines.memory()
    for table in RECORD_TABLES:
        engine.records(table.name, [])
        if parts[table.name]:
            received = [as_received(part, table) for part in parts[table.name]]
            rows = as_declared(as_expression(pa.concat_tables(received, promote_options="default")), table)
            engine.hold(f"record_{table.name}", rows)
    listed = pl.DataFrame(extracts, infer_schema_length=None, schema_overrides={"la_code": pl.String})
    engine.hold("extract", listed.drop("sha256").to_arrow())
    engine.hold("receipt", listed.select("receipt_no", "sha256").to_arrow())
    return engine, listed


def read_truth(folder: Path, listed: pl.DataFrame) -> pl.DataFrame:
    """The person of every mention_id."""
    truth = pl.read_parquet(folder / "truth" / "mentions.parquet")
    joined = truth.join(listed.select("receipt_no", extract="name"), on="extract")
    return joined.select(
        "person",
        "name_group",
        mention_id=pl.col("receipt_no") * (1 << RECEIPT_SHIFT)
        + pl.col("row").cast(pl.Int64) * (1 << ROW_SHIFT)
        + pl.col("slot").cast(pl.Int64),
    )


def clean_world(engine: Engine, truth: pl.DataFrame) -> pl.DataFrame:
    """The identities, with the person each is."""
    read = read_signatures(engine)
    settings = engine.fetch(engine.table("record_setting").select("urn", "la_estab", "name"))
    identities = read_identities(read.signatures, settings)
    identities = with_numbers(identities, find_spaces(identities))
    return identities.join(
        truth, left_on="signature", right_on="mention_id", how="left", maintain_order="left"
    )


def pairs_of_one_person(identities: pl.DataFrame, generator: np.random.Generator) -> pl.DataFrame:
    """Pairs of identities of one person, at most so many for each."""
    known = identities.filter(pl.col("person").is_not_null()).select("unique_id", "person")
    shuffled = known.sample(fraction=1.0, shuffle=True, seed=int(generator.integers(2**31)))
    some = shuffled.group_by("person", maintain_order=True).head(10)
    pairs = some.join(some, on="person", suffix="_r").filter(pl.col("unique_id") < pl.col("unique_id_r"))
    return (
        pairs.group_by("person", maintain_order=True)
        .head(PAIRS_A_PERSON)
        .select(l="unique_id", r="unique_id_r")
    )


def pairs_of_two_people(identities: pl.DataFrame, generator: np.random.Generator) -> pl.DataFrame:
    """Pairs of identities of two people, taken at random."""
    person = identities["person"].fill_null(-1).to_numpy()
    one, other = generator.integers(0, identities.height, (2, RANDOM_PAIRS))
    apart = (person[one] != person[other]) & (person[one] >= 0) & (person[other] >= 0)
    return pl.DataFrame({"l": one[apart], "r": other[apart]}).with_columns(pl.all().cast(pl.Int64))


def count_levels(
    engine: Engine, identities: pl.DataFrame, pairs: pl.DataFrame, model: Model
) -> dict[str, dict[str, int]]:
    """How many of the pairs fall in each level of each comparison."""
    with quiet(), engine.splink() as database:
        weighing = Weighing(database, engine.kind, model, Counted(identities), identities)
        packed = pl.Series(weighing.weigh(pairs["l"].to_numpy(), pairs["r"].to_numpy())["levels"])
    found = pl.DataFrame(unpack_levels(packed, model))
    counts: dict[str, dict[str, int]] = {}
    for comparison in model.comparisons:
        levels = found[f"{comparison.name}_level"]
        counts[comparison.name] = {"unknown": levels.null_count()} | {
            level.when: int((levels == place).sum()) for place, level in enumerate(comparison.levels)
        }
    return counts


def estimate(folder: Path) -> dict[str, dict[str, tuple[float, float, int, int]]]:
    """m and u of every level, with the pairs each was counted in."""
    generator = np.random.default_rng(SEED)
    engine, listed = hold_world(folder)
    identities = clean_world(engine, read_truth(folder, listed))
    model = shipped_model()
    same = count_levels(engine, identities, pairs_of_one_person(identities, generator), model)
    apart = count_levels(engine, identities, pairs_of_two_people(identities, generator), model)
    found: dict[str, dict[str, tuple[float, float, int, int]]] = {}
    for comparison in model.comparisons:
        name, levels = comparison.name, comparison.levels
        for group in comparison.groups:
            whens = [level.when for level in group]
            total_m = sum(same[name][when] for when in whens) or 1
            total_u = sum(apart[name][when] for when in whens) or 1
            for when in whens:
                count_m, count_u = same[name][when], apart[name][when]
                found.setdefault(name, {})[when] = (count_m / total_m, count_u / total_u, count_m, count_u)
        print(f"{name}: {sum(same[name].values()):,} pairs of one person, {same[name]['unknown']:,} unknown")
        for level in levels:
            m, u, count_m, count_u = found[name][level.when]
            print(
                f"   {level.when:32} m {m:.5f} ({level.m:.5f})  u {u:.7f} ({level.u or 0:.7f})  {count_m:,} {count_u:,}"
            )
    return found


def write(folder: Path) -> None:
    """Write the estimates into model.toml, keeping its words and what is fixed."""
    path = Path(str(files("kithmap.linkage").joinpath("model.toml")))
    found, text = estimate(folder), path.read_text(encoding="utf-8")
    fixed = {
        (comparison.name, level.when) for comparison, level in shipped_model().each_level() if level.fixed
    }
    for name, levels in found.items():
        if name in FIXED:
            continue
        start = text.index(f'name = "{name}"')
        end = text.index("\n]", start)
        section = text[start:end]
        for when, (m, u, count_m, count_u) in levels.items():
            if (name, when) not in fixed:
                section = _written(section, when, (m, u), (count_m, count_u))
        text = text[:start] + section + text[end:]
    path.write_text(text, encoding="utf-8")


def _written(section: str, when: str, share: tuple[float, float], count: tuple[int, int]) -> str:
    pattern = (
        rf'(\{{ when = "{re.escape(when)}", by_hand = ([\d.e-]+), )m = [\d.e-]+, u = [\d.e-]+(.*?\}},)[^\n]*'
    )
    hit = re.search(pattern, section)
    if hit is None:
        raise ValueError(f"model.toml has no level '{when}'.")
    m = (1 - BY_HAND) * share[0] + BY_HAND * float(hit[2])
    # Rare agreements by chance: never impossible.
    u = max(share[1], 0.3 / RANDOM_PAIRS)
    line = f"{hit[1]}m = {m:.5f}, u = {u:.7f}{hit[3]}  # {count[0]:,} and {count[1]:,} pairs"
    return section[: hit.start()] + line + section[hit.end() :]


def score(folder: Path) -> None:
    """Link a world with the shipped model and judge it by the truth."""
    from kithmap.world.truth import score as judge

    engine, listed = hold_world(folder)
    began = time.perf_counter()
    report = link(engine, secret=bytes(32))
    print(f"{time.perf_counter() - began:.1f} s", report)
    identity = pl.DataFrame(pl.from_arrow(engine.fetch(engine.table("identity"))))
    links = identity.with_columns(receipt_no=pl.col("mention_id") // (1 << RECEIPT_SHIFT)).join(
        listed, on="receipt_no"
    )
    links = links.select(
        "person_id",
        extract="name",
        row=pl.col("mention_id") % (1 << RECEIPT_SHIFT) // (1 << ROW_SHIFT),
        slot=pl.col("mention_id") % (1 << ROW_SHIFT),
    )
    print(judge(links.to_arrow(), folder / "truth"))


if __name__ == "__main__":
    {"estimate": estimate, "write": write, "score": score}[sys.argv[1]](Path(sys.argv[2]))
