"""The audit sample: drawn by chance, looked at without knowing what linkage decided, then counted."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from desk_made import ANALYST, make_small_world, make_workspace, names_in, receive_some

from kithmap.desk import audit_marks, audit_sample, users
from kithmap.desk.ask import ask
from kithmap.desk.audit_facts import Audit, find_audit, shown_beside
from kithmap.desk.audit_frame import read_frame, with_chances
from kithmap.desk.audit_marks import Mark
from kithmap.desk.audit_second import settle_looks
from kithmap.desk.build import build
from kithmap.desk.compared import read_compared
from kithmap.desk.workspace import Workspace
from kithmap.errors import NotFound, NotPermitted, PurposeNotAgreed, WrongUse
from kithmap.model.keys import Origin
from kithmap.register import audit_samples, builds
from kithmap.register.audit import Act, last_lines
from kithmap.register.audit_samples import AuditRecord, AuditSample
from kithmap.register.users import list_users

RECORDS = 120


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_small_world(tmp_path_factory.getbasetemp() / "small-world")


@pytest.fixture(scope="module")
def workspace(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("keys")))
        with make_workspace(tmp_path_factory.mktemp("audit") / "workspace") as made:
            receive_some(made, world)
            build(made, who=ANALYST)
            audit_sample.draw(made, purpose="quality", who=ANALYST, records=RECORDS, seed=1)
            yield made


@pytest.fixture
def sample(workspace: Workspace) -> AuditSample:
    return audit_samples.list_samples(workspace.register)[0]


def who_is_who(workspace: Workspace, world: Path) -> dict[Origin, int]:
    """The person of every mention, as the world knows."""
    files = {
        extract["name"]: extract["sha256"]
        for extract in builds.get_build(workspace.register, None).manifest["extracts"]
    }
    truth = pl.read_parquet(world / "truth" / "mentions.parquet").filter(
        pl.col("extract").is_in(list(files)), ~pl.col("is_candidate")
    )
    return {
        Origin(files[extract], row, slot): person
        for extract, row, slot, person in truth.select("extract", "row", "slot", "person").iter_rows()
    }


def perfect_marks(sample: AuditSample, who: dict[Origin, int]) -> list[Mark]:
    files = [one["sha256"] for one in sample.details["extracts"]]
    return [
        Mark(
            record.number,
            frozenset(
                place
                for origin, place, _ in shown_beside(record, files)
                if origin in who and who[origin] == who.get(record.origin)
            ),
        )
        for record in sample.records
    ]


@pytest.fixture
def audited(workspace: Workspace, world: Path, sample: AuditSample) -> Audit:
    marks = perfect_marks(sample, who_is_who(workspace, world))
    audit_marks.mark(workspace, marks, purpose="quality", who=ANALYST, sample=sample.sample_id)
    found = find_audit(workspace, builds.get_build(workspace.register, None))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("who", "purpose", "error"), [(ANALYST, "case", PurposeNotAgreed), ("mo", "quality", NotPermitted)]
)
def test_only_whoever_judges_linkage_may_look(
    workspace: Workspace, who: str, purpose: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        audit_sample.draw(workspace, purpose=purpose, who=who)
    with pytest.raises(error):
        audit_marks.look(workspace, purpose=purpose, who=who)


def test_the_same_seed_draws_the_same_records(workspace: Workspace) -> None:
    sitting = audit_sample.sit_for_quality(workspace, Act(ANALYST, "a test", "allow", "", "quality"))
    frame = with_chances(read_frame(sitting, read_compared(sitting), []), RECORDS)

    one, again, other = (audit_sample.choose(frame, np.random.default_rng(seed)) for seed in (1, 1, 2))

    assert one.equals(again)
    assert not one.equals(other)


def test_young_people_on_lists_are_drawn_more(workspace: Workspace) -> None:
    sitting = audit_sample.sit_for_quality(workspace, Act(ANALYST, "a test", "allow", "", "quality"))
    frame = with_chances(read_frame(sitting, read_compared(sitting), []), RECORDS)
    chance = dict(
        frame.filter(pl.col("chance") > 0).group_by("source").agg(pl.col("chance").mean()).iter_rows()
    )

    assert chance["MASE panel"] > 2 * chance["Police"]
    assert frame["chance"].sum() == pytest.approx(RECORDS)


def test_no_record_is_drawn_for_a_second_sample(workspace: Workspace, sample: AuditSample) -> None:
    audit_sample.draw(workspace, purpose="quality", who=ANALYST, records=30)
    second = audit_samples.list_samples(workspace.register)[-1]

    assert not {record.origin for record in second.records} & {record.origin for record in sample.records}


def test_all_that_is_linked_is_shown(workspace: Workspace, sample: AuditSample) -> None:
    sitting = audit_sample.sit_for_quality(workspace, Act(ANALYST, "a test", "allow", "", "quality"))
    rows = sitting.engine.fetch(sitting.engine.table("identity")).to_pylist()
    person = {sitting.extracts.origin_of(row["mention_id"]): row["person_id"] for row in rows}
    bears = {sitting.extracts.origin_of(row["mention_id"]): row["signature"] for row in rows}
    files = [one["sha256"] for one in sample.details["extracts"]]
    for record in sample.records:
        shown = {bears[origin] for origin, _, _ in shown_beside(record, files)} | {bears[record.origin]}
        linked = {bears[origin] for origin in person if person[origin] == person[record.origin]}
        assert linked <= shown


def test_a_sheet_says_what_records_say_and_nothing_of_linkage(
    workspace: Workspace, sample: AuditSample
) -> None:
    sheet = audit_marks.look(workspace, purpose="quality", who=ANALYST, number=1, sample=sample.sample_id)

    assert set(sheet.to_dict()) == {"sample", "own", "number", "of", "source", "said", "beside"}
    assert set(sheet.to_dict()["beside"][0]) == {"place", "source", "records", "said"}
    assert sheet.said["forename"] not in repr(sheet)
    assert [each.place for each in sheet.beside] == sorted({each.place for each in sheet.beside})


def test_a_perfect_reviewer_finds_the_true_recall(workspace: Workspace, world: Path, audited: Audit) -> None:
    who = who_is_who(workspace, world)
    true, found = true_recall(workspace, who)
    low, high = np.quantile(audited.posterior.overall_recall, [0.005, 0.995])

    assert low <= found / true <= high
    assert np.median(audited.posterior.overall_precision) > 0.97
    assert audited.records == RECORDS


def true_recall(workspace: Workspace, who: dict[Origin, int]) -> tuple[int, int]:
    """How many people truly are in two sources, and how many of these linkage has in both, in some record."""
    sitting = audit_sample.sit_for_quality(workspace, Act(ANALYST, "a test", "allow", "", "quality"))
    source = {one["sha256"]: one["source"] for one in audit_sample.find_sources(sitting)}
    rows = sitting.engine.fetch(sitting.engine.table("identity")).to_pylist()
    places = [(sitting.extracts.origin_of(row["mention_id"]), row["person_id"]) for row in rows]
    known = pl.DataFrame(
        [(who[origin], person, source[origin.sha256]) for origin, person in places if origin in who],
        schema=["true", "person", "source"], orient="row",
    ).unique()  # fmt: skip
    true = known.join(known, on="true").filter(pl.col("source") < pl.col("source_right"))
    together = true.group_by("true", "source", "source_right").agg(
        found=(pl.col("person") == pl.col("person_right")).any()
    )
    return together.height, int(together["found"].sum())


def test_strata_are_pairs_of_sources_and_recorded_groups(audited: Audit) -> None:
    assert "Gangs panel + MASE panel" in audited.posterior.strata
    assert {"white", "black"} <= set(audited.posterior.strata)


@pytest.mark.parametrize(
    "mark",
    [Mark(1, frozenset({999})), Mark(1, frozenset({1}), frozenset({1})), Mark(1, frozenset({1}), says_too_little=True)],
    ids=["a place not shown", "the same and not sure", "too little, and the same"],
)  # fmt: skip
def test_marks_that_do_not_fit_are_refused(workspace: Workspace, sample: AuditSample, mark: Mark) -> None:
    with pytest.raises(WrongUse):
        audit_marks.mark(workspace, [mark], purpose="quality", who=ANALYST, sample=sample.sample_id)


def test_a_record_that_says_too_little_is_counted_apart(
    workspace: Workspace, sample: AuditSample, audited: Audit
) -> None:
    before = audited.not_sure
    audit_marks.mark(
        workspace, [Mark(2, says_too_little=True)], purpose="quality", who=ANALYST, sample=sample.sample_id
    )
    again = find_audit(workspace, builds.get_build(workspace.register, None))

    assert again is not None
    assert (again.records, again.not_sure) == (RECORDS, before + 1)


def test_a_sample_hardly_marked_says_nothing(workspace: Workspace, audited: Audit) -> None:
    drawn = audit_sample.draw(workspace, purpose="quality", who=ANALYST, records=10)
    audit_marks.mark(workspace, [Mark(1)], purpose="quality", who=ANALYST)
    found = find_audit(workspace, builds.get_build(workspace.register, None))

    assert audit_sample.status(workspace).states == {"searched": 1, "waiting": 9}
    assert found is not None
    assert found.sample == audited.sample != drawn.sample


def test_a_sample_there_is_not_is_refused(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        audit_sample.status(workspace, sample="no such sample")


def test_the_register_and_the_audit_hold_no_names(workspace: Workspace, audited: Audit) -> None:
    names = names_in(workspace)
    said = repr(
        [vars(record) for one in audit_samples.list_samples(workspace.register) for record in one.records]
    )
    said += repr(last_lines(workspace.register, 50))

    assert audited.sample in said
    assert not [name for name in names if name in said.lower().encode()]


@pytest.fixture
def second_reviewer(workspace: Workspace) -> str:
    if "bea" not in {user.name for user in list_users(workspace.register)}:
        users.add_user(workspace, "bea", "analyst", who=ANALYST)
    return "bea"


def test_where_marks_and_links_disagree_somebody_else_looks(
    workspace: Workspace, sample: AuditSample, audited: Audit, second_reviewer: str
) -> None:
    wrongly = next(one for one in sample.records if one.details["shown"] and all_linked(workspace, one))
    how = {"purpose": "quality", "sample": sample.sample_id}
    before = audit_marks.count_second(workspace, who=ANALYST, **how)
    audit_marks.mark(workspace, [Mark(wrongly.number)], who=ANALYST, **how)

    assert audit_marks.count_second(workspace, who=ANALYST, **how) >= before
    with pytest.raises(NotFound):
        audit_marks.look(workspace, again=True, who=ANALYST, **how)
    assert audit_marks.look(workspace, again=True, who=second_reviewer, **how).number <= wrongly.number


def all_linked(workspace: Workspace, record: AuditRecord) -> bool:
    sitting = audit_sample.sit_for_quality(workspace, Act(ANALYST, "a test", "allow", "", "quality"))
    mention = sitting.extracts.mentions_at(record.origin)[0]
    person = sitting.borne([mention])[mention].person_id
    return sitting.engine.lookup("identity", "person_id", [person]).num_rows > 2


def look_of(*same: int, too_little: bool = False) -> dict[str, object]:
    return {"who": "a reviewer", "same": list(same), "not_sure": [], "says_too_little": too_little}


@pytest.mark.parametrize(
    ("looks", "same"),
    [
        ([look_of(1, 2)], {1, 2}),
        ([look_of(1, 2), look_of(1)], {1}),
        ([look_of(1, 2), look_of(1), look_of(1, 2)], {1, 2}),
        ([look_of(1), look_of(too_little=True), look_of(1)], {1}),
        ([look_of(1), look_of(too_little=True)], set()),
    ],
    ids=["one look", "the later of two", "two of three", "two of three say enough", "too little"],
)
def test_the_word_of_most_stands(looks: list[dict[str, object]], same: set[int]) -> None:
    assert settle_looks(looks)[0] == same


def test_every_answer_says_what_the_audit_found(workspace: Workspace, audited: Audit) -> None:
    answer = ask(workspace, "overlap", purpose="profiling", who=ANALYST)

    assert any(f"In an audit of {audited.records} records" in caveat for caveat in answer.caveats)
