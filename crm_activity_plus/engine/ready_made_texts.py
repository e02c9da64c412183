# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

"""The texts of the ready-made plans, for translators: a file of data/ready_made_plans
is no place that Odoo looks for them."""

from odoo.tools.translate import LazyTranslate

# Translated when a plan is made, in the language of whoever makes it.
# pylint: disable=prefer-env-translation
_lt = LazyTranslate(__name__)

TEXTS = (
    _lt("First contact"),
    _lt(
        "For every new lead: call on the first day, write if nobody answers, "
        "and agree on a meeting if they are interested."
    ),
    _lt("Call to find out what they need"),
    _lt("Write that you tried to call"),
    _lt("Agree on a first meeting"),
    _lt("Call once more"),
    _lt("Note down need, budget and who decides"),
    _lt("Inbound call back in five minutes"),
    _lt(
        "For leads from the website or the phone: whoever's turn it is in the "
        "team calls at once, since few wait for an hour."
    ),
    _lt("Call back within five minutes"),
    _lt(
        "<p>The sooner you call, the more likely they still are at the phone. "
        "Note down what they asked for.</p>"
    ),
    _lt("Confirm by email what you agreed on"),
    _lt("Try again at another time of day"),
    _lt("Ask by email when a call suits them"),
    _lt("Quotation follow-up"),
    _lt(
        "When a quotation was sent: ask whether it arrived, talk about it, and "
        "don't let it expire unnoticed. It ends when the customer answers."
    ),
    _lt("Ask whether the quotation arrived"),
    _lt("Talk about the quotation"),
    _lt("Adapt the quotation to what they said"),
    _lt("Remind them that the quotation expires"),
    _lt("Ask for a decision"),
    _lt("Lost customer"),
    _lt(
        "To win back who hasn't bought for a while: a personal note, a call, "
        "and an offer for those who listen."
    ),
    _lt("Look up what they bought and why they left"),
    _lt("Write a personal note"),
    _lt("Call and ask how they are doing"),
    _lt("Send an offer to come back"),
    _lt("Put them on the list for next quarter"),
    _lt("Event follow-up"),
    _lt(
        "After a fair or a webinar: thank the visitors, answer what they asked,"
        " and call those who showed interest within the week."
    ),
    _lt("Thank them for coming"),
    _lt("Send the material that they asked for"),
    _lt("Call about what interested them"),
    _lt("Show them the product"),
    _lt("Onboarding after won"),
    _lt(
        "When an opportunity is won: a good start for the customer, until the "
        "first month is over."
    ),
    _lt("Welcome the customer and name the contact persons"),
    _lt("Hand over to those who deliver"),
    _lt("Kick-off with the customer"),
    _lt("Ask how the first weeks went"),
    _lt("Ask for a reference"),
    _lt("Meeting with a high-priority customer"),
    _lt(
        "The plan date is the day of the meeting: the email goes out two days "
        "before, quotation and documents follow three days later, and a call "
        "after five."
    ),
    _lt("Send an email to prepare the meeting"),
    _lt("Meet the customer"),
    _lt("Make the quotation"),
    _lt("Upload the documents"),
    _lt("Follow up"),
)
