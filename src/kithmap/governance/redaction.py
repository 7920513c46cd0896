"""Redaction: a text built again from rules; nothing is painted over.

A word stays only when it is on a list of ordinary words and names nobody: identifiers go by their shape,
names, schools, places and streets by the registry (exactly, or but for a slip of the keys), and every other
word that is on no list goes too, with a capital or without. What goes is replaced by what it was, the same
by the same: `[young person A]`, `[school 1]`. Then a person signs: no rule knows everything.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from kithmap.governance.gazetteer import ADDRESS, PERSON, Gazetteer
from kithmap.governance.redaction_patterns import find_identifiers, is_code
from kithmap.governance.redaction_words import is_ordinary, plain_word, words

# A short word may be a name without capitals, as ED and Ed; a long one, as Snapchat, is itself in any case.
LONG = 6
NAME, NUMBER, TIME = "name", "number", "time"
# Why a stretch was replaced, in the words a signer sees.
REGISTRY, LIKE, SHAPE, UNLISTED = "in the registry", "nearly in the registry", "by its shape", "on no list"
_LABEL = re.compile(r"\[[a-z][a-z -]*(?: [A-Z]{1,2}| \d+)?\]")
_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*['\u2019]?(?!\w)|\w+")
_BETWEEN_NAMES = re.compile(r"[ \t]*[-,.]?[ \t]*")
_SENTENCE_ENDS = '.!?:;\n\u2022"\u201c\u201d('


@dataclass(frozen=True, repr=False)
class Mark:
    """One stretch of a text that is replaced: by what, why, and where it stood."""

    start: int
    end: int
    kind: str
    label: str
    why: str

    def __repr__(self) -> str:
        return f"<Mark {self.label} {self.start}-{self.end}>"


@dataclass(frozen=True, repr=False)
class Redacted:
    """A text after redaction, and what was replaced in it."""

    text: str
    marks: tuple[Mark, ...]

    def __repr__(self) -> str:
        return f"<Redacted, {len(self.marks)} replaced>"

    @property
    def sha256(self) -> str:
        """The fingerprint of the text: what a person signs."""
        return fingerprint(self.text)


@dataclass
class Cast:
    """Who and what has which label, so that one document says the same of the same throughout."""

    labels: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def label(self, kind: str, key: str, says: str) -> str:
        """The label of somebody or something, a new one the first time."""
        if (kind, key) not in self.labels:
            number = sum(1 for known, _ in self.labels if known == kind)
            self.labels[kind, key] = f"[{says} {_letters(number) if kind == PERSON else number + 1}]"
        return self.labels[kind, key]


def _letters(number: int) -> str:
    """A, B, ..., Z, AA, AB."""
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


@dataclass(frozen=True)
class _Token:
    start: int
    end: int
    text: str
    plain: str
    is_first: bool


@dataclass
class _Stretch:
    """What is about to be replaced, before it has its label."""

    start: int
    end: int
    kind: str
    key: str
    why: str
    near: frozenset[str] = frozenset()


def redact(text: str, gazetteer: Gazetteer, cast: Cast | None = None) -> Redacted:
    """Build a text again without anything that might tell who or where.

    >>> redact("amina told Kai at 15:40 to ring 07700 900123", Gazetteer(names=frozenset({"amina"}))).text
    '[person A] told [name 1] at [time: after school] to ring [phone 1]'
    """
    found = [_Stretch(m.start(), m.end(), "", "", "") for m in _LABEL.finditer(text)]
    found += _by_shape(text, found)
    tokens = [
        each for each in _tokens(text) if all(each.end <= s.start or each.start >= s.end for s in found)
    ]
    found += _by_registry(tokens, gazetteer)
    found += _by_default(tokens, found, gazetteer)
    merged = _merged(text, sorted((each for each in found if each.kind), key=lambda each: each.start))
    return _rebuilt(text, merged, gazetteer, cast or Cast())


def find_listed(text: str, gazetteer: Gazetteer) -> tuple[Mark, ...]:
    """Only what is in the registry, or an identifier by its shape: for notes that must name nobody."""
    return tuple(
        mark for mark in redact(text, gazetteer).marks if mark.why in (REGISTRY, SHAPE) and mark.kind != TIME
    )


def is_redacted(text: str, gazetteer: Gazetteer) -> bool:
    """Whether redacting a text once more would change nothing."""
    return not redact(text, gazetteer).marks


def fingerprint(text: str) -> str:
    """The fingerprint of a text, whatever its line ends and the blanks around it."""
    return sha256(canonical(text).encode()).hexdigest()


def canonical(text: str) -> str:
    """A text as its fingerprint is taken of it: without blanks around it or at the ends of its lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(text):
        before = text[: match.start()].rstrip(" \t'\u2018[")
        is_first = not before or before[-1] in _SENTENCE_ENDS
        found.append(_Token(match.start(), match.end(), match[0], plain_word(match[0]), is_first))
    return found


def _by_shape(text: str, taken: Sequence[_Stretch]) -> Iterator[_Stretch]:
    for each in find_identifiers(text):
        if all(each.end <= s.start or each.start >= s.end for s in taken):
            key = each.says or re.sub(r"\W", "", text[each.start : each.end]).casefold()
            yield _Stretch(each.start, each.end, each.kind, key, SHAPE)


def _by_registry(tokens: Sequence[_Token], gazetteer: Gazetteer) -> Iterator[_Stretch]:
    """Schools, places and streets, word by word."""
    shortened = words().shortened
    plain = [shortened.get(token.plain, token.plain) for token in tokens]
    at = 0
    while at < len(tokens):
        length, kind, key = gazetteer.phrase_at(plain[at : at + 6])
        if not length:
            at += 1
            continue
        start, first = tokens[at].start, tokens[at - 1] if at else None
        if first and kind == ADDRESS and first.text.isdigit():
            start = first.start
        yield _Stretch(start, tokens[at + length - 1].end, kind, key, REGISTRY)
        at += length


def _by_default(
    tokens: Sequence[_Token], taken: Sequence[_Stretch], gazetteer: Gazetteer
) -> Iterator[_Stretch]:
    """Names, and every word that is on no list."""
    last: _Stretch | None = None
    for token in tokens:
        if any(token.start < each.end and each.start < token.end for each in taken):
            continue
        found = _judged(token, gazetteer)
        # An ordinary word that is a surname here, after a forename without a capital: jack green.
        if found is None and last is not None and _follows(last, token, gazetteer):
            found = _Stretch(token.start, token.end, PERSON, token.plain, REGISTRY)
        last = found
        if found is not None:
            yield found


def _follows(last: _Stretch, token: _Token, gazetteer: Gazetteer) -> bool:
    """Whether a word is taken for the rest of a name that stands right before it."""
    if last.kind not in (PERSON, NAME) or token.start - last.end > 1:
        return False
    return gazetteer.has_name(token.plain) and token.plain not in words().very_common


def _judged(token: _Token, gazetteer: Gazetteer) -> _Stretch | None:
    """What a word is replaced by, where it is: a name of the registry, or a word that is on no list."""
    text, plain = token.text, token.plain
    if not plain.isalpha():
        return _numbered(token, gazetteer)
    may_be_name = text[:1].isupper()
    near = gazetteer.near_of(plain)
    ordinary = is_ordinary(text)
    # Where a sentence begins without a capital, its first word may as well be a surname.
    opens = token.is_first and text.islower() and plain not in words().very_common
    if near and (may_be_name or opens or not ordinary or _is_forename(plain, near, gazetteer)):
        return _Stretch(token.start, token.end, PERSON, plain, REGISTRY, near)
    if _stays(token, ordinary=ordinary, gazetteer=gazetteer):
        return None
    parts = [plain_word(part) for part in re.split(r"[-\u2010]", text)]
    if any(gazetteer.has_name(part) for part in (plain, *parts)):
        return _Stretch(token.start, token.end, PERSON, plain, REGISTRY)
    if any(gazetteer.is_like_a_name(part) for part in (plain, *parts)):
        return _Stretch(token.start, token.end, PERSON, plain, LIKE)
    return _Stretch(token.start, token.end, NAME, plain, UNLISTED)


def _numbered(token: _Token, gazetteer: Gazetteer) -> _Stretch | None:
    if token.plain in gazetteer.numbers:
        return _Stretch(token.start, token.end, NUMBER, token.plain, REGISTRY)
    return _Stretch(token.start, token.end, NUMBER, token.plain, UNLISTED) if is_code(token.text) else None


def _stays(token: _Token, *, ordinary: bool, gazetteer: Gazetteer) -> bool:
    """Whether a word that names nobody of the row may stand."""
    text = token.text
    if _is_written_so(text):
        return True
    if not ordinary:
        return False
    if text.islower():
        return True
    if token.plain in words().names or (
        gazetteer.has_name(token.plain) and token.plain not in words().very_common
    ):
        return False
    # Where a sentence begins, or all is in capitals, a capital says nothing.
    return token.is_first or (text.isupper() and len(text) > 1)


def _is_written_so(text: str) -> bool:
    """Whether a word is one of those that are written with capitals and name nobody; a long one in any case."""
    known = words()
    bare = re.sub(r"['\u2019]s$|['\u2019]$", "", text)
    return bare in known.capitals or (len(bare) >= LONG and bare.casefold() in known.long_capitals)


def _is_forename(plain: str, near: frozenset[str], gazetteer: Gazetteer) -> bool:
    """Whether an ordinary word without a capital is taken for the forename of somebody of the row."""
    if plain in words().very_common:
        return False
    return any(plain in person.forenames for person in gazetteer.near if person.key in near)


def _merged(text: str, found: Sequence[_Stretch]) -> list[_Stretch]:
    """Names that stand side by side are one name: forename and surname, surname comma forename."""
    merged: list[_Stretch] = []
    for each in found:
        last = merged[-1] if merged else None
        if last is not None and _are_one(text, last, each):
            near = last.near & each.near or last.near or each.near
            why = REGISTRY if REGISTRY in (last.why, each.why) else last.why
            kind = PERSON if PERSON in (last.kind, each.kind) else NAME
            merged[-1] = _Stretch(last.start, each.end, kind, f"{last.key} {each.key}", why, near)
        else:
            merged.append(each)
    return merged


def _are_one(text: str, last: _Stretch, each: _Stretch) -> bool:
    between = text[last.end : each.start]
    if {last.kind, each.kind} - {PERSON, NAME} or not _BETWEEN_NAMES.fullmatch(between):
        return False
    if last.near and each.near and not last.near & each.near:
        return False
    return not set(between) & set(",.") or bool(last.near & each.near)


def _rebuilt(text: str, found: Sequence[_Stretch], gazetteer: Gazetteer, cast: Cast) -> Redacted:
    keys = _keys(found)
    groups = {person.key: person.group for person in gazetteer.near}
    parts, marks, at = list[str](), list[Mark](), 0
    for each, key in zip(found, keys, strict=True):
        if each.kind == TIME:
            label = f"[time: {each.key}]"
        elif each.kind in ("date", NUMBER):
            label = f"[{each.kind}]"
        else:
            label = cast.label(each.kind, key, groups.get(key, each.kind))
        marks.append(Mark(each.start, each.end, each.kind, label, each.why))
        parts += [text[at : each.start], label]
        at = each.end
    return Redacted("".join([*parts, text[at:]]), tuple(marks))


def _keys(found: Sequence[_Stretch]) -> list[str]:
    """Who each stretch is: somebody of the row, or whoever was named so before."""
    known: dict[str, str] = {}
    keys: list[str] = []
    for each in sorted(found, key=lambda each: -len(each.key.split())):
        if each.kind != PERSON:
            continue
        key = (
            min(each.near)
            if len(each.near) == 1
            else next((known[w] for w in each.key.split() if w in known), "")
        )
        for word in each.key.split():
            known.setdefault(word, key or each.key)
    for each in found:
        if each.kind != PERSON:
            keys.append(each.key)
        elif len(each.near) == 1:
            keys.append(min(each.near))
        else:
            keys.append(known[each.key.split()[0]])
    return keys
