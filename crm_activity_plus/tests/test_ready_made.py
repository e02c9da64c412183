# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..engine.ready_made import PLAN_TEXTS, STEP_TEXTS, read_documents
from ..engine.ready_made_texts import TEXTS
from .common import CrmActivityPlusCommon


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReadyMade(CrmActivityPlusCommon):
    """Plans to start from."""

    def setUp(self):
        super().setUp()
        self.plans = self.env["mail.activity.plan"].with_user(self.user_manager)

    def test_each_can_be_launched(self):
        """By a manager, without anything to be added first."""
        told = self.plans.get_ready_made()
        self.assertEqual(len(told), 7)
        for row in told:
            self.assertTrue(row["summary"])
            self.assertEqual(sum(map(len, row["columns"])), row["step_count"])
            result = self.plans.create_ready_made(row["code"])
            plan = self.plans.browse(result["plan_ids"])
            self.assertEqual((plan.code, plan.name), (row["code"], row["name"]))
            levels = {problem["level"] for problem in plan.get_graph()["problems"]}
            self.assertLessEqual(levels, {"warning"}, plan.name)
            lead = self._create_lead(plan.name)
            run = self._launch(lead, plan, self.user_manager)
            self.assertIn("scheduled", run.line_ids.mapped("state"), plan.name)
            self.assertNotIn("failed", run.line_ids.mapped("state"), plan.name)
        self.assertTrue(all(row["is_here"] for row in self.plans.get_ready_made()))

    def test_queries(self):
        """They don't grow with the steps."""
        self.plans.get_ready_made()
        self.env.invalidate_all()
        with self.assertQueryCount(5):
            self.plans.get_ready_made()

    def test_the_reference_s_own_plan(self):
        [plan_id] = self.plans.create_ready_made("meeting")["plan_ids"]
        run = self._launch(
            plan=self.plans.browse(plan_id),
            user=self.user_manager,
            plan_date="2026-03-10",
        )
        self.assertEqual(
            [
                (line.activity_type_id.code, str(line.date_deadline))
                for line in run.line_ids
            ],
            [
                ("email", "2026-03-08"),
                ("meeting", "2026-03-10"),
                ("todo", "2026-03-13"),
                ("upload_document", "2026-03-13"),
                ("call", "2026-03-15"),
            ],
        )

    def test_who_sees_them(self):
        for method, args in (
            ("get_ready_made", ()),
            ("create_ready_made", ("meeting",)),
        ):
            with self.assertRaises(AccessError):
                getattr(self.plans.with_user(self.user_owner), method)(*args)
        with self.assertRaisesRegex(UserError, "first_contact"):
            self.plans.create_ready_made("nothing")

    def test_empty_list(self):
        plans = self.plans.with_context(default_res_model="crm.lead")
        gallery = self.env.ref("crm_activity_plus.mail_activity_plan_gallery_action")
        self.assertIn(f'name="{gallery.id}"', plans.get_empty_list_help("<p>Core</p>"))
        for other in (
            plans.with_user(self.user_owner),
            plans.with_context(default_res_model="res.partner"),
            plans.with_context(default_res_model=["crm.lead"]),
        ):
            self.assertEqual(other.get_empty_list_help("<p>Core</p>"), "<p>Core</p>")

    def test_translators_find_every_text(self):
        """And nothing that isn't said any more."""
        texts = set()
        for document in read_documents().values():
            [plan] = document["plans"]
            texts |= {document["summary"], *(plan[name] for name in PLAN_TEXTS)}
            for step in plan["steps"]:
                texts |= {step[name] for name in STEP_TEXTS if name in step}
        self.assertEqual(texts, {text._source for text in TEXTS})
