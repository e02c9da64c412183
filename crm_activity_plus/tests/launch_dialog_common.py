# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import Form

from .common import CrmActivityPlusCommon

PLAN_DATE = "2026-03-10"


class LaunchDialogCase(CrmActivityPlusCommon):
    """A plan whose steps ask who does them, and its pop-up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second, cls.third, *_others = cls.plan.template_ids
        cls.Schedule = cls.env["mail.activity.schedule"].with_user(cls.user_owner)

    def _preview(self, records=None, user=None, **kwargs):
        schedule = self.Schedule.with_user(user or self.user_owner)
        return schedule.preview_launch(
            self.plan.id, (records or self.lead).ids, plan_date=PLAN_DATE, **kwargs
        )

    def _open(self, records=None, **context):
        records = records or self.lead
        return Form(
            self.Schedule.with_context(
                active_model=records._name,
                active_id=records[:1].id,
                active_ids=records.ids,
                **context,
            )
        )

    def _open_on(self, records=None, **context):
        popup = self._open(records, **context)
        popup.plan_id = self.plan
        popup.plan_date = PLAN_DATE
        return popup

    def _override(self, **overrides):
        return {str(self.plan.id): overrides}
