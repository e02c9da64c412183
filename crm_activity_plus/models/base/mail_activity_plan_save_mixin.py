# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import re
from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import UserError

from ...engine.condition import Condition
from ...tools.internal import Internal, read_internal

# A column of a file that names steps, and has no ids of them.
NAMED_STEPS = re.compile(r"\bafter_ids$")

PENDING_KEY = "crm_activity_plus_pending_steps"


class PendingSteps:
    """What is left to do when all steps of a save are there."""

    def __init__(self):
        #: ids of steps whose place in the plan has to be looked at
        self.step_ids = set()
        #: id of a step -> codes of the steps that it is to come after
        self.after_codes = {}
        #: id of a step -> the name of a deleted one, which it came after alone
        self.bereft = {}
        #: ids of plans whose steps changed
        self.plan_ids = set()


class MailActivityPlanSaveMixin(models.AbstractModel):
    """Plans and their steps are saved as a whole.

    Steps refer to each other. In one call, one form or one file they come one after the
    other, so that some of them are not there yet when the first one is saved. Whether
    they fit together is looked at once, when the outermost save is over.
    """

    _name = "mail.activity.plan.save.mixin"
    _description = "Plan Save Mixin"

    # Fields with a domain that a person types.
    _condition_names = ()

    @api.model_create_multi
    def create(self, vals_list):
        self._check_conditions("create", vals_list, self.env.context)
        with self._saving() as saving:
            records = super(MailActivityPlanSaveMixin, saving).create(vals_list)
        return records.with_env(self.env)

    def write(self, vals):
        self._check_conditions("write", [vals])
        with self._saving() as saving:
            return super(MailActivityPlanSaveMixin, saving).write(vals)

    @api.model
    def load(self, fields, data):
        """What doesn't fit together in a file is told like any other mistake in it.

        Steps that wait for others may name these, too, in a column of ``after_ids``:
        they need not be there yet, so that they are looked for in the end."""
        if not any(name.endswith("after_codes") for name in fields):
            fields = [NAMED_STEPS.sub("after_codes", name) for name in fields]
        try:
            with self._saving() as saving:
                result = super(MailActivityPlanSaveMixin, saving).load(fields, data)
                plan_ids = saving._get_pending().plan_ids
            if result["ids"]:
                self.env["mail.activity.plan"].browse(plan_ids)._tell_warnings()
            return result
        except UserError as error:
            message = {"type": "error", "message": str(error)}
            return {"ids": False, "messages": [message], "nextrow": 0}

    def _check_conditions(self, operation, vals_list, defaults=None):
        """What is no domain may have something in it that can't even be stored.

        :param str operation: what is about to be done
        :param list[dict] vals_list: values of plans or steps
        :param defaults: what is taken beside them, with the names of default values
        :raises AccessError: whoever may not do that is told nothing of the condition
        :raises ValidationError: one of the values is no domain
        """
        defaults = defaults or {}
        for vals in vals_list:
            for name in self._condition_names:
                text = vals.get(name, defaults.get(f"default_{name}"))
                if text:
                    self.check_access(operation)
                    label = self._fields[name]._description_string(self.env)
                    owner = vals.get("name") or vals.get("summary")
                    owner = owner or self[:1].sudo().display_name or label
                    Condition(self.env, str(text), owner).check_text()

    @contextmanager
    def _saving(self):
        """Save plans or steps, and look at the whole afterwards.

        :returns: the records, to do it with
        :raises ValidationError: the steps don't fit together
        """
        if self._get_pending() is not None:
            yield self
            return
        pending = PendingSteps()
        saving = self.with_context(**{PENDING_KEY: Internal(pending)})
        # What doesn't fit together is saved already when that is seen.
        with self.env.cr.savepoint():
            yield saving
            saving.env["mail.activity.plan.template"]._finish_saving(pending)

    @api.model
    def _get_pending(self):
        """:returns: the :class:`PendingSteps` of the save that is going on, or None"""
        return read_internal(self.env.context, PENDING_KEY)
