# Copyright 2026 The CRM Activity Plus contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

"""What a link to sign holds never gets into the server's log."""

import logging
import re

# A token stands behind the signer's number, and in links that Odoo's portal makes.
_TOKENS = re.compile(
    r"(/sign_oca/[a-z_]+/[^/?#\s\"']+/|[?&]access_token=)[^/?&#\s\"']+", re.IGNORECASE
)
# Those that print the address of a request.
_LOGGERS = ("werkzeug", "longpolling", "odoo.http")


def mask_tokens(text):
    """:returns: the text with stars where a token to sign was"""
    return _TOKENS.sub(r"\1***", text)


class TokenFilter(logging.Filter):
    """Lets every record pass, without its tokens."""

    def filter(self, record):
        try:
            message = record.getMessage()
        except (TypeError, ValueError):
            return True  # The handler tells what is wrong with its arguments.
        masked = mask_tokens(message)
        if masked != message:
            record.msg, record.args = masked, ()
        return True


def install():
    """From now on, for all databases of this process."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, TokenFilter) for known in logger.filters):
            logger.addFilter(TokenFilter())
