# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import inspect
import json

from odoo.models import BaseModel
from odoo.tests import tagged
from odoo.tools import mute_logger

from .garbage import DOMAINS, GARBAGE
from .garbage_common import GarbageCase
from .rpc_common import RpcCase

ADDON = "odoo.addons.crm_activity_plus."

# What Odoo itself does with arguments that it doesn't understand, this addon leaves as
# it is: these methods are Odoo's, and are only extended here. So are those of every
# model, such as ``create``.
ODOOS_METHODS = {
    "activity_schedule",
    "activity_search",
    "get_activity_data",
    "get_bindings",
    "log_meeting",
    "message_new",
    "message_post_with_source",
    "message_subscribe",
    *(name for name in dir(BaseModel) if not name.startswith("_")),
}

# Odoo keeps apart what it remembers by some keys, and stumbles by itself over a value
# of them that can't be a key.
CONTEXTS = {
    "active_domain": [5, {"a": 1}, [[1]], "x"],
    "active_ids": [5, "abc", [None], [2**40]],
    "activity_held_on": [
        *(5, "crm.lead", ["crm.lead"], ["crm.lead", "a"], ["crm.lead", 2**40]),
        *([["crm.lead"], 1], ["no.model", 1], ["res.country", 1], {"a": 1}),
        *(["mail.activity", 1], [None, None], ["crm.lead", 1, 2], ["base", 1]),
    ],
    "activity_reason": [5, "a\u0000b", {"a": 1}],
    "default_date_start": ["x", 5, "9999-12-31 23:59:59"],
    "default_duration": [float("nan"), "x", 1e300, -1],
    "plan_launch_request": [5, "a\u0000b", ["x"]],
    "plan_mode": [5, "x", ["x"]],
    "tz": [5, "Nowhere/City", ["UTC"], {"a": 1}, "a\u0000b"],
}


@tagged("post_install", "-at_install")
class TestGarbageArguments(RpcCase, GarbageCase):
    """Whatever a program sends to a method, it gets an answer or a sentence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = cls._create_key(cls.user_system)
        cls.records = cls._make_records()
        lead_ids = cls.other.ids
        # What has to be given.
        cls.valid = {
            "mail.activity.plan/launch": {"res_ids": lead_ids},
            "mail.activity.plan/preview": {"res_ids": lead_ids},
            "mail.activity.plan/simulate": {"res_id": lead_ids[0]},
            "mail.activity.plan/apply_graph": {"graph": cls.plan.get_graph()},
            "mail.activity.plan/check_graph": {"graph": cls.plan.get_graph()},
            "mail.activity.plan/create_ready_made": {"code": "meeting"},
            "mail.activity.plan/import_file": {"data": cls.plan.export_file()},
            "mail.activity.plan/preview_file": {"data": cls.plan.export_file()},
            "mail.activity/queue_coming": {"domain": []},
            "mail.activity/queue_next": {"domain": []},
            "mail.activity.plan.run.line/action_snooze": {"until": "2026-04-01"},
            "mail.activity.schedule/preview_launch": {
                "plan_id": cls.plan.id,
                "res_ids": lead_ids,
            },
        }

    def setUp(self):
        super().setUp()
        self.failures = []
        self.snapshot = self._take_snapshot()

    def _find_methods(self):
        """:returns: model and name of each public method of the addon"""
        for name, model in sorted(self.env.registry.models.items()):
            own = {
                method
                for cls in model.mro()
                if cls.__module__.startswith(ADDON)
                for method, function in vars(cls).items()
                if not method.startswith("_") and inspect.isfunction(function)
            }
            for method in sorted(own - ODOOS_METHODS):
                private = any(
                    getattr(getattr(cls, method, None), "_api_private", False)
                    for cls in model.mro()
                )
                if not private and not model._abstract:
                    yield name, method

    def _call(self, model, method, **arguments):
        """:returns: the answer to arguments, beside those that have to be given"""
        body = {**self.valid.get(f"{model}/{method}", {}), **arguments}
        function = getattr(self.env.registry[model], method)
        if not getattr(function, "_api_model", False):
            body.setdefault("ids", self.records[model].ids)
        with self._undone(), mute_logger("odoo.http", "odoo.sql_db", "werkzeug"):
            response = self.url_open(
                f"/json/2/{model}/{method}",
                data=json.dumps(body),
                headers={
                    "Authorization": f"bearer {self.key}",
                    "Content-Type": "application/json",
                },
            )
            is_changed = self._take_snapshot() != self.snapshot
        sent = f"{model}/{method} {str(arguments)[:200]}"
        if response.status_code >= 500:
            self.failures.append((sent, response.status_code, response.text[-600:]))
        elif response.status_code >= 400 and is_changed:
            self.failures.append((sent, "is half written"))
        return response

    def _get_parameters(self, model, method):
        signature = inspect.signature(getattr(self.env.registry[model], method))
        return [
            name
            for name, parameter in list(signature.parameters.items())[1:]
            if parameter.kind == parameter.POSITIONAL_OR_KEYWORD
        ]

    def test_the_methods_can_be_called(self):
        """What the other tests send beside the garbage is good; and there is a record
        for each model."""
        for model, method in self._find_methods():
            response = self._call(model, method)
            self.assertIn(
                response.status_code, (200, 422), f"{model}/{method}: {response.text}"
            )
        self.assertNothingIsWrong(self.failures)

    def test_every_argument(self):
        count = 0
        for model, method in self._find_methods():
            for name in self._get_parameters(model, method):
                domains = DOMAINS if name == "domain" else []
                for value in [*GARBAGE, *domains]:
                    self._call(model, method, **{name: value})
                    count += 1
        self.assertGreater(count, 1000)
        self.assertNothingIsWrong(self.failures)

    def test_feedback_in_odoos_own_way(self):
        for value in GARBAGE:
            self._call("mail.activity", "action_feedback", feedback=value)
            self._call("mail.activity", "action_feedback", attachment_ids=value)
        self.assertNothingIsWrong(self.failures)

    def test_records(self):
        """None, several, the same twice, and ones that are gone or never were."""
        for model, method in self._find_methods():
            if getattr(getattr(self.env.registry[model], method), "_api_model", False):
                continue
            own = self.records[model].ids
            for ids in ([], [2**30], own * 2, [*own, 2**30], [1, 2, 3]):
                self._call(model, method, ids=ids)
        self.assertNothingIsWrong(self.failures)

    def test_contexts(self):
        calls = [
            ("mail.activity", "action_hold", {"until": "2099-01-01"}),
            ("mail.activity", "complete", {}),
            ("mail.activity.plan", "launch", {}),
            ("mail.activity.plan.run", "action_restart", {}),
            ("mail.activity.bulk", "action_apply", {}),
            ("mail.activity.schedule", "action_schedule_plan", {}),
        ]
        # Those that one method reads.
        read_by = {
            "active_domain": [("mail.activity", "action_open_queue", {"ids": []})],
            "activity_held_on": [("mail.activity", "activity_format", {})],
            "tz": [
                *calls,
                ("mail.activity", "queue_next", {}),
                ("mail.activity.plan", "preview", {}),
                ("mail.activity.plan.run.line", "action_snooze", {}),
            ],
        }
        for key, values in CONTEXTS.items():
            context = {"active_model": "mail.activity"} if key == "active_ids" else {}
            for value in values:
                for model, method, arguments in read_by.get(key, calls):
                    self._call(
                        model, method, context={**context, key: value}, **arguments
                    )
        self.assertNothingIsWrong(self.failures)

    def test_overrides(self):
        """Deep inside."""
        lead = str(self.other.id)
        code = self.plan.template_ids[0].code
        for value in GARBAGE:
            for overrides in (
                {lead: value},
                {lead: {code: value}},
                {lead: {code: {"date_deadline": value}}},
                {lead: {code: {"user_id": value}}},
                {lead: {code: {"skip": value}}},
                {lead: {code: {"a": value}}},
            ):
                self._call("mail.activity.plan", "launch", overrides=overrides)
            for overrides in (
                {"all": value},
                {"records": value},
                {"all": {code: value}},
                {"records": {lead: {code: {"user_id": value}}}},
            ):
                self._call(
                    "mail.activity.schedule", "preview_launch", overrides=overrides
                )
        for key in ("²", "١", "1e3", "0x1", " ", "-1", f" {lead}", "9" * 400):
            answer = self._call("mail.activity.plan", "launch", overrides={key: {}})
            self.assertEqual(answer.status_code, 422)
            self.assertIn("isn't launched on", answer.json()["message"])
        self.assertNothingIsWrong(self.failures)

    def test_dates_at_the_ends_of_the_calendar(self):
        """For every policy and kind of step."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Touch",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "record.write({'priority': '1'})",
            }
        )
        self.plan.template_ids[0].write(
            {"action_type": "server_action", "server_action_id": action.id}
        )
        self.plan.template_ids[2].action_type = "meeting"
        self.user_system.tz = "Pacific/Kiritimati"
        days = ["0001-01-01", "0001-01-02", "1900-01-01", "1899-12-31"]
        days += ["9999-12-31", "9999-12-30", "9998-12-31", "9999-01-01"]
        lead, code = str(self.other.id), self.plan.template_ids[0].code
        self.env.flush_all()
        self.snapshot = self._take_snapshot()
        for policy in ("calendar", "working_days", "shift_forward", "shift_backward"):
            self.plan.deadline_policy = policy
            self.env.flush_all()
            for day in days:
                self._call("mail.activity.plan", "preview", plan_date=day)
                self._call("mail.activity.plan", "launch", plan_date=day)
                overrides = {lead: {code: {"date_deadline": day}}}
                self._call("mail.activity.plan", "launch", overrides=overrides)
        for day in days:
            self._call("mail.activity.plan.run.line", "action_snooze", until=day)
            self._call("mail.activity", "action_hold", until=day)
        self.assertNothingIsWrong(self.failures)

    def test_too_many_ids(self):
        """They are refused before anything is looked up."""
        many = list(range(1, 500_002))
        for method in ("launch", "preview"):
            answer = self._call("mail.activity.plan", method, res_ids=many)
            self.assertEqual(answer.status_code, 422)
            self.assertIn("at most 500000 ids", answer.json()["message"])

    def test_sentences(self):
        """They say what it is about."""
        for model, method, arguments, sentence in (
            ("plan", "launch", {"plan_date": "a\u0000b"}, "is not a date"),
            ("plan", "launch", {"res_ids": ["a"]}, "a list of ids"),
            ("plan", "preview", {"responsible_id": "²"}, "not the id of a user"),
            ("plan.run", "action_stop", {"note": "a\u0000"}, "can't be stored"),
            ("plan.run", "action_stop", {"reason": "\ud800"}, "not a reason to stop"),
            ("plan.run.line", "action_snooze", {"until": 5}, "is not a date"),
            ("plan.run.line", "action_skip", {"reason": 5}, "has to be a text"),
        ):
            answer = self._call(f"mail.activity.{model}", method, **arguments)
            self.assertEqual(answer.status_code, 422, answer.text)
            self.assertIn(sentence, answer.json()["message"])
        answer = self._call("mail.activity", "queue_next", domain=[["id"]])
        self.assertIn("can't be searched by", answer.json()["message"])
        answer = self._call("mail.activity", "get_history", ids=[])
        self.assertIn("one record at a time", answer.json()["message"])
        answer = self._call("mail.activity.schedule", "preview_launch", plan_id="abc")
        self.assertIn("has to be the id", answer.json()["error"])
