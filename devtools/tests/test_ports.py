"""Which ports count as free."""

import socket

import pytest

from devtools import odoo_server
from devtools.commands import run
from devtools.console import DevError
from devtools.paths import Paths


def test_taken_port_is_passed_over():
    with socket.socket() as server:
        server.bind((odoo_server.HOST, 0))
        server.listen()
        taken = server.getsockname()[1]
        assert not odoo_server.is_free(taken)
        assert odoo_server.free_port(taken) > taken


def test_given_port_that_is_taken():
    """Another server's answer would be taken for that of the one that is started."""
    with socket.create_server((odoo_server.HOST, 0)) as server:
        for port in (server.getsockname()[1], 99999):
            with pytest.raises(DevError, match=f"port {port} is taken"):
                run.main(Paths.default(), ["-p", str(port)])
