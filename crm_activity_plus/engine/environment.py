# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The environment that the engine works in.

Any client may send any context key. What the engine does must not depend on them: not
by ``default_*`` keys, which give values to whatever is created on the way, and not by
the keys by which Odoo's own code tells itself what to leave out.
"""

import pytz

from odoo.api import SUPERUSER_ID
from odoo.tools.misc import clean_context

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..tools.internal import Internal, read_internal
from .added_fields import is_added

# Keys of Odoo's that change what is found, written or told on the way.
STEERING_KEYS = (
    "active_test",
    "calendar_event_meeting_update",
    "is_calendar_event_new",
    "mail_activity_automation_skip",
    "mail_activity_meeting_update",
    "mail_activity_quick_update",
    MODULE_UNINSTALL_FLAG,
)

# Code says so, that is the engine.
ENGINE_KEY = "crm_activity_plus_engine"

# Code says so, that deletes what hangs on a model along with it.
VANISHING_KEY = "crm_activity_plus_vanishing_models"


# Code says so, that does what it is told by an addon.
LENIENT_KEY = "crm_activity_plus_lenient"


def leniently(records):
    """:returns: the records, for what an addon's code does with them: see
    :func:`is_program`"""
    return records.with_context(**{LENIENT_KEY: Internal(True)})


def is_lenient(env):
    """:returns: whether it was said by :func:`leniently`"""
    return bool(read_internal(env.context, LENIENT_KEY))


def is_program(env):
    """Tell whether an addon's code is at work, and not a person who can choose
    otherwise. What plain Odoo allows must not stop it: it goes on with what fits best,
    and the log says so. People are told by a sentence.

    That is so where code said it, where it acts with more rights than its user has, and
    while an addon's data is loaded. No client can make it look so.

    :rtype: bool
    """
    return bool(
        is_lenient(env)
        or (env.su and env.uid != SUPERUSER_ID)
        or (env.context.get("install_mode") and not env.registry.ready)
    )


def each_once(records):
    """:returns: the records, each once: a program may send an id twice, and what is
    done to the record is done once all the same"""
    ids = tuple(dict.fromkeys(records._ids))
    return records if len(ids) == len(records._ids) else records.browse(ids)


def unsteered(records):
    """:returns: the same records, each once, with the rights of the same user, and
    without what the context says about how to do things; what code said in an
    :class:`~..tools.internal.Internal` stays"""
    records = each_once(records)
    context = records.env.context
    kept = clean_context(context)
    for key in STEERING_KEYS:
        kept.pop(key, None)
    if not _is_timezone(kept.get("tz")):
        kept.pop("tz", None)
    if len(kept) == len(context):
        return records
    return records.with_env(records.env(context=kept))


def _is_timezone(name):
    return isinstance(name, str) and name in pytz.all_timezones_set


def by_engine(records):
    """:returns: the records for what the engine does with them by itself: as superuser,
    and by no client's context. Whoever calls it has checked before that the user may
    have that done, or does what follows from something that the user could do.

    Only in this environment, code that works for somebody may write the engine's own
    tables: see ``mail.activity.bulk.mixin``."""
    records = unsteered(records.sudo())
    if is_engine(records.env):
        return records
    return records.with_context(**{ENGINE_KEY: Internal(True)})


def is_engine(env):
    """:returns: whether it is an environment that :func:`by_engine` made"""
    return bool(read_internal(env.context, ENGINE_KEY))


def get_own_defaults(model, names):
    """:returns: the defaults that the fields themselves have: neither the context nor
    what a user saved as a default is asked. What others have added may be required, and
    have its default from an administrator, who saved it for everybody."""
    known = [name for name in names if name in model._fields]
    values = {
        name: model._fields[name].default(model)
        for name in known
        if model._fields[name].default
    }
    if added := {name for name in known if is_added(model._fields[name])}:
        saved = _get_defaults_for_all(model)
        values |= {name: saved[name] for name in added & saved.keys()}
    for name, value in values.items():
        field = model._fields[name]
        value = field.convert_to_cache(value, model, False)
        values[name] = field.convert_to_write(value, model)
    return values


def _get_defaults_for_all(model):
    """:returns: name of a field -> what was saved as its default for all users"""
    saved = model.env["ir.default"].with_company(model.env.company)
    return saved.with_user(SUPERUSER_ID)._get_model_defaults(model._name)


def is_uninstalling(env):
    """:returns: whether an addon is being uninstalled, or a model deleted; a client can
    send the key in the context that says so, too, but isn't there while the server
    loads its addons"""
    return bool(
        env.context.get(MODULE_UNINSTALL_FLAG) and env.su and not env.registry.ready
    ) or read_internal(env.context, VANISHING_KEY, False)
