# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in Odoo's shell on a database with the addon: customers who have reached a level
# that sends an email by itself.
# ruff: noqa: F821

from datetime import timedelta

from odoo import fields

today = fields.Date.today()
company = env.company
env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
plan = env["mail.activity.plan"].create(
    {
        "name": "Own levels",
        "res_model": "res.partner",
        "is_followup": True,
        "company_id": company.id,
        "template_ids": [
            (
                0,
                0,
                {
                    "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
                    "summary": f"After {days} days",
                    "delay_count": days,
                    "responsible_type": "followup",
                    "followup_email_auto": days == 15,
                },
            )
            for days in (15, 30)
        ],
    }
)
customers = env["res.partner"].create(
    [{"name": f"Customer {n}", "email": f"customer{n}@example.com"} for n in range(6)]
)
env["res.partner"].create(
    {"name": "Reminders", "type": "followup", "parent_id": customers[5].id}
)
invoices = env["account.move"].create(
    [
        {
            "move_type": "out_invoice",
            "partner_id": customer.id,
            "invoice_date": today - timedelta(days=50),
            "invoice_date_due": today - timedelta(days=20),
            "invoice_payment_term_id": False,
            "invoice_line_ids": [
                (0, 0, {"name": "Desk", "price_unit": 100, "tax_ids": []})
            ],
        }
        for customer in customers
    ]
)
invoices.action_post()
env.cr.commit()
result = {"customers": customers.ids, "plan": plan.id}
