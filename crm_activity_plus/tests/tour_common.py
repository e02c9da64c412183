# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from contextlib import contextmanager

from odoo.fields import Command
from odoo.tests import HttpCase

from odoo.addons.mail.tests.common import mail_new_test_user


class _Warnings(logging.Handler):
    """Keeps what a browser's console warns of."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


class TourCase(HttpCase):
    """People, leads and plans for tours, and a browser whose warnings count."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls._create_user(
            "tour_admin", "base.group_system,sales_team.group_sale_manager"
        )
        cls.manager = cls._create_user("tour_manager", "sales_team.group_sale_manager")
        cls.salesperson = cls._create_user(
            "tour_salesperson", "sales_team.group_sale_salesman"
        )

    @classmethod
    def _create_user(cls, login, groups):
        return mail_new_test_user(
            cls.env,
            login=login,
            password=login,
            name=login.replace("_", " ").title(),
            groups=groups,
            lang="en_US",
            tz="UTC",
        )

    @classmethod
    def _create_leads(cls, *names):
        return cls.env["crm.lead"].create(
            [
                {"name": name, "type": "opportunity", "user_id": cls.salesperson.id}
                for name in names
            ]
        )

    @classmethod
    def _create_plan(cls):
        def step(xmlid, summary, count, delay_from):
            return Command.create(
                {
                    "activity_type_id": cls.env.ref(f"mail.{xmlid}").id,
                    "summary": summary,
                    "responsible_type": "on_demand",
                    "delay_count": count,
                    "delay_unit": "days",
                    "delay_from": delay_from,
                }
            )

        plan = cls.env["mail.activity.plan"].create(
            {
                "name": "Tour of the Factory",
                "res_model": "crm.lead",
                "template_ids": [
                    step(
                        "mail_activity_data_email",
                        "Send the invitation",
                        2,
                        "before_plan_date",
                    ),
                    step(
                        "mail_activity_data_todo",
                        "Write the quotation",
                        3,
                        "after_plan_date",
                    ),
                    step("mail_activity_data_call", "Call back", 5, "after_plan_date"),
                ],
            }
        )
        plan.template_ids[2].after_ids = plan.template_ids[1]
        return plan

    def _get_url(self, lead):
        return f"/odoo/action-crm.crm_lead_action_pipeline/{lead.id}"

    @contextmanager
    def _assert_no_warnings(self):
        """Fail on warnings in the browser's console. Odoo does so on errors."""
        logger = self._logger.getChild("browser")
        handler, level = _Warnings(), logger.level
        logger.addHandler(handler)
        logger.setLevel(logging.WARNING)
        try:
            yield
        finally:
            logger.setLevel(level)
            logger.removeHandler(handler)
        self.assertFalse(handler.messages, "The browser's console has warnings.")

    def start_tour(self, url_path, tour_name, **kwargs):
        with self._assert_no_warnings():
            return super().start_tour(url_path, tour_name, **kwargs)

    @classmethod
    def _create_branches(cls):
        """:returns: a plan whose second step depends on how the first one ended"""
        Outcome = cls.env["mail.activity.outcome"]
        call = cls.env["mail.activity.type"].create({"name": "Tour Call"})
        # The type is its own: others have outcomes that an administrator may change.
        interested, not_interested, _no_answer = Outcome.create(
            [
                {
                    "name": "Interested",
                    "kind": "success",
                    "activity_type_ids": call.ids,
                },
                {
                    "name": "Not Now",
                    "kind": "failure",
                    "activity_type_ids": call.ids,
                },
                {
                    "name": "No Answer",
                    "effect": "retry",
                    "retry_delay_count": 1,
                    "activity_type_ids": call.ids,
                },
            ]
        )
        todo = cls.env.ref("mail.mail_activity_data_todo")
        plan = cls.env["mail.activity.plan"].create(
            {
                "name": "Tour of Branches",
                "res_model": "crm.lead",
                "template_ids": [
                    Command.create(
                        {
                            "activity_type_id": activity_type.id,
                            "summary": summary,
                            "responsible_type": "on_demand",
                            "delay_count": count,
                            "delay_unit": "days",
                            "delay_from": "after_plan_date",
                        }
                    )
                    for activity_type, summary, count in (
                        (call, "Call them", 0),
                        (todo, "Send the offer", 2),
                        (todo, "Say goodbye", 2),
                    )
                ],
            }
        )
        call_step, offer, goodbye = plan.template_ids
        offer.write({"after_ids": call_step, "after_outcome_ids": interested})
        goodbye.write({"after_ids": call_step, "after_outcome_ids": not_interested})
        return plan

    def _start_on_branches(self, tour):
        plan = self._create_branches()
        [lead] = self._create_leads("Factory A")
        plan.with_user(self.salesperson).launch(lead.ids)
        self.start_tour(self._get_url(lead), tour, login="tour_salesperson")
        return lead.plan_run_ids
