# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL


class MailActivityDocumentMixin(models.AbstractModel):
    """Records that hang on a document through ``res_model`` and ``res_id``, and can be
    read by whoever may read the document.

    Their access rights give no more than reading: what changes them is the engine, in
    methods that check the access to the document first and go on as superuser.

    Where the document is gone, administrators may still read them.
    """

    _name = "mail.activity.document.mixin"
    _description = "Document Access Mixin"

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if not self or self.env.su:
            return result
        candidates = self - result[0] if result else self
        forbidden = candidates._filter_document_forbidden(
            "read" if operation == "read" else "write"
        )
        if forbidden:
            if result:
                return result[0] + forbidden, result[1]
            return forbidden, lambda: forbidden._make_document_access_error(operation)
        return result

    def _filter_document_forbidden(self, operation):
        """:param str operation: what to be allowed on the document
        :returns: the records on whose document the user isn't allowed to do it
        """
        forbidden = self.browse()
        for res_model, records in self.sudo().grouped("res_model").items():
            records = records.sudo(False)
            if not res_model or res_model not in self.env:
                forbidden += records._filter_without_document()
                continue
            documents = self.env[res_model].browse(set(records.sudo().mapped("res_id")))
            existing = documents.exists()
            allowed = set(existing._filtered_access(operation)._ids)
            known = set(existing._ids)
            orphans = records.filtered(lambda r, ids=known: r.sudo().res_id not in ids)
            forbidden += orphans._filter_without_document()
            forbidden += (records - orphans).filtered(
                lambda r, ids=allowed: r.sudo().res_id not in ids
            )
        return forbidden

    def _filter_without_document(self):
        """:returns: those of ``self``, whose document is gone, that the user may not
        read"""
        return self.browse() if self.env.user.has_group("base.group_system") else self

    def _make_document_access_error(self, operation):
        return AccessError(
            self.env._(
                "You may not use “%(records)s” without access to the record it "
                "belongs to. Ask its owner, or an administrator.",
                records=", ".join(self.sudo()[:6].mapped("display_name")),
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
        if not self.env.su and not bypass_access:
            domain = Domain(domain) & self._get_document_access_domain()
        return super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs
        )

    @api.model
    def _get_document_access_domain(self):
        """:returns: domain of the records whose document the user may read, as
        subqueries, so that limits and counts stay right"""
        is_admin = self.env.user.has_group("base.group_system")
        known = [model for model in self._get_document_models() if model in self.env]
        domain = Domain.FALSE
        for res_model in known:
            documents = self.env[res_model].with_context(active_test=False)
            allowed = Domain.FALSE
            if documents.has_access("read"):
                allowed = self._get_allowed_res_id_domain(
                    res_model, documents._search([])
                )
            if is_admin:
                # Administrators see what hangs on documents that are gone, whoever
                # could read those.
                known_ones = documents.sudo()._search([])
                allowed |= make_document_domain(known_ones, is_among=False)
            domain |= Domain("res_model", "=", res_model) & allowed
        if is_admin:
            domain |= Domain("res_model", "not in", known)
        return domain

    @api.model
    def _get_allowed_res_id_domain(self, res_model, allowed):
        """Hook: what hangs on the documents of a model that the user may read.

        :param str res_model: the model
        :param allowed: query of the ids of those documents
        :returns: domain of the records in this table
        """
        return make_document_domain(allowed)

    @api.model
    def _get_document_models(self):
        """:returns: the models of the records in this table"""
        return self._find_values(self, "res_model")

    @api.model
    def _find_values(self, model, name):
        """Find the values of a field, with one look into its index for each, however
        long the table is.

        :param model: any model with a table
        :param str name: an indexed field
        :rtype: list
        """
        model.flush_model([name])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE known AS (
                    (SELECT MIN(%(name)s) AS value FROM %(table)s)
                    UNION ALL
                    SELECT (
                        SELECT MIN(%(name)s) FROM %(table)s
                         WHERE %(name)s > known.value
                    ) FROM known WHERE known.value IS NOT NULL
                )
                SELECT value FROM known WHERE value IS NOT NULL
                """,
                table=SQL.identifier(model._table),
                name=SQL.identifier(name),
            )
        )
        return [value for [value] in rows]


def make_document_domain(documents, is_among=True):
    """Look for the document of each row by a join, which PostgreSQL can do in whatever
    way is best: for a page it looks up each document by its id, for a whole table it
    makes a hash table of them. With ``res_id IN (..)`` beside another condition it has
    no such choice: where the documents are too many for its memory, it reads them all
    again for each row.

    :param documents: query of documents
    :param bool is_among: whether to find the rows of these documents, or the others
    :returns: domain of these rows
    """

    def to_sql(model, alias, query):
        link = f"{documents.table}_{'allowed' if is_among else 'known'}"
        document = query.make_alias(alias, link)
        document_id = SQL.identifier(document, "id")
        res_id = model._field_to_sql(alias, "res_id", query)
        table = SQL("(%s)", documents.select())
        query.add_join(
            "LEFT JOIN", document, table, SQL("%s = %s", document_id, res_id)
        )
        return SQL("%s IS NOT NULL" if is_among else "%s IS NULL", document_id)

    return Domain.custom(to_sql=to_sql)
