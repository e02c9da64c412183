# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...engine.arguments import Arguments
from ...engine.environment import get_own_defaults, is_program
from ...tools.internal import read_internal
from ...tools.states import CLOSED_STATUSES
from ...tools.values import is_id
from ..activity.mail_activity import CREATING_KEY, ENGINE_FIELDS

_logger = logging.getLogger(__name__)

# Of the engine's fields, what any new activity has.
INITIAL_VALUES = {"attempt": 1, "status": "new"}


class MailActivity(models.Model):
    """What of an activity can be written, and on which records.

    People are told by a sentence what they can't write. An addon's code goes on without
    it: see ``engine.environment.is_program``.
    """

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def default_get(self, fields):
        """Whatever the context or a user's own defaults say, the engine's fields have
        no other default than their own; and so has all that the engine creates."""
        if read_internal(self.env.context, CREATING_KEY):
            return get_own_defaults(self, fields)
        owned = [name for name in fields if name in ENGINE_FIELDS]
        others = [name for name in fields if name not in ENGINE_FIELDS]
        return super().default_get(others) | get_own_defaults(self, owned)

    def _guard_new_values(self, vals_list):
        """Look at values of new activities that come from anybody but the engine, as
        :meth:`_guard_values` does. What any new activity has may be said."""
        self._check_values(vals_list)
        return [
            self._without_engine_values(
                vals,
                [
                    name
                    for name in ENGINE_FIELDS
                    if vals.get(name) and vals[name] != INITIAL_VALUES.get(name)
                ],
            )
            for vals in vals_list
        ]

    def _guard_values(self, vals):
        """Look at values to be written that come from anybody but the engine, before
        anything else does.

        :returns: the values, or what may be written of them
        :raises UserError: a person wrote what can't be written
        """
        self._check_values([vals])
        self._check_has_deadline(vals)
        return self._without_engine_values(
            vals, [name for name in ENGINE_FIELDS if name in vals]
        )

    def _without_engine_values(self, vals, names):
        """The engine alone says which step an activity belongs to, and how far it is.

        :param list[str] names: its fields, among those to be written
        :returns: the values without them, where an addon's code gave them
        :raises UserError: a person did
        """
        if not names:
            return vals
        if not is_program(self.env):
            raise UserError(
                self.env._(
                    "“%(fields)s” can't be written: it follows from what is done with "
                    "the activity. Mark it done, or cancel it.",
                    fields=", ".join(self._fields[name].string for name in names),
                )
            )
        _logger.warning("%s: %s can't be written.", self, ", ".join(names))
        return {name: value for name, value in vals.items() if name not in names}

    def _check_values(self, vals_list):
        """Look at what was sent, before anything else does.

        :param list[dict] vals_list: values as for ``create`` and ``write``
        :raises UserError: something can't be written
        """
        Arguments(self.env).check_values(self, vals_list)
        models = self.env["ir.model"].sudo()
        for model_id in {vals.get("res_model_id") or False for vals in vals_list}:
            model = models.browse(model_id if is_id(model_id) else ()).exists()
            if model:
                self._check_has_records(model.model)

    def _check_has_deadline(self, vals):
        """Odoo itself would stumble over an activity without one."""
        if "date_deadline" in vals and not vals["date_deadline"]:
            raise ValidationError(self.env._("An activity has to be due on some day."))

    def _check_moved(self, documents):
        """Whoever moves an activity needs the right to change the record that it is
        moved to: completing it may change that. A step stays where its plan is; the
        engine moves the plan first.

        :param dict documents: the model and the id of each one's record before
        """
        if self.env.su:
            return
        moved = self.filtered(
            lambda a: a in documents and documents[a] != (a.res_model, a.res_id)
        )
        for activity in moved:
            step = activity.sudo().run_line_id
            if step and not step._is_on(activity.res_model, activity.res_id):
                raise UserError(
                    self.env._(
                        "“%(activity)s” is a step of the plan “%(plan)s” and can't be "
                        "moved to another record. Schedule a new activity there.",
                        activity=activity.display_name,
                        plan=step.run_id.name,
                    )
                )
        for activity in moved - moved._filter_on_writable():
            raise AccessError(
                self.env._(
                    "“%(activity)s” can't be moved there: that takes the right to "
                    "change the record that it is moved to.",
                    activity=activity.display_name,
                )
            )

    def _check_outcome_stays(self, vals):
        """How a closed activity ended is history."""
        if "outcome_id" not in vals or vals.get("active") or self.env.su:
            return
        for activity in self:
            if (
                activity.status in CLOSED_STATUSES
                and activity.outcome_id.id != vals["outcome_id"]
                and (activity.outcome_id or vals["outcome_id"])
            ):
                raise UserError(
                    self.env._(
                        "“%(activity)s” is closed, and its outcome can no longer be "
                        "changed. Schedule a new activity instead.",
                        activity=activity.display_name,
                    )
                )

    def _reopen(self, vals):
        """Somebody unarchives the activities; those on hold, that takes off hold.

        :param dict vals: what is to be written
        :returns: the activities that may be reopened
        :raises UserError: one of them may not, and a person asks for it
        """
        steps = self.filtered(
            lambda a: a.status in CLOSED_STATUSES and a.sudo().run_line_id
        )
        if steps and not is_program(self.env):
            raise UserError(
                self.env._(
                    "“%(activity)s” is a closed step of the plan “%(plan)s” and "
                    "can't be reopened. Schedule a new activity instead.",
                    activity=steps[0].display_name,
                    plan=steps[0].sudo().run_id.name,
                )
            )
        if steps:
            _logger.warning(
                "%s are closed steps of plans, and are not reopened.", steps
            )
        reopened = self - steps
        if "status" not in vals:
            reopened.filtered(lambda a: a.status == "on_hold").action_resume()
        return reopened

    # ------------------------------------------------------------
    # Which records people may change by an activity
    # ------------------------------------------------------------

    def _filter_on_writable(self):
        """:returns: the activities on records that the user may change, and those
        without a record that the user is assigned to"""
        kept = self.browse()
        for res_model, activities in self.grouped("res_model").items():
            if not res_model:
                kept += activities.filtered(lambda a: a.user_id == self.env.user)
            else:
                kept += activities._filter_existing_record()._filter_record_writable()
        return kept

    def _filter_record_writable(self):
        """:returns: the activities, all on existing records of one model, whose record
        the user may change"""
        writable = set(self._get_records()._filtered_access("write")._ids)
        return self.filtered(lambda a: a.res_id in writable)

    def _filter_may_lead_on(self):
        """:returns: the activities, all on existing records of one model, whose record
        may be changed because they were done: by the user, or by the engine, since they
        are steps of a plan on that record"""
        steps = self.filtered(
            lambda a: a.sudo().run_line_id._is_on(a.res_model, a.res_id)
        )
        return steps + (self - steps)._filter_record_writable()

    def _filter_may_be_followed(self):
        """:returns: the activities on whose record the user may schedule another one"""
        kept = self.browse()
        for res_model, activities in self.grouped("res_model").items():
            if res_model:
                allowed = set(
                    self.env["mail.message"]
                    ._filter_records_for_message_operation(
                        res_model, list(set(activities.mapped("res_id"))), "create"
                    )
                    ._ids
                )
                activities = activities.filtered(lambda a, ids=allowed: a.res_id in ids)
            kept += activities
        return kept
