"""Excerpts of narratives: proposed by rules, signed by a person, refused when nobody signed what stands there."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from desk_made import ANALYST, agree, make_small_world, make_workspace

from kithmap.desk.audit import show
from kithmap.desk.build import build
from kithmap.desk.receive import receive
from kithmap.desk.redact import check_signed, find_signature, list_signatures, propose, sign, unsign
from kithmap.desk.withdraw import withdraw
from kithmap.desk.workspace import Workspace, open_workspace
from kithmap.errors import NotFound, NotPermitted, NotSigned, PurposeNotAgreed, WrongUse

FILES = {"police_crime_party.csv": "police_crime_party", "gias_schools.csv": "gias_schools"}
POLICE = "police_crime_party.csv"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A build of one extract with narratives and the register of schools."""
    from kithmap.ingest.layouts import load_layout

    home = tmp_path_factory.mktemp("redact")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(home / "config"))
        world = make_small_world(tmp_path_factory.getbasetemp() / "world")
        workspace = make_workspace(home / "workspace")
        for file, layout in FILES.items():
            agree(workspace, layout, load_layout(layout).holder, [layout])
            receive(workspace, world / "extracts" / file, layout=layout, agreement=layout, who=ANALYST)
        build(workspace, who=ANALYST)
        workspace.close()
        yield home


@pytest.fixture
def workspace(made: Path) -> Iterator[Workspace]:
    with open_workspace(made / "workspace") as opened:
        yield opened


@pytest.fixture(scope="module")
def told(made: Path, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The narratives, each with the stretches that tell who or where."""
    world = make_small_world(tmp_path_factory.getbasetemp() / "world")
    bodies = pl.read_csv(world / "extracts" / POLICE, infer_schema=False).with_row_index("row", 1)
    bodies = bodies.select(pl.col("row").cast(pl.Int64), body="MO/DETS narrative")
    stretches = pl.read_parquet(world / "truth" / "narratives.parquet").filter(pl.col("extract") == POLICE)
    joined = stretches.join(bodies, on="row")
    return joined.with_columns(
        says=pl.col("body").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    )


def row_with(told: pl.DataFrame, kind: str) -> int:
    return int(told.filter(pl.col("kind") == kind)["row"][0])


@pytest.mark.parametrize(
    "kind", ["name", "lower-case name", "phone", "account", "school", "unlisted name", "number"]
)
def test_a_proposal_holds_nothing_that_tells_who_or_where(
    workspace: Workspace, told: pl.DataFrame, kind: str
) -> None:
    row = row_with(told, kind)
    made = propose(workspace, f"{POLICE}:{row}", purpose="case", who=ANALYST)
    for says in told.filter(pl.col("row") == row)["says"]:
        assert says in made.original
        assert says.casefold() not in made.redacted.text.casefold()


def test_facets_are_codes_of_the_records(workspace: Workspace, told: pl.DataFrame) -> None:
    made = propose(workspace, f"{POLICE}:{row_with(told, 'name')}", purpose="case", who=ANALYST)
    names = [facet.name for facet in made.facets]
    assert {"harm", "role", "time"} <= set(names)
    assert all(facet.value.split()[-1] in ("harmed", "harming", "witness", "unknown") for facet in made.facets if facet.name == "role")  # fmt: skip


def test_a_signature_is_of_exactly_that_text(workspace: Workspace, told: pl.DataFrame) -> None:
    reference = f"{POLICE}:{row_with(told, 'phone')}"
    text = propose(workspace, reference, purpose="case", who=ANALYST).redacted.text
    with pytest.raises(NotSigned):
        check_signed(workspace, text)
    signed = sign(workspace, text, reference, purpose="case", who=ANALYST)
    assert (signed.who, signed.reference) == (ANALYST, reference)
    assert check_signed(workspace, f"{text}\r\n") == signed
    assert propose(workspace, reference, purpose="case", who=ANALYST).signature == signed
    with pytest.raises(NotSigned):
        check_signed(workspace, text.replace("Victim", "The victim") + " Then left.")
    unsign(workspace, text, purpose="case", who=ANALYST)
    assert find_signature(workspace, text) is None
    assert signed in list_signatures(workspace)


def test_a_text_that_still_names_somebody_cannot_be_signed(workspace: Workspace, told: pl.DataFrame) -> None:
    reference = f"{POLICE}:{row_with(told, 'lower-case name')}"
    made = propose(workspace, reference, purpose="case", who=ANALYST)
    with pytest.raises(WrongUse, match="might tell who") as refused:
        sign(workspace, made.original, reference, purpose="case", who=ANALYST)
    for says in told.filter(pl.col("row") == row_with(told, "lower-case name"))["says"]:
        assert says not in str(refused.value)
    with pytest.raises(WrongUse, match="empty"):
        sign(workspace, " \n", reference, purpose="case", who=ANALYST)


def test_words_of_ones_own_may_be_signed(workspace: Workspace, told: pl.DataFrame) -> None:
    text = "A young person was hit after school by others of the same age."
    assert sign(workspace, text, f"{POLICE}:1", purpose="case", who=ANALYST).sha256


def test_only_for_case_work_and_by_those_who_may_see_people(workspace: Workspace) -> None:
    with pytest.raises(PurposeNotAgreed):
        propose(workspace, f"{POLICE}:1", purpose="profiling", who=ANALYST)
    with pytest.raises(NotPermitted):
        propose(workspace, f"{POLICE}:1", purpose="case", who="gil")
    with pytest.raises(NotPermitted):
        sign(workspace, "Nothing.", f"{POLICE}:1", purpose="case", who="mo")


def test_a_row_without_a_narrative_is_not_found(workspace: Workspace) -> None:
    for reference in ("gias_schools.csv:1", f"{POLICE}:99999"):
        with pytest.raises(NotFound):
            propose(workspace, reference, purpose="case", who=ANALYST)


def test_neither_the_audit_nor_a_repr_holds_what_was_redacted(
    workspace: Workspace, told: pl.DataFrame
) -> None:
    row = row_with(told, "name")
    made = propose(workspace, f"{POLICE}:{row}", purpose="case", who=ANALYST)
    lines = repr([line.to_dict() for line in show(workspace, last=50, who=ANALYST)])
    for says in told.filter(pl.col("row") == row)["says"]:
        assert says not in lines + repr(made) + repr(made.redacted)


def test_the_excerpt_of_a_withdrawn_extract_is_signed_no_more(
    workspace: Workspace, told: pl.DataFrame
) -> None:
    text = "One young person hurt another."
    signed = sign(workspace, text, f"{POLICE}:2", purpose="case", who=ANALYST)
    assert check_signed(workspace, text) == signed
    withdraw(workspace, POLICE, reason="retention", who=ANALYST)
    with pytest.raises(NotSigned):
        check_signed(workspace, text)
