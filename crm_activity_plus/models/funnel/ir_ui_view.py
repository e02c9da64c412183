# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import fields, models

VALID_ATTRIBUTES = {"__validate__", "class", "js_class", "string"}


class IrUiView(models.Model):
    """A view of its own: how far the launches of plans come, step by step."""

    _inherit = "ir.ui.view"

    type = fields.Selection(
        selection_add=[("plan_funnel", "Funnel")], ondelete={"plan_funnel": "cascade"}
    )

    def _validate_tag_plan_funnel(self, node, name_manager, node_info):
        if not node_info["validate"]:
            return
        remaining = sorted(set(node.attrib) - VALID_ATTRIBUTES)
        if remaining or len(node):
            self._raise_view_error(
                self.env._(
                    "A funnel has no fields, and no attributes but “class”, “js_class” "
                    "and “string”."
                ),
                node,
            )

    def _get_view_info(self):
        return {"plan_funnel": {"icon": "fa fa-filter"}} | super()._get_view_info()
