# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.tests import tagged

from odoo.addons.crm_activity_plus.tests.tour_common import TourCase

from .common import create_template


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestSignTour(TourCase):
    """A salesperson has a contract signed, from the chatter."""

    def test_from_the_chatter(self):
        [lead] = self._create_leads("Factory A")
        lead.partner_id = self.env["res.partner"].create(
            {"name": "Deco Addict", "email": "deco@example.com"}
        )
        role = self.env.ref("sign_oca.sign_role_customer")
        template = create_template(self.env, "Tour Contract", role)
        activity_type = self.env.ref(
            "crm_activity_plus_sign.mail_activity_type_sign_request"
        )
        activity_type.sign_template_id = template
        activity = lead.with_user(self.salesperson).activity_schedule(
            "crm_activity_plus_sign.mail_activity_type_sign_request",
            user_id=self.salesperson.id,
        )
        self.start_tour(
            f"/odoo/crm.lead/{lead.id}",
            "crm_activity_plus_sign_request",
            login="tour_salesperson",
        )
        self.assertEqual(activity.sudo().sign_request_id.state, "0_sent")
        self.assertEqual(activity.sudo().sign_request_id.user_id, self.salesperson)
