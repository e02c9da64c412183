# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import inspect
import json
from contextlib import contextmanager
from datetime import date

import psycopg2

from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS, BaseModel
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..engine.request import LaunchRequest
from .common import CrmActivityPlusCommon
from .garbage import DOMAINS, GARBAGE
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


class GarbageCase(CrmActivityPlusCommon):
    def setUp(self):
        super().setUp()
        # Of what is undone.
        self.addCleanup(self.env.registry.clear_all_caches)

    @classmethod
    def _make_records(cls):
        """:returns: model -> a record, on which the methods are called"""
        cls.plan.template_ids[1].after_ids = cls.plan.template_ids[0]
        cls.run_ = cls._launch(plan_date="2026-03-10")
        cls.other = cls._create_lead("Other")
        launches = cls.env["mail.activity.plan.launch"]
        records = [
            cls.run_.line_ids[0].activity_id,
            cls.env["mail.activity.bulk"].create(
                {"activity_ids": cls._schedule().ids, "mode": "done"}
            ),
            cls.env["mail.activity.outcome"].create({"name": "G fine"}),
            cls.plan,
            cls.plan.template_ids[0],
            launches._enqueue(
                cls.plan,
                LaunchRequest((cls.other.id,), date(2026, 3, 10), cls.user_owner.id),
            ),
            cls.run_,
            cls.run_.line_ids[0],
            cls.env["mail.activity.schedule"].create(
                {
                    "res_model": "crm.lead",
                    "res_ids": str(cls.other.ids),
                    "plan_id": cls.plan.id,
                }
            ),
            cls._create_type("Garbage"),
            cls.other,
            cls.sales_team_1,
            cls.partner,
            cls.user_colleague,
        ]
        cls.env.flush_all()
        return {record._name: record for record in records}

    @contextmanager
    def _undone(self):
        """Whatever was done is undone."""
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.rollback()
            savepoint.close(rollback=False)
            self.env.invalidate_all()

    def _take_snapshot(self):
        self.env.cr.execute(
            """
            SELECT (SELECT COUNT(*) FROM mail_activity_log),
                   (SELECT COUNT(*) FROM mail_activity_plan_run),
                   (SELECT COUNT(*) FROM mail_activity_plan_launch),
                   (SELECT COUNT(*) FROM mail_message),
                   (SELECT ARRAY_AGG((id, status, date_deadline, user_id) ORDER BY id)
                      FROM mail_activity),
                   (SELECT ARRAY_AGG((id, state, date_deadline, user_id) ORDER BY id)
                      FROM mail_activity_plan_run_line)
            """
        )
        return self.env.cr.fetchone()

    def assertNothingIsWrong(self, failures):
        self.assertFalse(
            failures, f"{len(failures)} failures:\n" + "\n".join(map(str, failures))
        )


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
            "mail.activity.plan/apply_graph": {"graph": cls.plan.get_graph()},
            "mail.activity.plan/check_graph": {"graph": cls.plan.get_graph()},
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
            ("plan", "launch", {"plan_date": "a\u0000b"}, "is no date"),
            ("plan", "launch", {"res_ids": ["a"]}, "a list of ids"),
            ("plan", "preview", {"responsible_id": "²"}, "no id of a user"),
            ("plan.run", "action_stop", {"note": "a\u0000"}, "can't be stored"),
            ("plan.run", "action_stop", {"reason": "\ud800"}, "no reason to stop"),
            ("plan.run.line", "action_snooze", {"until": 5}, "is no date"),
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


@tagged("post_install", "-at_install")
class TestGarbageValues(GarbageCase):
    """Whatever is written to the fields of an activity, a plan or what belongs to
    them."""

    MODELS = (
        "mail.activity",
        "mail.activity.bulk",
        "mail.activity.outcome",
        "mail.activity.plan",
        "mail.activity.plan.template",
        "mail.activity.schedule",
        "mail.activity.type",
    )

    def _get_names(self, model):
        """:returns: the fields that a client can write"""
        return [
            name
            for name, field in model._fields.items()
            if name not in MAGIC_COLUMNS
            and (not field.compute or not field.readonly)
            and not field.related
        ]

    def _prepare_values(self, model):
        """:returns: values of a new record"""
        todo = self.type_todo.id
        return {
            "mail.activity": {
                "activity_type_id": todo,
                "res_id": self.lead.id,
                "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                "date_start": "2026-03-10 09:00:00",
            },
            "mail.activity.plan": {"name": "New", "res_model": "crm.lead"},
            "mail.activity.plan.template": {
                "plan_id": self.plan.id,
                "activity_type_id": todo,
                "summary": "New",
            },
            "mail.activity.schedule": {
                "res_model": "crm.lead",
                "res_ids": str(self.lead.ids),
            },
        }.get(model, {"name": "New"} if "name" in self.env[model] else {})

    def _try(self, name, function):
        """:returns: what went wrong, or None"""
        try:
            with (
                self._undone(),
                mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_rule"),
            ):
                function()
                self.env.flush_all()
        except (UserError, psycopg2.IntegrityError):
            # Odoo makes a sentence of the latter.
            return None
        except Exception as error:
            if str(error).startswith("Invalid field"):
                # Odoo's own word for a field that there isn't.
                return None
            return f"{name}: {type(error).__name__} {str(error)[:200]}"
        return None

    def test_create_and_write(self):
        failures = []
        records = self._make_records()
        for model_name in self.MODELS:
            model = self.env[model_name].with_user(self.user_system)
            record = records[model_name].with_user(self.user_system)
            values = self._prepare_values(model_name)
            for name in self._get_names(model):
                for number, value in enumerate(GARBAGE):
                    given = {name: value}
                    # By turns, which is different for each field.
                    method = ("create", "write")[(number + len(name)) % 2]
                    if method == "create":
                        given = {**values, **given}
                    target = model if method == "create" else record
                    failures.append(
                        self._try(
                            f"{method} {model_name}.{name} = {str(value)[:60]}",
                            lambda t=target, m=method, v=given: getattr(t, m)(v),
                        )
                    )
        self.assertNothingIsWrong([failure for failure in failures if failure])

    def test_hours(self):
        """What takes longer than anybody lives, and what is no number."""
        for hours in (1e9, 1e300, float("nan"), float("inf")):
            with self.subTest(hours), self.assertRaises(UserError), self._undone():
                self._schedule(date_start="2026-03-10 09:00:00", duration=hours)
            with self.subTest(hours), self.assertRaises(UserError), self._undone():
                self._create_type("Long", default_duration=hours)

    def test_times_at_the_ends_of_the_calendar(self):
        activity = self._schedule(date_start="2026-03-10 09:00:00", duration=1)
        for moment in ("9999-12-31 23:59:59", "0001-01-01 00:00:00"):
            for name in ("date_start", "date_end"):
                with self.subTest(moment), self.assertRaises(UserError), self._undone():
                    activity.write({name: moment})
        for day in ("9999-12-31", "0001-01-01"):
            with self.subTest(day), self.assertRaises(UserError), self._undone():
                activity.date_deadline = day
        # Without times of their own, it is as in Odoo.
        for day in ("9999-12-31", "0001-01-01"):
            self.assertEqual(str(self._schedule(date_deadline=day).date_deadline), day)

    def test_what_is_in_a_one2many(self):
        with self.assertRaisesRegex(UserError, "whole number"), self._undone():
            self.plan.write(
                {
                    "template_ids": [
                        [1, self.plan.template_ids[0].id, {"delay_count": 2**31}]
                    ]
                }
            )

    def test_values_that_odoo_reads(self):
        """Numbers in texts, moments without seconds, ids of records: all as before."""
        activity = self._schedule()
        activity.write(
            {
                "date_start": "2026-03-10 09:00",
                "duration": "1.5",
                "date_deadline": "2026-03-10 00:00:00",
                "activity_type_id": self.type_todo,
                "user_id": self.user_manager.id,
            }
        )
        self.assertEqual(activity.duration, 1.5)
        self.assertEqual(activity.user_id, self.user_manager)
        self.plan.template_ids[0].delay_count = "7"
        self.assertEqual(self.plan.template_ids[0].delay_count, 7)
