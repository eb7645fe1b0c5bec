"""The sockets that are listened on: opened once, whoever accepts from them, and however many do."""

from __future__ import annotations

import socket
from collections.abc import Iterable

BACKLOG = 1024
"""How many connections may wait to be accepted."""


def listen(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of `host`, all at the same port; with port 0 one that the machine gives.

    Raises OSError.
    """
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((family, address) for family, *_, address in addresses):
            sockets.append(_socket(family, (address[0], port or port_of(sockets), *address[2:])))
    except BaseException:
        close(sockets)
        raise
    return sockets


def port_of(sockets: list[socket.socket]) -> int:
    """The port that is listened on, 0 where there is no socket."""
    return int(sockets[0].getsockname()[1]) if sockets else 0


def close(sockets: Iterable[socket.socket]) -> None:
    """Close every one of them; whoever shares them goes on."""
    for each in sockets:
        each.close()


def _socket(family: int, address: tuple[object, ...]) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it: an answer in two parts must not wait for the caller to acknowledge the first.
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if family == socket.AF_INET6:
            # The host's IPv4 addresses have sockets of their own.
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(BACKLOG)
    except BaseException:
        opened.close()
        raise
    # Of several processes that are told of a new connection one gets it, and the others must not wait for the next.
    opened.setblocking(False)
    return opened
