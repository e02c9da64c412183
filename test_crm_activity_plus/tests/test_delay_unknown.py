# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.test_crm_activity_plus.models.mail_activity_plan_template import (
    MailActivityPlanTemplate,
)

from .doors_common import DoorsCase

DEADLINES = "odoo.addons.crm_activity_plus.engine.deadlines"


@tagged("post_install", "-at_install")
class TestDelayUnknown(DoorsCase):
    """A delay of another addon's, which doesn't know the date, or is gone."""

    def setUp(self):
        super().setUp()
        self.plan = self._create_chain(
            self._step(self.type_todo, "First", code="first"),
            self._step(
                self.type_call,
                "Then",
                1,
                "after_previous_done",
                code="then",
                delay_unit="quarters",
            ),
            self._step(self.type_todo, "Last", code="last"),
            res_model="test.activity.document",
        )

    def _forget_unit(self, runs):
        """As after its addon was uninstalled."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_activity_plan_run_line SET delay_unit = 'gone'"
            " WHERE run_id = ANY(%s) AND delay_unit = 'quarters'",
            [runs.ids],
        )
        self.env.invalidate_all()

    def _get_open(self, runs):
        return runs.line_ids.activity_id.filtered("active")

    def assertGoesOn(self, run):
        """The step fails, says why, and the next one is scheduled."""
        self.assertEqual(run.line_ids.mapped("state"), ["done", "failed", "scheduled"])
        self.assertIn("“Then”: It can't be dated", run.line_ids[1].reason)
        self.assertLedgerTellsState(run)

    @mute_logger(DEADLINES)
    def test_its_addon_was_uninstalled(self):
        run = self._launch(self.document, self.plan)
        self._forget_unit(run)
        self._get_open(run).complete()
        self.assertGoesOn(run)

    @mute_logger(DEADLINES)
    def test_the_others_of_a_batch(self):
        documents = self.document + self._create_document("Tunnel")
        gone, other = self._launch(documents, self.plan).sorted("id")
        self._forget_unit(gone)
        self._get_open(gone + other).complete()
        self.assertGoesOn(gone)
        self.assertEqual(
            other.line_ids.mapped("state"), ["done", "scheduled", "waiting"]
        )

    @mute_logger(DEADLINES)
    def test_its_addon_has_an_error(self):
        run = self._launch(self.document, self.plan)
        for wrong in ({"side_effect": KeyError("x")}, {"return_value": None}):
            with (
                self.subTest(wrong),
                patch.object(MailActivityPlanTemplate, "_get_date_deadline", **wrong),
            ):
                with self.assertRaisesRegex(ValidationError, "can't be dated"):
                    self.plan.preview(self.document.ids)
        with patch.object(
            MailActivityPlanTemplate, "_get_date_deadline", side_effect=KeyError("x")
        ):
            self._get_open(run).complete()
        self.assertGoesOn(run)
