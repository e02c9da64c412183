# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from datetime import date, timedelta

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import json_default

from odoo.addons.rpc.controllers.xmlrpc import OdooMarshaller

from .common import CrmActivityPlusCommon

TODAY = date(2026, 3, 2)


@tagged("post_install", "-at_install")
class TestDateExplanation(CrmActivityPlusCommon):
    """How dates were found is told in a few words, however long the story is."""

    def _nest(self, depth, first):
        explanation = first
        for number in range(depth):
            explanation = {
                "base": "rescheduled",
                "date": f"2026-03-{number % 28 + 1:02}",
                "before": explanation,
            }
        return explanation

    def _store(self, line, explanation):
        """As an older version did."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_activity_plan_run_line"
            " SET date_explanation = %s WHERE id = %s",
            [json.dumps(explanation), line.id],
        )
        self.env.invalidate_all()

    def _get_depth(self, explanation):
        depth = 0
        while explanation:
            depth, explanation = depth + 1, explanation.get("before")
        return depth

    @freeze_time(TODAY)
    def test_a_thousand_changes(self):
        run = self._launch(plan_date="2026-03-10")
        line = run.line_ids[0]
        for number in range(1000):
            day = TODAY + timedelta(days=number % 200 + 1)
            if number % 2:
                line.action_snooze(day)
            else:
                line.activity_id.date_deadline = day
        explanation = line.date_explanation
        self.assertEqual(explanation["date"], line.date_deadline.isoformat())
        self.assertEqual(self._get_depth(explanation), 5)
        root = explanation["before"]["before"]["before"]["before"]
        self.assertEqual((root["base"], root["date"]), ("plan_date", "2026-03-08"))
        self.assertLess(len(json.dumps(explanation)), 2000)

    @freeze_time(TODAY)
    def test_a_thousand_pauses(self):
        run = self._launch(plan_date="2026-03-10")
        with freeze_time(TODAY) as clock:
            for _number in range(60):
                run.action_pause()
                clock.tick(timedelta(days=1))
                run.action_resume()
        self.assertEqual(self._get_depth(run.line_ids[0].date_explanation), 5)
        self.assertLedgerTellsState(run)

    @freeze_time(TODAY)
    def test_date_that_was_chosen_is_chosen_for_good(self):
        chosen = "2026-03-09"
        run = self._launch(
            plan_date="2026-03-10",
            overrides={
                self.lead.id: {
                    self.plan.template_ids[0].code: {"date_deadline": chosen}
                }
            },
        )
        line = run.line_ids[0]
        for number in range(20):
            line.action_snooze(TODAY + timedelta(days=number + 1))
        run.action_stop()
        with freeze_time(TODAY + timedelta(days=2)):
            run.action_restart()
        self.assertEqual(line.date_deadline, date(2026, 3, 11))
        self.assertEqual(line.date_explanation["base"], "chosen_at_launch")

    def test_what_an_older_version_stored(self):
        run = self._launch(plan_date="2026-03-10")
        line = run.line_ids[0]
        rows = [
            {"date": str(TODAY + timedelta(days=number)), "reason": "closed"}
            for number in range(3000)
        ]
        first = {"base": "plan_date", "date": "2026-03-08", "skipped": rows}
        self._store(line, self._nest(450, first))
        self.assertEqual(self._get_depth(line.date_explanation), 5)
        self.env.invalidate_all()
        own = line.with_user(self.user_owner)
        answers = [
            own.read(["date_explanation"]),
            own.web_read({"date_explanation": {}}),
            own.search_read([("id", "=", line.id)], ["date_explanation"]),
            run.with_user(self.user_owner).get_timeline(),
        ]
        for answer in answers:
            OdooMarshaller(allow_none=False).dumps((answer,))
            self.assertLess(len(json.dumps(answer, default=json_default)), 10_000)
        # The next change stores a short one.
        line.action_snooze("2026-03-25")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT date_explanation FROM mail_activity_plan_run_line WHERE id = %s",
            [line.id],
        )
        [[stored]] = self.env.cr.fetchall()
        self.assertEqual(self._get_depth(stored), 5)
        self.assertLess(len(json.dumps(stored)), 2000)

    def test_long_count_on_many_records(self):
        self.plan.write(
            {
                "deadline_policy": "working_days",
                "resource_calendar_id": self.env["resource.calendar"]
                .create({"name": "Monday to Friday", "company_id": False})
                .id,
            }
        )
        self.plan.template_ids[0].write(
            {"delay_count": 20_000, "delay_from": "after_plan_date"}
        )
        leads = self._create_leads(100)
        answer = self.plan.with_user(self.user_owner).preview(
            leads.ids, plan_date="2026-03-10"
        )
        self.assertLess(len(json.dumps(answer, default=json_default)), 500_000)
        [weekends] = answer["records"][0]["lines"][0]["explanation"]["skipped"]
        self.assertEqual(weekends["count"], 8000)
