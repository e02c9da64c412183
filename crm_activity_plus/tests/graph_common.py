# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json

from odoo.exceptions import UserError
from odoo.fields import Command

from .common import CrmActivityPlusCommon


class GraphCase(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keen, cls.retry, cls.lost = cls.env["mail.activity.outcome"].create(
            [
                {
                    "name": "Keen",
                    "code": "g_keen",
                    "activity_type_ids": cls.type_call.ids,
                },
                {"name": "No one", "code": "g_retry", "effect": "retry"},
                {"name": "Lost", "code": "g_lost", "effect": "stop"},
            ]
        )
        cls.mail = cls.env["mail.template"].create(
            {"name": "Offer", "model_id": cls.env["ir.model"]._get_id("crm.lead")}
        )
        chain = cls._create_plan(
            "Chain",
            cls._step(cls.type_call, "Call", 1, code="call"),
            cls._step(
                cls.type_todo,
                "Join",
                2,
                "after_previous_done",
                code="join",
                after_codes="call, offer",
                after_mode="any",
            ),
            cls._step(
                cls.type_email,
                "Offer",
                3,
                code="offer",
                after_codes="call",
                after_outcome_ids=[Command.set(cls.keen.ids)],
                action_type="email",
                mail_template_id=cls.mail.id,
                condition_domain="[('priority', '=', '0')]",
                attendee_ids=[Command.set(cls.partner.ids)],
            ),
        )
        cls.chain = chain.with_user(cls.user_manager)

    def _get_graph(self, plan=None):
        """:returns: a plan's graph, as it comes over RPC"""
        return json.loads(json.dumps((plan or self.chain).get_graph()))

    def _step_of(self, graph, code):
        return next(step for step in graph["steps"] if step["code"] == code)

    def _make_graph(self, *steps, links=()):
        return {
            "version": self.chain.version,
            "steps": [
                {"type": "call", **(step if isinstance(step, dict) else {"code": step})}
                for step in steps
            ],
            "links": [
                {"from": source, "to": target, "outcomes": list(outcomes)}
                for source, target, *outcomes in links
            ],
        }

    def _get_codes(self, graph, level="error"):
        """:returns: step and code of each problem"""
        return [
            (problem["step"], problem["code"])
            for problem in self.chain.check_graph(graph)
            if problem["level"] == level
        ]

    def assertRefused(self, graph, *problems):
        """It has these errors, and can't be saved."""
        self.assertEqual(self._get_codes(graph), list(problems))
        before = self._get_graph()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.chain.apply_graph(graph)
        self.assertEqual(self._get_graph(), before)
