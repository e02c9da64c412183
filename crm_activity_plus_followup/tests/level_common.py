# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Command

from .common import FollowupCase


class LevelCase(FollowupCase):
    """A follow-up plan with levels after 15, 30 and 45 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["mail.activity.plan"].search(
            [("is_followup", "=", True)]
        ).active = False
        cls.plan = cls._create_levels()
        cls.first, cls.second, cls.third = cls.plan.template_ids

    @classmethod
    def _create_levels(cls, *days, **values):
        """:returns: a plan with levels"""
        return cls.env["mail.activity.plan"].create(
            {
                "name": "Payment Follow-up",
                "res_model": "res.partner",
                "is_followup": True,
                "company_id": cls.env.company.id,
                "template_ids": [
                    Command.create(cls._level(count)) for count in days or (15, 30, 45)
                ],
                **values,
            }
        )

    @classmethod
    def _level(cls, days, **values):
        return {
            "summary": f"After {days} days",
            "activity_type_id": cls.env.ref("mail.mail_activity_data_todo").id,
            "delay_count": days,
            "delay_unit": "days",
            "delay_from": "after_plan_date",
            **values,
        }

    def _complete(self, partner=None):
        """Do the level that is due."""
        run = (partner or self.customer).followup_run_id
        run.sudo()._get_followup_step().activity_id.complete()
        self.env.invalidate_all()

    def _run_job(self, day=None):
        """Have the daily job done.

        :param day: first go to that one: a date, or how many days from today
        """
        if day is not None:
            self._go_on(day)
        cron = self.env.ref("crm_activity_plus_followup.ir_cron_followup")
        with self.enter_registry_test_mode():
            cron.with_user(self.env.ref("base.user_root")).method_direct_trigger()
        self.env.invalidate_all()

    def assertStatus(self, status, level=None, partner=None):
        partner = (partner or self.customer).with_env(self.env)
        partner.invalidate_recordset()
        self.assertEqual(
            (partner.followup_status, partner.followup_line_id),
            (status, level or self.first.browse()),
        )
        found = partner.with_context(active_test=False).search(
            [("id", "=", partner.id), ("followup_status", "=", status)]
        )
        self.assertEqual(found.ids, partner.ids)
