"""Encode: from cleaned identities to salted filters that tell nothing without the key."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from kithmap.linkage.private import Parameters, Tokens, salts_of, tokens_of, with_parts

CHUNK = 1000
WORD = 64
# A code of 256 bits gives 16 positions of 16 bits, each the same chance.
MOST_POSITIONS = 16
BLOCK = 64
# RFC 2104: the key, with every byte changed by 0x36 within and by 0x5c without.
INNER, OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


@dataclass(frozen=True, repr=False)
class Encodings:
    """People as filters, in no order, made-up ones among them.

    Shape: `tokens` people x rules, the salts' codes; `filters` people x rules x words of 64 bits;
        `known` people, which fields are known of each: a bit for each, in the order of the budget.
    """

    tokens: np.ndarray
    filters: np.ndarray
    known: np.ndarray

    @property
    def size(self) -> int:
        """How many there are, those made up included."""
        return self.known.size

    def __repr__(self) -> str:
        return f"<Encodings of {self.size}>"


class Keyed:
    """HMAC-SHA-256 under one key, for many short messages: what `hmac.digest` gives, at half its cost."""

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(BLOCK, b"\0")
        self._inner = hashlib.sha256(padded.translate(INNER))
        self._outer = hashlib.sha256(padded.translate(OUTER))

    def digest(self, message: bytes) -> bytes:
        """The code of one message."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


def encode_identities(
    identities: pl.DataFrame,
    key: bytes,
    parameters: Parameters,
    *,
    made_up: int,
    generator: np.random.Generator,
) -> Encodings:
    """Encode people, a row of `identities` each, with so many made-up ones among them, in no order.

    The caller sees to it that nobody can guess the generator's seed.
    """
    fields = tokens_of(identities)
    known = known_of(fields, identities.height)
    coding = _Coding(key, parameters, fields, salts_of(with_parts(identities), parameters), generator)
    parts = [
        coding.encode(first, known[first : first + CHUNK]) for first in range(0, identities.height, CHUNK)
    ]
    if made_up:
        # They know what somebody knows, and share nothing with anybody.
        parts.append(coding.make_up(generator.choice(known, made_up)))
    order = generator.permutation(sum(part.size for part in parts))
    return Encodings(
        np.concatenate([part.tokens for part in parts])[order],
        np.concatenate([part.filters for part in parts])[order],
        np.concatenate([part.known for part in parts])[order],
    )


def known_of(fields: Tokens, size: int) -> np.ndarray:
    """Which fields are known of each person: a bit for each, in the order of the budget."""
    known = np.zeros(size, dtype=np.uint8)
    for place, said in enumerate(fields.values()):
        known |= np.array([bool(tokens) for tokens in said], dtype=np.uint8) << np.uint8(place)
    return known


def weight_of(known: np.ndarray, parameters: Parameters) -> np.ndarray:
    """How many bits are set in a filter of somebody of whom these fields are known."""
    budgets = np.array([budget for _, budget in parameters.budget])
    total = ((known[:, None] >> np.arange(budgets.size)) & 1) @ budgets
    # Positions meet by chance: so many different ones are to be expected.
    return np.rint(parameters.bits * -np.expm1(-total / parameters.bits)).astype(np.int64)


@dataclass(frozen=True)
class _Coding:
    """All that one run of encoding uses."""

    key: bytes
    parameters: Parameters
    fields: Tokens
    salts: Sequence[Sequence[bytes | None]]
    generator: np.random.Generator

    def encode(self, first: int, known: np.ndarray) -> Encodings:
        """The people from place `first` on."""
        made = self.make_up(known)
        weights = weight_of(known, self.parameters)
        for number, salts in enumerate(self.salts):
            rows = [row for row in range(known.size) if salts[first + row] is not None]
            if not rows:
                continue
            bits, tokens = self._bits(first, rows, salts)
            made.tokens[rows, number] = tokens
            made.filters[rows, number] = _packed(self._hardened(bits, weights[rows]))
        return made

    def make_up(self, known: np.ndarray) -> Encodings:
        """People who are nobody; also what stands where somebody's salt is not known."""
        shape = (known.size, len(self.parameters.rules))
        nonce = Keyed(hmac.digest(self.key, b"nobody" + self.generator.bytes(32), "sha256"))
        tokens = [_whole(nonce.digest(b"%d" % number)) for number in range(shape[0] * shape[1])]
        nothing = np.zeros((known.size, self.parameters.bits), dtype=bool)
        weights = weight_of(known, self.parameters)
        filters = [_packed(self._hardened(nothing, weights)) for _ in range(shape[1])]
        return Encodings(np.array(tokens, dtype=np.int64).reshape(shape), np.stack(filters, axis=1), known)

    def _bits(
        self, first: int, rows: Sequence[int], salts: Sequence[bytes | None]
    ) -> tuple[np.ndarray, list[int]]:
        """The bits set under one rule, before hardening, and the salts' codes."""
        budgets = dict(self.parameters.budget)
        codes: list[bytes] = []
        places: list[int] = []
        positions: list[int] = []
        tokens: list[int] = []
        for place, row in enumerate(rows):
            salted = Keyed(hmac.digest(self.key, b"salt " + (salts[first + row] or b""), "sha256"))
            tokens.append(_whole(salted.digest(b"token")))
            for name, said in self.fields.items():
                here = said[first + row]
                codes += map(salted.digest, here)
                places += [place] * len(here)
                positions += [_positions(budgets[name], len(here))] * len(here)
        bits = np.zeros((len(rows), self.parameters.bits), dtype=bool)
        drawn = np.frombuffer(b"".join(codes), dtype="<u2").reshape(-1, MOST_POSITIONS) % self.parameters.bits
        used = np.arange(MOST_POSITIONS) < np.array(positions, dtype=np.int64)[:, None]
        bits[np.repeat(np.array(places, dtype=np.int64), used.sum(axis=1)), drawn[used]] = True
        return bits, tokens

    def _hardened(self, bits: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """As many set bits as the weight says: those lacking are set by chance, and a few are moved."""
        chance = self.generator.random(bits.shape, dtype=np.float32)
        # The bits that stay rank first, then the others by chance.
        rank = np.where(bits & (chance >= self.parameters.noise), chance - 2, chance)
        made = np.zeros_like(bits)
        for weight in np.unique(weights):
            rows = np.flatnonzero(weights == weight)
            if weight:
                least = np.argpartition(rank[rows], weight - 1, axis=1)[:, :weight]
                made[rows[:, None], least] = True
        return made


def _positions(budget: int, tokens: int) -> int:
    return max(1, min(MOST_POSITIONS, round(budget / tokens))) if tokens else 0


def _whole(code: bytes) -> int:
    return int.from_bytes(code[:8], "little", signed=True)


def _packed(bits: np.ndarray) -> np.ndarray:
    return np.packbits(bits, axis=1, bitorder="little").view("<u8")
