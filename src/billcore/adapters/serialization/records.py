"""Bounded cutting of usage files: lines, and the elements of a JSON array, one record at a time.

A record is at most 64 KiB. One that is longer is passed over without being kept in memory, and told as a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from billcore.kernel import InputError, InvalidValue

__all__ = ["LONGEST_RECORD", "elements", "lines"]

LONGEST_RECORD = 64 * 1024
"""The largest record that is read, in bytes."""

_CHUNK = 64 * 1024
_IN_STRING = re.compile(rb'["\\]')
_OUTSIDE = re.compile(rb'["\[\]{},]')
_SPACE = b" \t\r\n"


def _too_long() -> InputError:
    return InvalidValue(f"a record of more than {LONGEST_RECORD} bytes")


def lines(file: IO[bytes]) -> Iterator[tuple[int, bytes | InputError]]:
    """Each line of a file by its number from 1, with its line break; a problem for one that is too long."""
    number = 0
    while line := file.readline(LONGEST_RECORD + 1):
        number += 1
        if len(line) <= LONGEST_RECORD:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(_CHUNK)
        yield number, _too_long()


def elements(file: IO[bytes]) -> Iterator[tuple[str, bytes | InputError]]:
    """Each element of a JSON array by its place, ``[0]`` and on, as bytes; the file is at its opening bracket.

    A file that ends early or goes on after the array ends with a problem.
    """
    cutter = _Cutter()
    while chunk := file.read(_CHUNK):
        yield from cutter.feed(chunk)
        if cutter.failed:
            return
    if not cutter.ended:
        yield f"[{cutter.index}]", InvalidValue("the array does not end")


class _Cutter:
    """Finds where the elements of one array begin and end, over chunks that may cut anything in two."""

    def __init__(self) -> None:
        self.index = 0
        self.ended = self.failed = False
        self._depth = 0
        self._in_string = self._escaped = False
        self._kept = bytearray()
        self._over = False

    def feed(self, chunk: bytes) -> Iterator[tuple[str, bytes | InputError]]:
        position = 0
        while position < len(chunk):
            if self._escaped:
                self._keep(chunk[position : position + 1])
                self._escaped = False
                position += 1
                continue
            found = (_IN_STRING if self._in_string else _OUTSIDE).search(chunk, position)
            end = found.start() if found else len(chunk)
            self._keep(chunk[position:end])
            if self.ended and self._kept:
                self.failed = True
                yield f"[{self.index}]", InvalidValue("text after the array")
                return
            position = end
            if found:
                position += 1
                yield from self._mark(found[0])

    def _mark(self, mark: bytes) -> Iterator[tuple[str, bytes | InputError]]:
        if self._in_string:
            self._keep(mark)
            self._escaped = mark == b"\\"
            self._in_string = mark != b'"'
        elif mark == b'"':
            self._keep(mark)
            self._in_string = True
        elif mark in b"[{":
            if self._depth:
                self._keep(mark)
            self._depth += 1
        elif mark == b"," and self._depth == 1:
            yield from self._element(last=False)
        elif mark == b"]" and self._depth == 1:
            self._depth, self.ended = 0, True
            yield from self._element(last=True)
        else:
            # A brace that closes what it did not open stays in its element, which is no JSON then.
            self._keep(mark)
            self._depth -= mark in b"]}" and self._depth > 1

    def _keep(self, piece: bytes) -> None:
        if not self._kept:
            piece = piece.lstrip(_SPACE) if not self._in_string else piece
        if len(self._kept) + len(piece) > LONGEST_RECORD:
            self._over = True
            self._kept = bytearray(b"-")
        else:
            self._kept += piece

    def _element(self, *, last: bool) -> Iterator[tuple[str, bytes | InputError]]:
        place = f"[{self.index}]"
        if self._over:
            yield place, _too_long()
        elif self._kept or not last or self.index:
            yield place, bytes(self._kept)
        self.index += 1
        self._kept, self._over = bytearray(), False
