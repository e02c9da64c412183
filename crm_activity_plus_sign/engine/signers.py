# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""Who signs: the people of a template's roles on a record."""

import logging
from dataclasses import dataclass

from odoo.exceptions import UserError

from odoo.addons.crm_activity_plus.engine.reasons import name_of
from odoo.addons.crm_activity_plus.tools.reasons import Reason
from odoo.addons.crm_activity_plus.tools.savepoint import savepoint

_logger = logging.getLogger(__name__)

EMPLOYEE_ROLE = "sign_oca.sign_role_employee"


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who is asked to sign, maybe nobody yet."""

    #: as what; none where the document has no roles of its own
    role: object
    partner: object
    #: whose turn it is; those with the same number can sign at the same time
    sequence: int = 10


def find_signers(record, roles, user):
    """Find out who signs, where nobody is asked.

    A role names a person by itself, or is empty: then the record's contact is the first
    of these, and whoever asks for the signature is the employee.

    :param record: the document, as superuser
    :param roles: those of a template, in order
    :param user: who asks for the signature
    :returns: role -> ``res.partner``, maybe none
    :rtype: dict
    """
    employee = record.env.ref(EMPLOYEE_ROLE, raise_if_not_found=False)
    contact = find_contact(record)
    found = {}
    for role in roles:
        if role.partner_selection_policy != "empty":
            found[role] = _ask_role(record, role)
        elif role == employee:
            found[role] = user.partner_id
        else:
            found[role], contact = contact, contact.browse()
    return found


def find_contact(record):
    """:returns: the customer of a record, or none"""
    return record._mail_get_partners()[record.id][:1].sudo()


def _ask_role(record, role):
    """:returns: whom a role names by itself; whatever is wrong with what its manager
    typed, nobody"""
    partners = record.env["res.partner"].sudo()
    try:
        with savepoint(record.env.cr):
            partner_id = role.sudo()._get_partner_from_record(record.sudo())
    except Exception as error:
        level = logging.INFO if isinstance(error, UserError) else logging.WARNING
        _logger.log(level, "The role %s names nobody", role.id, exc_info=True)
        return partners
    return partners.browse(partner_id or ()).exists()


def find_signer_problems(signers):
    """:param list[Signer] signers: who is asked
    :returns: why they can't be, in order
    :rtype: list[Reason]"""
    if not signers:
        return [Reason("sign_nobody")]
    problems, seen = [], set()
    for signer in signers:
        partner = signer.partner
        if signer.role and signer.role in seen:
            problems.append(Reason("sign_role_twice", {"role": name_of(signer.role)}))
        seen.add(signer.role)
        if not partner and signer.role:
            problems.append(Reason("sign_role_vacant", {"role": name_of(signer.role)}))
        elif not partner:
            problems.append(Reason("sign_somebody_missing"))
        elif not partner.active:
            problems.append(Reason("sign_archived", {"partner": name_of(partner)}))
        elif not partner.email_normalized:
            problems.append(Reason("sign_no_email", {"partner": name_of(partner)}))
    return problems
