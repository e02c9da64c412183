# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import CrmActivityPlusCommon


class ChoicesCommon(CrmActivityPlusCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group_system = cls.env.ref("base.group_system")
        cls.free = cls._create_action("Free")
        cls.limited = cls._create_action("Limited", group_ids=cls.group_system.ids)
        cls.webhook = cls._create_action(
            "Webhook", state="webhook", webhook_url="https://test.example.com"
        )
        cls.scheduled = (
            cls.env["ir.cron"]
            .create(
                {
                    "name": "Scheduled",
                    "model_id": cls.env["ir.model"]._get_id("crm.lead"),
                    "state": "code",
                    "code": "pass",
                }
            )
            .ir_actions_server_id
        )
        cls.foreign = cls._create_action("Foreign", model="res.partner")
        cls.multi = cls._create_multi(cls._create_multi(cls._create_action("Part")))
        cls.multi_limited = cls._create_multi(
            cls._create_multi(cls._create_action("P"))
        )
        part = cls.multi_limited.child_ids.child_ids
        part.group_ids = cls.group_system
        cls.multi_webhook = cls._create_multi(
            cls._create_action("P", state="webhook", webhook_url="https://a.b")
        )
        cls.acting = cls._create_plan(
            "Acting", cls._act(cls.free), cls._step(cls.type_call, "Call")
        )

    @classmethod
    def _create_action(cls, name, model="crm.lead", **values):
        return cls.env["ir.actions.server"].create(
            {
                "name": name,
                "model_id": cls.env["ir.model"]._get_id(model),
                "state": "code",
                "code": f"records.write({{'referred': '{name}'}})",
                **values,
            }
        )

    @classmethod
    def _create_multi(cls, *actions):
        return cls._create_action(
            "Multi", state="multi", child_ids=[Command.set([a.id for a in actions])]
        )

    @classmethod
    def _act(cls, action, summary="Act", **values):
        return cls._step(
            cls.type_todo,
            summary,
            action_type="server_action",
            server_action_id=action.id,
            **values,
        )

    def _get_kept(self):
        """:returns: actions that a manager may not run by hand"""
        return (
            self.limited
            | self.webhook
            | self.scheduled
            | self.multi_limited
            | self.multi_webhook
        )

    def assertRefused(self, function, *args, **kwargs):
        with (
            self.assertRaises(UserError) as caught,
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            function(*args, **kwargs)
        self.env.invalidate_all()
        return str(caught.exception)
