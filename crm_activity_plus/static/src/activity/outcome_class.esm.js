// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

const CLASS_BY_KIND = {
    success: "btn-success",
    neutral: "btn-secondary",
    failure: "btn-danger",
};

/**
 * @param {{kind: string}} outcome
 * @returns {string} the class of the button that completes an activity with it
 */
export function getOutcomeClass({kind}) {
    return CLASS_BY_KIND[kind] || CLASS_BY_KIND.neutral;
}
