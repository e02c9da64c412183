# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import timedelta

from odoo import api, fields, models, tools

from odoo.addons.base_automation.models import base_automation as core

# The scheduler looks once a minute: rules run a bit early, so that none is a minute
# late.
LEAD = timedelta(seconds=30)
# Whose rules run by triggers.
TIMED_MODELS = ("calendar.event", "mail.activity")


class BaseAutomation(models.Model):
    """Rules such as "5 minutes before a meeting" run at their time, by triggers of the
    scheduler: and it has nothing to do each minute when nothing is due."""

    # pylint: disable-next=consider-merging-classes-inherited
    _inherit = "base.automation"

    # Core looks again at when rules run where one of these has changed.
    RANGE_FIELDS = [
        *core.BaseAutomation.RANGE_FIELDS,
        *("trg_date_id", "trg_date_range_mode"),
    ]

    def _is_timed(self):
        """:returns: whether the rule runs by triggers"""
        self.ensure_one()
        date_field = self.trg_date_id
        return (
            self.trigger == "on_time"
            and self.model_name in TIMED_MODELS
            and date_field.ttype == "datetime"
            and date_field.store
            and self.trg_date_range_type in ("minutes", "hour")
        )

    def _get_offset(self):
        """:returns: how long after its date a record is due"""
        self.ensure_one()
        factor = core.DATE_RANGE_FACTOR[self.trg_date_range_type]
        sign = -1 if self.trg_date_range_mode == "before" else 1
        return timedelta(minutes=sign * self.trg_date_range * factor)

    def _get_cron_interval(self, automations=None):
        """Those that run by triggers ask for no interval."""
        if automations is None:
            automations = self.with_context(active_test=True).search(
                [("trigger", "in", ("on_time", "on_time_created", "on_time_updated"))]
            )
        automations = automations.filtered(lambda rule: not rule._is_timed())
        return super()._get_cron_interval(automations)

    def _update_cron(self):
        result = super()._update_cron()
        self.env.registry.clear_cache()
        self._trigger_next()
        return result

    def _search_time_based_automation_records(self, *, until):
        if not self._is_timed():
            return super()._search_time_based_automation_records(until=until)
        records = super()._search_time_based_automation_records(until=until + LEAD)
        # The last run looked ahead, too; and what was due before the rule was made,
        # nobody wants to hear of.
        first = (self.last_run or self.create_date) + LEAD - self._get_offset()
        return records.filtered_domain([(self.trg_date_id.name, ">=", first)])

    @api.model
    def _cron_process_time_based_actions(self):
        try:
            return super()._cron_process_time_based_actions()
        finally:
            # Core has committed each rule, or it failed. What fails is in no other
            # rule's way: it would be rolled back along with that.
            self.env.cr.rollback()
            self._trigger_next()
            self.env["ir.cron"]._commit_progress()

    @api.model
    def _trigger_next(self):
        """Have the scheduled action run when the next records are due. Those that are
        written meanwhile trigger it themselves: see :meth:`_trigger_for`."""
        now, moments = fields.Datetime.now(), set()
        for rule in self.sudo().browse(self._get_timed_ids()):
            name, offset = rule.trg_date_id.name, rule._get_offset() - LEAD
            records = self.env[rule.model_name].sudo()
            following = records.search(
                [(name, ">", now - offset)], order=f"{name}, id", limit=1
            )
            moments.update(record[name] + offset for record in following)
        self._trigger_at(moments)

    @api.model
    def _trigger_for(self, records, names):
        """:param records: of one model, that were created or changed
        :param names: the fields that were written"""
        now, moments = fields.Datetime.now(), set()
        for rule in self.sudo().browse(self._get_timed_ids()):
            name, offset = rule.trg_date_id.name, rule._get_offset() - LEAD
            if rule.model_name == records._name and name in names:
                # Whoever writes a record need not be allowed to read it then.
                dates = set(records.sudo().mapped(name)) - {False}
                moments.update(day + offset for day in dates if day + offset > now)
        self._trigger_at(moments)

    @api.model
    def _trigger_at(self, moments):
        xmlid = "base_automation.ir_cron_data_base_automation_check"
        cron = moments and self.env.ref(xmlid, raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger(sorted(moments))

    @api.model
    @tools.ormcache()
    def _get_timed_ids(self):
        """:returns: ids of the rules that run by triggers, for all who write records
        :rtype: tuple[int]"""
        rules = self.sudo().with_context(active_test=True)
        rules = rules.search(
            [("trigger", "=", "on_time"), ("model_name", "in", TIMED_MODELS)]
        )
        return tuple(rules.filtered(lambda rule: rule._is_timed()).ids)
