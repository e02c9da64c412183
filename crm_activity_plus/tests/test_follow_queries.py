# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from contextlib import contextmanager
from unittest.mock import patch

from odoo.sql_db import Cursor
from odoo.tests import tagged

from ..models.follow.mail_activity_mixin import NEIGHBOURS
from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestFollowQueries(CrmActivityPlusCommon):
    """What it costs that plans follow their records, where there are none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # There are plans on leads, and some are running.
        cls._launch()
        cls.leads = cls._create_leads(20)
        if len({lead_id // NEIGHBOURS for lead_id in cls.leads.ids}) > 1:
            # Leads are looked up together with their neighbours: those that come next
            # are neighbours.
            cls.leads = cls._create_leads(20)

    @contextmanager
    def _recorded(self):
        """:returns: a list of the addon's own queries meanwhile"""
        queries, execute = [], Cursor.execute

        def record(cursor, query, *args, **kwargs):
            text = str(getattr(query, "code", query))
            if "mail_activity_plan" in text or "NO KEY UPDATE" in text:
                queries.append(text)
            return execute(cursor, query, *args, **kwargs)

        self.env.flush_all()
        self.env.invalidate_all()
        # Which models have plans is known for longer than a transaction.
        for what in ("launched", "exit_domain"):
            self.env["mail.activity.plan"]._get_watched_models(what)
        with patch.object(Cursor, "execute", record):
            yield queries
            self.env.flush_all()

    def test_leads_without_plans(self):
        """One query for all that were read together, and none for a stage."""
        stage = self.env["crm.stage"].search([("is_won", "=", False)])[-1]
        for name, value in (
            ("stage_id", stage.id),
            ("user_id", self.user_colleague.id),
            ("team_id", False),
        ):
            for batch in (self.leads[:1], self.leads):
                with self.subTest(name, count=len(batch)):
                    with self._recorded() as queries:
                        batch.write({name: value})
                    self.assertLessEqual(len(queries), name != "stage_id", queries)

    def test_leads_one_by_one(self):
        """As they are assigned by core's scheduled action."""
        with self._recorded() as queries:
            for lead in self.leads:
                lead.write({"user_id": self.user_member.id})
                self.env.flush_all()
        self.assertLessEqual(len(queries), 1, queries)

    def test_launch_in_the_same_transaction(self):
        """What was looked up before it is looked up again."""
        plan = self._create_plan(
            "Follow", self._step(self.type_call, "One", responsible_type="salesperson")
        )
        self.leads.write({"user_id": self.user_colleague.id})
        runs = self._launch(self.leads[:2], plan, user=self.user_manager)
        self.leads.write({"user_id": self.user_member.id})
        self.assertEqual(runs.line_ids.user_id, self.user_member)
        # A lead that is merged into another one brings its plan along.
        (self.leads[3] + self.leads[0])._merge_opportunity(auto_unlink=False)
        survivor = self.env["crm.lead"].browse(runs[0].res_id)
        survivor.user_id = self.user_colleague
        self.assertEqual(runs[0].line_ids.user_id, self.user_colleague)

    def test_only_people_see_it(self):
        field = self.env["crm.lead"]._fields["has_plan_runs"]
        self.assertFalse(field.exportable)
        self.assertEqual(
            (self.lead + self.leads).mapped("has_plan_runs"), [True, *[False] * 20]
        )
