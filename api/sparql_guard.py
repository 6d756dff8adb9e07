"""What a process that runs strangers' queries gives up before it reads the first of them.

The text of a query is looked through before it is run; this is the second lock, for what the text
did not show. Where a system lacks one of these, the others still hold.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import sys
from typing import Final

__all__ = ["confine"]

#: By machine: the kernel's name for its calls, and the number of the call that makes a socket.
_SOCKET: Final = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198), "riscv64": (0xC00000F3, 198)}
_NO_NEW_PRIVILEGES: Final = 38
_SECCOMP: Final = (22, 2)
# Instructions of the filter: load a word, jump where it equals, return.
_LOAD, _EQUALS, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16), ("then", ctypes.c_uint8), ("otherwise", ctypes.c_uint8), ("value", ctypes.c_uint32),
    )  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def confine(memory: int) -> bool:
    """Whether this process can make no more sockets, now that it also has a bound on its memory.

    It leaves no core either, and yields the processor to whoever waits for it: a server must answer
    its other requests while queries run.

    Parameters
    ----------
    memory : int
        Bytes of address space.
    """
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - not on every system

        for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
            hard = resource.getrlimit(kind)[1]
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (least, least))
    with contextlib.suppress(AttributeError, OSError):
        os.nice(5)
    return _without_sockets()


def _without_sockets() -> bool:
    if not sys.platform.startswith("linux") or platform.machine() not in _SOCKET:
        return False
    architecture, number = _SOCKET[platform.machine()]
    steps = [
        _Instruction(_LOAD, 0, 0, 4),
        _Instruction(_EQUALS, 0, 2, architecture),
        _Instruction(_LOAD, 0, 0, 0),
        _Instruction(_EQUALS, 1, 0, number),
        _Instruction(_RETURN, 0, 0, _ALLOW),
        _Instruction(_RETURN, 0, 0, _REFUSE | errno.EACCES),
    ]
    program = _Program(len(steps), (_Instruction * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return False
    return bool(libc.prctl(*_SECCOMP, ctypes.byref(program)) == 0)
