# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.fields import Domain

from .mail_activity_document_mixin import make_document_domain


class MailActivity(models.Model):
    """Finding activities in a long table.

    Core reads all the activities that a domain matches, looks at the document of each
    in Python, and searches by the ids that are left. So the list, its count and each of
    its groups cost as much as the table is long, and a page has fewer rows than its
    limit. Here the same rights are part of the query.
    """

    _inherit = "mail.activity"  # pylint: disable=consider-merging-classes-inherited

    # Parts of names are looked for in lists, and in the history.
    res_name = fields.Char(index="trigram")
    summary = fields.Char(index="trigram")

    # The order of every list, and what the to-do list of a person is read by.
    _open_by_deadline_index = models.Index("(date_deadline, id) WHERE active IS TRUE")
    # Those on hold are inactive; "Open" in every list finds them, too.
    _not_closed_by_deadline_index = models.Index(
        "(date_deadline, id) WHERE status IN ('new', 'in_progress', 'on_hold')"
    )
    # Whether one may read an activity, and what lists are grouped by, is in these: so
    # open ones are counted without the table, which has the closed ones in between. In
    # the indexes above it would make PostgreSQL take core's, which has the closed ones.
    _user_not_closed_index = models.Index(
        "(user_id, date_deadline, id)"
        " INCLUDE (res_id, res_model, activity_type_id, status)"
        " WHERE status IN ('new', 'in_progress', 'on_hold')"
    )
    _user_deadline_index = models.Index(
        "(user_id, date_deadline, id) INCLUDE (res_id, res_model, activity_type_id)"
        " WHERE active IS TRUE"
    )
    # What is on hold isn't overdue: figures look for it, and it is seldom.
    _on_hold_index = models.Index("(id) WHERE status = 'on_hold'")

    def _check_access(self, operation):
        """Nobody can do anything with what hangs on an application that isn't there.
        Core would look for its documents, and fail for all activities of a list."""
        gone = self.sudo().filtered(
            lambda a: a.res_model and a.res_model not in self.env
        )
        if not gone or self.env.su:
            return super()._check_access(operation)
        gone = gone.sudo(False)
        result = super(MailActivity, self - gone)._check_access(operation)
        forbidden = (result[0] if result else self.browse()) + gone
        return forbidden, lambda: forbidden._make_access_error(operation)

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
            self.browse().check_access("read")
            domain = Domain(domain)
            domain &= self._get_readable_domain(domain)
            bypass_access = True
        return super()._search(
            domain, offset, limit, order, bypass_access=bypass_access, **kwargs
        )

    @api.model
    def _get_readable_domain(self, searched):
        """Find what the user may read: activities assigned to the user, and those on
        documents that the user may post on; like core's ``_search``, which tells why.

        :param Domain searched: what the user looks for
        :returns: domain of those of them that the user may read
        """
        own = domain = Domain("user_id", "=", self.env.uid)
        # Most lists, and the counter of the systray, ask for nothing else: no document
        # has to be looked at.
        is_own = (Domain(searched) & ~own).optimize(self).is_false()
        gone = []
        for res_model in self.env["mail.activity.document.mixin"]._find_values(
            self, "res_model"
        ):
            if res_model not in self.env:
                gone.append(res_model)
            elif not is_own and not self.env[res_model]._abstract:
                allowed = self._get_allowed_document_domain(res_model, searched)
                domain |= Domain("res_model", "=", res_model) & allowed
        if gone:
            domain &= Domain("res_model", "not in", gone)
        rules = self.env["ir.rule"]._compute_domain(self._name, "read")
        if rules.is_true():
            return domain
        # Like any rule, they look at all records, and by nobody's rights.
        everything = self.sudo().with_context(active_test=False)
        return domain & Domain("id", "in", everything._search(rules))

    @api.model
    def _get_allowed_document_domain(self, res_model, searched):
        """:returns: domain of activities on documents of a model that the user may post
        on; see :meth:`_get_readable_domain`"""
        documents = self.env[res_model].with_context(active_test=False)
        operation = getattr(documents, "_mail_post_access", "read")
        if type(documents)._check_access is not models.BaseModel._check_access:
            # It has rules of its own, which are no domain: ask for what is searched.
            table = self.sudo().with_context(active_test=False)
            others = [("res_model", "=", res_model), ("user_id", "!=", self.env.uid)]
            groups = table._read_group(searched & Domain(others), ["res_id"])
            found = documents.browse(res_id for [res_id] in groups).exists()
            return Domain("res_id", "in", found._filtered_access(operation).ids)
        if not documents.has_access(operation):
            return Domain.FALSE
        # Those of the user, for this operation: a search would apply those for reading.
        rules = self.env["ir.rule"]._compute_domain(res_model, operation)
        return make_document_domain(documents.sudo()._search(rules))
