// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ConnectionLostError, RPCError} from "@web/core/network/rpc";
import {_t} from "@web/core/l10n/translation";

/**
 * @param {Error} error
 * @returns {string} why a request was refused, in words that a salesperson understands;
 * nothing where the error is none of these
 */
export function explainRefusal(error) {
    if (error instanceof ConnectionLostError) {
        return _t(
            "The server can't be reached. Your input is kept: retry in a moment."
        );
    }
    if (!(error instanceof RPCError)) {
        return "";
    }
    switch (error.exceptionName) {
        case "odoo.exceptions.MissingError":
            return _t("This activity has been deleted in the meantime.");
        case "odoo.exceptions.AccessError":
            return _t(
                "You can no longer change this activity. Ask the person it is assigned to, or your manager."
            );
        case "odoo.exceptions.UserError":
        case "odoo.exceptions.ValidationError":
            return error.data?.message || error.message;
    }
    return "";
}

/**
 * Ask the server for something that it may refuse.
 *
 * @param {Function} ask - returns a promise
 * @returns {Promise<{refusal: string, result: any}>}
 */
export async function requestInWords(ask) {
    try {
        return {refusal: "", result: await ask()};
    } catch (error) {
        const refusal = explainRefusal(error);
        if (!refusal) {
            throw error;
        }
        return {refusal, result: undefined};
    }
}
