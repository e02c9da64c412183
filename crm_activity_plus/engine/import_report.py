# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What an import of plans does, or would do, for people to read."""

import psycopg2

from odoo.exceptions import ConcurrencyError, UserError

from ..tools.errors import describe_error
from ..tools.savepoint import savepoint

#: what is done with something in a file -> what that means for the import
LEVELS = {"new": "info", "reuse": "info", "change": "warning", "missing": "error"}

# What keeps a code from being taken twice -> whose code that is.
CODES = {
    "mail_activity_outcome_code_unique": "mail.activity.outcome",
    "mail_activity_plan_code_unique": "mail.activity.plan",
    "mail_activity_type_code_unique": "mail.activity.type",
}


class ImportReport:
    """Collects what is done with each thing in a file.

    :param env: environment
    """

    def __init__(self, env):
        self.env = env
        self.entries = []

    def add(self, section, key, action, message=False, name=False, place=None):
        """Say what is done with something.

        :param str section: the list of the file that it is in
        :param str key: the code or the name by which the file knows it
        :param str action: one of ``LEVELS``
        :param message: what there is to say about it, in a sentence; or False
        :param name: what it is called, for people
        :param int place: before what else was said; default: after all of it
        """
        entry = {
            "section": section,
            "key": key,
            "name": name or key,
            "action": action,
            "level": LEVELS[action],
            "message": message,
        }
        self.entries.insert(len(self.entries) if place is None else place, entry)

    def get_errors(self):
        """:returns: why the file can't be imported: sentences, each once
        :rtype: list[str]"""
        wrong = (entry for entry in self.entries if entry["level"] == "error")
        return list(dict.fromkeys(entry["message"] for entry in wrong))

    def attempt(self, function, section, key, name=False):
        """Create something. What is refused is said, and nothing of it stays.

        :returns: what the function returns, or None
        :raises psycopg2.OperationalError: the transaction is lost
        :raises ConcurrencyError: somebody else has just created the same: the
            transaction has to be repeated, and sees it then
        """
        try:
            with savepoint(self.env.cr):
                result = function()
                self.env.flush_all()
                return result
        except psycopg2.OperationalError:
            raise
        except UserError as error:
            message = str(error)
        except (psycopg2.Error, SyntaxError, TypeError, ValueError) as error:
            if self._is_conflict(error, key):
                raise ConcurrencyError(str(error)) from error
            # What Odoo itself says of it is for programmers.
            message = self.env._(
                "“%(name)s” can't be imported: %(error)s",
                name=name or key,
                error=describe_error(error),
            )
        self.add(section, key, "missing", message, name)
        return None

    def _is_conflict(self, error, key):
        """:returns: whether a code is taken by what this transaction can't see"""
        if not isinstance(error, psycopg2.errors.UniqueViolation):
            return False
        model = CODES.get(error.diag.constraint_name)
        if model == "mail.activity.plan":
            # Those that can be seen have been avoided.
            return True
        return bool(model) and key not in self.env[model]._get_codes_in_use()
