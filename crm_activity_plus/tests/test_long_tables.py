# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged
from odoo.tools import SQL

from .common import CrmActivityPlusCommon

MODELS = ("mail.activity", "mail.activity.log", "mail.activity.plan.run")


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestLongTables(CrmActivityPlusCommon):
    """How what one may read is found, where there are a million rows. A test has a few:
    what can be seen is that PostgreSQL could do it with an index."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_ = cls._launch(plan_date="2026-03-10")
        cls.env.flush_all()

    def _explain(self, sql):
        """:returns: PostgreSQL's plan, with an index wherever that is possible"""
        self._forbid("seqscan", "bitmapscan", "hashjoin", "mergejoin")
        self._forbid("sort", "incremental_sort")
        self.env.cr.execute(SQL("EXPLAIN %s", sql))
        return "\n".join(line for [line] in self.env.cr.fetchall())

    def _forbid(self, *ways):
        """Have PostgreSQL do something else, wherever that is possible."""
        for way in ways:
            self.env.cr.execute(f"SET LOCAL enable_{way} = off")

    def test_documents_are_joined(self):
        """With ``res_id IN (..)`` beside another condition, each row looks through the
        list of all documents, where that is longer than what fits into a hash table:
        minutes instead of milliseconds with 360,000 leads."""
        for model in MODELS:
            for user in (self.user_owner, self.user_manager, self.user_system):
                with self.subTest(model, user=user.name):
                    query = self.env[model].with_user(user)._search([])
                    self.assertIn("LEFT JOIN", query.select().code)
                    plan = self._explain(query.select())
                    self.assertIn("crm_lead_pkey", plan)
                    # Merged records are few: a hash table of them is small.
                    if model != "mail.activity.log":
                        self.assertNotIn("SubPlan", plan)

    def test_own_activities_need_no_document(self):
        """All of them may be read, whatever they are on."""
        activities = self.env["mail.activity"].with_user(self.user_owner)
        mine = ("user_id", "=", self.user_owner.id)
        late = ("date_deadline", "<", "today")
        for domain in ([mine], [late, "&", mine, ("active", "=", False)]):
            self.assertNotIn("JOIN", activities._search(domain).select().code)
        for domain in ([late], ["|", mine, late], ["!", mine]):
            self.assertIn("JOIN", activities._search(domain).select().code)

    def test_open_activities_are_counted_without_the_table(self):
        """It has those that are closed in between. What may be read, and what lists are
        grouped by, is in the indexes."""
        activities = self.env["mail.activity"].with_user(self.user_owner)
        still_open = [("status", "in", ("new", "in_progress", "on_hold"))]
        late = [("date_deadline", "<", "today")]
        for domain, name in (
            ([], "user_id"),
            ([], "activity_type_id"),
            (late, "user_id"),
            (still_open, "user_id"),
            (still_open, "activity_type_id"),
            (still_open, "status"),
        ):
            with self.subTest(domain=domain, name=name):
                active = activities.with_context(active_test=domain != still_open)
                # In an order, so that it is this index among those of a short table.
                query = active._search(domain)
                query.order = SQL("user_id, date_deadline, mail_activity.id")
                plan = self._explain(query.select(SQL.identifier(query.table, name)))
                index = "not_closed" if domain == still_open else "deadline"
                index = f"mail_activity_user_{index}_index"
                self.assertIn(f"Index Only Scan using {index} on", plan)

    def test_names_are_found_by_trigrams(self):
        if not self.registry.has_trigram:
            self.skipTest("The database doesn't have the extension pg_trgm")
        activities = self.env["mail.activity"].sudo().with_context(active_test=False)
        names = [("res_name", "ilike", "heating"), ("summary", "ilike", "heating")]
        rows = self.env["mail.activity.log"].sudo()
        for model, domain, indexed in (
            (activities, ["|", *names], ("_res_name", "_summary")),
            (rows, [("record_name", "ilike", "heating")], ("_res_name",)),
            (
                rows,
                [("activity_name", "ilike", "heating")],
                ("_summary", "plan_run__name"),
            ),
        ):
            with self.subTest(domain=domain):
                query = model._search(domain)
                query.order = None
                # They are for bitmaps only.
                self._forbid("seqscan", "indexscan", "nestloop")
                self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
                plan = "\n".join(line for [line] in self.env.cr.fetchall())
                for name in indexed:
                    self.assertIn(f"mail_activity_{name}_index", plan)

    def test_pages_are_read_in_order(self):
        """Without sorting all that there is."""
        activities = self.env["mail.activity"].with_user(self.user_manager)
        still_open = [("status", "in", ("new", "in_progress", "on_hold"))]
        mine = [("user_id", "=", self.user_manager.id)]
        for domain, index in (
            ([], "mail_activity_open_by_deadline_index"),
            (still_open, "mail_activity_not_closed_by_deadline_index"),
            (mine, "mail_activity_user_deadline_index"),
            (mine + still_open, "mail_activity_user_not_closed_index"),
        ):
            active = activities.with_context(active_test=still_open[0] not in domain)
            query = active._search(domain, order="date_deadline, id", limit=80)
            plan = self._explain(query.select())
            self.assertIn(index, plan)
            self.assertNotIn("Sort", plan)

    def test_history_of_some_days(self):
        """Only the blocks are read in which it lies."""
        query = self.env["mail.activity.log"].sudo()._search([("date", ">=", "-30d")])
        query.order = None
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute("SET LOCAL enable_indexscan = off")
        self.env.cr.execute(SQL("EXPLAIN %s", query.select(SQL("COUNT(*)"))))
        plan = "\n".join(line for [line] in self.env.cr.fetchall())
        self.assertIn("mail_activity_log_date_index", plan)
