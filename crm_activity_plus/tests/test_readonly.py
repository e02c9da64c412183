# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import inspect

from odoo.models import BaseModel
from odoo.service.model import call_kw
from odoo.tests import tagged

from .garbage_common import GarbageCase

ADDON = "odoo.addons.crm_activity_plus."
CLIENT = f"{ADDON}models.client."

# What reads, beside what the folder of the web client has.
READING = {
    "crm.lead": {
        "action_schedule_next_step",
        "action_view_no_next_step",
        "action_view_plan_runs",
        "get_missing_next_step_by_user",
        "get_plan_comparison",
    },
    "crm.team": {"action_view_no_next_step"},
    "mail.activity": {
        "action_open_queue",
        "get_overdue_by_user",
        "get_workload",
        "queue_coming",
    },
    "mail.activity.log.archive": {"action_verify", "replay"},
    "mail.activity.plan": {
        "action_export_file",
        "action_view_figures",
        "action_view_runs",
        "check_graph",
        "check_new_graph",
        "export_file",
        "get_funnel",
        "get_graph",
        "get_ready_made",
        "get_timeline",
        "get_trial",
        "preview",
        "preview_version",
        "simulate",
    },
    "mail.activity.plan.report": {
        "action_open_document",
        "get_funnels",
        "get_stuck_steps",
    },
    "mail.activity.plan.run": {"action_open_document"},
    "mail.activity.plan.run.report": {"action_open_document"},
    "mail.activity.schedule": {"preview_launch"},
}

# Lists that people open.
LISTS = (
    "crm.lead",
    "mail.activity",
    "mail.activity.log",
    "mail.activity.outcome",
    "mail.activity.plan",
    "mail.activity.plan.launch",
    "mail.activity.plan.report",
    "mail.activity.plan.run",
    "mail.activity.plan.run.line",
    "mail.activity.plan.run.report",
    "mail.activity.plan.template",
    "mail.activity.type",
)


@tagged("post_install", "-at_install")
class TestReadonly(GarbageCase):
    """What only reads may be asked of a replica."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.records = cls._make_records()
        # Of three runs: one that is over, one that waits, one with a history.
        done = cls._launch(cls._create_lead("Done"))
        done.line_ids.activity_id.complete()
        cls.run_.line_ids[0].activity_id.action_hold()
        cls.env.flush_all()
        cls.lead_ids = cls.other.ids
        graph = cls.plan.get_graph()
        cls.arguments = {
            "mail.activity/get_activity_data": {"res_model": "crm.lead", "domain": []},
            "mail.activity/queue_coming": {"domain": []},
            "mail.activity.plan/check_graph": {"graph": graph},
            "mail.activity.plan/check_new_graph": {
                "graph": graph,
                "res_model": "crm.lead",
            },
            "mail.activity.plan/preview": {"res_ids": cls.lead_ids},
            "mail.activity.plan/simulate": {"res_id": cls.lead_ids[0]},
            "mail.activity.schedule/preview_launch": {
                "plan_id": cls.plan.id,
                "res_ids": cls.lead_ids,
            },
        }

    def _find_marked(self, folder=ADDON):
        """:returns: model -> names of its public methods in a folder, and whether they
        are marked"""
        found = {}
        for name, model in self.env.registry.models.items():
            for cls in model.mro():
                if model._abstract or not cls.__module__.startswith(folder):
                    continue
                for method, function in vars(cls).items():
                    if (
                        inspect.isfunction(function)
                        and not method.startswith("_")
                        and not hasattr(BaseModel, method)
                    ):
                        is_marked = self._is_marked(model, method)
                        found.setdefault(name, {})[method] = is_marked
        return found

    def _is_marked(self, model, method):
        """As Odoo's route does."""
        for cls in model.mro():
            function = getattr(cls, method, None)
            if hasattr(function, "_readonly"):
                return function._readonly
        return False

    def _call(self, user, model, method, ids=(), **arguments):
        """Call a method as a client does, in a transaction that can't write."""
        with (
            self.enter_registry_test_mode(),
            self.env.registry.cursor(readonly=True) as cr,
        ):
            records = self.env(cr=cr, user=user.id, su=False)[model]
            function = getattr(self.env.registry[model], method)
            args = [] if getattr(function, "_api_model", False) else [list(ids)]
            result = call_kw(records, method, args, arguments)
            cr.execute("SHOW transaction_read_only")
            self.assertEqual(cr.fetchone(), ("on",))
        return result

    def test_whatever_the_client_reads_is_marked(self):
        """A new public method in that folder has to be, too."""
        found = self._find_marked(CLIENT)
        self.assertIn("get_history", found["mail.activity"])
        for model, methods in found.items():
            for method, is_marked in methods.items():
                self.assertTrue(is_marked, f"{model}/{method} isn't @api.readonly")

    def test_what_reads_is_marked(self):
        """The list is whole: nothing is marked without being tried below."""
        marked = {
            model: names
            for model, methods in self._find_marked().items()
            if (names := {method for method, is_marked in methods.items() if is_marked})
        }
        expected = {model: set(names) for model, names in READING.items()}
        for model, methods in self._find_marked(CLIENT).items():
            expected.setdefault(model, set()).update(methods)
        self.assertEqual(marked, expected)

    def test_nothing_is_written(self):
        users = {"mail.activity.log.archive": [self.user_system]}
        for model, methods in self._find_marked().items():
            for method in (name for name, is_marked in methods.items() if is_marked):
                arguments = self.arguments.get(f"{model}/{method}", {})
                for user in users.get(model, [self.user_manager, self.user_system]):
                    with self.subTest(f"{model}/{method}", user=user.name):
                        ids = self.records[model].ids
                        self._call(user, model, method, ids, **arguments)

    def test_lists(self):
        """Their pages, groups and searches by name."""
        for model in LISTS:
            fields = self.env[model]._fields
            names = [
                name
                for name in self._get_list_fields(model)
                if name in fields and not fields[name].type.endswith("2many")
            ]
            for user in (self.user_owner, self.user_manager):
                with self.subTest(model, user=user.name):
                    self._call(
                        user,
                        model,
                        "web_search_read",
                        domain=[],
                        specification={name: {} for name in names},
                    )
                    self._call(user, model, "name_search")
                    self._call(user, model, "search_count", domain=[])

    def _get_list_fields(self, model):
        arch, _view = self.env[model]._get_view(view_type="list")
        return {node.get("name") for node in arch.iter("field")}
