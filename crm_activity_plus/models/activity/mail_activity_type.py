# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command, Domain

from ...engine.arguments import Arguments
from ...engine.environment import is_program, is_uninstalling
from ...engine.locks import take
from ...engine.reasons import name_of, tell_fresh_reason
from ...tools.reasons import Reason

_logger = logging.getLogger(__name__)

# The types that come with Odoo keep one code in every database, whatever language they
# were renamed in.
CODE_BY_XMLID = {
    "mail.mail_activity_data_email": "email",
    "mail.mail_activity_data_call": "call",
    "mail.mail_activity_data_meeting": "meeting",
    "mail.mail_activity_data_todo": "todo",
    "mail.mail_activity_data_upload_document": "upload_document",
    "mail.mail_activity_data_warning": "warning",
}

# Built-in types that plain Odoo lets be deleted.
OWN_PROTECTED = (
    "mail.mail_activity_data_email",
    "mail.mail_activity_data_upload_document",
    "mail.mail_activity_data_warning",
    "crm_activity_plus.mail_activity_type_webinar",
    "crm_activity_plus.mail_activity_type_letter",
)

# What a type with ``applies_to_ids`` and ``res_model`` can be used on; for fields whose
# own model has a ``res_model``.
APPLICABLE_DOMAIN = """[
    '|', ('res_model', '=', False), ('res_model', '=', res_model),
    '|', ('applies_to_ids', '=', False), ('applies_to_ids.model', '=', res_model),
]"""


class MailActivityType(models.Model):
    _name = "mail.activity.type"
    _inherit = ["mail.activity.type", "mail.activity.code.mixin"]
    _code_default = "type"

    code = fields.Char(
        help="Technical name for integrations; generated if empty. It can't be changed"
        " later."
    )
    applies_to_ids = fields.Many2many(
        "ir.model",
        "mail_activity_type_applies_to_rel",
        "activity_type_id",
        "model_id",
        string="Applies to",
        domain=lambda self: [("id", "in", list(self._get_document_model_ids()))],
        # Nobody but administrators may read ir.model, but everybody chooses a type.
        bypass_search_access=True,
        help="Models whose records can use this type. Leave empty for all models.",
    )
    res_model = fields.Selection(
        compute="_compute_res_model", store=True, readonly=False
    )
    default_duration = fields.Float(
        help="Planned duration of new activities of this type, in hours."
    )
    outcome_ids = fields.Many2many(
        "mail.activity.outcome",
        "mail_activity_outcome_type_rel",
        "activity_type_id",
        "outcome_id",
        string="Outcomes",
        help="Outcomes available for activities of this type, in addition to those "
        "available for all types. An outcome removed from its last type is archived.",
    )
    deleted = fields.Boolean(
        readonly=True,
        copy=False,
        help="This type was deleted while activities used it. They keep it, but it can"
        " no longer be selected or restored.",
    )

    _code_unique = models.Constraint(
        "UNIQUE (code)",
        "Another activity type already has this code. Choose a different one.",
    )
    _default_duration_positive = models.Constraint(
        "CHECK (default_duration >= 0)", "The default duration can't be negative."
    )

    @api.model
    def _rename_upload_document(self):
        """Call Odoo's type *Document* by what it asks for, where nobody renamed it."""
        upload = self.env.ref(
            "mail.mail_activity_data_upload_document", raise_if_not_found=False
        )
        upload = upload and upload.with_context(lang="en_US")
        for name in ("name", "summary"):
            if upload and upload[name] == "Document":
                upload[name] = "Upload Document"

    @api.depends("applies_to_ids")
    def _compute_res_model(self):
        """A type for one application only belongs to its model, as core's types do:
        that is also what its email templates are chosen by."""
        protected = self._get_protected()
        for activity_type in self - protected:
            applies_to = activity_type.sudo().applies_to_ids
            if applies_to:
                activity_type.res_model = (
                    applies_to.model if len(applies_to) == 1 else False
                )
            else:
                # Reassigned since a stored computed field has to be.
                activity_type.res_model = activity_type.res_model
        for activity_type in self & protected:
            activity_type.res_model = activity_type.res_model

    @api.constrains("applies_to_ids", "res_model")
    def _check_applies_to(self):
        todo = self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
        for activity_type in self.sudo().filtered("applies_to_ids"):
            if activity_type == todo:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” is what every application falls back on. It can't "
                        "be limited to some of them: create another type instead.",
                        name=activity_type.name,
                    )
                )
            if activity_type.res_model and activity_type.res_model not in (
                activity_type.applies_to_ids.mapped("model")
            ):
                raise ValidationError(
                    self.env._(
                        "The activity type “%(name)s” belongs to “%(model)s”, so it "
                        "has to apply to it. Add it to “Applies to”.",
                        name=activity_type.name,
                        model=self.env["ir.model"]._get(activity_type.res_model).name,
                    )
                )
        self.env["mail.activity.plan.template"].search(
            [("activity_type_id", "in", self.ids)]
        )._check_activity_type_res_model()

    # ------------------------------------------------------------
    # Access and CRUD
    # ------------------------------------------------------------

    def _check_access(self, operation):
        """Only administrators add and change types: a type is shared by all
        applications, and crm gives its managers more than that."""
        if (
            operation != "read"
            and not self.env.su
            and not self.env.user.has_group("base.group_system")
        ):
            return self, lambda: AccessError(
                self.env._(
                    "Only administrators can add, change or delete activity types. Ask "
                    "one of them to do it for you."
                )
            )
        return super()._check_access(operation)

    @api.model_create_multi
    def create(self, vals_list):
        Arguments(self.env).check_values(self, vals_list)
        return super().create(vals_list)

    def write(self, vals):
        Arguments(self.env).check_values(self, [vals])
        if is_program(self.env):
            for types, own in self._adapt_values(vals):
                super(MailActivityType, types).write(own)
            return True
        if "code" in vals:
            self._check_code_stays(vals["code"])
        if "deleted" in vals or (vals.get("active") and any(self.mapped("deleted"))):
            raise UserError(
                self.env._(
                    "A deleted activity type can't be restored. Create a new one "
                    "instead of “%(names)s”.",
                    names=", ".join(self.filtered("deleted").mapped("name"))
                    or ", ".join(self.mapped("name")),
                )
            )
        return super().write(vals)

    def _adapt_values(self, vals):
        """Leave out what an addon writes that a person would be told can't be: an
        upgrade brings the data of a type again that was deleted or limited here, say.

        :returns: types and the values to write on them
        """
        vals = {name: value for name, value in vals.items() if name != "deleted"}
        rest = self
        for types, names in (
            (self.filtered(lambda t: t.code and t.code != vals.get("code")), ["code"]),
            (self.filtered("deleted"), ["active"] if vals.get("active") else []),
            (self & self._get_own_protected(), ["res_model"]),
        ):
            left_out = [name for name in names if name in vals]
            types &= rest
            if left_out and types:
                _logger.warning("%s keep their %s.", types, ", ".join(left_out))
                rest -= types
                kept = {n: v for n, v in vals.items() if n not in left_out}
                yield from types._adapt_values(kept)
        if vals.get("res_model") and "applies_to_ids" not in vals:
            # They were limited to others here.
            limited = rest.filtered(
                lambda t: t.sudo().applies_to_ids
                and vals["res_model"] not in t.sudo().applies_to_ids.mapped("model")
            )
            model_id = self.env["ir.model"]._get_id(vals["res_model"])
            if limited:
                yield limited, {**vals, "applies_to_ids": [Command.link(model_id)]}
            rest -= limited
        yield rest, vals

    def _check_code_stays(self, code):
        for activity_type in self:
            if activity_type.code and activity_type.code != code:
                raise UserError(
                    self.env._(
                        "The code of the activity type “%(name)s” is “%(code)s”. "
                        "Integrations rely on it, so it can't be changed: change the "
                        "name instead.",
                        name=activity_type.name,
                        code=activity_type.code,
                    )
                )

    def unlink(self):
        """Delete types that nothing uses, and hide the others for good: the activities
        of a deleted type keep it and can be completed."""
        if is_uninstalling(self.env):
            # The addon that brought the type goes.
            self._replace(self.env.ref("mail.mail_activity_data_todo"))
            return super().unlink()
        self.check_access("unlink")
        kept = self.browse()
        if is_program(self.env):
            kept = self & self._get_own_protected()
            if kept:
                _logger.warning("%s are not deleted: plans rely on them.", kept)
        deleted = self - kept
        deleted._unlink_except_todo()
        # Somebody else may delete the other types of these outcomes at this moment.
        take(deleted._find_outcomes())
        used = deleted._filter_used()
        if used:
            used._delete_softly()
        return super(MailActivityType, deleted - used).unlink()

    def _find_outcomes(self):
        """:returns: the outcomes that belong to these types, and maybe to others"""
        outcomes = self.env["mail.activity.outcome"].sudo()
        outcomes = outcomes.with_context(active_test=False)
        return outcomes.search([("activity_type_ids", "in", self.ids)])

    def _find_own_outcomes(self):
        """:returns: the outcomes that belong to these types alone: without them, they
        would be outcomes of all types"""
        return self._find_outcomes().filtered(
            lambda outcome: not outcome.activity_type_ids - self
        )

    def _filter_used(self):
        """:returns: the types that an activity, done ones included, a step or an
        outcome needs"""
        used_ids = set(self._find_own_outcomes().activity_type_ids.ids)
        for model in self._get_models_that_keep_types():
            rows = (
                self.env[model]
                .sudo()
                .with_context(active_test=False)
                ._read_group(
                    [("activity_type_id", "in", self.ids)], ["activity_type_id"]
                )
            )
            used_ids.update(activity_type.id for [activity_type] in rows)
        return self.browse(id_ for id_ in self.ids if id_ in used_ids)

    @api.model
    def _get_models_that_keep_types(self):
        """Hook: models whose records in ``activity_type_id`` outlive the type."""
        return [
            "mail.activity",
            "mail.activity.plan.template",
            "mail.activity.plan.run.line",
        ]

    def _delete_softly(self):
        """Take the types out of every choice."""
        types = self.sudo()
        suggesting = types.with_context(active_test=False).search(
            [("suggested_next_type_ids", "in", self.ids)]
        )
        for activity_type in suggesting:
            activity_type.suggested_next_type_ids -= self
        types.with_context(active_test=False).search(
            [("triggered_next_type_id", "in", self.ids)]
        ).triggered_next_type_id = False
        self.env["mail.activity.outcome"].sudo().with_context(active_test=False).search(
            [("next_type_id", "in", self.ids)]
        ).next_type_id = False
        return super(MailActivityType, types).write({"active": False, "deleted": True})

    @api.model
    def _get_known_codes(self):
        return {
            self.env["ir.model.data"]._xmlid_to_res_id(xmlid): code
            for xmlid, code in CODE_BY_XMLID.items()
        }

    # ------------------------------------------------------------
    # Where a type can be used
    # ------------------------------------------------------------

    @api.model
    def _get_model_info_by_xmlid(self):
        """The built-in types can't be deleted."""
        info = super()._get_model_info_by_xmlid()
        for xmlid in OWN_PROTECTED:
            info[xmlid] = {"res_model": False, "unlink": False}
        return info

    @api.model
    def _get_own_protected(self):
        """:returns: the built-in types that plain Odoo lets be deleted or changed"""
        types = self.browse()
        for xmlid in OWN_PROTECTED:
            types |= self.env.ref(xmlid, raise_if_not_found=False) or types
        return types

    @api.model
    def _get_protected(self):
        """:returns: the types whose model other applications rely on"""
        types = self.browse()
        for xmlid in self._get_model_info_by_xmlid():
            types |= self.env.ref(xmlid, raise_if_not_found=False) or types
        return types

    @api.model
    def _get_applicable_domain(self, res_model):
        """:param str res_model: model of a record, False for a free activity
        :returns: domain of the types that can be used on it
        """
        return Domain("res_model", "in", (False, res_model)) & (
            Domain("applies_to_ids", "=", False)
            | Domain("applies_to_ids.model", "=", res_model)
        )

    def _get_reason_not_applicable(self, res_model):
        """:returns: see :meth:`_find_reason_not_applicable`; in a sentence, or False"""
        return tell_fresh_reason(self.env, self._find_reason_not_applicable(res_model))

    def _find_reason_not_applicable(self, res_model):
        """Say why a type can't be used on records of a model.

        :param str res_model: the model, False for an activity without a record
        :returns: why, or False where it can be used
        :rtype: Reason
        """
        self.ensure_one()
        if self.deleted:
            return Reason("type_deleted", {"name": name_of(self)})
        applies_to = self.sudo().applies_to_ids
        if not applies_to or res_model in applies_to.mapped("model"):
            return False
        models = [name_of(model) for model in applies_to]
        return Reason("type_elsewhere", {"name": name_of(self), "models": models})

    def _prepare_triggered_line_values(self):
        """Hook: what a run copies of a type that the type of one of its steps
        triggers.

        :returns: values of a ``mail.activity.plan.run.line``
        """
        self.ensure_one()
        from_deadline = self.delay_from == "previous_activity"
        user = self.default_user_id._filter_can_do_activities()
        return {
            "activity_type_id": self.id,
            "summary": self.summary or self.name,
            "note": self.default_note,
            "delay_count": self.delay_count,
            "delay_unit": self.delay_unit,
            "delay_from": "after_previous_deadline"
            if from_deadline
            else "after_previous_done",
            "responsible_type": "other" if user else "previous",
            "user_id": user.id,
            "action_type": "activity",
        }
