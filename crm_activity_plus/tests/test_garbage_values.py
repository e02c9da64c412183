# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import UserError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged
from odoo.tools import mute_logger

from .garbage import GARBAGE
from .garbage_common import GarbageCase


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
