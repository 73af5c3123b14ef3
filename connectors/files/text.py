"""The bytes of an export as text: its encoding, and what is no text at all.

Here: bytes to characters. Not here: what the characters mean.
"""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

BLOCK = 1 << 20
UTF_8 = "UTF-8"
WINDOWS_1252 = "Windows-1252"

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF8, "utf-8-sig", UTF_8),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)

# The first bytes of files that are sometimes renamed to .csv or .json.
OTHER_KINDS = (
    (b"PK\x03\x04", "a ZIP or Excel file", "unpack it, or give it its own ending (.xlsx)"),
    (b"\xd0\xcf\x11\xe0", "an old or protected Excel file", "save it as .xlsx without a password, or as CSV"),
    (b"%PDF", "a PDF", "export it as CSV"),
    (b"PAR1", "a Parquet file", "give it the ending .parquet"),
    (b"\x1f\x8b", "compressed by gzip", "give it the ending .csv.gz"),
    (b"<!DOCTYPE", "a web page", "export it as CSV"),
    (b"<html", "a web page", "export it as CSV"),
    (b"<table", "a web page", "export it as CSV"),
)

# Control characters that no text file holds; tab, line ends and form feed it may.
CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 26, 0}


class UnreadableFileError(Exception):
    """A file cannot be read: `why` it cannot, and the `remedy`."""

    def __init__(self, why: str, remedy: str = "export it again") -> None:
        super().__init__(f"{why}; {remedy}")
        self.why = why
        self.remedy = remedy


def as_the_database_said(message: str) -> UnreadableFileError:
    """A refusal of the database in its own words, without the kind of error and the path before and after them."""
    first = message.splitlines()[0].strip()
    return UnreadableFileError(
        re.sub(r"^File '[^']*' |^[\w ]+ Error: |,? ?(in|of|at) (file )?['\"]/[^'\"]*['\"]", "", first).rstrip(". ")
    )


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file are characters."""

    codec: str
    """Python's name"""
    name: str
    """the name for people"""
    is_guessed: bool = False
    """whether the bytes say so only by being nothing else"""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked where its name ends in .gz.

    Raises UnreadableFileError where they cannot be had, also within the block.
    """
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            yield file  # type: ignore[misc]
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise UnreadableFileError("it is no whole gzip file", "pack or export it again") from None
    except OSError as e:
        raise UnreadableFileError(
            f"it cannot be opened ({e.strerror or e})", "check the file and its permissions"
        ) from None


@contextmanager
def opened_text(path: Path, encoding: Encoding) -> Iterator[TextIO]:
    """The characters of a file; line ends as they are, bytes without a meaning as U+FFFD."""
    with (
        opened(path) as file,
        io.TextIOWrapper(file, encoding=encoding.codec, errors="replace", newline="") as text,
    ):
        yield text


def encoding_of(path: Path) -> Encoding:
    """By byte order mark, by the zeros of UTF-16, by being valid UTF-8; else Windows-1252.

    A file that is UTF-8 but for a few broken bytes stays UTF-8. Raises UnreadableFileError for what is empty or no
    text.
    """
    with opened(path) as file:
        head = file.read(BLOCK)
        _refuse_other_kinds(head)
        for mark, codec, name in BYTE_ORDER_MARKS:
            if head.startswith(mark):
                return Encoding(codec, name)
        zeros = _zeros(head[:4096])
        if zeros is not None:
            return Encoding(f"utf-16-{zeros}", "UTF-16")
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        broken = other = 0
        block = head
        while block:
            text = decoder.decode(block)
            if not text.isascii():
                broken += text.count("\ufffd")
                other += len(text) - len(text.encode("ascii", "ignore")) - text.count("\ufffd")
            block = file.read(BLOCK)
        broken += len(decoder.decode(b"", final=True))
    if broken > other:
        return Encoding("cp1252", WINDOWS_1252, is_guessed=True)
    return Encoding("utf-8", UTF_8, is_guessed=broken > 0)


def _refuse_other_kinds(head: bytes) -> None:
    if not head.strip():
        raise UnreadableFileError("it is empty", "export it again, or take it out of the settings")
    for first, kind, remedy in OTHER_KINDS:
        if head.lstrip()[: len(first)].lower() == first.lower():
            raise UnreadableFileError(f"it is {kind}", remedy)
    start = head[:4096]
    if not start.startswith(tuple(mark for mark, _, _ in BYTE_ORDER_MARKS)) and (
        sum(b in CONTROLS for b in start) > len(start) / 50
    ):
        raise UnreadableFileError("it is no text file", "export it as CSV")


def _zeros(head: bytes) -> str | None:
    """le or be where every second byte is mostly zero: UTF-16 without a mark."""
    half = max(len(head) // 2, 1)
    odd, even = head[1::2].count(0) / half, head[0::2].count(0) / half
    if odd > 0.4 and even < 0.1:
        return "le"
    if even > 0.4 and odd < 0.1:
        return "be"
    return None
