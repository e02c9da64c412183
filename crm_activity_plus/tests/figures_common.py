# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import random
from datetime import datetime, timedelta

from odoo.fields import Command

from ..engine.environment import by_engine
from .common import CrmActivityPlusCommon

NOW = datetime(2026, 3, 16, 9, 0)
STEPS = ("call", "quote", "follow", "last")
RUN_STATES = ("running", "running", "paused", "done", "done", "failed", "stopped")
STOP_REASONS = ("manual", "won", "reply", "meeting", "undone", "outcome")
STEP_STATES = ("waiting", "scheduled", "done", "done", "skipped", "cancelled", "failed")


class FiguresCase(CrmActivityPlusCommon):
    """Runs as nobody would launch them: what is counted is whatever is there.

    Leads are of two teams, several months, two companies with different currencies,
    some of them won, lost or archived, with none to three runs.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(20260316)
        cls.team_2 = cls.env["crm.team"].create(
            {"name": "Second", "company_id": False, "user_id": cls.user_member.id}
        )
        cls._set_up_company()
        cls.outcomes = cls.env["mail.activity.outcome"].create(
            [{"name": f"O {n}", "code": f"fig_{n}"} for n in range(2)]
        )
        cls.plans = cls.env["mail.activity.plan"].union(
            *(cls._create_figures_plan(name) for name in ("Figures A", "Figures B"))
        )
        cls.all_leads = cls._create_random_leads(60)
        cls.all_runs = cls._create_random_runs()
        cls.env.flush_all()
        cls.env.invalidate_all()

    @classmethod
    def _set_up_company(cls):
        """The other company counts in a currency of which two are one of this one's."""
        cls.foreign = cls.env["res.currency"].create(
            {
                "name": "FIG",
                "symbol": "F",
                "rate_ids": [Command.create({"name": "2026-01-01", "rate": 2})],
            }
        )
        cls.other_company.currency_id = cls.foreign
        cls.user_manager.company_ids |= cls.other_company

    @classmethod
    def _create_figures_plan(cls, name):
        steps = [
            cls._step(cls.type_call, f"{n} of {name}", code=code)
            for n, code in zip((3, 1, 2, 0), STEPS, strict=True)
        ]
        return cls._create_plan(name, *steps)

    @classmethod
    def _create_random_leads(cls, count):
        pick = cls.random.choice
        leads = cls._create_leads(count)
        for lead in leads:
            company = pick((cls.company_main,) * 4 + (cls.other_company,))
            lead.write(
                {
                    "company_id": company.id,
                    "user_id": pick((cls.user_owner, cls.user_colleague)).id
                    if company == cls.company_main
                    else False,
                    "team_id": pick((cls.sales_team_1, cls.team_2)).id,
                    "expected_revenue": cls.random.randrange(1, 90) * 10,
                }
            )
        cls._close_some(leads)
        leads.flush_recordset()
        for lead in leads:
            cls.env.cr.execute(
                "UPDATE crm_lead SET create_date = %s WHERE id = %s",
                [NOW - timedelta(days=cls.random.randrange(150)), lead.id],
            )
        return leads

    @classmethod
    def _close_some(cls, leads):
        for lead in leads:
            match cls.random.randrange(5):
                case 0 | 1:
                    lead.action_set_won()
                case 2:
                    lead.action_set_lost()
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE crm_lead SET date_closed = %s WHERE won_status = 'won'", [NOW]
        )

    @classmethod
    def _create_random_runs(cls):
        vals_list = [
            cls._prepare_random_run(lead)
            for lead in cls.all_leads
            for _index in range(cls.random.choice((0, 1, 1, 2, 3)))
        ]
        runs = by_engine(cls.env["mail.activity.plan.run"]).create(vals_list)
        lines = by_engine(cls.env["mail.activity.plan.run.line"])
        lines.create(
            [
                cls._prepare_random_line(run, place, step)
                for run in runs
                for place, step in enumerate(run.plan_id.template_ids, 1)
            ]
        )
        return runs.with_env(cls.env)

    @classmethod
    def _prepare_random_run(cls, lead):
        pick, plan = cls.random.choice, cls.random.choice(cls.plans)
        state = pick(RUN_STATES)
        is_over = state not in ("running", "paused")
        start = NOW - timedelta(hours=cls.random.randrange(-200, 2000))
        return {
            "plan_id": plan.id,
            "plan_version": pick((1, 2)),
            "name": plan.name,
            "res_model": "crm.lead",
            "res_id": lead.id,
            "lead_id": lead.id,
            "company_id": lead.company_id.id,
            "user_id": pick((cls.user_owner, cls.user_manager)).id,
            "plan_date": start.date(),
            "state": state,
            "stop_reason": pick(STOP_REASONS) if state == "stopped" else False,
            "exit_on_reply": pick((True, False)),
            "date_start": start,
            "date_end": is_over and start + timedelta(hours=cls.random.randrange(400)),
            "launch_key": str(cls.random.random()),
        }

    @classmethod
    def _prepare_random_line(cls, run, place, step):
        pick, state = cls.random.choice, cls.random.choice(STEP_STATES)
        deadline = run.date_start + timedelta(days=place)
        is_done = state == "done"
        return {
            "run_id": run.id,
            "res_model": run.res_model,
            "res_id": run.res_id,
            "template_id": step.id,
            "code": step.code,
            "sequence": place,
            "summary": step.summary,
            "activity_type_id": step.activity_type_id.id,
            "user_id": pick((cls.user_owner, cls.user_colleague, cls.user_manager)).id,
            "date_deadline": deadline.date(),
            "date_done": is_done and deadline + timedelta(hours=pick((-30, 5, 20, 90))),
            "state": state,
            "outcome_id": pick(cls.outcomes).id if is_done else False,
        }

    def _get_people(self):
        """:returns: whoever sees all of both companies, all of one, and only own
        leads"""
        everything = (self.company_main | self.other_company).ids
        return {
            "manager": self._as_user(self.user_manager, everything),
            "leader": self._as_user(self.user_member, self.company_main.ids),
            "salesperson": self._as_user(self.user_owner, self.company_main.ids),
        }

    def _as_user(self, user, company_ids):
        context = {"allowed_company_ids": company_ids, "tz": "Europe/Brussels"}
        return self.env(user=user.id, context=context)

    def _filter_readable(self, env, records):
        """:returns: those on leads that somebody may read, looked at one by one"""
        leads = self.all_leads.with_env(env)
        readable = leads.filtered(lambda lead: lead.has_access("read"))
        return records.filtered(lambda r: r.res_id in readable._ids)

    def _get_counted_runs(self, env):
        runs = self._filter_readable(env, self.all_runs)
        return runs.filtered(lambda run: run.stop_reason != "undone")
