// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {useExternalListener} from "@odoo/owl";
import {useHotkey} from "@web/core/hotkeys/hotkey_hook";

const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

function isEditable(element) {
    return Boolean(element?.closest?.("input, textarea, select, [contenteditable]"));
}

/**
 * The keys of the queue. Letters and digits are keys outside of fields only: there they
 * are text. Alt with a digit is an outcome while one types the feedback; elsewhere it is
 * Odoo's own, and opens a menu.
 *
 * @param {object} component - the queue
 */
export function useQueueHotkeys(component) {
    const {queue, feedbackRef} = component;
    for (const digit of DIGITS) {
        useHotkey(String(digit), () => component.onOutcomeKey(digit));
        useHotkey(`alt+${digit}`, () => component.onOutcomeKey(digit), {
            bypassEditableProtection: true,
            isAvailable: (target) =>
                target === feedbackRef.el &&
                Boolean(component.activity?.outcomes?.[digit - 1]),
        });
    }
    useHotkey("d", () => queue.complete());
    useHotkey("control+enter", () => queue.complete(undefined, {isChoosable: true}), {
        bypassEditableProtection: true,
    });
    useHotkey("s", () => queue.skip());
    useHotkey("b", () => queue.goBack());
    useHotkey("z", () => queue.undo());
    useHotkey("control+z", () => queue.undo(), {isAvailable: () => queue.canUndo});
    useHotkey("h", () => component.activity && component.holdMenu.open());
    useHotkey("x", () => component.activity && queue.cancel());
    useHotkey("o", () => component.onClickOpen());
    useHotkey("f", () => feedbackRef.el?.focus());
    useHotkey("l", () => component.toggleList());
    for (const [key, selector] of [
        ["c", ".o_activity_queue_call"],
        ["e", ".o_activity_queue_email"],
        ["t", ".o_activity_queue_book"],
        ["u", ".o_activity_queue_upload"],
    ]) {
        useHotkey(key, () => component.rootRef.el.querySelector(selector)?.click());
    }
    // Odoo's hotkeys know letters and digits, but no question mark.
    useExternalListener(window, "keydown", (ev) => {
        if (
            ev.key === "?" &&
            !isEditable(ev.target) &&
            component.ui.activeElement === document
        ) {
            ev.preventDefault();
            component.showKeys();
        }
    });
}
