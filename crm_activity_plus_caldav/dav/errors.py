# Copyright 2026 The CRM Activity Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


class DavError(Exception):
    """An answer that says what is wrong.

    :param int status: of HTTP
    :param str condition: precondition that failed, in Clark's notation, if any
    :param str message: for people
    :param str href: the resource that the condition is about, where it names one
    """

    def __init__(self, status, condition=None, message="", href=None):
        super().__init__(message or condition or status)
        self.status = status
        self.condition = condition
        self.message = message
        self.href = href
