# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging
from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, common

from .common import INBOX, create_users


class _Warnings(logging.Handler):
    """Keeps what a browser's console warns of."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.messages = []

    def emit(self, record):
        self.messages.append(record.getMessage())


class _Browser(common.ChromeBrowser):
    """A browser for several tours. Starting one, and having it read the web client's
    scripts for the first time, takes longer than most tours."""

    has_quit = False

    def begin(self, test_case, success_signal):
        """Be as new, for the next tour."""
        self.test_case = test_case
        self.success_signal = success_signal
        self._logger = test_case._logger
        self._result = common.Future()
        self.error_checker = None

    def stop(self):
        """Leave nothing of a tour but the files that were read. What failed isn't used
        again."""
        result = getattr(self, "_result", None)
        if not result or not result.done() or result.exception() or self.had_failure:
            return self.quit()
        self._websocket_request("Page.stopLoading")
        self.navigate_to("about:blank", wait_stop=True)
        origin = self.test_case.base_url()
        self._websocket_request(
            "Storage.clearDataForOrigin",
            params={"origin": origin, "storageTypes": "all"},
        )
        self._websocket_request("Network.clearBrowserCookies")
        self._frames.clear()

    def quit(self):
        if not self.has_quit:
            self.has_quit = True
            super().stop()


class TourCase(HttpCase):
    """People, leads and plans for tours, and a browser whose warnings count."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._kept_browser = None
        people = {
            "tour_admin": "base.group_system,sales_team.group_sale_manager",
            "tour_manager": "sales_team.group_sale_manager",
            "tour_salesperson": "sales_team.group_sale_salesman",
        }
        cls.admin, cls.manager, cls.salesperson = create_users(
            cls.env,
            *(
                (f"{groups},{INBOX}", cls._name(login))
                for login, groups in people.items()
            ),
        )

    @classmethod
    def _name(cls, login):
        """:returns: values of a user"""
        name = login.replace("_", " ").title()
        values = {"login": login, "password": login, "name": name}
        return {**values, "lang": "en_US", "tz": "UTC"}

    def _open_browser(self, _test_case, success_signal, **options):
        """:returns: the browser of the tests of this class"""
        cls = type(self)
        if cls._kept_browser and not cls._kept_browser.has_quit:
            cls._kept_browser.begin(self, success_signal)
        else:
            cls._kept_browser = _Browser(self, success_signal, **options)
            cls.addClassCleanup(cls._kept_browser.quit)
        return cls._kept_browser

    def browser_js(self, *args, **kwargs):
        with patch.object(common, "ChromeBrowser", self._open_browser):
            return super().browser_js(*args, **kwargs)

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
                {"activity_type_ids": call.ids, **values}
                for values in (
                    {"name": "Interested", "kind": "success"},
                    {"name": "Not Now", "kind": "failure"},
                    {"name": "No Answer", "effect": "retry", "retry_delay_count": 1},
                )
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
