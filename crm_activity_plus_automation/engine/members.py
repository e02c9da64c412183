# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""Which records a series is for."""

from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.crm_activity_plus.engine.condition import Condition
from odoo.addons.crm_activity_plus.tools.domains import read_domain

# More customers than that can't be visited, and a condition that finds more is wrong.
MAX_RECORDS = 5000


class MemberFinder:
    """Finds the records that series are for, with the rights of whoever each acts for.

    Series that ask for the same are answered once: it must not live longer than one
    operation.
    """

    def __init__(self):
        self._found = {}

    def find(self, series):
        """:param series: one series
        :returns: ids of its records, in order
        :rtype: tuple[int]
        :raises UserError: they are too many, or can't be found
        """
        owner = series._get_owner()
        key = (series.res_model, series.domain, owner, series.company_id)
        if key not in self._found:
            self._found[key] = self._find(series)
        return self._found[key]

    def _find(self, series):
        env = series.env
        if series.res_model not in env:
            raise UserError(env._("The application of “%s” is gone.", series.name))
        self._check_owner(series)
        text = series.domain or "[]"
        Condition(env, text, series.name).check_text()
        records = series._as_owner(env[series.res_model])
        try:
            domain = Domain(read_domain(text, records.env.uid))
            ids = records.search(domain, limit=MAX_RECORDS + 1, order="id").ids
        except (TypeError, ValueError) as error:
            # A field that it compares is gone, or has become another one.
            raise UserError(
                env._(
                    "The filter of “%s” doesn't fit its records any more. Correct it.",
                    series.name,
                )
            ) from error
        if len(ids) > MAX_RECORDS:
            raise UserError(
                env._(
                    "“%(series)s” is for %(count)s records, more than the %(most)s "
                    "that can have visits. Narrow the filter.",
                    series=series.name,
                    count=records.search_count(domain),
                    most=MAX_RECORDS,
                )
            )
        return tuple(ids)

    def _check_owner(self, series):
        owner = series._get_owner().sudo()
        if owner._is_superuser():
            return
        if not owner.active:
            raise UserError(
                series.env._(
                    "“%(user)s”, whose rights the visits are planned with, is "
                    "archived. Stop the series and start it again to plan them with "
                    "yours.",
                    user=owner.name,
                )
            )
        if series.company_id not in owner.company_ids:
            raise UserError(
                series.env._(
                    "“%(user)s”, whose rights the visits are planned with, isn't "
                    "allowed in “%(company)s”.",
                    user=owner.name,
                    company=series.company_id.name,
                )
            )
