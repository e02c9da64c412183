"""Which ports count as free."""

import socket

from devtools import ports


def test_taken_port_is_passed_over():
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        taken = server.getsockname()[1]
        assert not ports.is_free(taken)
        assert ports.first_free(taken) > taken


def test_random_port_is_free():
    assert ports.is_free(ports.random_free())
