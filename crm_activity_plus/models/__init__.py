# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import mail_activity_engine_mixin
from . import mail_activity_bulk_mixin
from . import mail_activity_code_mixin
from . import mail_activity_cron_position
from . import mail_activity_document_mixin
from . import mail_activity_ledger_mixin
from . import mail_activity_plan_save_mixin
from . import mail_activity_type
from . import mail_activity_outcome
from . import mail_activity
from . import mail_activity_access
from . import mail_activity_claim
from . import mail_activity_hand_over
from . import mail_activity_my
from . import mail_activity_queue
from . import mail_activity_booking, mail_activity_card
from . import mail_activity_mixin
from . import mail_activity_plan
from . import mail_activity_plan_launch, mail_activity_plan_launch_skip
from . import mail_activity_plan_template
from . import mail_activity_plan_run
from . import mail_activity_plan_run_line, mail_activity_plan_run_line_preview
from . import mail_activity_plan_run_line_added
from . import mail_activity_preview
from . import mail_activity_plan_run_follow
from . import mail_activity_plan_run_line_follow
from . import mail_activity_plan_run_timeline
from . import mail_activity_plan_run_line_timeline
from . import mail_activity_log, mail_activity_log_history
from . import mail_activity_round_robin
from . import mail_followers
from . import mail_mail, mail_template
from . import mail_thread
from . import calendar_event
from . import crm_lead
from . import crm_team
from . import ir_actions_actions
from . import ir_actions_server
from . import ir_model, ir_model_data
from . import ir_ui_menu
from . import res_company
from . import res_config_settings
from . import res_groups
from . import res_partner
from . import res_users
from . import resource_calendar
