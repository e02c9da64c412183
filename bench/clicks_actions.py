# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""What ``./dev bench clicks`` measures: one more action is one more of ``ACTIONS``."""

from dataclasses import dataclass

# Each is measured so often; the one in the middle counts.
REPEATS = 10
TARGET_MS = 300

CHATTER = ".o-mail-Activity:contains(Bench call)"
DONE_POPUP = ".o-mail-ActivityMarkAsDone"
TIMELINE = ".o_run_timeline"
QUEUE = "crm_activity_plus.activity_queue_action"
QUEUE_NAME = ".o_activity_queue_name"


@dataclass(frozen=True)
class Action:
    """Something that a salesperson does with a click.

    A place is a CSS selector; see ``clicks_page.js``.

    :param name: what it is, for the report
    :param click: the place of the click that is measured
    :param seen: the places by which its effect is seen; with ``!`` those that are gone
    :param page: what is open at the beginning: ``lead``, or the XML id of an action
    :param before: the clicks that lead there
    :param lead: what is on the lead: nothing, ``activity`` or ``plan``
    """

    name: str
    click: str
    seen: tuple[str, ...]
    page: str = "lead"
    before: tuple[str, ...] = ()
    lead: str = ""
    #: in how many days the activity is due
    due: int = 30


def in_menu(xmlid):
    """:returns: what opens a page of the application from its menu"""
    return {
        "before": ("button[data-menu-xmlid='crm.crm_menu_sales']",),
        "click": f".o-dropdown--menu [data-menu-xmlid='crm_activity_plus.{xmlid}']",
    }


ACTIONS = (
    Action(
        "open the pop-up of the chatter",
        click=".o-mail-Chatter-activity",
        seen=(".modal .o_form_view .o_field_widget[name='plan_id']",),
    ),
    Action(
        "launch from the chatter",
        before=(
            ".o-mail-Chatter-activity",
            ".modal .o_selection_badge:contains(Bench plan)",
        ),
        click=".modal footer button[name='action_schedule_plan']",
        seen=("!.modal", ".o-mail-Activity:contains(Step 0)"),
    ),
    Action(
        "mark done in the chatter",
        lead="activity",
        before=(f"{CHATTER} .o-mail-Activity-markDone",),
        click=f"{DONE_POPUP} button[aria-label='Done']",
        seen=(f"!{CHATTER}", f"!{DONE_POPUP}"),
    ),
    Action(
        "done with an outcome in the chatter",
        lead="activity",
        before=(f"{CHATTER} .o-mail-Activity-markDone",),
        click=f"{DONE_POPUP} .o_crm_activity_plus_outcomes button",
        seen=(f"!{CHATTER}", f"!{DONE_POPUP}"),
    ),
    Action(
        "done with an outcome, the next step starts",
        lead="plan",
        before=(".o-mail-Activity:contains(Step 0) .o-mail-Activity-markDone",),
        click=f"{DONE_POPUP} .o_crm_activity_plus_outcomes button",
        seen=(f"!{DONE_POPUP}", ".o-mail-Activity:contains(Step 4)"),
    ),
    Action(
        "hold in the chatter",
        lead="activity",
        before=(f"{CHATTER} .o_activity_hold",),
        click=".o_activity_hold_form button[data-day='tomorrow']",
        seen=(".o_activity_held .o-mail-Activity", "!.o_activity_hold_form"),
    ),
    Action(
        "cancel in the chatter",
        lead="activity",
        before=(f"{CHATTER} .btn-danger",),
        click=".o_activity_cancel_confirm",
        seen=(f"!{CHATTER}", "!.o_activity_cancel_form"),
    ),
    Action(
        "open the timeline of a lead",
        lead="plan",
        click=".o_notebook .nav-link[name='activity_plan']",
        seen=(f"{TIMELINE} .o_run_timeline_step",),
    ),
    Action(
        "reschedule in the timeline",
        lead="plan",
        before=(
            ".o_notebook .nav-link[name='activity_plan']",
            f"{TIMELINE} button[name='step_snooze']",
        ),
        click=".modal .o_reschedule_form button[data-day='next_week']",
        seen=("!.modal", f"~{TIMELINE} .o_run_timeline_step"),
    ),
    Action(
        "pause a plan in the timeline",
        lead="plan",
        before=(
            ".o_notebook .nav-link[name='activity_plan']",
            f"{TIMELINE} button[name='action_pause']",
        ),
        click=".modal .o_pause_form button[data-day='next_week']",
        seen=("!.modal", f"{TIMELINE} .o_run_timeline_run[data-state='paused']"),
    ),
    Action(
        "open My Activities",
        **in_menu("mail_activity_my_menu"),
        seen=(".o_list_view .o_data_row",),
    ),
    Action(
        "mark done in a row: the pop-up",
        page="crm_activity_plus.mail_activity_my_action",
        lead="activity",
        due=-300,
        click=".o_data_row:contains({lead}) button[name='action_ask_outcome']",
        seen=(f"{DONE_POPUP} button[aria-label='Done']",),
    ),
    Action(
        "mark done in a row",
        page="crm_activity_plus.mail_activity_my_action",
        lead="activity",
        due=-300,
        before=(".o_data_row:contains({lead}) button[name='action_ask_outcome']",),
        click=f"{DONE_POPUP} button[aria-label='Done']",
        seen=(f"!{DONE_POPUP}", "!.o_data_row:contains({lead})", ".o_data_row"),
    ),
    Action(
        "open the queue",
        **in_menu("activity_queue_menu"),
        seen=(QUEUE_NAME,),
    ),
    Action(
        "queue: skip",
        page=QUEUE,
        click=".o_activity_queue_skip",
        seen=("~.o_activity_queue_record",),
    ),
    Action(
        "queue: done",
        page=QUEUE,
        click=".o_activity_queue_done",
        seen=("~.o_activity_queue_record",),
    ),
    Action(
        "queue: open the record",
        page=QUEUE,
        click=".o_activity_queue_open",
        seen=(".o_form_view .o_field_widget[name='name']", ".o-mail-Activity"),
    ),
    Action(
        "open the running plans",
        **in_menu("mail_activity_plan_run_menu"),
        seen=(".o_list_view .o_data_row",),
    ),
)
