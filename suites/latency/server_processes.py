"""The processes of this machine that answer this one: found by the port at which they listen."""

from __future__ import annotations

from typing import Any


def server_processes(psutil: Any, port: int | None) -> list[Any]:
    """Return the processes that listen at a port of this machine, with their children.

    All connections of the machine are looked at, which takes ten milliseconds or more.

    Args:
        psutil: the package, or what stands in for it.
        port: of TCP; None where it is not known.

    Returns:
        None of them where nobody but this process listens there, or where the kernel does not
        tell who does (a process of another user).
    """
    if port is None:
        return []
    try:
        everything = psutil.net_connections("tcp")
    except (psutil.Error, OSError):  # some platforms tell the superuser alone
        return []
    own = psutil.Process().pid
    pids = {
        each.pid
        for each in everything
        if each.pid not in {None, own} and each.laddr and not each.raddr and each.laddr[1] == port
    }
    return _with_children(psutil, sorted(pids))


def _with_children(psutil: Any, pids: list[int]) -> list[Any]:
    found: dict[int, Any] = {}
    for pid in pids:
        try:
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
        except psutil.Error:  # it ended
            continue
        found |= {each.pid: each for each in family}
    return list(found.values())
