# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo.fields import Date
from odoo.tests import tagged

from .tour_common import TourCase


@tagged("post_install", "-at_install")
class TestToursActivityMy(TourCase):
    """The page of a person's activities and the work queue, in a real browser."""

    def setUp(self):
        super().setUp()
        self.lead, self.other_lead = self._create_leads("Factory A", "Factory B")
        self.call = self.env["mail.activity.type"].create({"name": "Tour Call"})
        self.reached = self.env["mail.activity.outcome"].create(
            {
                "name": "Reached",
                "code": "tour_reached",
                "kind": "success",
                "sequence": -1,
                "activity_type_ids": self.call.ids,
            }
        )

    def _schedule(self, *summaries):
        """:returns: activities, each due a day after the one before, the last today"""
        today = Date.today()
        return (
            self.env["mail.activity"]
            .with_user(self.salesperson)
            .create(
                [
                    {
                        "activity_type_id": self.call.id,
                        "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                        "res_id": self.lead.id,
                        "summary": summary,
                        "user_id": self.salesperson.id,
                        "date_deadline": today - timedelta(days=days),
                    }
                    for days, summary in zip(
                        reversed(range(len(summaries))), summaries, strict=True
                    )
                ]
            )
        )

    def test_bulk(self):
        first, second, held, done = self._schedule(
            "Call A", "Call B", "Call Held", "Call Done"
        )
        held.action_hold()
        # Somebody else is faster, once the list is open.
        wizard = type(self.env["mail.activity.bulk"])
        original = wizard._filter_possible

        def _filter_possible(records):
            if records.mode == "reassign":
                done.with_env(records.sudo().env).complete()
            return original(records)

        self.patch(wizard, "_filter_possible", _filter_possible)
        self.start_tour("/odoo", "crm_activity_plus_bulk", login="tour_salesperson")
        due = Date.today() + timedelta(days=3)
        self.assertEqual((first + second).mapped("date_deadline"), [due, due])
        self.assertEqual(first.user_id, self.manager)
        self.assertEqual(second.user_id, self.salesperson)
        self.assertEqual(done.user_id, self.salesperson)
        self.assertEqual(held.status, "new")

    def test_done(self):
        activity, later = self._schedule("Call A", "Call B")
        call_back = self.env["mail.activity.outcome"].create(
            {
                "name": "Call me back",
                "code": "tour_call_back",
                "effect": "retry",
                "retry_asks_date": True,
                "activity_type_ids": self.call.ids,
            }
        )
        self.start_tour("/odoo", "crm_activity_plus_my_done", login="tour_salesperson")
        self.assertEqual(activity.status, "done")
        self.assertEqual(activity.outcome_id, self.reached)
        self.assertEqual(later.status, "done")
        self.assertEqual(later.outcome_id, call_back)
        self.assertEqual(later.feedback, "After their holidays")
        again = self.lead.activity_ids
        self.assertEqual((again.summary, again.attempt), ("Call B", 2))
        self.assertEqual(again.date_deadline, Date.today() + timedelta(days=6))

    def test_new(self):
        self._schedule("Call A")
        self.start_tour("/odoo", "crm_activity_plus_my_new", login="tour_salesperson")
        activity = self.other_lead.activity_ids
        self.assertEqual(activity.summary, "Assigned from the page")
        self.assertEqual(activity.user_id, self.salesperson)

    def test_board(self):
        first, second = self._schedule("Call A", "Call B")
        self.start_tour("/odoo", "crm_activity_plus_board", login="tour_salesperson")
        self.assertEqual(first.status, "on_hold")
        self.assertEqual(first.status_before_hold, "in_progress")
        self.assertEqual(second.status, "done")
        self.assertEqual(second.feedback, "They are happy")

    def test_queue(self):
        activities = self._schedule("Call A", "Call B", "Call C", "Call D")
        self.lead.write({"phone": "+32 2 555 01 01", "contact_name": "Bea Buyer"})
        self.lead.message_post(body="They want them in oak")
        self.start_tour("/odoo", "crm_activity_plus_queue", login="tour_salesperson")
        first, second, third, fourth = activities
        self.assertEqual(first.outcome_id, self.reached)
        self.assertEqual(first.feedback, "12 desks, sold")
        self.assertEqual(second.status, "new")
        self.assertEqual(third.status, "on_hold")
        self.assertEqual(third.on_hold_until, Date.today() + timedelta(days=1))
        self.assertEqual(fourth.status, "done")
        self.assertEqual(fourth.feedback, "Left a message")

    def test_queue_of_what_was_found(self):
        _first, second = self._schedule("Call A", "Call B")
        self.start_tour(
            "/odoo", "crm_activity_plus_queue_selection", login="tour_salesperson"
        )
        self.assertEqual(second.status, "done")
