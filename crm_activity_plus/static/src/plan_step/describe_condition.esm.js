// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

/**
 * @param {object} treeProcessor - the service
 * @param {string} resModel
 * @param {string} condition - a domain
 * @returns {Promise<string>} the condition in words; what can't be read is shown as it is
 */
export async function describeCondition(treeProcessor, resModel, condition) {
    try {
        const tree = await treeProcessor.treeFromDomain(resModel, condition);
        return await treeProcessor.getDomainTreeDescription(resModel, tree);
    } catch {
        return condition;
    }
}
