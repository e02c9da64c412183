# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Who is meant by an email address."""


def get_emails(user):
    """:returns: the addresses by which a user is invited"""
    return {user.partner_id.email_normalized, (user.login or "").lower()} - {False, ""}


def find_contacts(env, people, known=None):
    """Find the contacts of people, or make them where the user may.

    :param people: attendees, see ``ical.event``
    :param known: contacts that are meant where they have an address
    :returns: by address the contact; without those that there are no contacts for
    """
    partners = env["res.partner"]
    known = known if known is not None else partners
    found = {}
    addresses = [person.email for person in people]
    candidates = partners.search(
        [("email_normalized", "in", addresses)], order="partner_share, id"
    )
    for partner in candidates:
        found.setdefault(partner.email_normalized, partner)
    # Who is invited already is no secret to whoever sees the event: they may be of a
    # company that the user isn't of.
    for partner in known.sudo():
        found[partner.email_normalized] = partner.sudo(False)
    own = env.user.partner_id
    found.update(dict.fromkeys(get_emails(env.user), own))
    missing = [p for p in people if p.email not in found and _is_address(p.email)]
    if missing and partners.has_access("create"):
        created = partners.create(
            [{"name": p.name or p.email, "email": p.email} for p in missing]
        )
        for person, partner in zip(missing, created, strict=True):
            found[person.email] = partner
    return {email: found[email] for email in addresses if email in found}


def _is_address(email):
    local, _at, domain = email.rpartition("@")
    return bool(local and "." in domain and len(email) <= 254)
