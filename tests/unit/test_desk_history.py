"""The ledger as people see it: a person's events, and who was who at a date."""

import datetime as dt

import pyarrow as pa
import pytest
from desk_made import ANALYST, agree, make_workspace

from kithmap.desk import audit, users
from kithmap.desk.history import history, read_moment
from kithmap.desk.links import links
from kithmap.desk.publishing import create_engine
from kithmap.errors import NotFound, NotPermitted, PurposeNotAgreed, WrongUse
from kithmap.model.keys import row_id
from kithmap.register import builds
from kithmap.register.builds import PUBLISHED, BuildRecord

JANUARY, MARCH = dt.datetime(2026, 1, 5, 9), dt.datetime(2026, 3, 2, 9)  # noqa: DTZ001
ONE, OTHER = row_id(1, 1) + 1, row_id(1, 2) + 1


def moments(*values: dt.datetime | None) -> pa.Array:
    return pa.array(list(values), pa.timestamp("us"))


def ledger(engine) -> None:
    """Two people in January; one in March, as P1, into whom P2 was merged."""
    engine.save(
        "identity_history",
        pa.table(
            {
                "mention_id": [ONE, OTHER, OTHER],
                "person_id": ["P1", "P2", "P1"],
                "from_at": moments(JANUARY, JANUARY, MARCH),
                "to_at": moments(None, MARCH, None),
            }
        ),
    )
    engine.save(
        "identity_event",
        pa.table(
            {
                "event_no": [1, 2, 3],
                "at": moments(JANUARY, JANUARY, MARCH),
                "build_id": ["B1", "B1", "B2"],
                "kind": ["created", "created", "merged"],
                "person_id": ["P1", "P2", "P1"],
                "other_person_id": [None, None, "P2"],
                "actor": [ANALYST] * 3,
                "model_version": ["m1"] * 3,
                "evidence": ['{"mentions":1}', '{"mentions":1}', f'{{"mentions":1,"link":[{ONE},{OTHER}]}}'],
            }
        ),
    )
    engine.save(
        "identity",
        pa.table({"mention_id": [ONE, OTHER], "person_id": ["P1", "P1"], "decided_by": ["model"] * 2}),
    )


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as made:
        agree(made, "A", "A panel", ["gangs_panel_list"])
        path = made.builds / "B2.duckdb"
        with create_engine("duckdb", path, made.key) as engine:
            ledger(engine)
            engine.save(
                "extract",
                pa.table(
                    {"receipt_no": [1], "name": ["list.csv"], "layout": ["x"], "holder": ["A panel"], "agreement": ["A"],
                     "rows_in": [2], "rows_kept": [2], "rows_refused": [0], "mentions": [2], "received_at": moments(JANUARY)}
                ),
            )  # fmt: skip
        at = MARCH.replace(tzinfo=dt.UTC)
        manifest = {"extracts": [{"receipt_no": 1, "name": "list.csv", "agreement": "A", "sha256": "s"}]}
        builds.add_build(made.register, BuildRecord("B2", "duckdb", PUBLISHED, path.name, at, at, manifest))
        yield made


def people(table: pa.Table) -> list[str | None]:
    return table["person_id"].to_pylist()


def test_a_persons_events_are_told_by_pseudonym_and_lead_to_who_they_are_now(workspace):
    told = history(workspace, "P2", purpose="quality", who=ANALYST)
    assert [event["kind"] for event in told.events] == ["created", "merged"]
    assert told.now == "P1"
    assert told.events[1]["evidence"]["link"] == [ONE, OTHER]
    assert history(workspace, "P1", purpose="case", who=ANALYST).now == "P1"


def test_the_audit_says_who_looked_and_at_whom_by_pseudonym(workspace):
    history(workspace, "P2", purpose="quality", who=ANALYST)
    line = audit.show(workspace, last=1, who=ANALYST)[0]
    assert (line.verb, line.purpose, line.details) == (
        "history", "quality", {"rows": 2, "people": ["P2"]},
    )  # fmt: skip
    assert [each.seq for each in audit.who_looked(workspace, "P2", who=ANALYST)] == [line.seq]
    assert audit.who_looked(workspace, "P1", who=ANALYST) == ()


def test_a_history_needs_a_purpose_and_a_role_that_may_see_links(workspace):
    users.add_user(workspace, "adam", "administrator", who=ANALYST)
    with pytest.raises(PurposeNotAgreed):
        history(workspace, "P1", purpose="profiling", who=ANALYST)
    for who in ("mo", "adam"):
        with pytest.raises(NotPermitted):
            history(workspace, "P1", purpose="quality", who=who)
    assert audit.show(workspace, last=1, who=ANALYST)[0].outcome == "deny"


def test_nobody_is_found_under_an_id_never_given(workspace):
    with pytest.raises(NotFound):
        history(workspace, "P9", purpose="quality", who=ANALYST)


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-02-01", ["P1", "P2"]), ("2026-03-02", ["P1", "P1"]), ("2026-01-01", [])]
)
def test_who_was_who_at_a_date_is_what_the_build_of_that_time_said(workspace, day, expected):
    assert people(links(workspace, purpose="quality", who=ANALYST, at=read_moment(day))) == expected


def test_a_moment_may_have_a_zone_and_nonsense_is_refused():
    assert read_moment("2026-07-31T09:30+01:00") == dt.datetime(2026, 7, 31, 8, 30)  # noqa: DTZ001
    with pytest.raises(WrongUse):
        read_moment("last Tuesday")
