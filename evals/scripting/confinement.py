"""Keeps the Python of suites off the network, off other processes and off files outside a folder of its own.

An audit hook (PEP 578) sees every such call of Python's own library before it happens, needs no rights, and cannot be
taken out again. It stops mistakes and careless scripts. It is no wall against someone who means harm: compiled
extension modules make system calls that Python does not see, and code in the same process can reach into the
interpreter. Run suites of people you do not trust in a container.
"""

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

MOST_FILE_BYTES = 64 * 1024 * 1024
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_NEVER = frozenset(
    ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname",
     "socket.gethostbyaddr", "socket.getnameinfo", "socket.getservbyname", "socket.sethostname",
     "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "pty.spawn",
     "os.startfile", "os.kill", "os.killpg", "signal.pthread_kill", "ctypes.dlsym", "ctypes.dlsym/handle",
     "ctypes.call_function", "syslog.openlog", "webbrowser.open")
)  # fmt: skip
_CHANGING = frozenset(
    ("os.remove", "os.rmdir", "os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
     "os.utime", "os.chflags", "os.setxattr", "os.removexattr", "os.mkfifo", "os.mknod", "shutil.rmtree",
     "shutil.move", "shutil.copyfile", "shutil.copymode", "shutil.copystat", "shutil.chown", "shutil.make_archive",
     "shutil.unpack_archive", "shutil.copytree")
)  # fmt: skip
_BOTH_PATHS = frozenset(("os.rename", "os.link", "shutil.move"))
_SECOND_PATH = frozenset(("os.symlink", "shutil.copyfile", "shutil.copymode", "shutil.copystat", "shutil.copytree"))


class Confined(PermissionError):
    """A script did what scripts of a suite may not do."""


def confine(scratch: str) -> None:
    """Refuse from now on connections, processes and changes to files outside the folder `scratch`."""
    sys.dont_write_bytecode = True
    sys.addaudithook(_hook(os.path.realpath(scratch)))


def _hook(scratch: str) -> Callable[[str, tuple[Any, ...]], None]:
    def inside(path: Any) -> bool:
        if isinstance(path, int):
            return True
        real = os.path.realpath(os.fsdecode(path))
        return real == os.devnull or real == scratch or real.startswith(scratch + os.sep)

    def hook(event: str, given: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = given
            writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & _WRITING)
            if writes and not inside(path):
                raise Confined(f"a suite's script may not write the file {os.fsdecode(path)}")
        elif event in _NEVER or (event == "socket.__new__" and given[1] != socket.AF_UNIX):
            raise Confined(f"a suite's script may not use the network, processes or the interpreter ({event})")
        elif event in _CHANGING:
            paths = given[:2] if event in _BOTH_PATHS else given[1:2] if event in _SECOND_PATH else given[:1]
            if not all(inside(path) for path in paths):
                raise Confined(f"a suite's script may not change files ({event} {paths[-1]!r})")
        elif event == "ctypes.dlopen" and given[0] is not None:
            raise Confined(f"a suite's script may not load the library {given[0]}")
        elif event == "sqlite3.connect" and not _in_memory(given[0], inside):
            raise Confined(f"a suite's script may not open the database {given[0]}")

    return hook


def _in_memory(database: Any, inside: Callable[[Any], bool]) -> bool:
    return database == ":memory:" or (isinstance(database, str | bytes | os.PathLike) and inside(database))
