# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import values
from ..tools.dates import FIRST_DAY, LAST_DAY
from ..tools.values import WrongValue

# Fields of these names say how many hours something takes.
HOURS = ("default_duration", "duration")
TEXTS = ("char", "html", "text")
# What nobody but this addon counts with, and it can't at the ends of the calendar.
RANGED = ("date_end", "date_start")


class Arguments:
    """Reads what a program sends, and says in a sentence what is wrong with it.

    Whatever a public method is given goes through this first. Nothing has been written
    then.

    :param env: environment, for the language of the sentences
    """

    def __init__(self, env):
        self.env = env

    def text(self, value, name):
        """:returns: the text, or False for none"""
        return self._read(values.read_text, value, name)

    def flag(self, value, name):
        return self._read(values.read_flag, value, name)

    def count(self, value, name, default, most=values.MAX_INTEGER):
        """:returns: a number, not below zero"""
        return self._read(values.read_count, value, name, default, most)

    def id(self, value, name):
        """:returns: an id, or None for none"""
        return self._read(values.read_id, value, name)

    def ids(self, value, name):
        """:rtype: list[int]"""
        return self._read(values.read_ids, value, name)

    def list(self, value, name):
        """:rtype: list"""
        return self._read(values.read_list, value, name)

    def mapping(self, value, name):
        """:rtype: dict"""
        return self._read(values.read_mapping, value, name)

    def day(self, value, name, anywhere=False):
        """:param bool anywhere: also at the ends of the calendar; it is reckoned with
            later
        :returns: a date, or None for none"""
        return self._read(values.read_day, value, name, anywhere)

    def check_range(self, day, name):
        """:raises UserError: a date can't be reckoned with"""
        self._read(values.check_range, day, name)

    def _read(self, read, value, name, *options):
        try:
            return read(value, *options)
        except WrongValue as error:
            raise UserError(self.explain(error.kind, name, value)) from error

    def explain(self, kind, name, value):
        """:param str kind: what a value would have to be, see :class:`WrongValue`
        :param str name: what it was given for
        :returns: what is wrong with it, in a sentence
        """
        sentences = self._get_sentences({"name": name, "value": values.quote(value)})
        return sentences.get(kind, sentences["text"])

    def _get_sentences(self, names):
        """:param dict names: what was given for what
        :returns: kind of a value -> what is wrong with one that isn't of that kind"""
        return {
            "characters": self.env._(
                "“%(name)s” has a character that can't be stored. Remove it: "
                "“%(value)s”.",
                **names,
            ),
            "code": self.env._(
                "“%(value)s” is too long for “%(name)s”. Use at most %(most)s "
                "characters.",
                most=values.MAX_CODE_LENGTH,
                **names,
            ),
            "day": self.env._(
                "“%(value)s” is not a date. Write “%(name)s” as year-month-day, such "
                "as 2026-03-31.",
                **names,
            ),
            "flag": self.env._(
                "“%(name)s” has to be true or false, not “%(value)s”.", **names
            ),
            "hours": self.env._(
                "“%(name)s” can't be %(value)s hours. Write at most %(most)s.",
                most=values.MAX_HOURS,
                **names,
            ),
            "id": self.env._(
                "“%(name)s” has to be the id of a record, not “%(value)s”.", **names
            ),
            "ids": self.env._(
                "“%(name)s” has to be a list of ids, not “%(value)s”.", **names
            ),
            "integer": self.env._(
                "“%(name)s” has to be a whole number of at most %(most)s, not "
                "“%(value)s”.",
                most=values.MAX_INTEGER,
                **names,
            ),
            "list": self.env._(
                "“%(name)s” has to be a list, not “%(value)s”.", **names
            ),
            "reference": self.env._(
                "“%(value)s” is not a record for “%(name)s”. Write its model and id, "
                "such as “res.partner,3”.",
                **names,
            ),
            "mapping": self.env._(
                "“%(name)s” has to be an object with named values, not “%(value)s”.",
                **names,
            ),
            "moment": self.env._(
                "“%(value)s” is not a date and time. Write “%(name)s” in UTC, such as "
                "2026-03-31 14:05:00.",
                **names,
            ),
            "number": self.env._(
                "“%(name)s” has to be a number, not “%(value)s”.", **names
            ),
            "range": self.env._(
                "“%(name)s” can't be “%(value)s”. Choose a date from %(first)s to "
                "%(last)s.",
                first=FIRST_DAY,
                last=LAST_DAY,
                **names,
            ),
            "records": self.env._(
                "“%(name)s” has to be a list of commands that link records, not "
                "“%(value)s”.",
                **names,
            ),
            "selection": self.env._(
                "“%(value)s” is not an option of “%(name)s”. Choose one of its "
                "options.",
                **names,
            ),
            "size": self.env._(
                "“%(name)s” is too much at once. Send at most %(most)s ids, and in "
                "several calls if there are more.",
                name=names["name"],
                most=values.MAX_IDS,
            ),
            "text": self.env._(
                "“%(name)s” has to be a text, not “%(value)s”.", **names
            ),
        }

    def domain(self, records, domain, name):
        """Read a domain that a program sent. It is looked at by the rights of the user,
        as in any search.

        :param records: the model that it is for
        :rtype: Domain
        :raises UserError: it is none, or can't be searched by
        """
        if not values.is_given(domain):
            domain = []
        try:
            if not isinstance(domain, list | tuple | Domain):
                raise ValueError("no list")
            values.check_field_value("json", domain)
            read = Domain(domain)
            self.env.flush_all()
            with self.env.cr.savepoint(flush=False):
                # PostgreSQL looks at the values, and reads no row.
                query = records._search(read)
                if not query.is_empty():
                    self.env.execute_query(
                        SQL("SELECT FROM (%s) AS found LIMIT 0", query.select())
                    )
        except (psycopg2.OperationalError, UserError):
            raise
        except Exception as error:
            # Whatever the ORM or PostgreSQL stumbles over: the domain says what to do.
            raise self.make_domain_error(domain, name) from error
        return read

    def make_domain_error(self, domain, name):
        return UserError(
            self.env._(
                "“%(name)s” can't be searched by: “%(value)s”. Write it as a list of "
                'conditions, such as [["user_id", "=", 7]].',
                name=name,
                value=values.quote(domain),
            )
        )

    def check_single(self, records):
        """:raises UserError: a method that is for one record was called on none, or on
        several"""
        if len(records._ids) != 1:
            raise UserError(
                self.env._(
                    "This is for one record at a time, and there are %(count)s. Choose "
                    "one of “%(model)s”.",
                    count=len(records._ids),
                    model=self.env["ir.model"].sudo()._get(records._name).name
                    or records._description,
                )
            )

    def check_values(self, records, vals_list):
        """Look at values to be written, before anything else does.

        :param records: the model that they are for
        :param list[dict] vals_list: values as for ``create`` and ``write``
        :raises ValidationError: one of them can't be written, whatever it is for
        """
        for vals in vals_list:
            for name, value in vals.items():
                if value is None or value is False or name not in records._fields:
                    continue
                field = records._fields[name]
                try:
                    self._check_value(field, value)
                except WrongValue as error:
                    label = field._description_string(self.env)
                    raise ValidationError(
                        self.explain(error.kind, label, value)
                    ) from error

    def _check_value(self, field, value):
        values.check_field_value(field.type, value)
        if field.type == "selection":
            self._check_selection(field, value)
        if field.type == "reference":
            self._check_model(field, value)
        if isinstance(value, dict) and not field.translate and field.type in TEXTS:
            # By language.
            raise WrongValue("text")
        if field.name == "code":
            values.check_code(value)
        elif field.name in HOURS:
            values.check_hours(value)
        elif field.name in RANGED:
            values.check_range(value)

    def _check_model(self, field, value):
        """:raises WrongValue: a reference to a record of another model than the field
        is for"""
        if value.partition(",")[0] not in field.get_values(self.env):
            raise WrongValue("reference")

    def _check_selection(self, field, value):
        """As Odoo does, which says nothing to people, however."""
        choices = field._selection if field.validate else None
        if choices is not None and value and value not in choices:
            raise WrongValue("selection")
