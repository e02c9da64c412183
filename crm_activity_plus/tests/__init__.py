# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from . import test_tools_emails
from . import test_tools_codes, test_tools_dates, test_tools_graph
from . import test_tools_domains, test_tools_internal, test_tools_proposal
from . import test_tools_reasons
from . import test_mail_activity_type
from . import test_activity_type_delete, test_activity_type_prefill
from . import test_mail_activity
from . import test_mail_activity_hold
from . import test_activity_status
from . import test_activity_my, test_activity_bulk, test_activity_queue
from . import test_activity_queue_work
from . import test_activity_booking, test_activity_card, test_activity_preview
from . import test_activity_tours
from . import test_mail_activity_plan, test_plan_conditions
from . import test_plan_launch, test_plan_launch_refused, test_plan_preview
from . import test_plan_triggered, test_schedule_popup
from . import test_chosen_actions, test_plan_choices
from . import test_plan_condition_ways
from . import test_plan_concurrency, test_plan_files, test_plan_whole
from . import test_plan_designer, test_plan_designer_tour
from . import test_plan_graph, test_plan_graph_garbage, test_plan_graph_problems
from . import test_plan_export, test_plan_file_garbage, test_plan_file_round_trip
from . import test_plan_versions, test_version_races
from . import test_plan_files_tour, test_plan_wizards, test_ready_made
from . import test_access, test_launch_concurrency, test_launch_queries
from . import test_long_tables
from . import test_launch_planner
from . import test_mail_activity_plan_run
from . import test_bulk_insert, test_bulk_queries, test_ledger
from . import test_readonly, test_rpc_answers
from . import test_engine_steps
from . import test_engine_tables
from . import test_engine_outcomes, test_outcome_effects, test_outcomes_offered
from . import test_date_explanation, test_engine_calendar
from . import test_engine_actions, test_engine_emails
from . import test_engine_exits
from . import test_engine_pause
from . import test_activity_resume, test_next_step, test_next_step_tour
from . import test_pause_races, test_pause_until
from . import test_engine_concurrency, test_launch_job_concurrency
from . import test_crons_without_time, test_engine_crons
from . import test_engine_guarantees, test_garbage, test_garbage_values, test_linear
from . import test_launch_job_meanwhile, test_plan_launch_job
from . import test_examples, test_migration
from . import test_run_failed
from . import test_launch_undo, test_launch_warnings, test_run_bulk
from . import test_new_rows, test_next_step_agrees, test_queue_races
from . import test_outcome_limits, test_undo_limits, test_undo_races
from . import test_form_codes, test_hoot, test_lifecycle, test_tours, test_upgrade
from . import test_no_next_step, test_run_timeline, test_run_timeline_tours
from . import test_launch_dialog, test_launch_dialog_records, test_launch_dialog_tour
from . import test_partner_activities
from . import test_tours_activity_my
from . import test_core_deletions, test_hand_over, test_lenience
from . import test_meeting_series, test_merge
from . import test_engine_restart
from . import test_figures_reading
from . import test_figures_sums, test_plan_funnel, test_plan_dashboard
from . import test_plan_dashboard_tour
from . import test_tools_comparison, test_tools_median
from . import test_plan_figures
from . import test_step_actions
from . import test_run_company, test_run_follow
from . import test_follow_queries, test_follow_races
from . import test_done_messages, test_launch_rows
from . import test_due_interrupted, test_meanwhile, test_plan_condition_rights
from . import test_engine_healing, test_launch_races, test_run_races
from . import test_security_context, test_security_values
from . import test_security_moves, test_security_rights
from . import test_security_persons
from . import test_security_rpc
from . import test_fields_of_others, test_views_of_others
from . import test_ids_twice, test_long_codes
from . import test_languages
from . import test_reasons, test_reasons_of_activities, test_reasons_stored
from . import test_activity_cancel, test_booking_customer, test_meeting_cancel
from . import test_history, test_history_archive, test_history_archive_races
from . import test_run_rounds, test_schedule_times
from . import test_activity_type_form, test_outcome_data, test_plan_writing
from . import test_plan_timeline, test_plan_trial, test_plan_trial_agrees
