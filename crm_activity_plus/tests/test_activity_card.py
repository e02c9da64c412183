# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.mail.tools.discuss import Store

from .common import CrmActivityPlusCommon


class CardCommon(CrmActivityPlusCommon):
    def _format(self, activities, user=None, **context):
        """:returns: what the client gets, by activity"""
        activities = activities.with_user(user or self.user_owner)
        data = activities.with_context(**context).activity_format()
        return {row["id"]: row for row in data["mail.activity"]}

    @classmethod
    def _set_card(cls, activity_type, *names, model="crm.lead"):
        activity_type.card_field_ids = [
            Command.set(
                [cls.env["ir.model.fields"]._get(model, name).id for name in names]
            )
        ]


@tagged("crm_activity_plus")
class TestActivityCard(CardCommon):
    """A type's activities show fields of their records."""

    def _get_card(self, activity, user=None):
        card = self._format(activity, user)[activity.id]["card"]
        return card and {field["name"]: field["value"] for field in card}

    def test_values_in_words(self):
        self.lead.write(
            {
                "date_deadline": date(2026, 3, 31),
                "description": "<p>Ten <b>desks</b></p>",
                "expected_revenue": 1234.5,
                "partner_id": self.partner.id,
                "phone": "+32 2 555 12 34",
                "priority": "2",
                "probability": 12.5,
                "tag_ids": [
                    Command.create({"name": "Wood"}),
                    Command.create({"name": "Steel"}),
                ],
            }
        )
        names = (
            "active",
            "date_deadline",
            "description",
            "expected_revenue",
            "partner_id",
            "phone",
            "priority",
            "probability",
            "tag_ids",
        )
        self._set_card(self.type_call, *names)
        card = self._get_card(self._schedule())
        symbol = self.company_main.currency_id.symbol
        self.assertEqual(card["active"], "Yes")
        self.assertEqual(card["date_deadline"], "03/31/2026")
        self.assertEqual(card["description"], "Ten *desks*")
        self.assertIn("1,234.50", card["expected_revenue"])
        self.assertIn(symbol, card["expected_revenue"])
        self.assertEqual(card["partner_id"], "Deco Addict")
        self.assertEqual(card["phone"], "+32 2 555 12 34")
        self.assertEqual(card["priority"], "High")
        self.assertEqual(card["probability"], "12.50")
        self.assertCountEqual(card["tag_ids"].split(", "), ["Wood", "Steel"])

    def test_values_for_another_reader(self):
        """Numbers, dates and times are in their language and time zone."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.lead.write(
            {
                "date_deadline": date(2026, 3, 31),
                "date_open": "2026-03-31 22:30:12",
                "color": -3000,
                "expected_revenue": -1234567.5,
                "probability": 12.5,
            }
        )
        names = ("color", "date_deadline", "date_open", "probability")
        self._set_card(self.type_call, *names, "expected_revenue")
        activity = self._schedule()
        for lang, revenue, values in (
            ("en_US", "-1,234,567.50", ("-3,000", "03/31/2026", "04/01/2026 12:30 AM")),
            ("fr_FR", "-1 234 567,50", ("-3 000", "31/03/2026", "01/04/2026 00:30")),
        ):
            activity = activity.with_context(lang=lang, tz="Europe/Brussels")
            card = {
                name: text.replace("\N{NO-BREAK SPACE}", " ")
                for name, text in self._get_card(activity).items()
            }
            self.assertIn(revenue, card.pop("expected_revenue"))
            probability = "12.50" if lang == "en_US" else "12,50"
            expected = zip(names, (*values, probability), strict=True)
            self.assertEqual(card, dict(expected))

    def test_odd_values(self):
        """Texts that look like markup, long ones, records without a name, what isn't
        one of a selection any more, and money without a currency."""
        comment = f"<p>{'Long ' * 100}</p>"
        tags = [Command.create({"name": f"<T{number}>"}) for number in range(7)]
        self.lead.write({"name": "<b>&amp; 3  <x>", "tag_ids": tags})
        self.lead.write({"phone": "1" * 300, "description": comment})
        self.lead.message_post(body="A message has no name")
        names = ("name", "tag_ids", "phone", "description", "message_ids", "priority")
        self._set_card(self.type_call, *names, "expected_revenue")
        activity = self._schedule()
        self.env.flush_all()
        self.cr.execute(
            "UPDATE crm_lead SET priority = '9' WHERE id = %s", [self.lead.id]
        )
        self.env.invalidate_all()
        field = self.env["crm.lead"]._fields["expected_revenue"]
        self.patch(field, "get_currency_field", lambda record: None)
        card = self._get_card(activity)
        self.assertEqual(card["name"], "<b>&amp; 3 <x>")
        self.assertEqual(card["tag_ids"], "<T0>, <T1>, <T2>, <T3>, <T4>, …")
        self.assertEqual(card["phone"], "1" * 199 + "…")
        self.assertEqual(len(card["description"]), 200)
        self.assertEqual(card["priority"], "9")
        self.assertEqual(card["expected_revenue"], "0.00")

    def test_labels_and_links(self):
        self.lead.write({"phone": "+32 2 555", "email_from": "deco@example.com"})
        self._set_card(self.type_call, "phone", "email_from", "name")
        activity = self._schedule()
        card = {
            field["name"]: (field["label"], field["href"])
            for field in self._format(activity)[activity.id]["card"]
        }
        self.assertEqual(card["phone"], ("Phone", "tel:+322555"))
        self.assertEqual(card["email_from"], ("Email", "mailto:deco@example.com"))
        self.assertEqual(card["name"][1], False)

    def test_empty_value(self):
        self.lead.partner_id = False
        self._set_card(self.type_call, "partner_id", "phone")
        card = self._get_card(self._schedule())
        self.assertEqual(card, {"partner_id": "", "phone": ""})

    def test_type_without_card(self):
        self.assertFalse(self._get_card(self._schedule()))

    def test_fields_of_another_model_are_left_out(self):
        self._set_card(self.type_call, "phone")
        self.assertFalse(self._get_card(self._schedule(self.partner)))

    def test_field_for_others_is_left_out(self):
        field = self.env["crm.lead"]._fields["phone"]
        self.patch(field, "groups", "base.group_system")
        self._set_card(self.type_call, "phone", "name")
        activity = self._schedule()
        self.assertEqual(self._get_card(activity), {"name": "Ten desks"})
        self.assertIn("phone", self._get_card(activity, self.user_system))

    def test_record_of_others_is_left_out(self):
        """Whoever is assigned sees the activity, but not the record."""
        self._set_card(self.type_call, "name")
        activity = self._schedule()
        activity.sudo().user_id = self.user_colleague
        self.assertFalse(self._get_card(activity, self.user_colleague))

    def test_deleted_record(self):
        self._set_card(self.type_call, "name")
        activity = self._schedule()
        self.env.flush_all()
        self.cr.execute("DELETE FROM crm_lead WHERE id = %s", [self.lead.id])
        self.env.invalidate_all()
        self.assertFalse(self._get_card(activity))

    def test_queries_dont_grow_with_the_activities(self):
        self._set_card(self.type_call, "name", "partner_id", "phone", "tag_ids")
        counts = []
        for size in (2, 20):
            leads = self._create_leads(size, partner_id=self.partner.id)
            activities = self.env["mail.activity"].union(
                *(self._schedule(lead) for lead in leads)
            )
            activities[:1].action_hold(reason="Wait")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._format(activities)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_only_administrators_choose_the_fields(self):
        field = self.env["ir.model.fields"]._get("crm.lead", "phone")
        with self.assertRaises(AccessError):
            self.type_call.with_user(self.user_manager).card_field_ids = field
        self.type_call.with_user(self.user_system).card_field_ids = field
        self.assertEqual(self.type_call.card_field_ids, field)


@tagged("crm_activity_plus")
class TestActivityHeld(CardCommon):
    """What is on hold stays in sight."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activity = cls._schedule(summary="Call back")
        cls.until = fields.Date.today() + timedelta(days=7)

    def _get_thread(self, user=None):
        store = Store()
        thread = self.lead.with_user(user or self.user_owner)
        store.add(thread, [], as_thread=True, request_list=["activities"])
        data = store.get_result()
        [thread] = data["mail.thread"]
        return thread, {row["id"]: row for row in data.get("mail.activity", [])}

    def test_chatter_knows_those_on_hold(self):
        self.activity.action_hold(self.until, "They are on holiday")
        thread, activities = self._get_thread()
        self.assertFalse(thread["activities"])
        self.assertEqual(thread["heldActivities"], self.activity.ids)
        row = activities[self.activity.id]
        self.assertEqual(row["status"], "on_hold")
        self.assertEqual(row["hold_reason"], "They are on holiday")
        self.assertEqual(row["on_hold_until"], self.until.isoformat())

    def test_chatter_doesnt_know_those_that_are_closed(self):
        self.activity.action_done()
        thread, _activities = self._get_thread()
        self.assertFalse(thread["heldActivities"])

    def test_last_reason_counts(self):
        self.activity.action_hold(reason="One")
        self.activity.action_hold(reason="Two")
        row = self._format(self.activity)[self.activity.id]
        self.assertEqual(row["hold_reason"], "Two")

    def test_popover_gets_those_of_the_record(self):
        other = self._schedule(summary="Now")
        self.activity.action_hold()
        on_record = ["crm.lead", self.lead.id]
        rows = self._format(other, activity_held_on=on_record)
        self.assertEqual(rows.keys(), {other.id, self.activity.id})
        none = self.env["mail.activity"]
        rows = self._format(none, activity_held_on=on_record)
        self.assertEqual(rows.keys(), {self.activity.id})

    def test_popover_gets_the_last_ones_that_were_cancelled(self):
        """They stay visible among the past ones, with the reason in the chatter."""
        cancelled = self.env["mail.activity"].union(
            *(self._schedule(summary=f"Gone {number}") for number in range(12))
        )
        cancelled.action_cancel()
        self.activity.action_done()
        on_record = ["crm.lead", self.lead.id]
        rows = self._format(self.env["mail.activity"], activity_held_on=on_record)
        self.assertEqual(len(rows), 10)
        self.assertEqual({row["status"] for row in rows.values()}, {"cancelled"})

    def test_popover_gets_nothing_of_others(self):
        self.activity.action_hold()
        data = (
            self.env["mail.activity"]
            .with_user(self.user_colleague)
            .with_context(activity_held_on=["crm.lead", self.lead.id])
            .activity_format()
        )
        self.assertNotIn("mail.activity", data)


@tagged("crm_activity_plus")
class TestActivityHistory(CardCommon):
    """The ledger in words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activity = cls._schedule(
            summary="Call back", date_deadline=date(2026, 3, 30)
        )

    def test_newest_first(self):
        self.activity.action_start()
        self.activity.action_hold(reason="They are on holiday")
        self.activity.with_user(self.user_manager).action_done()
        history = self.activity.get_history()
        self.assertEqual(
            [row["event"] for row in history],
            ["Done", "Resumed", "Put on hold", "Started", "Created"],
        )
        self.assertEqual(history[0]["user"], self.user_manager.name)
        self.assertEqual(history[2]["reason"], "They are on holiday")
        self.assertEqual(history[2]["user"], self.user_owner.name)
        self.assertTrue(fields.Datetime.to_datetime(history[0]["date"]))

    def test_statuses_and_outcome_in_words(self):
        outcome = self.env["mail.activity.outcome"].create({"name": "H keen"})
        self.activity.action_start()
        self.activity.complete(outcome.id)
        history = self.activity.get_history()
        self.assertEqual(
            [(row["old_status"], row["new_status"]) for row in history],
            [("In Progress", "Done"), ("New", "In Progress"), (False, "New")],
        )
        self.assertEqual([row["outcome"] for row in history], ["H keen", False, False])
        step = self._launch().line_ids[0]
        step.activity_id.with_user(self.user_owner).complete()
        rows = self.env["mail.activity"].browse(step.activity_id.id).get_history()
        self.assertEqual(
            [(row["old_status"], row["new_status"]) for row in rows],
            [("Scheduled", "Done"), (False, "Scheduled")],
        )

    def test_changes_in_words(self):
        self.activity.write(
            {
                "date_deadline": date(2026, 4, 2),
                "duration": 1.5,
                "user_id": self.user_colleague.id,
            }
        )
        [row] = self.activity.sudo().get_history()[:1]
        changes = {
            change["label"]: (change["old"], change["new"]) for change in row["changes"]
        }
        self.assertEqual(changes["Due Date"], ("03/30/2026", "04/02/2026"))
        self.assertEqual(changes["Duration"], ("", "01:30"))
        self.assertEqual(changes["Assigned to"], ("Olga Owner", "Carl Colleague"))

    def test_times_are_those_of_the_reader(self):
        self.activity.write({"date_start": "2026-03-30 08:00:00", "duration": 0.5})
        [row] = self.activity.get_history()[:1]
        texts = {change["label"]: change["new"] for change in row["changes"]}
        self.assertIn("10:00", texts["Start"])

    def test_not_for_everybody(self):
        with self.assertRaises(AccessError):
            self.activity.with_user(self.user_colleague).get_history()

    def test_queries_dont_grow_with_the_rows(self):
        counts = []
        for size in (2, 20):
            activity = self._schedule()
            for number in range(size):
                user = (self.user_owner, self.user_manager)[number % 2]
                activity.sudo().write(
                    {"summary": f"Number {number}", "user_id": user.id}
                )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(len(activity.get_history()), size + 1)
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 1)


@tagged("crm_activity_plus")
class TestActivityRefusals(CardCommon):
    """Somebody else was faster: nothing is done twice, and a sentence says who."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activity = cls._schedule(summary="Call back")

    def test_cancel_keeps_the_activity(self):
        self.activity.cancel_w_meeting("Wrong number")
        self.assertEqual(self.activity.status, "cancelled")
        self.assertEqual(self.activity.get_history()[0]["reason"], "Wrong number")

    def test_reason_of_a_cancellation_by_button(self):
        self.activity.action_cancel("Wrong number")
        self.assertEqual(self.activity.get_history()[0]["reason"], "Wrong number")

    def test_closed_by_somebody_else(self):
        self.activity.with_user(self.user_manager).action_done()
        for method in ("complete", "cancel_w_meeting", "action_start", "action_hold"):
            with (
                self.subTest(method),
                self.assertRaisesRegex(
                    UserError, f"{self.user_manager.name} marked it done"
                ),
            ):
                getattr(self.activity, method)()

    def test_step_closed_by_somebody_else(self):
        plan = self._create_plan("Short", self._step(self.type_todo, "Only one"))
        activity = self._launch(plan=plan).line_ids.activity_id
        activity.with_user(self.user_manager).complete()
        with self.assertRaisesRegex(UserError, self.user_manager.name):
            activity.with_user(self.user_owner).complete()

    def test_cancelled_by_somebody_else(self):
        self.activity.with_user(self.user_manager).action_cancel()
        with self.assertRaisesRegex(
            UserError, f"{self.user_manager.name} cancelled it"
        ):
            self.activity.complete()

    def test_done_and_schedule_next_is_refused_too(self):
        self.activity.with_user(self.user_manager).action_done()
        with self.assertRaisesRegex(UserError, "closed already"):
            self.activity.action_feedback_schedule_next(feedback="Mine")

    def test_files_are_added(self):
        attachment = (
            self.env["ir.attachment"]
            .with_user(self.user_owner)
            .create(
                {
                    "name": "offer.txt",
                    "res_model": "crm.lead",
                    "res_id": self.lead.id,
                }
            )
        )
        self.activity.complete(attachment_ids=attachment.ids)
        self.assertEqual(self.activity.attachment_ids, attachment)

    def test_not_for_everybody(self):
        with self.assertRaises(AccessError):
            self.activity.with_user(self.user_colleague).cancel_w_meeting()
        self.assertEqual(self.activity.status, "new")
