# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""What is signed: a template, or a file with places for signatures at its end."""

import base64
from functools import cached_property

from odoo.addons.crm_activity_plus.engine.reasons import name_of
from odoo.addons.crm_activity_plus.tools.reasons import Reason

from ..tools.pdf import MAX_PLACES, PdfProblem, add_places, count_pages

# Signers of a file without roles of its own.
GENERIC_ROLES = (
    "sign_oca.sign_role_customer",
    "sign_oca.sign_role_employee",
    "crm_activity_plus_sign.sign_role_third",
    "crm_activity_plus_sign.sign_role_fourth",
)


class TemplatePaper:
    """A template, with its fields and the roles of those who fill them in.

    :param template: a ``sign.oca.template``, maybe none
    """

    def __init__(self, template):
        # A form reads how large a file is instead of the file.
        self.template = template.sudo().exists().with_context(bin_size=False)

    @property
    def name(self):
        return self.template.name or ""

    @cached_property
    def items(self):
        return self.template.item_ids.sorted(
            lambda item: (item.page, item.position_y, item.position_x)
        )

    @cached_property
    def roles(self):
        """Those that have something to fill in, in the order of reading."""
        return self.items.role_id

    def find_problem(self):
        """:returns: why it can't be signed, as a :class:`Reason`, or False"""
        if not self.template:
            return Reason("sign_template_deleted")
        values = {"template": name_of(self.template)}
        if not self.roles:
            return Reason("sign_without_role", values)
        if not all(item.field_id for item in self.items):
            return Reason("sign_field_untyped", values)
        try:
            count = count_pages(base64.b64decode(self.template.data or b""))
        except PdfProblem as problem:
            return Reason(f"sign_pdf_{problem.kind}", {"file": self.name})
        last = self.items[-1].page
        if last > count or self.items[0].page < 1:
            return Reason("sign_page_missing", {**values, "page": last, "count": count})
        return False

    def find_role_problems(self, signers):
        """:returns: for which of its roles nobody is asked, as reasons"""
        asked = {signer.role for signer in signers}
        return [
            Reason("sign_role_vacant", {"role": name_of(role)})
            for role in self.roles
            if role not in asked
        ] + [
            Reason("sign_role_elsewhere", {"role": name_of(role)})
            for role in asked
            if role not in self.roles
        ]

    def give_roles(self, signers):
        """:returns: as what each of the signers signs"""
        return [signer.role for signer in signers]

    def prepare_values(self, signers):
        """:returns: values of a ``sign.oca.request``"""
        template = self.template
        return {
            "template_id": template.id,
            "data": template.data,
            "filename": template.filename or f"{template.name}.pdf",
            "ask_location": template.ask_location,
            "signatory_data": template._get_signatory_data(),
        }


class FilePaper:
    """A file, which gets places for signatures at its end.

    :param env: environment
    :param str name: what the file is called
    :param bytes content: a PDF
    :param bool on_new_page: whether the signatures get a page of their own
    """

    def __init__(self, env, name, content, on_new_page=False):
        self.env = env(su=True)
        self.name = name
        self.content = content
        self.on_new_page = on_new_page

    def find_problem(self):
        """:returns: why it can't be signed, as a :class:`Reason`, or False"""
        try:
            count_pages(self.content)
        except PdfProblem as problem:
            return Reason(f"sign_pdf_{problem.kind}", {"file": self.name})
        return False

    def find_role_problems(self, signers):
        """:returns: why so many can't sign, as reasons"""
        roles = self.give_roles(signers)
        if len(signers) > MAX_PLACES or not all(roles):
            return [Reason("sign_too_many", {"count": MAX_PLACES})]
        return []

    def give_roles(self, signers):
        """:returns: as what each of the signers signs"""
        known = [
            self.env.ref(xmlid, raise_if_not_found=False) for xmlid in GENERIC_ROLES
        ]
        roles = [role for role in known if role]
        none = self.env["sign.oca.role"]
        return [*roles, *([none] * len(signers))][: len(signers)]

    def prepare_values(self, signers):
        """:returns: values of a ``sign.oca.request``"""
        names = [signer.partner.name or "" for signer in signers]
        people = [(signer.partner.name, signer.partner.email) for signer in signers]
        people = [[name for name in names if name] for names in people]
        content, places = add_places(
            self.content, people, self.on_new_page, self.name.removesuffix(".pdf")
        )
        field = self.env.ref("sign_oca.sign_field_signature")
        items = {}
        for number, (place, role, name) in enumerate(
            zip(places, self.give_roles(signers), names, strict=True), 1
        ):
            items[number] = {
                "id": number,
                "tabindex": number,
                "field_id": field.id,
                "field_type": field.field_type,
                "name": field.name,
                "role_id": role.id,
                "page": place.page,
                "position_x": place.position_x,
                "position_y": place.position_y,
                "width": place.width,
                "height": place.height,
                "placeholder": name,
                "required": True,
                "value": False,
                "default_value": False,
            }
        return {
            "data": base64.b64encode(content),
            "filename": self.name,
            "signatory_data": items,
        }
