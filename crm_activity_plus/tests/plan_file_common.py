# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import json
from uuid import uuid4

from odoo.tools import SQL

# What a file knows by a code or a name -> the column that it is in.
KNOWN_BY = {
    "mail_activity_type": "code",
    "mail_activity_outcome": "code",
    "mail_activity_plan": "code",
}


class PlanFileMixin:
    """Files with plans, and what there is in another database."""

    def _export(self, plans):
        """:returns: what is in the file"""
        return json.loads(plans.export_file())

    def _import(self, document, user=None, **kwargs):
        """:returns: the new plans, as superuser"""
        model = self.env["mail.activity.plan"].with_user(user or self.user_system)
        result = model.import_file(json.dumps(document), **kwargs)
        return self.env["mail.activity.plan"].browse(result["plan_ids"])

    def _preview(self, document, user=None, **kwargs):
        """:returns: section and key -> the actions"""
        model = self.env["mail.activity.plan"].with_user(user or self.user_system)
        found = {}
        for entry in model.preview_file(json.dumps(document), **kwargs)["entries"]:
            found.setdefault((entry["section"], entry["key"]), []).append(
                entry["action"]
            )
        return found

    def _move_to_other_database(self):
        """Forget every code of types, outcomes and plans, and the names of email
        templates: in another database, there are none of these."""
        self.env.flush_all()
        for table, column in KNOWN_BY.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s || '_' || id",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    f"x{uuid4().hex[:8]}",
                )
            )
        self.env.cr.execute(
            "UPDATE mail_template SET name = jsonb_build_object('en_US', 'x' || id)"
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
