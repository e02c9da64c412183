# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from .common import CrmActivityPlusCommon


class OutcomesCase(CrmActivityPlusCommon):
    """Outcomes of each effect, and a plan that branches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Outcome = cls.env["mail.activity.outcome"]
        cls.yes = Outcome.create(
            {"name": "Yes!", "activity_type_ids": cls.type_call.ids, "kind": "success"}
        )
        cls.no = Outcome.create(
            {"name": "No", "activity_type_ids": cls.type_call.ids, "kind": "failure"}
        )
        cls.again = Outcome.create(
            {
                "name": "Again",
                "activity_type_ids": cls.type_call.ids,
                "effect": "retry",
                "retry_delay_count": 2,
                "max_attempts": 2,
            }
        )
        cls.end = Outcome.create({"name": "End", "effect": "stop"})
        cls.branching = cls._create_plan(
            "Branches",
            cls._step(cls.type_call, "Call"),
            cls._step(cls.type_todo, "Proposal"),
            cls._step(cls.type_email, "Goodbye"),
            cls._step(cls.type_todo, "After the proposal"),
            cls._step(cls.type_todo, "In any case"),
        )
        call, proposal, goodbye, after, join = cls.branching.template_ids
        proposal.write({"after_ids": call, "after_outcome_ids": cls.yes})
        goodbye.write({"after_ids": call, "after_outcome_ids": cls.no})
        after.after_ids = proposal
        join.after_ids = after + goodbye
