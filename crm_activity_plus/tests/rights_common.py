# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from .common import CrmActivityPlusCommon


class SecurityRightsCase(CrmActivityPlusCommon):
    """A lead of one's own and one of a colleague, each with activities."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.theirs = cls._create_lead("Theirs", user_id=cls.user_colleague.id)
        cls.won = cls.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        cls.helper = cls._create_user("Hanna Helper", "base.group_user")
        cls.action = cls._create_action()
        cls.everything = cls.env["mail.activity.outcome"].create(
            {
                "name": "Sold",
                "stage_id": cls.won.id,
                "plan_id": cls._create_plan(
                    "After the sale", cls._step(cls.type_todo, "Thank them")
                ).id,
                "server_action_id": cls.action.id,
                "next_type_id": cls.type_meeting.id,
            }
        )
        cls.everything.plan_id.exit_on_won = False

    @classmethod
    def _create_action(cls, **values):
        return cls.env["ir.actions.server"].create(
            {
                "name": "Mark",
                "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                "state": "code",
                "code": "records.write({'priority': '3'})",
                **values,
            }
        )

    def _get_state(self, lead):
        activities = self.env["mail.activity"].with_context(active_test=False)
        found = activities.search(
            [("res_model", "=", lead._name), ("res_id", "=", lead.id)], order="id"
        )
        return (
            lead.stage_id,
            lead.priority,
            lead.active,
            lead.plan_run_ids.mapped("state"),
            lead.plan_run_ids.line_ids.mapped("state"),
            [(a.status, a.user_id, a.activity_type_id) for a in found],
            lead.message_ids,
        )
