# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models, tools

from ...tools.values import is_id

# Types of fields that can be told in a few words, on a card.
TELLABLE_TYPES = (
    *("boolean", "char", "date", "datetime", "float", "html", "integer"),
    *("many2many", "many2one", "monetary", "one2many", "selection", "text"),
)

# What they bring to a document is for Odoo itself, or about activities.
TECHNICAL_MIXINS = (
    *("avatar.mixin", "image.mixin", "mail.activity.mixin", "mail.alias.mixin"),
    *("mail.thread", "mail.thread.blacklist", "mail.thread.phone"),
    *("portal.mixin", "rating.mixin", "website.published.mixin"),
)

# What the models themselves bring, and is no news to people.
TECHNICAL_FIELDS = (
    *("active", "automated_probability", "color", "commercial_partner_id"),
    *("company_currency", "display_name", "email_domain_criterion", "email_state"),
    *("is_automated_probability", "lang_code", "lang_active_count", "partner_share"),
    *("phone_state", "priority_level", "sequence", "self", "type_name"),
)


class MailActivityType(models.Model):
    """Which fields of a document its activities show, and on which documents they
    are."""

    _inherit = "mail.activity.type"

    card_field_ids = fields.Many2many(
        "ir.model.fields",
        "mail_activity_type_card_field_rel",
        "activity_type_id",
        "field_id",
        string="Fields on the Card",
        domain=lambda self: self._get_card_field_domain(),
        bypass_search_access=True,
        help="Fields of the record that are shown on its activities of this type, in "
        "the order in which they were added.",
    )
    # Odoo would have them by name.
    card_field_order = fields.Json(copy=True)
    card_field_domain = fields.Json(compute="_compute_card_field_domain")

    @api.depends("applies_to_ids", "res_model")
    def _compute_card_field_domain(self):
        for activity_type in self:
            models_of_type = activity_type.sudo().applies_to_ids.mapped("model")
            if not models_of_type and activity_type.res_model:
                models_of_type = [activity_type.res_model]
            activity_type.card_field_domain = self._get_card_field_domain(
                models_of_type
            )

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create(vals_list)
        for activity_type, vals in zip(types, vals_list, strict=True):
            if "card_field_ids" in vals:
                activity_type._keep_card_order(vals["card_field_ids"])
        return types

    def write(self, vals):
        result = super().write(vals)
        if "card_field_ids" in vals:
            for activity_type in self:
                activity_type._keep_card_order(vals["card_field_ids"])
        return result

    def _keep_card_order(self, given):
        """Remember in which order fields were added.

        :param given: the value that was written: commands or ids, whatever the ORM
            takes
        """
        added = []
        for command in given or ():
            if isinstance(command, int):
                added.append(command)
            elif command[0] == fields.Command.SET:
                added = list(command[2])
            elif command[0] == fields.Command.LINK:
                added.append(command[1])
        is_new = any(
            not isinstance(command, int) and command[0] == fields.Command.SET
            for command in given or ()
        )
        known = [] if is_new else self._get_card_fields().ids
        place = {id_: n for n, id_ in enumerate(dict.fromkeys([*known, *added]))}
        ids = self.sudo().card_field_ids.ids
        self.card_field_order = sorted(ids, key=lambda id_: place.get(id_, len(place)))

    def _get_card_fields(self):
        """:returns: the fields that activities of the type show, in order"""
        self.ensure_one()
        order = self.card_field_order
        ids = [id_ for id_ in order if is_id(id_)] if isinstance(order, list) else ()
        place = {id_: n for n, id_ in enumerate(ids)}
        shown = self.sudo().card_field_ids
        return shown.sorted(lambda field: place.get(field.id, len(place)))

    @api.model
    def _get_card_field_domain(self, model_names=()):
        """:param model_names: names of models, none for all documents
        :returns: domain of the fields that can be on a card
        :rtype: list"""
        on_models = ("model_id", "in", list(self._get_document_model_ids()))
        return [
            ("ttype", "in", list(TELLABLE_TYPES)),
            ("name", "not in", self._get_technical_field_names()),
            ("model", "in", list(model_names)) if model_names else on_models,
        ]

    @api.model
    def _get_technical_field_names(self):
        """:returns: names of fields that say nothing to people"""
        names = {*TECHNICAL_FIELDS, *models.MAGIC_COLUMNS}
        for mixin in TECHNICAL_MIXINS:
            if mixin in self.env:
                names.update(self.env[mixin]._fields)
        return sorted(names)

    @api.model
    @tools.ormcache()
    def _get_document_model_ids(self):
        """Find the models of business documents: those with activities that people get
        to by a menu. Settings, logs and what belongs to other documents are none.

        :returns: ids of ``ir.model``
        :rtype: tuple[int]
        """
        menus = self.env["ir.ui.menu"].sudo().with_context(active_test=False)
        menus = menus.search([("action", "like", "ir.actions.act_window,%")])
        # An action may have been deleted, and its menu left.
        actions = self.env["ir.actions.act_window"].sudo()
        actions = actions.union(*(menu.action for menu in menus if menu.action))
        names = set(actions.exists().mapped("res_model"))
        known = self.env["ir.model"].sudo()
        domain = [("model", "in", list(names)), ("is_mail_activity", "=", True)]
        return tuple(known.search([*domain, ("transient", "=", False)]).ids)
