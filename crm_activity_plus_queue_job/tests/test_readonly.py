# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from datetime import date

from odoo.tests import tagged

from odoo.addons.crm_activity_plus.engine.request import LaunchRequest
from odoo.addons.crm_activity_plus.tests.common import CrmActivityPlusCommon
from odoo.addons.crm_activity_plus.tests.readonly_common import ReadonlyTests


@tagged("crm_activity_plus", "post_install", "-at_install")
class TestReadonly(ReadonlyTests, CrmActivityPlusCommon):
    """What only reads, of a launch that is a job."""

    addon = "crm_activity_plus_queue_job"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        watcher = cls._create_user(
            "Jobs", "sales_team.group_sale_manager,queue_job.group_queue_job_manager"
        )
        cls.users = [watcher]
        cls.visitors = [cls.user_owner, cls.user_manager, watcher]
        request = LaunchRequest(cls.lead.ids, date(2026, 3, 10), cls.user_owner.id)
        launch = cls.env["mail.activity.plan.launch"]._enqueue(cls.plan, request)
        cls.env["mail.activity.background"]._delay("step", cls._launch().line_ids[:1])
        job = cls.env["queue.job"].search([], order="id DESC", limit=1)
        cls.records = {record._name: record for record in (launch, job)}
