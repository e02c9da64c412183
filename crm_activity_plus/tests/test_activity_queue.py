# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.queue.mail_activity_claim import CLAIM_MINUTES
from .common import CrmActivityPlusCommon
from .concurrency import ConcurrencyCase

NOW = "2026-03-10 10:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestActivityQueue(CrmActivityPlusCommon):
    """One activity after the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = [("res_model", "=", "crm.lead"), ("res_id", "in", cls.lead.ids)]

    def _next(self, user=None, domain=None, **kwargs):
        Activity = self.env["mail.activity"].with_user(user or self.user_owner)
        return Activity.queue_next(domain or self.domain, **kwargs)

    def test_order(self):
        """Most overdue first; on one day the hotter lead, then the earlier hour."""
        hot = self._create_lead("Hot", priority="3")
        domain = [("res_id", "in", (self.lead + hot).ids)]
        later = self._schedule(date_deadline="2026-03-12")
        cold = self._schedule(date_deadline="2026-03-10")
        timed = self._schedule(
            date_deadline="2026-03-10", date_start="2026-03-10 14:00:00"
        )
        early = self._schedule(
            date_deadline="2026-03-10", date_start="2026-03-10 08:00:00"
        )
        hottest = self._schedule(hot, date_deadline="2026-03-10")
        overdue = self._schedule(date_deadline="2026-03-01")
        order = []
        while (answer := self._next(domain=domain, skip_ids=order))["activity"]:
            self.assertEqual(answer["left"], 6 - len(order))
            order.append(answer["activity"]["id"])
        expected = [overdue, hottest, early, timed, cold, later]
        self.assertEqual(order, [activity.id for activity in expected])

    def test_only_what_is_to_do(self):
        held, done, mine = (self._schedule() for _index in range(3))
        held.action_hold()
        done.complete()
        self.assertEqual(self._next()["activity"]["id"], mine.id)
        self.assertFalse(self._next(skip_ids=mine.ids)["activity"])
        statuses = [*self.domain, ("status", "in", ("on_hold", "done"))]
        self.assertFalse(self._next(domain=statuses)["activity"])

    def test_nobody_else_gets_it(self):
        first = self._schedule(date_deadline="2026-03-01")
        second = self._schedule(date_deadline="2026-03-02")
        self.assertEqual(self._next()["activity"]["id"], first.id)
        # Whoever reloads the page is where they were.
        self.assertEqual(self._next()["activity"]["id"], first.id)
        answer = self._next(self.user_manager)
        self.assertEqual(answer["activity"]["id"], second.id)
        self.assertEqual(answer["left"], 1)
        self.assertFalse(self._next(self.user_system)["activity"])

    def test_given_back(self):
        activity = self._schedule()
        self._next()
        activity.with_user(self.user_manager).queue_release()
        self.assertFalse(self._next(self.user_manager)["activity"], "Not theirs")
        activity.with_user(self.user_owner).queue_release()
        self.assertTrue(self._next(self.user_manager)["activity"])

    def test_claim_ends_by_itself(self):
        activity = self._schedule()
        self._next()
        minutes = timedelta(minutes=CLAIM_MINUTES - 1)
        with freeze_time(NOW) as clock:
            clock.tick(minutes)
            kept = activity.with_user(self.user_owner).queue_keep()
            self.assertEqual(kept, activity.ids)
            clock.tick(minutes)
            self.assertFalse(self._next(self.user_manager)["activity"])
            clock.tick(minutes)
            self.assertTrue(self._next(self.user_manager)["activity"])
            self.assertFalse(activity.with_user(self.user_owner).queue_keep())
            clock.tick(minutes * 2)
            self.env["mail.activity.claim"]._gc_over()
            self.assertFalse(
                self.env["mail.activity.claim"].search(
                    [("activity_id", "=", activity.id)]
                )
            )

    def test_what_is_shown(self):
        tag = self.env["crm.tag"].create({"name": "Furniture"})
        self.lead.write(
            {
                "phone": "+32 2 555 01 01",
                "email_from": "buyer@example.com",
                "contact_name": "Bea Buyer",
                "expected_revenue": 1200,
                "tag_ids": [Command.set(tag.ids)],
            }
        )
        run = self._launch()
        self.lead.message_post(body="They want them in oak.")
        data = self._next()["activity"]
        first = run.line_ids.activity_id.sorted("date_deadline")[0]
        self.assertEqual(data["id"], first.id)
        self.assertEqual(data["phone"], "+32 2 555 01 01")
        self.assertEqual(data["email"], "buyer@example.com")
        self.assertEqual(data["plan_step"]["count"], 5)
        facts = {fact["label"]: fact["value"] for fact in data["facts"]}
        self.assertEqual(facts["Customer"], "Deco Addict")
        self.assertEqual(facts["Contact"], "Bea Buyer")
        self.assertIn("1,200.00", facts["Expected Revenue"])
        self.assertEqual(facts["Tags"], "Furniture")
        self.assertEqual(facts["Salesperson"], "Olga Owner")
        self.assertIn("They want them in oak.", data["messages"][0]["body"])
        # The web client shows it in the user's time zone.
        sent = self.lead.message_ids[0].date
        self.assertEqual(data["messages"][0]["date"], fields.Datetime.to_string(sent))

    def test_other_models(self):
        self.partner.phone = "+32 2 555 02 02"
        self._schedule(self.partner)
        data = self._next(
            domain=[("res_model", "=", "res.partner"), ("res_id", "=", self.partner.id)]
        )["activity"]
        self.assertEqual(data["res_name"], "Deco Addict")
        self.assertEqual(data["phone"], "+32 2 555 02 02")
        self.assertIn("Deco Addict", [fact["value"] for fact in data["facts"]])
        alone = self.env["mail.activity"].create(
            {"summary": "Tidy up", "user_id": self.user_owner.id}
        )
        data = self._next(domain=[("id", "=", alone.id)])["activity"]
        self.assertEqual(data["name"], "Tidy up")
        self.assertFalse(data["readable"])

    def test_record_that_the_user_may_not_read(self):
        """What is assigned to somebody is shown, without the record's secrets."""
        self.lead.write({"phone": "+32 2 555 03 03", "user_id": self.user_owner.id})
        activity = self._schedule()
        activity.sudo().user_id = self.user_colleague
        answer = self._next(self.user_colleague)
        self.assertEqual(answer["activity"]["id"], activity.id)
        self.assertFalse(answer["activity"]["readable"])
        self.assertFalse(answer["activity"]["phone"])
        self.assertFalse(answer["activity"]["facts"])
        self.assertFalse(answer["activity"]["messages"])
        with self.assertRaises(UserError):
            activity.with_user(self.user_colleague).queue_write_email()
        self.assertTrue(
            activity.with_user(self.user_colleague).queue_complete()["done"]
        )

    def test_complete(self):
        first, second = self._schedule(), self._schedule()
        outcome = self.env["mail.activity.outcome"].create({"name": "Reached"})
        self._next()
        answer = first.queue_complete(outcome.id, "They want ten", second.id)
        self.assertEqual(answer, {"done": True, "reason": False, "is_next_valid": True})
        self.assertEqual(first.outcome_id, outcome)
        self.assertEqual(first.feedback, "They want ten")
        # The second is claimed for who goes on.
        self.assertFalse(self._next(self.user_manager)["activity"])

    def test_complete_twice(self):
        """The answer was lost on its way, and the client asks again."""
        activity = self._schedule()
        self.assertTrue(activity.queue_complete(None, "Done it")["done"])
        messages = self.lead.message_ids
        answer = activity.queue_complete(None, "Done it")
        self.assertTrue(answer["done"])
        self.assertEqual(self.lead.message_ids, messages)
        rows = self._get_logs(
            [("activity_ref", "=", activity.id), ("event", "=", "done")]
        )
        self.assertEqual(len(rows), 1)

    def test_somebody_was_faster(self):
        activity = self._schedule()
        activity.with_user(self.user_manager).complete()
        answer = activity.queue_complete()
        self.assertFalse(answer["done"])
        self.assertIn(self.user_manager.name, answer["reason"])
        self.assertIn("done", answer["reason"])
        cancelled = self._schedule()
        cancelled.with_user(self.user_manager).action_cancel()
        self.assertIn("cancelled", cancelled.queue_complete()["reason"])
        deleted = self._schedule()
        deleted.with_user(self.user_manager).unlink()
        answer = deleted.queue_hold()
        self.assertFalse(answer["done"])
        self.assertIn("deleted", answer["reason"])

    def test_rights_taken_away(self):
        activity = self._schedule(user=self.user_manager)
        activity.sudo().user_id = self.user_manager
        self.lead.user_id = self.user_colleague
        answer = activity.with_user(self.user_owner).queue_complete(None, "Typed")
        self.assertFalse(answer["done"])
        self.assertIn("can no longer change", answer["reason"])
        self.assertEqual(activity.status, "new")

    def test_hold(self):
        activity = self._schedule()
        answer = activity.queue_hold("2026-03-20", "They are on leave")
        self.assertTrue(answer["done"])
        self.assertEqual(activity.status, "on_hold")
        self.assertEqual(activity.on_hold_until, date(2026, 3, 20))
        self.assertTrue(activity.queue_hold("2026-03-20")["done"], "Asked twice")
        with self.assertRaisesRegex(UserError, "not in the future"):
            self._schedule().queue_hold("2026-03-10")

    def test_next_was_closed_by_the_first(self):
        """An outcome that ends the plan takes the next step along."""
        outcome = self.env["mail.activity.outcome"].create(
            {"name": "Not interested", "effect": "stop"}
        )
        run = self._launch()
        first, second = run.line_ids.activity_id.sorted("date_deadline")[:2]
        answer = first.with_user(self.user_owner).queue_complete(
            outcome.id, None, second.id
        )
        self.assertFalse(answer["is_next_valid"])
        self.assertEqual(run.state, "stopped")

    def test_email(self):
        self.lead.write({"partner_id": False, "email_from": "new@example.com"})
        activity = self._schedule()
        action = activity.queue_write_email()
        partner = self.env["res.partner"].browse(
            action["context"]["default_partner_ids"]
        )
        self.assertEqual(partner.email, "new@example.com")
        self.assertEqual(action["context"]["default_res_ids"], self.lead.ids)

    def test_read_again(self):
        activity = self._schedule()
        self.lead.message_post(body="Something new")
        data = activity.with_user(self.user_owner).queue_read()
        self.assertIn("Something new", data["messages"][0]["body"])
        activity.complete()
        self.assertFalse(activity.with_user(self.user_owner).queue_read())

    def test_strangers_see_nothing(self):
        activity = self._schedule()
        other = self.user_other_company
        self.assertFalse(self._next(other)["activity"])
        self.assertFalse(activity.with_user(other).queue_keep())
        self.assertFalse(activity.with_user(other).queue_read())
        self.assertFalse(activity.with_user(other).queue_complete()["done"])
        self.assertEqual(activity.status, "new")
        activity.complete()
        reason = activity.with_user(other).queue_complete()["reason"]
        self.assertNotIn(self.user_owner.name, reason)
        activity.sudo().unlink()
        reason = activity.with_user(other).queue_complete()["reason"]
        self.assertNotIn(self.user_owner.name, reason)

    def test_queries_do_not_grow(self):
        def count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._next()
            return self.cr.sql_log_count - before

        self._schedule()
        count_queries()
        few = count_queries()
        for _index in range(20):
            self._schedule()
            self.lead.message_post(body="Again")
        self.assertLessEqual(count_queries(), few)


@tagged("post_install", "-at_install")
class TestActivityQueueConcurrency(ConcurrencyCase):
    """Two people pull from one queue."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            self.user_ids = (
                env["res.users"]
                .with_context(no_reset_password=True)
                .create(
                    [
                        {
                            "name": name,
                            "login": f"{name}-{self.plan_id}",
                            "group_ids": [
                                Command.link(
                                    env.ref(
                                        "sales_team.group_sale_salesman_all_leads"
                                    ).id
                                )
                            ],
                        }
                        for name in ("first", "second", "third")
                    ]
                )
                .ids
            )
            leads = env["crm.lead"].browse(self.lead_ids)
            self.activity_ids = []
            for lead in leads:
                self.activity_ids += lead.activity_schedule(
                    "mail.mail_activity_data_todo", user_id=self.user_ids[0]
                ).ids
        self.addCleanup(self._delete_users)

    def _delete_users(self):
        with self._transaction() as env:
            env["mail.activity"].with_context(active_test=False).search(
                [("id", "in", self.activity_ids)]
            ).unlink()
            env.cr.execute(
                "DELETE FROM mail_activity_log WHERE activity_ref = ANY(%s)",
                [self.activity_ids],
            )
            users = env["res.users"].browse(self.user_ids)
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def _pull(self, user_id):
        domain = [("id", "in", self.activity_ids)]
        return lambda env: env(user=user_id)["mail.activity"].queue_next(domain)

    def test_never_the_same(self):
        for _round in range(3):
            answers = self._run_together(*map(self._pull, self.user_ids))
            got = [answer["activity"]["id"] for answer in answers]
            self.assertEqual(sorted(got), sorted(self.activity_ids))
            with self._transaction() as env:
                for user_id in self.user_ids:
                    env(user=user_id)["mail.activity"].browse(got).queue_release()

    def test_complete_at_once(self):
        """A double click: two requests, one completion."""
        activity_id = self.activity_ids[0]

        def complete(env):
            env = env(user=self.user_ids[0])
            return env["mail.activity"].browse(activity_id).queue_complete()

        answers = self._run_together(complete, complete)
        self.assertEqual([answer["done"] for answer in answers], [True, True])
        with self._transaction() as env:
            rows = env["mail.activity.log"].search(
                [("activity_ref", "=", activity_id), ("event", "=", "done")]
            )
            self.assertEqual(len(rows), 1)
