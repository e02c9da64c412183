# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.fields import Domain
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from .common import CrmActivityPlusCommon


class ActivityTypeCommon(CrmActivityPlusCommon):
    def _get_choice(self, model_name, res_model, user=None):
        """:returns: the types that a user is offered in the field of a model, for
        records of ``res_model``"""
        env = self.env(user=user or self.user_owner)
        field = env[model_name].fields_get(["activity_type_id"])["activity_type_id"]
        domain = Domain(safe_eval(field["domain"], {"res_model": res_model}))
        return env["mail.activity.type"].search(domain).sudo()

    def _open_schedule(self, record):
        """:returns: the form of the Schedule Activity pop-up"""
        return Form(
            self.env["mail.activity.schedule"]
            .with_user(self.user_owner)
            .with_context(
                active_model=record._name, active_id=record.id, active_ids=record.ids
            )
        )

    def _open_activity(self, record):
        """:returns: the form of a new activity"""
        return Form(
            self.env["mail.activity"]
            .with_user(self.user_owner)
            .with_context(default_res_model=record._name, default_res_id=record.id),
            view="mail.mail_activity_view_form_popup",
        )
