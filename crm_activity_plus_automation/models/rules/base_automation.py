# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from collections import defaultdict

from odoo import models

from odoo.addons.crm_activity_plus.tools.internal import Internal

# Context key: actions are collected, to be run on all records at once.
BATCH_KEY = "crm_activity_plus_automation_batch"


class ActionBatch:
    """Collects on which records actions are to be run."""

    def __init__(self):
        self.ids_by_action = defaultdict(list)

    def add(self, action, res_id):
        self.ids_by_action[action.id].append(res_id)


class BaseAutomation(models.Model):
    """Rules that launch plans, or send emails, do so on all records of a batch at once:
    core runs their actions on one record after the other."""

    _inherit = "base.automation"

    def _process(self, records, domain_post=None):
        actions = self.sudo().action_server_ids
        others = set(actions.mapped("state")) - actions._get_batched_states()
        if len(records) < 2 or others:
            return super()._process(records, domain_post)
        batch = ActionBatch()
        collecting = self.with_context(**{BATCH_KEY: Internal(batch)})
        super(BaseAutomation, collecting)._process(records, domain_post)
        done = self.env.context.get("__action_done", {})
        done_before = done.get(self, records.browse())
        for action_id, ids in batch.ids_by_action.items():
            try:
                actions.browse(action_id).with_context(
                    __action_done={**done, self: done_before | records.browse(ids)},
                    active_model=records._name,
                    active_ids=ids,
                    active_id=ids[0],
                    domain_post=domain_post,
                ).run()
            except Exception as error:
                self._add_postmortem(error)
                raise
        return None
