# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from unittest.mock import patch

from odoo.tools import SQL
from odoo.tools.translate import code_translations

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from .common import CrmActivityPlusCommon

ENGINE = "odoo.addons.crm_activity_plus.engine"
MODELS = "odoo.addons.crm_activity_plus.models"

# Where the engine says why, and the fields that do.
REASONS = {
    "mail.activity.log": "reason",
    "mail.activity.plan.launch": "error",
    "mail.activity.plan.launch.skip": "reason",
    "mail.activity.plan.run": "stop_note",
    "mail.activity.plan.run.line": "reason",
}


class Marked(dict):
    """Translations in which every sentence of the addon is marked."""

    def get(self, source, default=None):
        return f"«FR» {source}"


class StoredReasonsCase(CrmActivityPlusCommon, CronMixinCase):
    """People who work in French, where each sentence of the addon is marked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        (
            cls.user_owner
            + cls.user_colleague
            + cls.user_manager
            + cls.user_system
            + cls.env.user
        ).write({"lang": "fr_FR"})
        cls.env = cls.env(context={**cls.env.context, "lang": "fr_FR"})
        cls.partner.email = False
        cls.outcome_retry, cls.outcome_stop, cls.outcome_other = cls.env[
            "mail.activity.outcome"
        ].create(
            [
                {"name": "S again", "effect": "retry", "max_attempts": 2},
                {"name": "S never", "effect": "stop"},
                {"name": "S other"},
            ]
        )
        cls.short_plan = cls._create_plan(
            "Short",
            cls._step(cls.type_call, "Call", responsible_type="salesperson"),
            cls._step(cls.type_call, "Again", 3, responsible_type="salesperson"),
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(
            patch.dict(
                code_translations.python_translations,
                {("crm_activity_plus", "fr_FR"): Marked()},
            )
        )
        self.before = {
            model: self.env[model].sudo().search([], order="id DESC", limit=1).id or 0
            for model in REASONS
        }

    def _find_new(self, model):
        records = self.env[model].sudo().with_context(active_test=False)
        return records.search([("id", ">", self.before[model])])

    def assertOnlyCodes(self, *codes, typed=()):
        """What was stored since the test began has these codes among others, and no
        texts but those that were typed."""
        self.env.flush_all()
        self.env.invalidate_all()
        found, texts = set(), set()
        for model, name in REASONS.items():
            records = self._find_new(model)
            found.update(records.mapped(f"{name}_code"))
            texts.update(filter(None, records.mapped(f"{name}_text")))
            self.env.cr.execute(
                SQL(
                    "SELECT to_jsonb(t)::text FROM %s t WHERE id = ANY(%s)",
                    SQL.identifier(records._table),
                    records.ids,
                )
            )
            for [row] in self.env.cr.fetchall():
                self.assertNotIn("«FR»", row)
            for record in records.filtered(f"{name}_code"):
                in_french = record.with_context(lang="fr_FR")[name]
                in_english = record.with_context(lang="en_US")[name]
                self.assertTrue(in_english)
                self.assertNotIn("«FR»", in_english)
                self.assertNotIn("%(", in_english)
                self.assertNotIn("…", in_english)
                if record[f"{name}_code"] not in self._get_stop_reasons():
                    self.assertIn("«FR»", in_french)
        self.assertEqual(texts, set(typed))
        self.assertLessEqual(set(codes), found)

    def _get_stop_reasons(self):
        """These are labels, which Odoo translates in the database."""
        return (
            self.env["mail.activity.plan.run"]
            ._fields["stop_reason"]
            .get_values(self.env)
        )

    def _run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"crm_activity_plus.{name}").method_direct_trigger()
        self.env.invalidate_all()
