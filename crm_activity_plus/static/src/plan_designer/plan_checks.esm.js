// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {useDebounced} from "@web/core/utils/timing";
import {useService} from "@web/core/utils/hooks";
import {useState} from "@odoo/owl";

const MODEL = "mail.activity.plan";
// In milliseconds: nobody is interrupted while drawing.
const DELAY = 400;

/**
 * @param {object[]} problems as `check_graph` tells them
 * @returns {{byStep: object, general: object[], isStale: boolean}}
 */
export function sortProblems(problems) {
    const general = problems.filter(({step, code}) => !step && code !== "stale");
    const byStep = {};
    for (const problem of problems.filter(({step}) => step)) {
        byStep[problem.step] = [...(byStep[problem.step] || []), problem];
    }
    return {byStep, general, isStale: problems.some(({code}) => code === "stale")};
}

/**
 * Ask the server what is wrong with a drawing, while it is drawn: one question at a
 * time, however long the answer takes, and the last one in any case.
 *
 * @returns {{problems: object, show: Function, check: Function}}
 */
export function usePlanChecks() {
    const orm = useService("orm");
    const problems = useState(sortProblems([]));
    const show = (told) => Object.assign(problems, sortProblems(told));
    const ask = async ([method, ...args]) => {
        try {
            return await orm.silent.call(MODEL, method, args);
        } catch (error) {
            // The drawing goes on without it, and says so.
            const message = error.data?.message || error.message;
            return [{step: false, level: "error", code: "check", message}];
        }
    };
    let next = null;
    let isAsking = false;
    const askInTurn = async () => {
        if (isAsking) {
            return;
        }
        isAsking = true;
        while (next) {
            const args = next;
            next = null;
            const told = await ask(args);
            if (!next) {
                show(told);
            }
        }
        isAsking = false;
    };
    const check = useDebounced((planId, graph, resModel) => {
        next = planId
            ? ["check_graph", [planId], graph]
            : ["check_new_graph", graph, resModel];
        askInTurn();
    }, DELAY);
    return {problems, show, check};
}
