"""Free ports on the loopback interface."""

import random
import socket

HOST = "127.0.0.1"
# Below the range that the kernel takes ports for outgoing connections from.
_RANGE = range(18000, 32000)


def is_free(port: int) -> bool:
    """Whether a server could listen on a port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def first_free(start: int) -> int:
    """The first free port from a given one on."""
    return next(port for port in range(start, 65536) if is_free(port))


def random_free() -> int:
    """A free port that another clone is unlikely to choose at the same time."""
    while True:
        port = random.choice(_RANGE)
        if is_free(port):
            return port
