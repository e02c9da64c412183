# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.tests import tagged

from ..engine.sums import HASHED, UNCOMPILED, adding_up
from .figures_common import FiguresCase


@tagged("post_install", "-at_install")
class TestFiguresReading(FiguresCase):
    """How figures are read from long tables."""

    def _get_setting(self, name):
        self.env.cr.execute(f"SHOW {name}")
        return self.env.cr.fetchone()[0]

    def test_settings_are_put_back(self):
        before = {name: self._get_setting(name) for name in HASHED}
        for settings in (HASHED, UNCOMPILED):
            with adding_up(self.env, settings):
                self.assertEqual(self._get_setting("jit"), "off")
            after = {name: self._get_setting(name) for name in HASHED}
            self.assertEqual(after, before)

    def test_documents_are_looked_for_among_the_runs(self):
        """There are five times as many steps."""
        for person, env in self._get_people().items():
            query = env["mail.activity.plan.report"]._search([])
            code = query.select().code
            self.assertLess(
                code.index("crm_lead_allowed"), code.index("run.id = line.run_id")
            )
            self.assertEqual(code.count("crm_lead_allowed"), 3, person)

    def test_groups_come_in_the_order_of_their_records(self):
        names = ("user_id", "team_id", "plan_id", "outcome_id", "activity_type_id")
        for person, env in self._get_people().items():
            report = env["mail.activity.plan.report"]
            domain = [("plan_id", "in", self.plans.ids)]
            for name in names:
                for direction in ("", " desc"):
                    # With a limit, PostgreSQL sorts them.
                    found, expected = (
                        report.formatted_read_group(
                            domain,
                            [name, "state"],
                            ["__count"],
                            order=f"{name}{direction}, state",
                            limit=limit,
                        )
                        for limit in (None, 1000)
                    )
                    self.assertGreater(len(found), 2)
                    self.assertEqual(found, expected, (person, name, direction))

    def test_sets_of_groups_come_in_the_order_of_their_records(self):
        report = self._get_people()["manager"]["mail.activity.plan.report"]
        domain = [("plan_id", "in", self.plans.ids)]
        sets = [[], ["user_id"], ["user_id", "plan_id"], ["plan_id"]]
        found = report.formatted_read_grouping_sets(domain, sets, ["__count"])
        for groupby, groups in zip(sets, found, strict=True):
            expected = report.formatted_read_group(
                domain, groupby, ["__count"], limit=1000
            )
            self.assertEqual(groups, expected, groupby)

    def test_history_is_counted_by_documents(self):
        """As many as one finds, whatever was merged."""
        rows = self.env["mail.activity.log"]
        for lead in self.all_leads[:30]:
            self._launch(lead, self.plan)
        leads = self.all_leads.filtered(
            lambda lead: lead.company_id == self.company_main and lead.active
        )[:2]
        leads.user_id = self.user_owner
        ids = leads.ids
        survivor = leads.merge_opportunity()
        self.env.flush_all()
        [merged_id] = {*ids} - {survivor.id}
        self.assertTrue(rows.search_count([("merged_res_id", "=", merged_id)]))
        self.assertTrue(rows.search_count([("res_id", "=", merged_id)]))
        counts = set()
        for env in self._get_people().values():
            count = env["mail.activity.log"].search_count([])
            counts.add(count)
            for limit in (3, 10001):
                found = env["mail.activity.log"].search_count([], limit=limit)
                self.assertEqual(found, min(count, limit))
        self.assertEqual(len(counts), 3)
