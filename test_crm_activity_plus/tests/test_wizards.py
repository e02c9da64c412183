# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

ADDON = "crm_activity_plus"
# What no column of these types can be.
WRONG = {"date": [[]], "datetime": 1.5, "many2one": "a", "selection": [1]}
LOG = {"create_uid", "create_date", "write_uid", "write_date"}


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestWizards(TransactionCase):
    """Programs may fill in any of the suite's pop-ups."""

    def _find_wizards(self):
        for model in self.env.registry.models.values():
            if model._transient and model._original_module.startswith(ADDON):
                yield self.env[model._name]

    def test_wrong_values(self):
        """They are told so in a sentence, whichever addon the pop-up is from."""
        wizards = list(self._find_wizards())
        self.assertGreater(len(wizards), 8)
        for wizard in wizards:
            for name, field in wizard._fields.items():
                if field.type in WRONG and field.store and name not in LOG:
                    with self.subTest(wizard._name, field=name):
                        self._check_refused(wizard, {name: WRONG[field.type]})

    def _check_refused(self, wizard, values):
        with self.assertRaises(UserError), self.env.cr.savepoint():
            wizard.create([values])
