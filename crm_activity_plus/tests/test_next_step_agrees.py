# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta
from itertools import combinations

from odoo.fields import Datetime
from odoo.tests import tagged

from .common import CrmActivityPlusCommon


@tagged("post_install", "-at_install")
class TestNextStepAgrees(CrmActivityPlusCommon):
    """Whether a lead misses its next step is the same computed and searched, on one
    lead and on many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.small = cls._create_plan("Small", cls._step(cls.type_call, "Call"))

    def assertAgreement(self, leads):
        self.env.flush_all()
        self.env.invalidate_all()
        missing = leads.filtered("has_no_next_step")
        among = [("id", "in", leads.ids)]
        for operator, value, found in (
            ("=", True, missing),
            ("=", False, leads - missing),
            ("!=", True, leads - missing),
        ):
            domain = [*among, ("has_no_next_step", operator, value)]
            searched = leads.with_context(active_test=False).search(domain)
            names = (searched - found | found - searched).mapped("name")
            self.assertEqual(searched, found, names)
        for lead in leads:
            lead.invalidate_recordset()
            self.assertEqual(lead.has_no_next_step, lead in missing, lead.name)
            details = lead.next_step_details or {}
            is_missing = details.get("kind") == "missing"
            self.assertEqual(is_missing, lead in missing, lead.name)
        return missing

    def test_meeting_of_another_lead(self):
        """An activity elsewhere has the meeting: this lead is about to have it, too."""
        first, second = leads = self._create_leads(2)
        start = Datetime.now() + timedelta(days=1)
        event = self.env["calendar.event"].create(
            {
                "name": "Both",
                "start": start,
                "stop": start + timedelta(hours=1),
                "opportunity_id": second.id,
            }
        )
        activity = self._schedule(first, summary="Prepare")
        activity.sudo().calendar_event_id = event
        self.assertFalse(self.assertAgreement(leads))
        self.assertEqual(leads.mapped("next_step_name"), ["Prepare", "Both"])

    # What there may be on a lead

    def _put_activity(self, lead):
        self._schedule(lead)

    def _put_held(self, lead):
        self._schedule(lead).action_hold()

    def _put_held_until(self, lead):
        self._schedule(lead).action_hold("2099-01-01")

    def _put_done(self, lead):
        self._schedule(lead).complete()

    def _put_past_meeting(self, lead):
        self._put_meeting(lead, -1)

    def _put_meeting(self, lead, days=1):
        start = Datetime.now() + timedelta(days=days)
        self.env["calendar.event"].create(
            {
                "name": "Meet",
                "start": start,
                "stop": start + timedelta(hours=1),
                "opportunity_id": lead.id,
            }
        )

    def _put_paused(self, lead):
        self._launch(lead, self.small).action_pause()

    def _put_paused_until(self, lead):
        self._launch(lead, self.small).action_pause("2099-01-01")

    def _put_held_in_pause(self, lead):
        run = self._launch(lead, self.plan)
        run.line_ids[0].activity_id.action_hold("2099-01-01")
        run.action_pause()

    def _put_stopped(self, lead):
        self._launch(lead, self.small).action_stop()

    def _put_lost(self, lead):
        lead.action_set_lost()

    def test_whatever_there_is(self):
        makers = [name for name in dir(self) if name.startswith("_put_")]
        pairs = [*combinations(makers, 2), *((name,) for name in makers), ()]
        leads = self._create_leads(len(pairs))
        for lead, names in zip(leads, pairs, strict=True):
            lead.name = " ".join(names) or "nothing"
            if {"_put_paused", "_put_paused_until"} <= {*names}:
                # One plan runs once.
                continue
            for name in sorted(names, key=lambda name: name == "_put_lost"):
                getattr(self, name)(lead)
        missing = self.assertAgreement(leads)
        self.assertIn("nothing", missing.mapped("name"))
        self.assertIn("_put_held_in_pause", missing.mapped("name"))
