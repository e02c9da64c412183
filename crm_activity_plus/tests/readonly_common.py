# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import inspect
import re

from odoo.service.model import call_kw
from odoo.tools import split_every

# What a method does by its name.
READS = re.compile(r"(action_(open|view)|check|export|get|preview|read)(_|$)")

# What lists are grouped by.
GROUPED = ("boolean", "char", "date", "datetime", "many2many", "many2one", "selection")
# So many at once, PostgreSQL can tell apart.
MAX_GROUPS = 30


class ReadonlyTests:
    """What an addon only reads may be asked of a replica of the database.

    Odoo repeats a request that writes there with another connection, and only the log
    says so. A test mixes this in with a case that has data, and sets:

    * ``records``: model -> records on which its methods are called
    * ``users``: who calls them
    * ``visitors``: who opens lists; what somebody may not read is passed over
    """

    # The folder of whose code the methods are.
    addon = None
    visitors = ()
    # Of methods, as model/method: what has to be given, and who calls them instead.
    arguments = {}
    callers = {}
    # Methods that write in spite of their names, and Odoo's own that it doesn't mark.
    unmarked = frozenset()

    # ------------------------------------------------------------
    # What there is
    # ------------------------------------------------------------

    @classmethod
    def _find_methods(cls, folder=""):
        """:param str folder: of the addon
        :returns: model and name of each public method in it, and whether it is marked
        """
        start = f"odoo.addons.{cls.addon}.{folder}"
        for name, model in sorted(cls.env.registry.models.items()):
            methods = {
                method
                for base in model.mro()
                if base.__module__.startswith(start)
                for method, function in vars(base).items()
                if inspect.isfunction(function)
                and not method.startswith("_")
                and not hasattr(cls.env.registry["base"], method)
            }
            for method in sorted(methods if not model._abstract else ()):
                yield name, method, cls._is_marked(model, method)

    @staticmethod
    def _is_marked(model, method):
        """As Odoo's route does."""
        for base in model.mro():
            function = getattr(base, method, None)
            if hasattr(function, "_readonly"):
                return function._readonly
        return False

    def _find_fields(self, user):
        """:returns: models that the addon brings or extends, and descriptions of its
        fields that the user may read there, and of the name of the records"""
        start = f"odoo.addons.{self.addon}."
        for name, model in sorted(self.env.registry.models.items()):
            records = self.env[name].with_user(user)
            is_own = any(
                base.__module__.startswith(start) and vars(base).get("_name") == name
                for base in model.mro()
            )
            if model._abstract or model._transient or not is_own:
                continue
            if records.has_access("read"):
                own = [f for f in model._fields.values() if self.addon in f._modules]
                names = [
                    field.name
                    for field in own
                    if not field.relational
                    or records.env[field.comodel_name].has_access("read")
                ]
                yield name, records.fields_get([*names, "display_name"])

    # ------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------

    def _ask(self, user, model, method, ids=(), readonly=True, **arguments):
        """Call a method as a client does, by default in a transaction that can't write.

        :returns: the answer
        """
        with (
            self.enter_registry_test_mode(),
            self.env.registry.cursor(readonly=readonly) as cr,
        ):
            records = self.env(cr=cr, user=user.id, su=False)[model]
            function = getattr(self.env.registry[model], method)
            args = [] if getattr(function, "_api_model", False) else [list(ids)]
            # What was caught has still failed.
            with self.assertNoLogs("odoo.sql_db", "ERROR"):
                result = call_kw(records, method, args, arguments)
                cr.flush()
            cr.execute("SHOW transaction_read_only")
            self.assertEqual(cr.fetchone(), ("on" if readonly else "off",))
        return result

    # ------------------------------------------------------------
    # Tests
    # ------------------------------------------------------------

    def test_what_reads_by_its_name_is_marked(self):
        unmarked = {
            method: model
            for model, method, is_marked in self._find_methods()
            if READS.match(method) and not is_marked
        }
        self.assertEqual(unmarked.keys(), set(self.unmarked), unmarked)

    def test_nothing_is_written(self):
        """What is marked answers as it does where it could write."""
        marked = [found[:2] for found in self._find_methods() if found[2]]
        self.assertTrue(marked)
        for model, method in marked:
            name = f"{model}/{method}"
            asked = {"ids": self.records[model].ids, **self.arguments.get(name, {})}
            for user in self.callers.get(name, self.users):
                with self.subTest(name, user=user.name):
                    answer = self._ask(user, model, method, **asked)
                    again = self._ask(user, model, method, readonly=False, **asked)
                    self.assertEqual(answer, again)

    def test_nothing_is_written_by_lists(self):
        """Whatever is computed, looked for, or put into groups."""
        for user in self.visitors:
            for model, described in self._find_fields(user):
                with self.subTest(model, user=user.name):
                    self._open_list(user, model, described)

    def _open_list(self, user, model, described):
        """:param dict described: name of a field -> what the client knows of it"""
        names = {
            name: {"fields": {"display_name": {}}} if "2" in field["type"] else {}
            for name, field in described.items()
        }
        page = {"specification": names, "limit": 80}
        self._ask(user, model, "web_search_read", domain=[], **page)
        self._ask(user, model, "name_search", name="a")
        for name, field in described.items():
            if field.get("searchable") and not field.get("store"):
                domain = [(name, "!=", False)]
                self._ask(user, model, "search_count", domain=domain)
        groups = [
            [f"{name}:month" if field["type"].startswith("date") else name]
            for name, field in described.items()
            if field.get("groupable") and field["type"] in GROUPED
        ]
        sums = [
            f"{name}:{field['aggregator']}"
            for name, field in described.items()
            if field.get("aggregator") and field.get("store")
        ]
        for some in split_every(MAX_GROUPS, [[], *groups], list):
            self._ask(
                user,
                model,
                "formatted_read_grouping_sets",
                domain=[],
                grouping_sets=some,
                aggregates=["__count", *sums],
            )
