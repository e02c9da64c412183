# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon

CRON = "crm_activity_plus_automation.ir_cron_plan_visits"


class SeriesCase(CrmActivityPlusCommon):
    """Customers of the category GOLD, and a plan that visits them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold = cls.env["res.partner.category"].create({"name": "GOLD"})
        cls.customers = cls._create_customers(3)
        cls.visit_plan = cls._create_visit_plan()
        cls.domain = f"[('category_id', 'in', [{cls.gold.id}])]"

    @classmethod
    def _create_customers(cls, count, **values):
        return cls.env["res.partner"].create(
            [
                {
                    "name": f"Gold {n}",
                    "email": f"gold{n}@customers.example.com",
                    "user_id": cls.user_owner.id,
                    "category_id": [(6, 0, cls.gold.ids)],
                    **values,
                }
                for n in range(count)
            ]
        )

    @classmethod
    def _create_visit_plan(cls, *others, **values):
        values = {"res_model": "res.partner", "allow_parallel": False, **values}
        return cls._create_plan("Maintenance", cls._visit(), *others, **values)

    @classmethod
    def _visit(cls, **values):
        return cls._step(
            cls.type_meeting,
            "Visit",
            **{
                "action_type": "meeting",
                "duration": 1,
                "responsible_type": "other",
                "responsible_id": cls.user_owner.id,
                **values,
            },
        )

    @classmethod
    def _create_series(cls, user=None, **values):
        """By a manager, whose rights are those of the launch."""
        return (
            cls.env["mail.activity.plan.recurrence"]
            .with_user(user or cls.user_manager)
            .create(
                {
                    "name": "GOLD visits",
                    "plan_id": cls.visit_plan.id,
                    "domain": cls.domain,
                    "rrule_type": "monthly",
                    "day": 3,
                    "date_start": "2026-03-01",
                    "count": 12,
                    **values,
                }
            )
        )

    def _run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(CRON).method_direct_trigger()
        self.env.invalidate_all()

    def _find_visits(self, series):
        """:returns: the meetings of a series, as superuser, in order"""
        return self.env["calendar.event"].search(
            [("plan_recurrence_id", "=", series.id)], order="start, id"
        )
