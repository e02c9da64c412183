# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

# Outcomes that are new in this version, with the names that people may have given to
# theirs.
NEW_OUTCOMES = {
    "busy": ("Busy",),
    "call_back": ("Call Back Later", "Call Back"),
    "rescheduled": ("Rescheduled",),
    "voicemail": ("Left Voicemail", "Voicemail"),
    "wrong_number": ("Wrong Number",),
}


def migrate(cr, version):
    """Take an outcome that people made for the one that this version brings: it stays
    as it is, and there is no second one."""
    for code, names in NEW_OUTCOMES.items():
        cr.execute(
            """
            INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
                 SELECT 'crm_activity_plus', %(xmlid)s, 'mail.activity.outcome', id,
                        true
                   FROM mail_activity_outcome
                  WHERE code = %(code)s OR lower(name->>'en_US') = ANY(%(names)s)
               ORDER BY code = %(code)s DESC, active DESC, id
                  LIMIT 1
            ON CONFLICT DO NOTHING
            """,
            {
                "code": code,
                "names": [name.lower() for name in names],
                "xmlid": f"mail_activity_outcome_{code}",
            },
        )
