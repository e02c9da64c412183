# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from odoo.addons.crm_activity_plus.engine.arguments import Arguments
from odoo.addons.crm_activity_plus.models.access.mail_activity_document_mixin import (
    make_document_domain,
)

# They see all of them.
MANAGER_GROUP = "sign_oca.sign_oca_group_manager"
USER_GROUP = "sign_oca.sign_oca_group_user"
# Of record_ref, never what a client says.
DOCUMENT_FIELDS = ("res_model", "res_id")


class SignOcaRequest(models.Model):
    """A request is seen by whoever sent it, by its signers, and by whoever may read the
    record that it is about; and by those who see all of them."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "sign.oca.request"

    # Of record_ref: access follows from it, so it is searched by.
    res_model = fields.Char(
        "Record Model", compute="_compute_document", store=True, index=True
    )
    res_id = fields.Many2oneReference(
        "Record",
        model_field="res_model",
        compute="_compute_document",
        store=True,
        index=True,
    )

    @api.depends("record_ref")
    def _compute_document(self):
        for request in self:
            try:
                document = request.record_ref
            except KeyError:
                # Of an application that was uninstalled.
                document = None
            request.res_model = document._name if document else False
            request.res_id = document.id if document else False

    # ------------------------------------------------------------
    # Naming a record
    # ------------------------------------------------------------

    @api.model
    def default_get(self, fields):
        """The context of a form about something else has such defaults, too."""
        return super().default_get(
            [name for name in fields if name not in DOCUMENT_FIELDS]
        )

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        Arguments(self.env).check_values(self, vals_list)
        for vals in vals_list:
            self._check_document_fields(vals)
        requests = super().create(vals_list)
        requests._check_record_access()
        return requests

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        Arguments(self.env).check_values(self, [vals])
        self._check_document_fields(vals)
        result = super().write(vals)
        if "record_ref" in vals:
            self._check_record_access()
        return result

    @api.model
    def _check_document_fields(self, vals):
        if any(name in vals for name in DOCUMENT_FIELDS):
            raise AccessError(
                self.env._("What a request is about is said by its record alone.")
            )

    def _check_record_access(self):
        """What is signed is filed on the record, and may close steps there, with
        elevated rights.

        :raises AccessError: the user may not read a record that a request is about
        """
        for res_model, requests in self.sudo().grouped("res_model").items():
            if res_model:
                documents = self.env[res_model].browse(set(requests.mapped("res_id")))
                documents.exists().check_access("read")

    # ------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if not self or self._sees_all() or operation == "create":
            return result
        candidates = self - result[0] if result else self
        saved = candidates._origin
        table = self.sudo().with_context(active_test=False)
        domain = Domain("id", "in", saved.ids) & self._get_own_domain()
        allowed = set(table.search(domain)._ids)
        forbidden = candidates.filtered(
            lambda request: request._origin and request._origin.id not in allowed
        )
        if not forbidden:
            return result
        if result:
            return result[0] + forbidden, result[1]
        return forbidden, lambda: forbidden._make_own_error()

    def _make_own_error(self):
        """What they are called says what they are about, so it isn't told."""
        return AccessError(
            self.env._(
                "You may not use signature requests without access to the records that "
                "they are about. Ask whoever sent them. (Numbers of the requests: "
                "%(requests)s)",
                requests=", ".join(map(str, self.ids[:6])),
            )
        )

    @api.model
    def _search(
        self,
        domain,
        offset=0,
        limit=None,
        order=None,
        *,
        bypass_access=False,
        **kwargs,
    ):
        if not bypass_access and not self._sees_all():
            domain = Domain(domain) & self._get_own_domain()
        return super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs
        )

    @api.model
    def _sees_all(self):
        return self.env.su or self.env.user.has_group(MANAGER_GROUP)

    @api.model
    def _get_own_domain(self):
        """:returns: domain of the requests that the user may read, with subqueries, so
        that limits and counts stay right"""
        partner = self.env.user.partner_id
        domain = Domain("user_id", "=", self.env.uid)
        domain |= Domain("create_uid", "=", self.env.uid)
        domain |= Domain("signer_ids", "any!", [("partner_id", "=", partner.id)])
        if self.env.user.has_group(USER_GROUP):
            # What sign_oca lets them see.
            circle = partner.commercial_partner_id.ids
            domain |= Domain("message_partner_ids", "child_of", circle)
        table = self.sudo()
        for res_model in table.env["mail.activity.document.mixin"]._find_values(
            table, "res_model"
        ):
            if res_model not in self.env:
                continue
            documents = self.env[res_model].with_context(active_test=False)
            if documents.has_access("read"):
                domain |= Domain("res_model", "=", res_model) & make_document_domain(
                    documents._search([])
                )
        return domain
