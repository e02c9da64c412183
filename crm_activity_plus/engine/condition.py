# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import logging

import psycopg2

from odoo import models
from odoo.api import SUPERUSER_ID
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools.domains import (
    SUBDOMAIN_OPERATORS,
    DomainError,
    iter_conditions,
    read_domain,
)
from ..tools.reasons import Reason
from .reasons import reason_error

_logger = logging.getLogger(__name__)

# Rules that compare nothing but these keep companies apart.
COMPANY_FIELDS = {"company_id", "company_ids", "partner_share", "share"}
# Companies work with the same ones.
SHARED_MODELS = {"res.company", "res.partner", "res.users"}
# What is wrong with a text -> the reason that says so.
DOMAIN_REASONS = {
    "characters": "domain_characters",
    "condition": "domain_condition",
    "joint": "domain_joint",
    "length": "domain_size",
    "operator": "domain_operator",
    "size": "domain_size",
    "unknown": "domain_unknown",
    "value": "domain_value",
}
# The id of a user who was deleted. Nothing is compared with it as with an empty field.
NOBODY = -1


class Condition:
    """A domain that a person typed, as a text.

    It is read as data. Whether it may be typed is up to the rights of whoever saves it:
    see :meth:`check`. What it finds doesn't depend on who happens to save a record, or
    on the cron: see :meth:`filter`.

    :param env: environment
    :param str text: the domain
    :param str name: what it belongs to, for messages
    """

    def __init__(self, env, text, name):
        self.env = env
        self.text = text
        self.name = name

    def check(self, res_model):
        """Look whether the current user may have the condition: it is a literal, and
        compares fields that the user may read, so that nobody finds out by it what is
        kept from them.

        :param str res_model: model of the records
        :raises ValidationError: the user may not, or it can't be evaluated
        """
        # Constraints run as superuser.
        model = self.env[res_model].with_user(self.env.user)
        domain = self._read(self.env.uid)
        self._check_fields(model, domain)
        try:
            parsed = Domain(domain)
            parsed.validate(model)
            model._search(parsed, limit=1)
        except psycopg2.Error:
            raise
        except Exception as error:
            raise self._make_value_error(error) from error

    def check_text(self):
        """:raises ValidationError: it is no literal"""
        self._read(NOBODY)

    def filter(self, records, user):
        """Find the records that meet the condition.

        It is looked at with elevated rights, and as whoever launched the plan sees the
        records: in their language and time zone, with what is kept for the company of
        the record. The context of the request has no say in it.

        :param records: any records
        :param user: whoever launched the plan; ``uid`` is their id
        :rtype: recordset
        :raises ValidationError: it can't be evaluated on them
        """
        domain = self._read(user.id or NOBODY)
        met = set()
        for company_id, same in self._split_by_company(records).items():
            context = {"lang": user.sudo().lang, "tz": user.sudo().tz}
            if company_id:
                context["allowed_company_ids"] = [company_id]
            env = self.env(user=user.id or SUPERUSER_ID, su=True, context=context)
            try:
                met.update(same.with_env(env).filtered_domain(Domain(domain))._ids)
            except psycopg2.Error:
                raise
            except Exception as error:
                # PostgreSQL compares text and numbers, Python doesn't; or a field is
                # gone.
                raise self._make_value_error(error) from error
        return records.filtered(lambda record: record.id in met)

    def _split_by_company(self, records):
        """:returns: id of a company, or False -> its records"""
        field = records._fields.get("company_id")
        if not field or field.type != "many2one":
            return {False: records}
        return records.sudo().grouped(lambda record: record.company_id.id)

    def _read(self, uid):
        try:
            return read_domain(self.text, uid)
        except DomainError as error:
            raise self._make_error(self._find_reason(error)) from error

    # ------------------------------------------------------------
    # Fields
    # ------------------------------------------------------------

    def _check_fields(self, model, domain, is_document=True):
        """:param model: the model of a domain, as whoever may read its fields
        :param bool is_document: whether it is the model of the records themselves
        """
        for path, operator, value in iter_conditions(domain):
            field, comodel, ways = self._check_path(model, path)
            # Whoever compares names could find out what they are.
            values = value if isinstance(value, list) else [value]
            by_name = any(isinstance(item, str) for item in values)
            by_name = by_name or operator not in ("=", "!=", "in", "not in", "=?")
            for number, way in enumerate(ways):
                is_last = number == len(ways) - 1 and comodel is not None
                self._check_way(
                    *way, is_document and not number, by_name or not is_last
                )
            if operator in SUBDOMAIN_OPERATORS:
                if comodel is None:
                    raise self._make_unrelated_error(model, path)
                self._check_fields(comodel, value, is_document=False)
            elif comodel is not None and field.name != "id" and by_name:
                self._check_readable(comodel, comodel._fields["display_name"])

    def _check_path(self, model, path):
        """:returns: the field at the end of a path; the model that it leads to, or
        None; and the fields on the way that lead to other records, each with its model
        and the one that it leads to"""
        field, comodel, ways = None, model, []
        for name in path.split("."):
            if comodel is None:
                raise self._make_unrelated_error(model, path)
            field = comodel._fields.get(name)
            if field is None:
                raise self._make_error(
                    self.env._(
                        "There is no field “%(field)s” on “%(model)s”.",
                        field=name[:100],
                        model=self._get_model_name(comodel),
                    )
                )
            self._check_readable(comodel, field)
            if field.type in ("properties", "date", "datetime"):
                # What follows is a part of its value.
                return field, None, ways
            if name != "id":
                owner, comodel = comodel, self._get_comodel(field)
                if comodel is not None:
                    ways.append((owner, field, comodel))
        return field, comodel, ways

    def _check_way(self, owner, field, comodel, is_first, is_read):
        """The records are looked at with elevated rights: so that a condition doesn't
        tell what is in records that are kept from whoever typed it, it doesn't lead to
        where some of them may be. What is on the record itself belongs to it.

        :param owner: the model that has the field, as the user
        :param comodel: the one that it leads to
        :param bool is_first: whether it is a field of the records themselves
        :param bool is_read: whether what is found there is compared, and not only which
            one it is
        """
        if self._follows_documents(comodel):
            is_beside = field.type == "one2many" and field.inverse_name == "res_id"
            is_same = self._follows_documents(owner) and owner._name != "mail.message"
            if is_beside or (is_same and comodel._name.startswith("mail.activity")):
                return
        elif is_first:
            return
        else:
            rules = comodel.env["ir.rule"]._compute_domain(comodel._name, "read")
            compared = set(self._iter_compared(rules))
            if comodel._name in SHARED_MODELS and compared <= {"id", *COMPANY_FIELDS}:
                return
            if compared <= COMPANY_FIELDS:
                is_one = field.type == "many2one"
                if not compared or is_one or not is_read:
                    return
        raise self._make_error(
            self.env._(
                "“%(field)s” leads to “%(model)s”, and you may not read all of these "
                "records, so you can't filter by it. Remove it, or ask an "
                "administrator to write the condition.",
                field=field.name,
                model=self._get_model_name(comodel),
            )
        )

    def _iter_compared(self, rules):
        """:returns: names of the fields that a rule compares, at its ends"""
        for condition in rules.iter_conditions():
            if isinstance(condition.value, Domain):
                yield from self._iter_compared(condition.value)
            else:
                yield condition.field_expr.split(".")[-1]

    @staticmethod
    def _follows_documents(model):
        """:returns: whether the access to a record depends on what it is attached to"""
        return (
            type(model)._check_access is not models.BaseModel._check_access
            and "res_id" in model._fields
        )

    def _get_comodel(self, field):
        if not field.relational:
            return None
        return self.env[field.comodel_name].with_user(self.env.user)

    def _check_readable(self, model, field):
        if model.has_access("read") and model._has_field_access(field, "read"):
            return
        raise self._make_error(
            self.env._(
                "You may not read “%(field)s” of “%(model)s”, so you can't filter by "
                "it. Remove it, or ask an administrator to write the condition.",
                field=field.name,
                model=self._get_model_name(model),
            )
        )

    def _get_model_name(self, model):
        return self.env["ir.model"]._get(model._name).name

    # ------------------------------------------------------------
    # Messages. None of them quotes values that were found.
    # ------------------------------------------------------------

    @staticmethod
    def _find_reason(error):
        """:returns: why a text is no domain, and what to write instead
        :rtype: Reason"""
        code = DOMAIN_REASONS.get(error.code, "domain_shape")
        return Reason(code, {"part": error.quoted})

    def _make_unrelated_error(self, model, path):
        return self._make_error(
            self.env._(
                "“%(path)s” of “%(model)s” leads to no other record.",
                path=path[:100],
                model=self._get_model_name(model),
            )
        )

    def _make_value_error(self, error):
        # The error itself may tell values that are not everybody's to read.
        _logger.debug("The condition of %r: %s", self.name, error, exc_info=True)
        return self._make_error(Reason("domain_unfit"))

    def _make_error(self, reason):
        """:param reason: a :class:`~..tools.reasons.Reason`, or a sentence where only
        whoever saves the condition is told"""
        values = {"name": self.name, "error": reason}
        return reason_error(
            self.env, Reason("condition_unreadable", values), ValidationError
        )
