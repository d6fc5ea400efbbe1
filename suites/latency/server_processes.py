"""The processes of this machine that answer this one: found by the ends of its own connections."""

from __future__ import annotations

from typing import Any


def server_processes(psutil: Any) -> list[Any]:
    """Return the processes at the other end of this process's connections, with their children.

    Those that listen at the same port are among them: a server may hand its connections to others.

    Args:
        psutil: the package, or what stands in for it.

    Returns:
        None of them where there is no connection now, or where the kernel does not tell who holds
        the other end (a process of another user).
    """
    own = psutil.Process().pid
    try:
        everything = psutil.net_connections("tcp")
    except (psutil.Error, OSError):  # some platforms tell the superuser alone
        return []
    asked = {each.raddr for each in everything if each.pid == own and each.raddr}
    ends = [each for each in everything if each.pid not in {None, own} and each.laddr]
    at_ports = {each.laddr[1] for each in ends if each.laddr in asked}
    pids = {
        each.pid
        for each in ends
        if each.laddr in asked or (not each.raddr and each.laddr[1] in at_ports)
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
