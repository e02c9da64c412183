# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

from odoo import api, fields, models
from odoo.tools import SQL


class MailActivityRoundRobin(models.Model):
    """How many turns each sales team has had; where not all of its members work in the
    company of a record, those who do take turns of their own.

    Turns are taken in the transaction of what needs them. Two launches at the same
    moment can't take the same turn: both write the team's row, so that Odoo repeats the
    second one. A launch that is rolled back has had no turn.
    """

    _name = "mail.activity.round.robin"
    _inherit = ["mail.activity.engine.mixin"]
    _description = "Round Robin of a Sales Team"
    _rec_name = "team_ref"

    # No foreign key: a team is deleted without waiting for anybody's turn.
    team_ref = fields.Integer("Team", required=True, readonly=True)
    company_ref = fields.Integer("Company", required=True, readonly=True, default=0)
    position = fields.Integer(required=True, readonly=True, default=0)

    _team_ref_unique = models.Constraint(
        "UNIQUE (team_ref, company_ref)", "A team has only one position per company."
    )

    @api.model
    def _draw(self, counts):
        """Take the next turns of teams, with one query for all of them.

        :param dict counts: team and company ids -> how many turns
        """
        # In order: two launches that need the same teams don't lock each other out.
        keys = sorted(counts)
        team_ids, company_ids = zip(*keys, strict=True)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mail_activity_round_robin AS turns
                            (team_ref, company_ref, position)
                     SELECT team_ref, company_ref, taken
                       FROM unnest(%(teams)s, %(companies)s, %(counts)s)
                            AS new (team_ref, company_ref, taken)
                   ORDER BY team_ref, company_ref
                ON CONFLICT (team_ref, company_ref)
                  DO UPDATE SET position = turns.position + EXCLUDED.position
                """,
                teams=list(team_ids),
                companies=list(company_ids),
                counts=[counts[key] for key in keys],
            )
        )
        self.invalidate_model(["position"], flush=False)

    @api.model
    def _peek(self, keys):
        """:param keys: team and company ids
        :returns: team and company ids -> the number of the next turn, from 0
        :rtype: dict
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT team_ref, company_ref, position
                  FROM mail_activity_round_robin
                 WHERE team_ref = ANY(%s)
                """,
                [team_id for team_id, _company_id in keys],
            )
        )
        positions = {(team, company): turn for team, company, turn in rows}
        return {key: positions.get(key, 0) for key in keys}
