# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from importlib import import_module
from unittest.mock import patch

import psycopg2.errors

from odoo import api
from odoo.tests import tagged
from odoo.tools import mute_logger

from .garbage_common import GarbageCase
from .readonly_common import ReadonlyTests

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
    "mail.activity.plan.run": {"action_open_document", "action_pause_selected"},
    "mail.activity.plan.run.report": {"action_open_document"},
    "mail.activity.schedule": {"action_create_plan", "preview_launch"},
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
class TestReadonly(ReadonlyTests, GarbageCase):
    """What only reads may be asked of a replica."""

    addon = "crm_activity_plus"
    # A file is previewed by importing it, which is taken back.
    unmarked = {"get_bindings", "preview_file"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.records = cls._make_records()
        cls.users = [cls.user_manager, cls.user_system]
        cls.visitors = [cls.user_owner, cls.user_member, cls.user_manager]
        archives = "mail.activity.log.archive"
        cls.callers = {
            f"{archives}/action_verify": [cls.user_system],
            f"{archives}/replay": [cls.user_system],
        }
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

    def test_whatever_the_client_reads_is_marked(self):
        """A new public method in that folder has to be, too."""
        found = list(self._find_methods("models.client."))
        self.assertIn(("mail.activity", "get_history", True), found)
        for model, method, is_marked in found:
            self.assertTrue(is_marked, f"{model}/{method} isn't @api.readonly")

    def test_what_reads_is_marked(self):
        """The list is whole: nothing is marked without being thought of."""
        marked = {found[:2] for found in self._find_methods() if found[2]}
        expected = {found[:2] for found in self._find_methods("models.client.")}
        for model, methods in READING.items():
            expected.update((model, method) for method in methods)
        self.assertEqual(marked, expected)

    def test_every_addon_has_such_a_test(self):
        addons = self.env["ir.module.module"].search(
            [("name", "=like", "crm\\_activity\\_plus%"), ("state", "=", "installed")]
        )
        for addon in addons.mapped("name"):
            with self.subTest(addon), patch.object(type(self), "addon", addon):
                if any(is_marked for _model, _name, is_marked in self._find_methods()):
                    module = import_module(f"odoo.addons.{addon}.tests.test_readonly")
                    self.assertTrue(issubclass(module.TestReadonly, ReadonlyTests))
                    self.assertEqual(module.TestReadonly.addon, addon)

    def test_what_writes_is_found_out(self):
        """Odoo would do it once more, with a connection that can write."""

        @api.readonly
        def write_name(leads):
            leads.name = "Written"

        leads = type(self.env["crm.lead"])
        with (
            patch.object(leads, "action_view_plan_runs", write_name),
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ReadOnlySqlTransaction),
        ):
            self._ask(
                self.user_owner, "crm.lead", "action_view_plan_runs", self.lead.ids
            )

    def test_views(self):
        """Those whose architecture is changed as they are opened, and what is said
        where a list is empty."""
        for model in ("mail.activity.plan", "mail.activity.plan.template"):
            views = {"views": [(False, "list"), (False, "form")]}
            self._ask(self.user_manager, model, "get_views", **views)
        plans = "mail.activity.plan"
        self._ask(self.user_manager, plans, "get_empty_list_help", help_message="")

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
                    self._ask(
                        user,
                        model,
                        "web_search_read",
                        domain=[],
                        specification={name: {} for name in names},
                    )
                    self._ask(user, model, "name_search")
                    self._ask(user, model, "search_count", domain=[])

    def _get_list_fields(self, model):
        arch, _view = self.env[model]._get_view(view_type="list")
        return {node.get("name") for node in arch.iter("field")}
