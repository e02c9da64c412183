"""Which ports count as free."""

import socket

from devtools import odoo_server


def test_taken_port_is_passed_over():
    with socket.socket() as server:
        server.bind((odoo_server.HOST, 0))
        server.listen()
        taken = server.getsockname()[1]
        assert not odoo_server.is_free(taken)
        assert odoo_server.free_port(taken) > taken
