"""Bytes of the input, whatever they are wrapped in: files, folders, standard input, compression, tar archives.

What a file is shows in its first bytes, not in its name: gzip (RFC 1952), xz, Zstandard (RFC 8878), bzip2 and tar
(POSIX ustar) are told by their magic numbers. Everything is streamed: a bomb costs time, not memory.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

import zstandard

from kg.errors import InputError, UnreadableFile

__all__ = ["HEAD_SIZE", "STDIN", "Opened", "open_inputs", "total_bytes"]

#: How many bytes from the start of a file decide what it is.
HEAD_SIZE: Final = 1 << 16
#: What standard input is called in messages.
STDIN: Final = "<stdin>"

_CHUNK: Final = 1 << 16
_MAX_NESTING: Final = 3
_TAR_MAGIC: Final = slice(257, 262)
# One block of Zstandard is at most 128 KiB and can be as short as 4 bytes, so this much input gives 8 MiB at most.
_ZSTD_STEP: Final = 256
_ZSTD_WINDOW: Final = 1 << 27

OnError = Callable[[InputError], None]


@dataclass(frozen=True, slots=True)
class Opened:
    """One readable file: decompressed, its first bytes looked at but not used up.

    Attributes
    ----------
    source : str
        What to call it in messages; a member of an archive is ``archive!member``.
    head : bytes
        Its first `HEAD_SIZE` bytes, or all of it.
    stream : BinaryIO
        The whole of it. Reading raises UnreadableFile where the file or its compression is damaged.
    """

    source: str
    head: bytes
    stream: BinaryIO


def total_bytes(paths: Iterable[Path | str]) -> int:
    """Return how many bytes, still compressed, reading the paths will take in; standard input counts as 0.

    Examples
    --------
    >>> total_bytes(["-", "no such file"])
    0
    """
    total = 0
    for path in paths:
        for file in () if str(path) == "-" else _files(Path(path), lambda _: None):
            try:
                status = file.stat()
            except OSError:
                continue
            total += status.st_size if stat.S_ISREG(status.st_mode) else 0
    return total


def open_inputs(
    paths: Iterable[Path | str],
    on_error: OnError,
    *,
    stdin: BinaryIO | None = None,
    on_bytes: Callable[[int], None] | None = None,
) -> Iterator[Opened]:
    """Return the files behind the paths, opened one after the other.

    Folders are walked in sorted order; hidden files, links to folders and what is no regular file are passed over.

    Parameters
    ----------
    paths : iterable of Path or str
        Files and folders; ``-`` is standard input.
    on_error : callable
        Told of what cannot be read; the next file follows.
    stdin : BinaryIO, optional
        What ``-`` stands for; the process's standard input by default.
    on_bytes : callable, optional
        Told how many bytes of the input, still compressed, have been taken in since it was last told.
    """
    for path in paths:
        if str(path) == "-":
            yield from _unwrap(_Counted(stdin or sys.stdin.buffer, STDIN, on_bytes), STDIN, on_error)
            continue
        for file in _files(Path(path), on_error):
            try:
                raw = file.open("rb", buffering=0)
            except (OSError, ValueError) as error:
                on_error(UnreadableFile(file, _reason(error)))
                continue
            with raw:
                size = os.fstat(raw.fileno()).st_size
                counted = _Counted(cast(BinaryIO, raw), str(file), on_bytes)
                yield from _unwrap(counted, str(file), on_error)
                counted.settle(size)


def _files(path: Path, on_error: OnError) -> Iterator[Path]:
    try:
        if not path.is_dir():
            path.stat()
            yield path
            return
        entries = sorted(path.iterdir())
    except (OSError, ValueError) as error:
        on_error(UnreadableFile(path, _reason(error)))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_file() or (entry.is_dir() and not entry.is_symlink()):
            yield from _files(entry, on_error)


def _unwrap(raw: io.RawIOBase, source: str, on_error: OnError, nesting: int = 0) -> Iterator[Opened]:
    """Return what is inside: the file itself, or each member where it is an archive."""
    try:
        head, stream = _peek(raw)
        layers = 0
        while opener := _decompressor(head):
            layers += 1
            if layers > _MAX_NESTING:
                raise UnreadableFile(source, f"compressed more than {_MAX_NESTING} times over")
            head, stream = _peek(_Guarded(opener(stream), source))
    except UnreadableFile as error:
        on_error(error)
        return
    if head[_TAR_MAGIC] != b"ustar" or nesting:
        yield Opened(source, head, stream)
        return
    yield from _members(stream, source, on_error)


def _members(stream: BinaryIO, source: str, on_error: OnError) -> Iterator[Opened]:
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            while (member := archive.next()) is not None:
                # The list of members is for going back in an archive, which a stream cannot: let it not grow.
                archive.members.clear()  # type: ignore[attr-defined]
                hidden = any(part.startswith(".") and part != "." for part in member.name.split("/"))
                content = None if hidden or not member.isreg() else archive.extractfile(member)
                if content is not None:
                    guarded = _Guarded(cast(BinaryIO, content), f"{source}!{member.name}")
                    with closing(content):
                        yield from _unwrap(guarded, guarded.source, on_error, nesting=1)
                    if guarded.damaged:
                        return
    except UnreadableFile as error:
        on_error(error)
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        on_error(UnreadableFile(source, f"damaged tar archive: {_reason(error)}"))


def _peek(raw: io.RawIOBase) -> tuple[bytes, BinaryIO]:
    head = bytearray()
    while len(head) < HEAD_SIZE:
        piece = raw.read(HEAD_SIZE - len(head))
        if not piece:
            break
        head += piece
    return bytes(head), cast(BinaryIO, io.BufferedReader(_Replayed(bytes(head), raw), _CHUNK))


def _decompressor(head: bytes) -> Callable[[BinaryIO], BinaryIO] | None:
    if head.startswith(b"\x1f\x8b\x08"):
        return lambda stream: cast(BinaryIO, gzip.GzipFile(fileobj=stream))
    if head.startswith(b"\xfd7zXZ\x00"):
        return lambda stream: cast(BinaryIO, lzma.LZMAFile(stream))
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return lambda stream: cast(BinaryIO, bz2.BZ2File(stream))
    # A skippable frame (0x184D2A5?) may come first, as pzstd writes it.
    if head.startswith(b"\x28\xb5\x2f\xfd") or (head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50):
        return lambda stream: cast(BinaryIO, _Zstandard(stream))
    return None


def _reason(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


class _Readable(io.RawIOBase):
    """A stream that is only read from; subclasses say how."""

    def readable(self) -> bool:
        return True

    def take(self, size: int) -> bytes:
        raise io.UnsupportedOperation("take")

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        piece = self.take(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


class _Replayed(_Readable):
    """A stream whose start has been read already."""

    def __init__(self, head: bytes, rest: io.RawIOBase) -> None:
        self._head = memoryview(head)
        self._rest = rest

    def take(self, size: int) -> bytes:
        if self._head:
            piece, self._head = bytes(self._head[:size]), self._head[size:]
            return piece
        return self._rest.read(size) or b""


class _Counted(_Readable):
    """The file as it lies on the disk; tells how much of it has been taken in."""

    def __init__(self, stream: BinaryIO, source: str, on_bytes: Callable[[int], None] | None) -> None:
        self._stream = stream
        self._source = source
        self._on_bytes = on_bytes
        self._taken = 0

    def take(self, size: int) -> bytes:
        try:
            piece = self._stream.read(size) or b""
        except (OSError, ValueError) as error:
            raise UnreadableFile(self._source, f"{_reason(error)} after byte {self._taken}") from error
        self._tell(len(piece))
        return piece

    def settle(self, size: int) -> None:
        """Count as taken in what was passed over, so that progress ends at the whole."""
        self._tell(size - self._taken)

    def _tell(self, count: int) -> None:
        if count > 0:
            self._taken += count
            if self._on_bytes is not None:
                self._on_bytes(count)


class _Guarded(_Readable):
    """A decompressor or archive member; damage in it is an UnreadableFile that names the place."""

    def __init__(self, stream: BinaryIO, source: str) -> None:
        self.source = source
        self.damaged = False
        self._stream = stream
        self._taken = 0

    def take(self, size: int) -> bytes:
        try:
            # read1 hands out what there is: what comes before the damage is not lost with it.
            piece = bytes(self._stream.read1(size)) if hasattr(self._stream, "read1") else self._stream.read(size)
        except UnreadableFile:
            self.damaged = True
            raise
        except (
            OSError,
            EOFError,
            ValueError,
            zlib.error,
            lzma.LZMAError,
            zstandard.ZstdError,
            tarfile.TarError,
        ) as error:
            self.damaged = True
            raise UnreadableFile(
                self.source, f"damaged after byte {self._taken} of its content: {_reason(error)}"
            ) from error
        self._taken += len(piece)
        return piece


class _Zstandard(_Readable):
    """The content of Zstandard frames; unlike the library's own stream it notices that the last frame is cut off."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._waiting = b""
        self._ready = memoryview(b"")

    def take(self, size: int) -> bytes:
        while not self._ready:
            if not self._waiting:
                self._waiting = self._stream.read(_ZSTD_STEP)
                if not self._waiting:
                    if self._frame is not None:
                        raise EOFError("the file ends in the middle of a Zstandard frame")
                    return b""
            if self._frame is None:
                self._frame = self._decompressor.decompressobj()
            self._ready = memoryview(self._frame.decompress(self._waiting))
            self._waiting = b""
            if self._frame.eof:
                self._waiting, self._frame = self._frame.unused_data, None
        piece, self._ready = bytes(self._ready[:size]), self._ready[size:]
        return piece
