# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""A signature is requested: what is in the way of it, and how it is done."""

from dataclasses import dataclass, field
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import plaintext2html

from odoo.addons.crm_activity_plus.engine.environment import by_engine
from odoo.addons.crm_activity_plus.engine.reasons import reason_error
from odoo.addons.crm_activity_plus.tools.reasons import Reason

from .signers import find_signer_problems


def find_due_date(record, days):
    """:param record: any, for whoever asks
    :param int days: how many there are to sign; 0: any number
    :returns: the last of them; False where there is none, the calendar's end included
    """
    if not days:
        return False
    try:
        return fields.Date.context_today(record) + timedelta(days=days)
    except OverflowError:
        return False


@dataclass
class SignatureOrder:
    """What is to be signed, by whom and until when.

    Whoever makes it has looked whether the user may have that done on the record, and
    send out what is signed.
    """

    #: the document that it is about, for whoever asks
    record: object
    #: the user who asks
    user: object
    #: see ``papers``
    paper: object
    #: a list of :class:`~.signers.Signer`
    signers: list = field(default_factory=list)
    name: str = ""
    message: str = ""
    date_due: object = False

    def find_problems(self):
        """:returns: why it can't be requested; nothing where it can
        :rtype: list[Reason]"""
        if self.record._name.startswith("sign.oca."):
            # As sign_oca has it: nothing is signed for what is signed.
            return [Reason("sign_of_signature")]
        if problem := self.paper.find_problem():
            return [problem]
        problems = find_signer_problems(self.signers)
        codes = {(problem.code, str(problem.values)) for problem in problems}
        problems += [
            problem
            for problem in self.paper.find_role_problems(self.signers)
            if (problem.code, str(problem.values)) not in codes
        ]
        if self.date_due and self.date_due < fields.Date.context_today(self.record):
            problems.append(Reason("sign_date_over"))
        return problems

    def check(self):
        """:raises UserError: it can't be requested; all that is in the way is told"""
        env = self.record.env
        problems = self.find_problems()
        if len(problems) > 1:
            reason = Reason("sign_problems", {"problems": problems})
            raise reason_error(env, reason)
        if problems:
            raise reason_error(env, problems[0])

    def send(self):
        """Ask the signers, in the name of the user.

        :returns: the ``sign.oca.request``
        :raises UserError: it can't be requested; nothing has been written then
        """
        self.check()
        requests = self.record.env["sign.oca.request"]
        requests = by_engine(requests.with_user(self.user))
        request = requests.create(self._prepare_values())
        body = plaintext2html(self.message) if self.message else ""
        request.action_send(message=body)
        return request

    def _prepare_values(self):
        record = self.record.sudo()
        company = "company_id" in record._fields and record.company_id
        roles = self.paper.give_roles(self.signers)
        return {
            **self.paper.prepare_values(self.signers),
            "name": self.name or self.paper.name.removesuffix(".pdf"),
            "user_id": self.user.id,
            "record_ref": f"{record._name},{record.id}",
            "company_id": (company or self.record.env.company).id,
            "date_due": self.date_due,
            "signer_ids": [
                Command.create(
                    {
                        "partner_id": signer.partner.id,
                        "role_id": role.id,
                        "sequence": signer.sequence,
                    }
                )
                for signer, role in zip(self.signers, roles, strict=True)
            ],
        }
