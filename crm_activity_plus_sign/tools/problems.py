# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""Why a document can't be sent, in sentences."""

import base64

from .pdf import PdfProblem, count_pages
from .sign_values import is_complete


def find_problems(env, data, items, signers):
    """What would make a request that can't be signed, or that never ends.

    :param data: the document, in base64
    :param list[dict] items: the fields, each with ``role_id``, ``name`` and ``page``
    :param list[tuple] signers: roles with their contacts, which may be empty
    :returns: sentences in the user's language; none where nothing is wrong
    """
    types = env["sign.oca.field"]._fields["field_type"].get_values(env)
    if not all(is_complete(item, types) for item in items):
        return [env._("A field can't be filled in: delete it, and add it again.")]
    return [
        *_find_in_document(env, data, items),
        *_find_in_fields(env, items, signers),
        *_find_in_signers(env, items, signers),
    ]


def find_unreachable(env, signers):
    """:returns: sentences about signers who can't be told; those who have a user can
    sign nevertheless"""
    return [
        env._(
            "%(name)s has no email address: add one to the contact.",
            name=partner.display_name,
        )
        for _role, partner in signers
        if partner and not partner.email_normalized and not partner.user_ids
    ]


def _find_in_document(env, data, items):
    try:
        pages = count_pages(base64.b64decode(data or b""))
    except PdfProblem as problem:
        if problem.kind == "encrypted":
            return [env._("The PDF is encrypted: save it without a password.")]
        return [env._("The PDF is damaged and can't be read: choose another one.")]
    outside = {item.get("page") for item in items} - set(range(1, pages + 1))
    if not outside:
        return []
    return [
        env._(
            "Fields are on page %(page)s, but the PDF has %(count)s pages: move them.",
            page=max(outside, key=lambda page: page or 0),
            count=pages,
        )
    ]


def _find_in_fields(env, items, signers):
    if not items:
        return [env._("The document has no fields: add one where it is signed.")]
    roles = {role.id for role, _partner in signers}
    problems = []
    if any(not item.get("role_id") for item in items):
        problems.append(
            env._("A field has no role, so that nobody can fill it: give it one.")
        )
    lost = {item["role_id"] for item in items if item.get("role_id")} - roles
    problems += [
        env._("Nobody signs as %(role)s: add a signer.", role=role.name)
        for role in env["sign.oca.role"].sudo().browse(sorted(lost)).exists()
    ]
    return problems


def _find_in_signers(env, items, signers):
    if not signers:
        return [env._("The document has no signers: add one.")]
    problems = []
    roles_with_fields = {item.get("role_id") for item in items}
    seen = set()
    for role, partner in signers:
        if not partner:
            problems.append(
                env._("Nobody is chosen to sign as %(role)s.", role=role.name)
            )
        if role.id in seen:
            problems.append(
                env._(
                    "Two signers have the role %(role)s: each needs a role of their"
                    " own.",
                    role=role.name,
                )
            )
        if items and role.id not in roles_with_fields:
            problems.append(
                env._(
                    "%(role)s has no field to fill: add one, or remove the signer.",
                    role=role.name,
                )
            )
        seen.add(role.id)
    return problems
