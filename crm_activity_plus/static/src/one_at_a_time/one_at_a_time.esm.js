// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {useState} from "@odoo/owl";

/**
 * Do something, unless something else is running: a second click, or an impatient key,
 * does nothing twice.
 *
 * @param {{isBusy: boolean}} worker - is busy until it is done, also where that fails
 * @param {Function} act
 * @returns {Promise<any>} what it returns; false where it was not begun
 */
export async function doAlone(worker, act) {
    if (worker.isBusy) {
        return false;
    }
    worker.isBusy = true;
    try {
        return await act();
    } finally {
        worker.isBusy = false;
    }
}

/**
 * The same for a component, which shows when it is busy.
 *
 * @returns {{isBusy: boolean, run: Function}} reactive
 */
export function useOneAtATime() {
    const worker = useState({
        isBusy: false,
        run: (act) => doAlone(worker, act),
    });
    return worker;
}
