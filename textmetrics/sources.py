"""Where input comes from: files, folders, globs, zip members, standard input; here or behind an address; packed or plain; in any encoding.

A ``Source`` is one readable stream with a name that people recognise (``export.zip!chats/march.csv``). Nothing is ever
unpacked to disk. A stream that was cut off is an error at its position, never a short read: gzip and bz2 say so themselves,
zstd is told by frames that do not end. Lines end at LF, CRLF or, in a file that has no LF, at CR; a stray CR, U+2028 or form
feed is text.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import hashlib
import io
import lzma
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct

from . import addresses
from .errors import MissingInput, ReadError
from .types import Problem

HEAD = 65536  # bytes a reader sees of a source before it claims it
LONGEST = 64 << 20  # bytes of one line: a longer one is set aside, not held in memory
RATIO = 200  # a zip member that grows more than this is refused as a bomb
SPOOL = 64 << 20  # bytes of standard input kept in memory before they go to a temporary file
WINDOW = 1 << 31  # bytes of a zstd window that are allowed: public dumps use so much, libraries refuse it by default
HIDDEN = (".", "~", "__MACOSX", "_SUCCESS", "_metadata", "_common_metadata", "_temporary")  # what systems leave beside data; _chat.txt is WhatsApp's
DAMAGED = (EOFError, OSError, lzma.LZMAError, zipfile.BadZipFile, zlib.error)  # what reading a packed stream that is cut off or damaged raises
PACKED: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": lambda raw: gzip.GzipFile(fileobj=raw, mode="rb"),
    ".bz2": bz2.BZ2File,
    ".zst": lambda raw: _zstd(raw),
}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class Line(Struct, frozen=True):
    """One line of a text, without its end: its number from 1, the byte it begins at, its text."""

    number: int
    byte: int
    text: str


class Source:
    """One stream of input. ``name`` is for people, ``suffix`` is that of the unpacked content (``.csv``)."""

    def __init__(self, name: str, opener: Callable[[], AbstractContextManager[Any]], *, folder: Path | None = None, size: int = 0) -> None:
        self.name, self._opener, self.folder, self.size = name, opener, folder, size
        plain = Path(name.rsplit("!", 1)[-1])
        self.packing = plain.suffix.lower() if plain.suffix.lower() in PACKED else ""
        self.suffix = Path(plain.stem).suffix.lower() if self.packing else plain.suffix.lower()
        self.stem = Path(plain.stem).stem if self.packing else plain.stem
        self.named = True  # somebody asked for this very file, not for a folder or archive that holds it
        self._siblings: Sequence[Source] = (self,)
        self.looked_beside = False  # somebody asked for what came with it
        self.kept: dict[Any, Any] = {}  # what readers made of side files; lies at the first of the siblings

    def __repr__(self) -> str:
        return f"Source({self.name!r})"

    @property
    def siblings(self) -> Sequence[Source]:
        """The sources that came with it, itself among them."""
        self.looked_beside = True
        return self._siblings

    @siblings.setter
    def siblings(self, together: Sequence[Source]) -> None:
        self._siblings = together

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The unpacked bytes, for a ``with``. What the system cannot read is a ReadError; damage, which has no error number, raises one of `DAMAGED`."""
        with self._readable(), self._opener() as raw:
            if not self.packing:
                yield raw
            else:
                with PACKED[self.packing](raw) as unpacked:
                    yield unpacked

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno is None:
                raise
            raise ReadError(self.name, f"cannot be read: {error.strerror}") from error

    def head(self, size: int = HEAD) -> bytes:
        """The first bytes, as far as they can be read."""
        found = bytearray()
        try:
            with self.open() as stream:
                while len(found) < size and (some := self.some(stream, size - len(found))):
                    found += some
        except (ReadError, *DAMAGED):
            pass
        return bytes(found)

    def some(self, stream: Any, size: int) -> bytes:
        """Some bytes: of what is packed no more than is at hand, so that what stands before a damage is not lost with it."""
        return stream.read1(size) if self.packing else stream.read(size)

    @property
    def path(self) -> str:
        """Where it lies within its archive, or its path: ``channels/2024-01-01.json``, with ``/`` between folders."""
        return self.name.rsplit("!", 1)[-1].replace("\\", "/")

    def sha256(self) -> str:
        """The checksum of the input as it lies there (packed, where it is packed); of a damaged member of an archive, of what can be read."""
        sum_ = hashlib.sha256()
        try:
            with self._readable(), self._opener() as raw:
                while block := raw.read(1 << 20):
                    sum_.update(block)
        except DAMAGED:
            sum_.update(b"damaged")
        return sum_.hexdigest()


def sources(inputs: Iterable[str | Path]) -> Iterator[Source]:
    """Every source behind paths, folders (all files below), globs, zip archives and ``-``, in the order of their names."""
    for given in inputs:
        if str(given) == "-":
            yield _standard_input()
            continue
        path = addresses.place(given)
        with addresses.reached(given):
            paths = _files(path)
        made = [s for found in paths for s in _of_file(found)]
        together: dict[Any, list[Source]] = {}
        for source in made:
            together.setdefault(None if path.is_dir() else (source.folder, _archive(source)), []).append(source)
        for source in made:
            source.named = path.is_file() and not _archive(source)
            source.siblings = together[None if path.is_dir() else (source.folder, _archive(source))]
        yield from made


def _files(path: Path) -> list[Path]:
    """The files that a path, a folder or a glob names."""
    if path.is_dir():
        paths = sorted((p for p in path.rglob("*") if p.is_file() and not _hidden(p.parts[len(path.parts) :])), key=str)
        runs = {p.parent for p in paths if p.name == addresses.MARK} & {p.parent for p in paths if p.name == "messages.parquet"}
        if paths := [p for p in paths if p.parent not in runs]:
            return paths
        raise MissingInput(path, "the folder holds no file, or only what a run wrote")
    if path.is_file():
        return [path]
    if paths := addresses.matching(path):
        return paths
    if path.exists():
        raise ReadError(path, "is no plain file: give what comes out of it as standard input, which is -")
    raise MissingInput(path, "there is no such file or folder")


def _archive(source: Source) -> str:
    """The archive that a source is a member of; nothing for plain files."""
    return source.name.rsplit("!", 1)[0] if "!" in source.name else ""


def _hidden(parts: Sequence[str]) -> bool:
    return any(part.startswith(HIDDEN) and part not in ("..", ".") for part in parts)


def _of_file(path: Path) -> Iterator[Source]:
    """What is in a file. One that cannot be read, or whose list of members is damaged, says so when it is opened, so that it costs only itself."""
    opener: Callable[[], Any] = partial(path.open, "rb")
    size = 0
    try:
        size = path.stat().st_size
        if path.suffix.lower() == ".zip" and _is_zip(path):
            yield from _of_zip(path)
            return
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError) as error:
        opener = partial(_refuse, path, f"is no sound archive: {error}")
    except OSError:
        pass
    yield Source(str(path), opener, folder=path.parent, size=size)


def _refuse(path: Path, why: str) -> Any:
    raise ReadError(path, why)


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04" or zipfile.is_zipfile(file)


def _of_zip(path: Path) -> Iterator[Source]:
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not _hidden(Path(m.filename).parts)]
    for member in sorted(members, key=lambda m: m.filename):
        if member.file_size > RATIO * max(member.compress_size, 1024):
            raise ReadError(f"{path}!{member.filename}", f"grows more than {RATIO} times when unpacked; unpack it yourself if you trust it")
        yield Source(f"{path}!{member.filename}", partial(_member, path, member), folder=path.parent, size=member.file_size)


@contextmanager
def _member(path: Path, member: zipfile.ZipInfo) -> Iterator[Any]:
    with path.open("rb") as file, zipfile.ZipFile(file) as archive:
        try:
            stream = archive.open(member)
        except RuntimeError as error:  # so the library says "encrypted", and "no such compression"
            raise zipfile.BadZipFile("encrypted, or packed in a way that is not known: unpack it first") from error
        with stream:
            yield stream


def _standard_input() -> Source:
    """Standard input, kept so that it can be looked at before it is read."""
    kept = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115  lives as long as the source
    while block := sys.stdin.buffer.read(1 << 20):
        kept.write(block)
    size = kept.tell()

    return Source("-", lambda: _Kept(kept), size=size)


class _Kept(io.BufferedIOBase):
    """A view of the kept input, with a place of its own, that may be closed without losing it."""

    def __init__(self, kept: tempfile.SpooledTemporaryFile[bytes]) -> None:
        self._kept, self._place = kept, 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._kept.seek(self._place)
        data = self._kept.read(-1 if size is None else size)
        self._place += len(data)
        return data

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readable(self) -> bool:
        return True


def _zstd(raw: BinaryIO) -> Any:
    return io.BufferedReader(_Zstd(raw), 1 << 18)


class _Zstd(io.RawIOBase):
    """The unpacked bytes of zstd, frame after frame. A frame that does not end is an error, which no library's own stream says; windows are as large as public dumps have them."""

    def __init__(self, raw: BinaryIO) -> None:
        import zstandard

        self._raw, self._kit, self._damage = raw, zstandard.ZstdDecompressor(max_window_size=WINDOW), zstandard.ZstdError
        self._frame: Any = None
        self._given, self._ready = b"", b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._ready:
            if not self._given and not (data := self._raw.read(1 << 17)):
                if self._frame is not None:
                    raise EOFError("the zstd frame does not end")
                return 0
            elif not self._given:
                self._given = data
            if self._frame is None:
                self._frame = self._kit.decompressobj()
            try:
                self._ready = self._frame.decompress(self._given)
            except self._damage as error:
                raise OSError(f"no sound zstd: {error}") from error
            self._given = b""
            if self._frame.eof:
                self._given, self._frame = self._frame.unused_data, None
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


def blocks(source: Source, size: int = 1 << 20) -> Iterator[bytes | Problem]:
    """The bytes of a source; where it is cut off or damaged, what could be read and then a Problem with the byte."""
    read = 0
    try:
        with source.open() as stream:
            while block := source.some(stream, size):
                read += len(block)
                yield block
    except DAMAGED as error:
        yield Problem(source.name, f"the input is cut off or damaged here: {' '.join(str(error).split())}", byte=read)


def lines(source: Source) -> Iterator[Line | Problem]:
    """The lines of a text. What is no UTF-8 is read as Windows-1252, and the first such line is reported.

    The bytes counted are those of the unpacked text, of its UTF-8 form where it came as UTF-16.
    """
    told = False
    for line in raw_lines(source):
        if isinstance(line, Problem):
            yield line
            continue
        number, byte, raw = line
        text, sound = decoded(raw)
        if not (sound or told):
            told = True
            yield not_utf8(source, number, byte)
        yield Line(number, byte, text)


def not_utf8(source: Source, number: int, byte: int) -> Problem:
    """What is said of the first line of a source that is no UTF-8."""
    return Problem(source.name, "not UTF-8: this line and others like it are read as Windows-1252", line=number, byte=byte)


def raw_lines(source: Source) -> Iterator[tuple[int, int, bytes] | Problem]:
    """The lines of a text as they stand there: number, byte, bytes (of the UTF-8 form of what came as UTF-16)."""
    head = source.head()
    encoding, skip = encoding_of(head)
    recode = codecs.getincrementaldecoder(encoding)("replace") if encoding != "utf-8" else None
    end = b"\r" if recode is None and b"\r" in head and b"\n" not in head else b"\n"
    number, byte, rest, gone = 0, 0, b"", 0  # gone: bytes of a line that is too long
    for block in blocks(source):
        if isinstance(block, Problem):
            if rest:
                yield Problem(source.name, "the last line is cut off and was left out", line=number + 1, byte=byte)
                rest = b""
            yield block
            break
        if skip:
            block, skip = block[skip:], 0
        parts = (rest + (recode.decode(block).encode() if recode else block)).split(end)
        rest = parts.pop()
        if gone and parts:
            number, byte, gone = number + 1, byte + gone + len(parts.pop(0)) + 1, 0
        if gone:
            gone, rest = gone + len(rest), b""
        for raw in parts:
            number += 1
            yield number, byte, raw
            byte += len(raw) + 1
        if len(rest) > LONGEST:
            yield Problem(source.name, f"a line of more than {LONGEST >> 20} MB was set aside", line=number + 1, byte=byte)
            gone, rest = len(rest), b""
    if rest:
        yield number + 1, byte, rest


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding of a text by its first bytes, and how many of them are a byte order mark.

    Order: byte order mark; half of the bytes NUL: UTF-16 without a mark; otherwise UTF-8, checked line by line.
    """
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, len(mark)
    sample = head[: len(head) // 2 * 2]
    if sample.count(0) > len(sample) // 4:
        return ("utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"), 0
    return "utf-8", 0


def decoded(raw: bytes) -> tuple[str, bool]:
    """A line's text without a trailing CR, and whether it was sound UTF-8."""
    try:
        text, sound = raw.decode(), True
    except UnicodeDecodeError:
        text, sound = raw.decode("cp1252", errors="replace"), False
    return text.removesuffix("\r"), sound
