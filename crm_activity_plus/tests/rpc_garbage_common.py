# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import inspect
import json

from odoo.tools import mute_logger

from .garbage import GARBAGE
from .rpc_common import RpcCase


class RpcGarbageCase(RpcCase):
    """Whatever a program sends to the methods of an addon, it gets an answer or a
    sentence. Such a class sets ``key`` and ``records``, one for each model."""

    # The folder of whose code the methods are.
    addon = None

    def setUp(self):
        super().setUp()
        self.failures = []

    def _find_methods(self):
        """:returns: model and name of each public method that is the addon's alone"""
        for name, model in sorted(self.env.registry.models.items()):
            own, others = set(), set()
            for cls in model.mro():
                is_own = cls.__module__.startswith(f"odoo.addons.{self.addon}.")
                found = own if is_own else others
                # The class that the registry makes has methods of no addon.
                if cls.__module__.startswith(("odoo.addons", "odoo.orm")):
                    found.update(n for n, f in vars(cls).items() if callable(f))
            for method in sorted(own - others):
                is_private = getattr(getattr(model, method), "_api_private", False)
                if not (method.startswith("_") or is_private or model._abstract):
                    yield name, method

    def _call(self, model, method, **body):
        """:returns: the answer; what it changes is taken back"""
        function = getattr(self.env.registry[model], method)
        if not getattr(function, "_api_model", False):
            body.setdefault("ids", self.records[model].ids)
        savepoint = self.env.cr.savepoint()
        try:
            with mute_logger("odoo.http", "odoo.sql_db", "werkzeug"):
                response = self.url_open(
                    f"/json/2/{model}/{method}",
                    data=json.dumps(body),
                    headers={
                        "Authorization": f"bearer {self.key}",
                        "Content-Type": "application/json",
                    },
                )
        finally:
            self.env.invalidate_all(flush=False)
            savepoint.close(rollback=True)
        if response.status_code >= 500:
            sent = f"{model}/{method} {str(body)[:200]}"
            self.failures.append(ascii((sent, response.text[-600:])))
        return response

    def _call_with_garbage(self, model, method):
        """None, several, the same twice, and ones that are gone or never were; and
        everything for each argument."""
        own = self.records[model].ids
        for ids in (own, [], [2**30], own * 2, [*own, 2**30], [1, 2, 3]):
            self._call(model, method, ids=ids)
        signature = inspect.signature(getattr(self.env.registry[model], method))
        for name in list(signature.parameters)[1:]:
            for value in GARBAGE:
                self._call(model, method, **{name: value})

    def assertNothingIsWrong(self):
        self.assertEqual(len(self.failures), 0, "\n".join(self.failures))
