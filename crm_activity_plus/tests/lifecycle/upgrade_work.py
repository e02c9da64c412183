# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Run in the shell of the version that a fixture is made of, on a database with nothing
# but the addon: have whatever there can be, with ids that no database has without.
# See upgrade_dump.py.
# ruff: noqa: F821

from datetime import timedelta

from odoo import Command, fields

env.cr.execute(
    """
    SELECT setval(oid, 1000000) FROM pg_class
     WHERE relkind = 'S' AND relnamespace = current_schema::regnamespace
    """
)
env = env(
    context={
        "active_test": False,
        "mail_auto_subscribe_no_notify": True,
        "mail_create_nolog": True,
        "mail_notrack": True,
        "no_reset_password": True,
    }
)
today = fields.Date.today()
LEAD = env["ir.model"]._get_id("crm.lead")

# ------------------------------------------------------------
# People and records
# ------------------------------------------------------------

manager, seller, leaver = env["res.users"].create(
    [
        {
            "name": name,
            "login": name.lower(),
            "email": f"{name.lower()}@upgrade.example.com",
            "group_ids": [Command.link(env.ref(f"sales_team.group_sale_{group}").id)],
            "tz": "Europe/Berlin",
        }
        for name, group in (
            ("Mara", "manager"),
            ("Sam", "salesman"),
            ("Lea", "salesman"),
        )
    ]
)
team = env["crm.team"].create(
    {
        "name": "Upgrade",
        "user_id": manager.id,
        "member_ids": [Command.set((manager + seller + leaver).ids)],
    }
)
open_stage, won_stage = env["crm.stage"].create(
    [{"name": "Open", "sequence": 1}, {"name": "Sold", "is_won": True, "sequence": 70}]
)
partner = env["res.partner"].create(
    {"name": "Deco Addict", "email": "deco@upgrade.example.com"}
)


def create_leads(count):
    return env["crm.lead"].create(
        [
            {
                "name": f"Desks {number}",
                "type": "opportunity",
                "partner_id": partner.id,
                "user_id": seller.id,
                "team_id": team.id,
                "stage_id": open_stage.id,
            }
            for number in range(count)
        ]
    )


# ------------------------------------------------------------
# Types, outcomes and plans
# ------------------------------------------------------------

call, visit, letter, webinar, telegram = env["mail.activity.type"].create(
    [
        {"name": "Ring", "default_duration": 0.5},
        {"name": "Visit", "category": "meeting", "default_duration": 1},
        {
            "name": "Post",
            "applies_to_ids": [Command.set([LEAD])],
            "card_field_ids": [
                Command.set(env["ir.model.fields"]._get("crm.lead", "name").ids)
            ],
        },
        {"name": "Show"},
        {"name": "Telegram"},
    ]
)
reached, retry, refused, wants_more = env["mail.activity.outcome"].create(
    [
        {
            "name": "Reached",
            "kind": "success",
            "activity_type_ids": [Command.set((call + letter).ids)],
        },
        {
            "name": "Engaged",
            "effect": "retry",
            "retry_delay_count": 2,
            "max_attempts": 2,
            "activity_type_ids": [Command.set(call.ids)],
        },
        {
            "name": "Refused",
            "kind": "failure",
            "effect": "stop",
            "activity_type_ids": [Command.set(call.ids)],
        },
        {
            "name": "Wants more",
            "next_type_id": letter.id,
            "activity_type_ids": [Command.set(webinar.ids)],
        },
    ]
)
mark, fail = env["ir.actions.server"].create(
    [
        {"name": name, "model_id": LEAD, "state": "code", "code": code}
        for name, code in (
            ("Mark", "record.write({'priority': '1'})"),
            ("Break", "raise UserError('It broke.')"),
        )
    ]
)
template = env["mail.template"].create(
    {
        "name": "Hello",
        "model_id": LEAD,
        "subject": "Hello",
        "use_default_to": False,
        "partner_to": "{{ object.partner_id.id }}",
    }
)


def step(activity_type, name, **values):
    return Command.create(
        {
            "activity_type_id": activity_type.id,
            "summary": name,
            "code": name.lower(),
            **values,
        }
    )


long_plan, short_plan, other_plan, partner_plan = env["mail.activity.plan"].create(
    [
        {
            "name": "Long",
            "code": "upgrade_long",
            "res_model": "crm.lead",
            "team_ids": [Command.set(team.ids)],
            "deadline_policy": "working_days",
            "template_ids": [
                step(call, "First", responsible_type="salesperson"),
                step(
                    letter,
                    "Second",
                    after_codes="first",
                    delay_from="after_previous_done",
                    delay_count=4,
                    responsible_type="salesperson",
                ),
                step(
                    letter,
                    "Branch",
                    after_codes="first",
                    after_outcome_ids=[Command.set(refused.ids)],
                ),
                step(letter, "Asked", condition_domain="[('priority', '=', '2')]"),
                step(
                    call,
                    "Mail",
                    action_type="email",
                    mail_template_id=template.id,
                    delay_count=1,
                ),
                step(
                    call, "Mark", action_type="server_action", server_action_id=mark.id
                ),
                step(
                    call, "Break", action_type="server_action", server_action_id=fail.id
                ),
                step(
                    visit,
                    "Visit",
                    action_type="meeting",
                    attendee_ids=[Command.set(partner.ids)],
                    duration=1,
                    time_of_day=10,
                    delay_count=30,
                    responsible_type="team_leader",
                ),
                step(call, "Turns", responsible_type="round_robin", delay_count=7),
                step(
                    call,
                    "Last",
                    after_codes="second,turns",
                    after_mode="any",
                    responsible_type="previous",
                    delay_from="after_previous_deadline",
                    delay_count=1,
                ),
            ],
        },
        {
            "name": "Short",
            "code": "upgrade_short",
            "res_model": "crm.lead",
            "exit_domain": "[('priority', '=', '3')]",
            "exit_on_reply": True,
            "exit_on_meeting": True,
            "template_ids": [
                step(call, "Call", responsible_type="salesperson"),
                step(
                    call,
                    "Again",
                    delay_count=5,
                    responsible_type="other",
                    responsible_id=leaver.id,
                ),
            ],
        },
        {
            "name": "Other",
            "code": "upgrade_other",
            "res_model": "crm.lead",
            "template_ids": [step(call, "Call", responsible_type="salesperson")],
        },
        {
            "name": "Partner",
            "code": "upgrade_partner",
            "res_model": "res.partner",
            "allow_parallel": True,
            "template_ids": [step(call, "Call")],
        },
    ]
)

# ------------------------------------------------------------
# Runs that go on, and those that ended
# ------------------------------------------------------------


def launch(plan, record=None, **arguments):
    record = record or create_leads(1)
    # So that what does itself is due, at whatever time of the day this is run.
    launched = plan.with_user(manager).launch(
        record.ids, str(today - timedelta(days=7)), **arguments
    )
    return env["mail.activity.plan.run"].browse(launched["run_ids"])


def activity_of(run, number=0, user=seller):
    return run.line_ids[number].activity_id.with_user(user)


started, paused, tried, skipped, done = (launch(long_plan) for _number in range(5))
resumed, restarted, deleted_step, short = (launch(short_plan) for _number in range(4))
activity_of(started).action_start()
activity_of(started).date_deadline = today + timedelta(days=21)
paused.with_user(manager).action_pause()
resumed.with_user(manager).action_pause()
resumed.with_user(manager).action_resume()
restarted.with_user(manager).action_stop(note="Noch nicht")
restarted.with_user(manager).action_restart()
activity_of(tried).complete(retry.code, "Nobody is there")
activity_of(skipped).action_hold(str(today + timedelta(days=9)), "Auf Urlaub")
skipped.line_ids[0].with_user(seller).action_skip("Zu teuer")
activity_of(deleted_step).unlink()
lead = create_leads(1)
chosen = launch(
    long_plan,
    lead,
    overrides={
        str(lead.id): {
            "mail": {"skip": True},
            "first": {
                "date_deadline": str(today + timedelta(days=30)),
                "user_id": manager.id,
            },
        }
    },
)
activity_of(chosen, user=manager).action_cancel()
for line in done.line_ids:
    if line.activity_id and line.state == "scheduled":
        line.activity_id.with_user(manager).complete(reached.id, "Well done")
for line in done.line_ids:
    if line.state in ("waiting", "scheduled"):
        line.with_user(manager).action_skip("Braucht es nicht")
by_hand, won, lost, condition, outcome, reply, meeting = (
    launch(short_plan) for _number in range(7)
)
by_hand.with_user(manager).action_stop(note="Umgezogen, 100 %")
won.lead_id.with_user(seller).stage_id = won_stage
lost.lead_id.with_user(seller).action_set_lost()
condition.lead_id.with_user(seller).priority = "3"
activity_of(outcome).complete(refused.id, "No, thank you")
reply.lead_id.message_post(
    body="Hi",
    author_id=partner.id,
    message_type="email",
    subtype_xmlid="mail.mt_comment",
)
env["calendar.event"].with_user(seller).create(
    {
        "name": "Meeting",
        "start": "2090-05-01 10:00:00",
        "stop": "2090-05-01 11:00:00",
        "res_model_id": LEAD,
        "res_model": "crm.lead",
        "res_id": meeting.lead_id.id,
        "opportunity_id": meeting.lead_id.id,
    }
)
deleted, merged, survivor, archived = (launch(short_plan) for _number in range(4))
deleted.lead_id.unlink()
(survivor.lead_id + merged.lead_id).with_user(manager).merge_opportunity()
archived.lead_id.active = False
on_partner = launch(partner_plan, partner)

# ------------------------------------------------------------
# Activities without a plan
# ------------------------------------------------------------

loose = create_leads(1).with_user(seller)


def schedule(activity_type, name):
    return loose.activity_schedule(
        activity_type_id=activity_type.id, summary=name, user_id=seller.id
    )


schedule(call, "New")
schedule(letter, "Started").action_start()
schedule(call, "Held").action_hold(str(today + timedelta(days=30)), "Wartet")
schedule(letter, "Held without end").action_hold()
again = schedule(call, "Resumed")
again.action_hold(None, "Kurz")
again.action_resume()
schedule(call, "Done").complete(reached.id, "Fine")
schedule(call, "Cancelled").action_cancel()
schedule(webinar, "Chained").complete(wants_more.id)
schedule(visit, "Booked").write(
    {"date_start": "2090-06-01 08:00:00", "date_end": "2090-06-01 09:00:00"}
)
schedule(telegram, "Of a type that is gone")
telegram.unlink()
env["mail.activity"].with_user(seller).create(
    {"activity_type_id": call.id, "summary": "Free", "user_id": seller.id}
)

# ------------------------------------------------------------
# In the background
# ------------------------------------------------------------

launch(other_plan, short.lead_id)


def put_off(user, leads, state="pending"):
    return {
        "plan_id": other_plan.id,
        "user_id": user.id,
        "company_id": user.company_id.id,
        "plan_date": today,
        "responsible_id": user.id,
        "res_ids": leads.ids,
        "record_count": len(leads),
        "state": state,
    }


env["mail.activity.plan.launch"].create(
    [
        put_off(manager, create_leads(2) + short.lead_id),
        put_off(manager, create_leads(1), "cancelled"),
    ]
)
env.cr.commit()
for cron in env["ir.cron"].search([]):
    if (cron.get_external_id()[cron.id]).startswith("crm_activity_plus."):
        cron.method_direct_trigger()
leaver.active = False
env["mail.activity.plan.launch"].create(put_off(leaver, create_leads(1)))
env.cr.commit()
env.ref("crm_activity_plus.ir_cron_launch_plans").method_direct_trigger()
env["mail.activity"].with_user(seller).queue_next([("user_id", "=", seller.id)])
env.cr.commit()
result = True
