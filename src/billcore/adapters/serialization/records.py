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
_MARK = re.compile(rb'"(?:[^"\\]++|\\.)*+("?)|[\[\]{},]', re.DOTALL)


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
    """Each element of a JSON array by its place, ``[0]`` and on, as bytes; the file is before its opening bracket.

    A file that ends early or goes on after the array ends with a problem.
    """
    index = depth = 0
    kept, over = b"", False
    while chunk := file.read(_CHUNK):
        kept += chunk
        start, open_string = 0, b""
        for found in _MARK.finditer(kept):
            mark = found[0][:1]
            if mark == b'"':
                # A string that the chunk cuts in two ends at the chunk's end, or at a backslash there.
                open_string = b"" if found[1] else b'"' + kept[found.end() :]
            elif mark in b"[{":
                depth += 1
                start = found.end() if depth == 1 else start
            elif depth == 1 and mark in b",]":
                element = kept[start : found.start()]
                if over or len(element) > LONGEST_RECORD:
                    yield f"[{index}]", _too_long()
                elif mark == b"," or index or element.strip():
                    yield f"[{index}]", element
                index, start, over = index + 1, found.end(), False
                if mark == b"]":
                    yield from _after(kept[start:], file, index)
                    return
            elif mark in b"]}" and depth > 1:
                depth -= 1
        over = over or len(kept) - start > LONGEST_RECORD
        # What is kept is scanned again from the element's start; an element that is passed over is not.
        kept, depth = (open_string, depth) if over else (kept[start:], min(depth, 1))
    yield f"[{index}]", InvalidValue("the array does not end")


def _after(rest: bytes, file: IO[bytes], index: int) -> Iterator[tuple[str, InputError]]:
    while rest:
        if rest.strip():
            yield f"[{index}]", InvalidValue("text after the array")
            return
        rest = file.read(_CHUNK)
