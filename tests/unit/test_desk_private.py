"""Encoding at the holder's, and comparing at the desk: counts only, few, and written down."""

import csv
import hashlib
import hmac
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from desk_made import ANALYST, make_small_world, make_workspace, purpose_file

from kithmap.desk import audit, clock, purposes
from kithmap.desk.compare_encodings import EPSILON, MOST_A_DAY, compare_encodings
from kithmap.desk.encode import encode_file, read_people_of
from kithmap.desk.project_keys import destroy_key, new_key, read_project_key
from kithmap.errors import (
    EmptyExtract,
    EncodingFault,
    KeyMissing,
    NoPurpose,
    NothingToLink,
    PurposeNotAgreed,
    Refused,
    TooOften,
    UnreadableFile,
    WorkspaceExists,
    WrongUse,
)
from kithmap.linkage.encodings import read_encodings

LAYOUT = """
name = "clinic"
holder = "Clinic"
grain = "one row per young person"
[person]
id = "No"
forename = "Forename"
surname = "Surname"
dob = "Born"
postcode = "Home"
nhs_number = "NHS"
[event]
kind = "contact"
start = "Seen"
[attributes]
consent = "Consent"
"""
HEADINGS = ("No", "Forename", "Surname", "Born", "Home", "NHS", "Seen", "Consent")
FORENAMES = ("Avani", "Abdur", "Chloe", "Kuba", "Zainab", "Oscar", "Temilola", "Hannah")
SURNAMES = ("Sharma", "Islam", "Featherstone", "Kowalski", "Okonkwo")


def rows(first: int, last: int, *, consent: str = "Y") -> list[tuple[str, ...]]:
    """Made-up young people by number: the same number is the same person."""
    made = []
    for number in range(first, last):
        born = date(2008, 1, 13) + timedelta(days=37 * number)
        made.append((
            f"C{number}", FORENAMES[number % 8], SURNAMES[number % 5], f"{born:%d/%m/%Y}",
            f"QZ{number % 9 + 1} {number % 7 + 1}{'ABDEFG'[number % 6]}{'HJLNPQ'[number // 6 % 6]}", "", "01/03/2026", consent,
        ))  # fmt: skip
    return made


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("clinic")


@pytest.fixture(scope="module")
def layout(place) -> str:
    path = place / "clinic.toml"
    path.write_text(LAYOUT, encoding="utf-8")
    return str(path)


@pytest.fixture
def key(tmp_path) -> Path:
    new_key(tmp_path / "key.json", "HEALTH-1")
    return tmp_path / "key.json"


@pytest.fixture(scope="module")
def holders_key(place) -> Path:
    """The key with which the lists of these tests are encoded."""
    new_key(place / "key.json", "HEALTH-1")
    return place / "key.json"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with make_workspace(tmp_path / "workspace") as made:
        yield made


@pytest.fixture(scope="module")
def encode(place, layout, holders_key):
    """Encode people by their numbers into a file of some name; the same list of that name once only."""
    known: dict[object, Path] = {}

    def run(name: str, people: list[tuple[str, ...]], *, key_file: Path = holders_key) -> Path:
        wanted = (name, tuple(people), key_file)
        if wanted not in known:
            folder = place / str(len(known))
            folder.mkdir()
            write_list(folder / f"{name}.csv", people)
            known[wanted] = folder / f"{name}.kithmap"
            encode_file(folder / f"{name}.csv", known[wanted], layout=layout, key_file=key_file)
        return known[wanted]

    return run


def write_list(path: Path, people: list[tuple[str, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([HEADINGS, *people])
    return path


def compared(workspace, *files: Path, purpose: str = "sharing"):
    return compare_encodings(workspace, files, purpose=purpose, who=ANALYST)


def lines(workspace) -> list[dict]:
    return [
        {"outcome": line.outcome, **line.details}
        for line in audit.show(workspace, last=50, who=ANALYST)
        if line.verb == "compare encodings"
    ]


def test_the_key_is_256_bits_for_its_owner_alone(key):
    made = read_project_key(key)
    assert len(made.key) == 32
    assert key.stat().st_mode & 0o777 == 0o600
    assert made.key.hex() not in repr(made)
    assert made.project == "HEALTH-1"


def test_a_key_is_never_written_over(key):
    with pytest.raises(WorkspaceExists):
        new_key(key, "HEALTH-2")


def test_a_key_others_can_read_is_refused(key):
    key.chmod(0o644)
    with pytest.raises(KeyMissing, match="Other users"):
        read_project_key(key)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"project": "P", "key": "zz", "mark": ""}'])
def test_a_file_that_is_no_key_is_refused(key, text):
    key.write_text(text)
    with pytest.raises(KeyMissing):
        read_project_key(key)


def test_a_key_of_which_a_digit_was_lost_is_refused(key):
    said = json.loads(key.read_text())
    said["key"] = "0" * 64
    key.write_text(json.dumps(said))
    with pytest.raises(KeyMissing, match="not whole"):
        read_project_key(key)


def test_a_destroyed_key_is_gone_and_its_destruction_attested(key, tmp_path):
    made = read_project_key(key)
    said = destroy_key(key, tmp_path / "attested.json", who=ANALYST)
    assert not key.exists()
    attested = (tmp_path / "attested.json").read_text()
    assert json.loads(attested) == said
    assert (said["project"], said["mark_of_the_key"], said["destroyed_by"]) == (
        "HEALTH-1",
        made.mark,
        ANALYST,
    )
    assert made.key.hex() not in attested


def test_nothing_that_identifies_is_in_an_encoded_file(encode, holders_key):
    people = rows(0, 40)
    file = encode("a", people)
    content = file.read_bytes()
    facts = {cell for row in people for cell in row[:6] if len(cell) > 3}
    facts |= {f"{date(2008, 1, 13) + timedelta(days=37 * n)}" for n in range(40)}
    said = {form for fact in facts for form in (fact, fact.upper(), fact.lower(), fact.replace(" ", ""))}
    assert file.with_suffix(".csv").read_bytes().count(b"Avani") == 5
    assert not [fact for fact in said if fact.encode() in content]
    # Nor their hashes, plain or with the project's name or the key for salt: whole, or the half of one.
    secret = read_project_key(holders_key).key
    for fact in said:
        text = fact.encode()
        for name in ("md5", "sha1", "sha256"):
            for salted in (text, b"HEALTH-1" + text, text + b"HEALTH-1", secret + text, text + secret):
                assert hashlib.new(name, salted).digest()[:8] not in content
        assert hmac.digest(secret, text, "sha256")[:8] not in content
    assert secret not in content
    assert secret.hex().encode() not in content


def test_two_files_of_one_list_have_nothing_in_common_in_their_order(encode):
    people = rows(0, 40)
    first, second = (read_encodings(encode(name, people))[0] for name in ("a", "b"))
    assert (first.tokens[:30] != second.tokens[:30]).any()
    assert first.size >= 40 + 4


def test_a_person_in_many_rows_is_encoded_once(tmp_path, layout):
    path = tmp_path / "twice.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [HEADINGS, *rows(0, 30), *[(*row[:6], "02/03/2026", "Y") for row in rows(0, 20)]]
        )
    people, counts = read_people_of(path, layout)
    assert (people.height, counts["rows"]) == (30, 50)


def test_a_row_without_consent_is_never_encoded(tmp_path, layout):
    said = [
        *rows(0, 20),
        *rows(20, 25, consent="N"),
        *rows(25, 28, consent="Partial"),
        *rows(28, 30, consent=""),
    ]
    people, counts = read_people_of(write_list(tmp_path / "consent.csv", said), layout)
    assert people.height == 20
    assert counts["without_consent"] == 10


def test_a_list_without_anybodys_consent_is_refused(encode):
    with pytest.raises(NothingToLink):
        encode("none", rows(0, 5, consent="N"))


def test_an_empty_list_is_refused(encode):
    with pytest.raises(EmptyExtract):
        encode("empty", [])


def test_about_as_many_are_counted_as_are_on_both_lists(workspace, encode):
    (found,) = compared(workspace, encode("a", rows(0, 60)), encode("b", rows(20, 90)))
    assert found.low <= 40 <= found.high
    assert abs(found.people.value - 40) <= 10
    assert found.people.value % 5 == 0
    assert "rows" not in found.to_dict()


def test_small_counts_and_noughts_look_alike(workspace, encode):
    one = encode("a", rows(0, 40))
    answers = [compared(workspace, one, encode(f"b{n}", rows(40 - n, 80)))[0] for n in (0, 1)]
    assert {answer.people.value for answer in answers} == {None}
    assert all(answer.low is None and answer.high is None for answer in answers)


def test_the_same_two_files_get_the_same_answer_in_either_order(workspace, encode):
    one, other = encode("a", rows(0, 60)), encode("b", rows(20, 90))
    first, second = compared(workspace, one, other)[0], compared(workspace, other, one)[0]
    assert (second.people, second.low, second.high, second.again) == (
        first.people,
        first.low,
        first.high,
        True,
    )
    assert [line["answer"]["again"] for line in lines(workspace)] == [False, True]


def test_the_count_itself_is_nowhere_in_the_audit(workspace, encode):
    compared(workspace, encode("a", rows(0, 60)), encode("b", rows(20, 90)))
    (line,) = lines(workspace)
    assert set(line["answer"]) == {
        "one", "other", "sizes", "people", "status", "low", "high", "too_little_known", "again",
    }  # fmt: skip
    assert line["answer"]["people"] % 5 == 0


def test_a_project_is_compared_only_so_often_in_a_day(workspace, encode, monkeypatch):
    one = encode("a", rows(0, 40))
    others = [encode(f"b{n}", rows(20 + n, 60 + n)) for n in range(MOST_A_DAY + 1)]
    for other in others[:MOST_A_DAY]:
        compared(workspace, one, other)
    with pytest.raises(TooOften):
        compared(workspace, one, others[-1])
    assert lines(workspace)[-1]["refused"] == "TooOften"
    # What was answered is answered again; and tomorrow is another day.
    assert compared(workspace, one, others[0])[0].again
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert not compared(workspace, one, others[-1])[0].again


def test_a_list_of_one_is_encoded_and_never_compared(workspace, encode):
    with pytest.raises(Refused, match="too short"):
        compared(workspace, encode("one", rows(3, 4)), encode("b", rows(0, 60)))
    assert lines(workspace)[-1]["outcome"] == "deny"


def test_a_case_purpose_compares_no_lists(workspace, encode):
    files = encode("a", rows(0, 40)), encode("b", rows(20, 60))
    with pytest.raises(PurposeNotAgreed):
        compared(workspace, *files, purpose="case")
    purposes.add_purpose(
        workspace, purpose_file(workspace.folder.parent, "sharing", name="old", end="2020-12-31"), who=ANALYST
    )
    with pytest.raises(NoPurpose):
        compared(workspace, *files, purpose="old")


def test_files_with_another_key_or_project_are_not_compared(workspace, encode, tmp_path):
    one = encode("a", rows(0, 40))
    for name, project, words in (("k2", "HEALTH-1", "another key"), ("k3", "HEALTH-2", "another project")):
        new_key(tmp_path / name, project)
        with pytest.raises(EncodingFault, match=words):
            compared(workspace, one, encode(name, rows(20, 60), key_file=tmp_path / name))


def test_files_that_are_not_there_or_not_two_are_refused(workspace, encode, tmp_path):
    one = encode("a", rows(0, 40))
    with pytest.raises(UnreadableFile):
        compared(workspace, one, tmp_path / "nowhere.kithmap")
    for files in ((), (one,), (one, one)):
        with pytest.raises(WrongUse):
            compared(workspace, *files)
    cut = tmp_path / "cut.kithmap"
    cut.write_bytes(one.read_bytes()[:200])
    with pytest.raises(EncodingFault):
        compared(workspace, cut, one)


def test_three_lists_are_three_comparisons(workspace, encode):
    files = [encode(f"l{n}", rows(10 * n, 10 * n + 40)) for n in range(3)]
    found = compared(workspace, *files)
    assert [(each.one, each.other) for each in found] == [
        ("l0.kithmap", "l1.kithmap"), ("l0.kithmap", "l2.kithmap"), ("l1.kithmap", "l2.kithmap"),
    ]  # fmt: skip


def test_of_initials_and_a_birthday_it_is_said_that_too_little_is_known(workspace, encode):
    bare = [(row[0], "", "", row[3], "", "", row[6], "Y") for row in rows(0, 40)]
    (found,) = compared(workspace, encode("a", bare), encode("b", rows(0, 40)))
    assert found.too_little == (100, 0)
    assert "too little is known" in found.sentence
    assert found.people.value is None


def test_the_chance_added_is_as_likely_up_as_down_and_mostly_small():
    from types import SimpleNamespace

    from kithmap.desk.compare_encodings import MOVED, _chance

    space = SimpleNamespace(key=b"w" * 32)
    drawn = [_chance(space, f"pair {n}") for n in range(2000)]  # type: ignore[arg-type]
    assert EPSILON == 1.0
    assert abs(sum(drawn)) < 200
    assert 0.95 < sum(abs(each) <= MOVED for each in drawn) / 2000 < 0.995
    assert _chance(space, "pair 1") == drawn[1]  # type: ignore[arg-type]


def test_a_made_up_worlds_lists_are_compared_as_their_truth_says(workspace, tmp_path_factory, tmp_path, key):
    import polars as pl

    world = make_small_world(tmp_path_factory.getbasetemp() / "world")
    truth = pl.read_parquet(world / "truth" / "mentions.parquet").filter(~pl.col("is_candidate"))
    listed = json.loads((world / "manifest.json").read_text())["extracts"]
    chosen = [
        next(each for each in listed if each["layout"] == layout)
        for layout in ("csc_person_register", "police_crime_party")
    ]
    both = set.intersection(
        *(set(truth.filter(pl.col("extract") == one["file"])["person"]) for one in chosen)
    )
    files = [tmp_path / f"{one['layout']}.kithmap" for one in chosen]
    for one, file in zip(chosen, files, strict=True):
        encode_file(world / "extracts" / one["file"], file, layout=one["layout"], key_file=key)
    (found,) = compared(workspace, *files)
    shown = found.high if found.high is not None else 4
    assert len(both) <= shown + 5
    assert (found.low or 0) <= len(both)
