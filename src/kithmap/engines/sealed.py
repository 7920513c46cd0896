"""Files sealed under a key, piece by piece: what is written can be read only whole, unaltered, and with the key.

Each file has a key of its own, from the workspace's and a salt at its head. A piece bears its number and whether
it is the last, so that pieces cannot be dropped, repeated, reordered or cut off unseen.
"""

import hmac
import os
import secrets
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kithmap.engines.keys import derive
from kithmap.errors import UnreadableFile

MARK = b"KITHSEAL1"
SALT_BYTES, LENGTH_BYTES, PIECE = 16, 4, 2**20


class Sealing:
    """A sealed file that is being written."""

    def __init__(self, path: Path, key: bytes, use: str) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        self._cipher = _cipher(key, use, salt)
        # Never readable by others, not even between being made and being closed.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: BinaryIO = os.fdopen(handle, "wb")
        self._file.write(MARK + salt)
        self._waiting = bytearray()
        self._number = 0

    def write(self, data: bytes) -> None:
        """Add to the file."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]

    def close(self) -> None:
        """End the file: only from now on can it be read."""
        if not self._file.closed:
            self._seal(bytes(self._waiting), is_last=True)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def abandon(self) -> None:
        """Stop without an end: what was written can never be read."""
        self._file.close()

    def _seal(self, data: bytes, *, is_last: bool) -> None:
        nonce = _nonce(self._number, is_last=is_last)
        sealed = self._cipher.encrypt(nonce, data, MARK)
        self._file.write(len(sealed).to_bytes(LENGTH_BYTES, "big") + sealed)
        self._number += 1


def write_sealed(path: Path, data: bytes, key: bytes, use: str) -> None:
    """Write a whole file sealed, in place of what was there."""
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    sealing = Sealing(aside, key, use)
    sealing.write(data)
    sealing.close()
    aside.replace(path)


def read_sealed(path: Path, key: bytes, use: str) -> bytes:
    """What a sealed file holds.

    Raises: UnreadableFile where it is not whole, was altered, or was sealed under another key.
    """
    data = memoryview(path.read_bytes())
    start = len(MARK) + SALT_BYTES
    cipher = _cipher(key, use, bytes(data[len(MARK) : start]))
    parts: list[bytes] = []
    try:
        while True:
            length = int.from_bytes(data[start : start + LENGTH_BYTES], "big")
            end = start + LENGTH_BYTES + length
            is_last = end >= len(data)
            parts.append(
                cipher.decrypt(
                    _nonce(len(parts), is_last=is_last), bytes(data[start + LENGTH_BYTES : end]), MARK
                )
            )
            if is_last:
                return b"".join(parts)
            start = end
    except (InvalidTag, ValueError) as fault:
        raise UnreadableFile(
            "A file that was sent in cannot be read again: it is not as it was sealed.",
            "A file sealed under this workspace's key, whole.",
            "Send the file in again.",
        ) from fault


def _cipher(key: bytes, use: str, salt: bytes) -> AESGCM:
    return AESGCM(hmac.digest(derive(key, use), salt, "sha256"))


def _nonce(number: int, *, is_last: bool) -> bytes:
    # Each file has its own key, so a number is never used twice under one.
    return number.to_bytes(11, "big") + bytes([is_last])
