# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import CrmActivityPlusCommon

# Conversations, keys and devices of single persons, what hangs on other records, and
# what other companies have.
CLOSED_WAYS = (
    "[('user_id.partner_id.channel_ids.name', 'ilike', 'secret')]",
    "[('user_id.partner_id.channel_ids', 'in', [1])]",
    "[('user_id.partner_id.channel_ids.message_ids.body', 'ilike', 'secret')]",
    "[('user_id', 'any', [('partner_id.channel_ids.name', 'ilike', 'secret')])]",
    "[('user_id', 'not any', [('api_key_ids.name', 'ilike', 'secret')])]",
    "[('create_uid.device_ids.ip_address', '=', '10.0.0.1')]",
    "[('message_ids.child_ids.body', 'ilike', 'secret')]",
    "[('message_ids.child_ids.parent_id.starred_partner_ids.channel_ids', '!=', 0)]",
    "[('partner_id.opportunity_ids.expected_revenue', '>', 1000)]",
    "[('partner_id.opportunity_ids', 'ilike', 'secret')]",
    "[('partner_id', 'any', [('opportunity_ids', 'any', [('name', '=', 'x')])])]",
    "[('activity_ids.run_id.plan_id.run_ids.stop_reason', '=', 'won')]",
)
OPEN_WAYS = (
    "[('message_ids.body', 'ilike', 'offer')]",
    "[('message_ids.author_id.name', 'ilike', 'Deco')]",
    "[('activity_ids.user_id', '=', uid)]",
    "[('activity_ids.run_id.plan_id.name', '=', 'Welcome')]",
    "[('calendar_event_ids.start', '>', 'today')]",
    "[('partner_id.category_id.name', 'ilike', 'gold')]",
    "[('partner_id.child_ids.email', 'ilike', '@')]",
    "[('partner_id.user_ids', 'in', [uid])]",
    "[('partner_id.opportunity_ids', '!=', False)]",
    "[('partner_id.country_id.code', '=', 'BE')]",
    "[('team_id.member_ids', 'in', [uid])]",
    "[('team_id.user_id.name', 'ilike', 'a')]",
    "[('user_id.company_id.name', 'ilike', 'a')]",
    "[('company_id.child_ids.name', 'ilike', 'a')]",
    "[('stage_id.is_won', '=', True), ('tag_ids.name', '=', 'x')]",
    "[('user_id.sale_team_id.name', '=', 'x'), ('lost_reason_id.name', '!=', 'x')]",
)


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestPlanConditionWays(CrmActivityPlusCommon):
    """A condition is looked at with elevated rights: it doesn't lead to records that
    may be kept from whoever typed it."""

    def test_closed_ways(self):
        plan = self.plan.with_user(self.user_manager)
        for text in CLOSED_WAYS:
            for record, name in (
                (plan, "domain"),
                (plan, "exit_domain"),
                (plan.template_ids[1], "condition_domain"),
            ):
                with (
                    self.subTest(text, field=name),
                    self.assertRaisesRegex(ValidationError, "may not read"),
                    self.env.cr.savepoint(),
                ):
                    record[name] = text
                    self.env.flush_all()

    def test_open_ways(self):
        plan = self.plan.with_user(self.user_manager)
        for text in OPEN_WAYS:
            with self.subTest(text), self.env.cr.savepoint():
                plan.domain = text
                plan.exit_domain = text
                self.env.flush_all()
                plan.preview(self.lead.ids)

    def test_private_conversation(self):
        """The answer of a preview would tell what was said there."""
        channel = self.env["discuss.channel"].create(
            {"name": "Just us", "channel_type": "group"}
        )
        channel.add_members(partner_ids=self.user_owner.partner_id.ids)
        channel.message_post(body="a secret", message_type="comment")
        path = "user_id.partner_id.channel_ids.message_ids.body"
        with self.assertRaisesRegex(ValidationError, "may not read all"):
            self.plan.with_user(
                self.user_manager
            ).domain = f"[('{path}', 'ilike', 'a secret')]"
