"""The identity ledger: ids that last, and a history that can be believed."""

import datetime as dt
import json
from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from kithmap.linkage.identity_events import Now, Turn
from kithmap.linkage.ledger import Ledger, Past, identity_at, keep_ledger
from kithmap.model.keys import row_id

SECRET = b"k" * 32
RECEIPTS = 4
MOST_ROWS = 6
Build = dict[tuple[int, int], int]  # the cluster of every row of every extract


def mention(place: tuple[int, int], order: dict[int, int] | None = None) -> int:
    return row_id((order or {}).get(place[0], place[0]), place[1]) + 1


def receipts(order: dict[int, int] | None = None) -> pl.DataFrame:
    numbers = [(order or {}).get(n, n) for n in range(1, RECEIPTS + 1)]
    return pl.DataFrame(
        {"receipt_no": numbers, "sha256": [f"sha of {n}" for n in range(1, RECEIPTS + 1)]},
        schema={"receipt_no": pl.Int64, "sha256": pl.String},
    )


def moment(number: int) -> dt.datetime:
    return dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)


def keep(build: Build, past: Ledger | None, number: int = 1, order: dict[int, int] | None = None) -> Ledger:
    """What the ledger says after one more build."""
    rows = [(mention(place, order), cluster) for place, cluster in build.items()]
    mentions = pl.DataFrame(rows, schema={"mention_id": pl.Int64, "cluster": pl.Int64}, orient="row")
    known = receipts(order)
    before = (
        Past(
            past.history.to_arrow(),
            past.events.to_arrow(),
            known.with_columns(state=pl.lit("kept")).to_arrow(),
        )
        if past
        else None
    )
    here = known.filter(pl.col("receipt_no").is_in((mentions["mention_id"] // 2**36).implode()))
    return keep_ledger(Now(mentions, here), before, Turn(moment(number), f"B{number}", "ann", "m1"), SECRET)


def said(build: Build, kept: Ledger) -> dict[tuple[int, int], str]:
    """Who every row is, by the ids that a build gave."""
    people = dict(kept.people.iter_rows())
    return {place: people[cluster] for place, cluster in build.items()}


def remembered(kept: Ledger, number: float) -> dict[int, str]:
    return dict(
        identity_at(kept.history, moment(0).replace(tzinfo=None) + dt.timedelta(days=number)).iter_rows()
    )


def events(kept: Ledger, number: int) -> list[tuple[str, str, str | None]]:
    new = kept.events.filter(build_id=f"B{number}")
    return new.select("kind", "person_id", "other_person_id").rows()


places = st.tuples(st.integers(1, RECEIPTS), st.integers(1, MOST_ROWS))
build = st.dictionaries(places, st.integers(0, 6), min_size=1)
chains = st.lists(build, min_size=1, max_size=5)


def kept_through(builds: list[Build], order: dict[int, int] | None = None) -> list[Ledger]:
    found: list[Ledger] = []
    for number, one in enumerate(builds, start=1):
        found.append(keep(one, found[-1] if found else None, number, order))
    return found


@given(chains)
@settings(max_examples=25, deadline=None)
def test_the_state_at_every_past_moment_is_what_the_build_of_that_time_said(builds: list[Build]) -> None:
    found = kept_through(builds)
    last = found[-1]
    for number, (one, kept) in enumerate(zip(builds, found, strict=True), start=1):
        then = said(one, kept)
        for days in (number, number + 0.5):
            assert remembered(last, days) == {mention(place): person for place, person in then.items()}
    assert remembered(last, 0.5) == {}


@given(chains, st.permutations(range(1, RECEIPTS + 1)))
@settings(max_examples=20, deadline=None)
def test_ids_do_not_depend_on_the_order_of_extracts(builds: list[Build], numbers: list[int]) -> None:
    order = dict(zip(range(1, RECEIPTS + 1), numbers, strict=True))
    plain, turned = kept_through(builds), kept_through(builds, order)
    for one, first, second in zip(builds, plain, turned, strict=True):
        assert said(one, first) == said(one, second)
    assert events(plain[-1], len(builds)) == events(turned[-1], len(builds))


@given(chains)
@settings(max_examples=25, deadline=None)
def test_building_again_from_the_same_gives_no_event_and_no_history(builds: list[Build]) -> None:
    last = kept_through(builds)[-1]
    again = keep({place: cluster * 7 + 1 for place, cluster in builds[-1].items()}, last, len(builds) + 1)
    assert again.written == {}
    assert again.events.equals(last.events)
    assert again.history.equals(last.history)


@given(chains)
@settings(max_examples=25, deadline=None)
def test_people_are_the_clusters_and_the_past_is_never_written_over(builds: list[Build]) -> None:
    found = kept_through(builds)
    for one, kept in zip(builds, found, strict=True):
        assert kept.people["person_id"].is_unique().all()
        assert set(kept.people["cluster"]) == set(one.values())
    for before, after in pairwise(found):
        assert after.events.head(before.events.height).equals(before.events)
        closed = before.history.filter(pl.col("to_at").is_not_null())
        assert (
            after.history.filter(pl.col("to_at").is_not_null())
            .join(closed, on=closed.columns, how="semi")
            .height
            == closed.height
        )
    numbers = found[-1].events["event_no"]
    assert numbers.to_list() == list(range(1, numbers.len() + 1))


@given(chains)
@settings(max_examples=25, deadline=None)
def test_the_events_account_for_every_id_that_comes_or_goes(builds: list[Build]) -> None:
    live: set[str] = set()
    found = kept_through(builds)
    for number, (one, kept) in enumerate(zip(builds, found, strict=True), start=1):
        now = set(said(one, kept).values())
        new = events(kept, number)
        assert {person for kind, person, _ in new if kind == "created"} == now - live
        ended = {other for kind, _, other in new if kind == "merged"}
        gone = {person for kind, person, _ in new if kind == "withdrawn"}
        assert live - now <= ended | gone
        assert not ended & now
        live = now


def test_a_person_keeps_the_id_as_more_is_learnt() -> None:
    first = keep({(1, 1): 0, (1, 2): 1}, None)
    second = keep({(1, 1): 5, (1, 2): 6, (2, 1): 5}, first, 2)
    assert said({(1, 1): 5}, second) == said({(1, 1): 0}, first)
    assert second.written == {}


def test_when_two_are_found_to_be_one_the_larger_keeps_the_id_and_the_merge_is_told() -> None:
    before = {(1, 1): 0, (1, 2): 0, (1, 3): 1}
    first = keep(before, None)
    second = keep(dict.fromkeys(before, 0), first, 2)
    larger, lesser = said(before, first)[1, 1], said(before, first)[1, 3]
    assert set(said(dict.fromkeys(before, 0), second).values()) == {larger}
    assert events(second, 2) == [("merged", larger, lesser)]


def test_a_merge_undone_gives_the_ids_back() -> None:
    apart = {(1, 1): 0, (1, 2): 0, (1, 3): 1}
    first = keep(apart, None)
    third = keep(apart, keep(dict.fromkeys(apart, 0), first, 2), 3)
    assert said(apart, third) == said(apart, first)
    larger, lesser = said(apart, first)[1, 1], said(apart, first)[1, 3]
    assert events(third, 3) == [("created", lesser, None), ("split", larger, lesser)]
    assert json.loads(third.events["evidence"][-2])["again"] is True


def test_a_person_who_vanished_and_comes_back_has_the_same_id() -> None:
    both = {(1, 1): 0, (2, 1): 1}
    first = keep(both, None)
    second = keep({(1, 1): 0}, first, 2)
    third = keep(both, second, 3)
    assert said(both, third) == said(both, first)
    gone = said(both, first)[2, 1]
    assert events(second, 2) == [("withdrawn", gone, None)]
    assert events(third, 3) == [("created", gone, None)]


def test_an_id_is_never_given_to_somebody_else() -> None:
    # The first mention of the pair names the person; when it leaves, the name stays with the others.
    first = keep({(1, 1): 0, (1, 2): 0, (1, 3): 0}, None)
    second = keep({(1, 1): 1, (1, 2): 0, (1, 3): 0}, first, 2)
    ids = said({(1, 1): 1, (1, 2): 0}, second)
    assert ids[1, 2] == first.people["person_id"][0]
    assert ids[1, 1] != ids[1, 2]


def test_a_file_received_anew_is_still_of_the_same_people() -> None:
    first = keep({(1, 1): 0, (1, 2): 1, (2, 1): 1}, None)
    again = receipts().with_columns(
        sha256=pl.when(pl.col("receipt_no") == 3).then(pl.lit("sha of 1")).otherwise("sha256")
    )
    mentions = pl.DataFrame(
        {"mention_id": [mention(place) for place in ((3, 1), (3, 2), (2, 1))], "cluster": [0, 1, 1]}
    )
    past = Past(
        first.history.to_arrow(),
        first.events.to_arrow(),
        again.with_columns(state=pl.lit("kept")).to_arrow(),
    )
    second = keep_ledger(
        Now(mentions, again.filter(pl.col("receipt_no").is_in([2, 3]))),
        past,
        Turn(moment(2), "B2", "ann", "m1"),
        SECRET,
    )
    assert dict(second.people.iter_rows()) == dict(first.people.iter_rows())
    assert second.written == {}
    assert remembered(second, 2) == {
        mention((3, 1)): first.people["person_id"][0],
        **{mention(p): first.people["person_id"][1] for p in ((3, 2), (2, 1))},
    }


def test_a_clock_put_back_does_not_turn_history_round() -> None:
    first = keep({(1, 1): 0, (1, 2): 0}, None, 5)
    second = keep({(1, 1): 0, (1, 2): 1}, first, 2)
    assert (second.history["to_at"].drop_nulls() > dt.datetime(2026, 1, 6)).all()  # noqa: DTZ001
    assert second.events["at"].is_sorted()


def judged(one: tuple[int, int], other: tuple[int, int], decision: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "mention_id": [mention(one)],
            "other_mention_id": [mention(other)],
            "decision": [decision],
            "who": ["mo"],
        }
    )


def decided(build: Build, past: Ledger, number: int, judgements: pl.DataFrame | None) -> Ledger:
    mentions = pl.DataFrame({"mention_id": [mention(p) for p in build], "cluster": list(build.values())})
    before = Past(
        past.history.to_arrow(),
        past.events.to_arrow(),
        receipts().with_columns(state=pl.lit("withdrawn")).to_arrow(),
    )
    now = Now(mentions, receipts(), judgements=judgements)
    return keep_ledger(now, before, Turn(moment(number), f"B{number}", "ann", "m1"), SECRET)


def test_a_judgement_is_told_once_and_again_when_it_is_undone() -> None:
    apart, one = {(1, 1): 0, (2, 1): 1}, {(1, 1): 0, (2, 1): 0}
    first = keep(apart, None)
    joined = decided(one, first, 2, judged((2, 1), (1, 1), "same"))
    still = decided(one, joined, 3, judged((1, 1), (2, 1), "same"))
    undone = decided(apart, still, 4, None)
    assert [kind for kind, _, _ in events(joined, 2)] == ["judged", "merged"]
    assert joined.events.filter(kind="judged")["actor"].to_list() == ["mo"]
    assert still.written == {}
    assert [kind for kind, _, _ in events(undone, 4)] == ["undone", "created", "split"]
    assert said(apart, undone) == said(apart, first)


def test_a_judgement_on_a_withdrawn_mention_is_void_and_the_ledger_says_why() -> None:
    one = {(1, 1): 0, (2, 1): 0}
    joined = decided(one, keep({(1, 1): 0, (2, 1): 1}, None), 2, judged((1, 1), (2, 1), "same"))
    alone = decided({(1, 1): 0}, joined, 3, None)
    assert [kind for kind, _, _ in events(alone, 3)] == ["withdrawn", "undone"]
    why = [json.loads(text) for text in alone.events.filter(build_id="B3")["evidence"]]
    assert why[0]["why"] == "withdrawn"
    assert why[1]["why"] == "a mention is no longer in the build"


def test_a_past_that_cannot_be_read_is_told() -> None:
    empty = keep({(1, 1): 0}, None)
    lost = Past(
        empty.history.clear().to_arrow(), empty.events.clear().to_arrow(),
        receipts().with_columns(state=pl.lit("kept")).to_arrow(), lost=("The build B1 cannot be opened.",),
    )  # fmt: skip
    mentions = pl.DataFrame({"mention_id": [mention((1, 1))], "cluster": [0]})
    found = keep_ledger(Now(mentions, receipts()), lost, Turn(moment(2), "B2", "ann", "m1"), SECRET)
    assert found.written == {"created": 1, "lost": 1}
    assert "B1" in found.events["evidence"][0]
