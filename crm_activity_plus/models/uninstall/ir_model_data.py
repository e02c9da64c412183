# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, models
from odoo.tools import sql

from odoo.addons.base.models.ir_model import field_xmlid

from ...tools.internal import Internal, read_internal

ADDON = "crm_activity_plus"
REMOVED_KEY = "crm_activity_plus_removed_modules"
# Fields of core that have an index by this addon.
INDEXED = {"mail_activity": ("res_name", "summary")}


def is_suite_removed(records):
    """Tell whether this addon itself is being uninstalled: then nothing of it needs to
    be kept in order."""
    return ADDON in read_internal(records.env.context, REMOVED_KEY, ())


class IrModelData(models.Model):
    _inherit = "ir.model.data"

    def _module_data_uninstall(self, modules_to_remove):
        """End what hangs on documents of applications that go, while these are still
        there: afterwards PostgreSQL deletes their plans and activities, seen by no run
        and no ledger."""
        data = self.with_context(**{REMOVED_KEY: Internal(tuple(modules_to_remove))})
        if self.env.is_system() and not is_suite_removed(data):
            data._find_models_of(modules_to_remove)._end_activities()
        result = super(IrModelData, data)._module_data_uninstall(modules_to_remove)
        if self.env.is_system() and is_suite_removed(data):
            self._drop_indexes()
        return result

    @api.model
    def _drop_indexes(self):
        """Odoo keeps indexes that nobody asks for any more."""
        for table, names in INDEXED.items():
            for name in names:
                index = sql.make_index_name(table, name)
                sql.drop_index(self.env.cr, index, table)

    @api.model
    def _process_end(self, modules):
        """Keep the XML ids of the fields that this addon adds to documents by a mixin.
        An application that is loaded after it has them, too; an update doesn't see
        that, so it would make them again without an XML id, by which they are found
        when the addon goes."""
        if ADDON in modules:
            self.pool.loaded_xmlids.update(self._find_field_xmlids())
        return super()._process_end(modules)

    def _find_field_xmlids(self):
        """:returns: the XML ids of the fields that this addon adds to any model"""
        return {
            field_xmlid(ADDON, name, field.name)
            for name, model in self.pool.items()
            for field in model._fields.values()
            if ADDON in field._modules
        }

    def _find_models_of(self, modules):
        """:returns: the models that no other module has than these"""
        rows = self.sudo().search([("model", "=", "ir.model")])
        own = {row.res_id for row in rows if row.module in modules}
        others = {row.res_id for row in rows if row.module not in modules}
        return self.env["ir.model"].browse(own - others)
