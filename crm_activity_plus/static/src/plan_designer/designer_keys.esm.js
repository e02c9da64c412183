// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

const ARROWS = ["ArrowDown", "ArrowLeft", "ArrowRight", "ArrowUp"];
const TYPING = "input, textarea, select, [contenteditable=true]";

/**
 * What keys do in the drawing. Where somebody types, they only type.
 *
 * @param {object} designer the `PlanDesigner`
 * @returns {object} key, as `Ctrl+z`, -> what it does
 */
function getCommands(designer) {
    const {canvas, drawing, readonly} = designer;
    const reading = {
        "+": () => canvas.board.zoomBy(1.2),
        "-": () => canvas.board.zoomBy(1 / 1.2),
        0: () => canvas.fit(),
        "Ctrl+a": () => drawing.selectAll(),
        "Ctrl+c": () => drawing.copy(),
        Enter: () => designer.openPanel(),
        Escape: () => designer.cancel(),
    };
    const writing = {
        Backspace: () => designer.remove(),
        Delete: () => designer.remove(),
        "Ctrl+Shift+z": () => drawing.redo(),
        "Ctrl+d": () => drawing.duplicate(),
        "Ctrl+v": () => drawing.paste(),
        "Ctrl+y": () => drawing.redo(),
        "Ctrl+z": () => drawing.undo(),
        a: () => designer.focusPalette(),
        c: () => drawing.chosen && drawing.startConnecting(drawing.chosen),
    };
    return readonly ? reading : {...reading, ...writing};
}

function nameKey(ev) {
    const isControl = ev.ctrlKey || ev.metaKey;
    const key = ev.key.length === 1 ? ev.key.toLowerCase() : ev.key;
    const shift = isControl && ev.shiftKey ? "Shift+" : "";
    return isControl ? `Ctrl+${shift}${key}` : key;
}

/** Go to another step, or choose the one that an arrow is drawn to. */
function move(designer, key) {
    const {canvas, drawing} = designer;
    const code = canvas.go(key);
    if (code) {
        drawing.select(code);
        canvas.focus(code);
    }
}

/**
 * @param {object} designer the `PlanDesigner`
 * @param {KeyboardEvent} ev
 */
export function onDesignerKey(designer, ev) {
    const {canvas, drawing} = designer;
    const isTyping = ev.target.closest(TYPING);
    const isInPanel = ev.target.closest(".o_plan_panel");
    if (isTyping || isInPanel || !canvas || ev.altKey) {
        if (ev.key === "Escape" && isInPanel) {
            ev.stopPropagation();
            designer.leavePanel();
        }
        return;
    }
    const focused = ev.target.closest(".o_plan_node")?.dataset.code;
    if (focused && !drawing.selection.includes(focused)) {
        // One came here with the Tab key.
        drawing.select(focused);
    }
    const isOnElement = ev.target.closest(".o_plan_palette, .o_plan_tools");
    const name = nameKey(ev);
    if (isOnElement && ["Enter", "Backspace", "Delete", ...ARROWS].includes(name)) {
        return;
    }
    if (ARROWS.includes(name)) {
        if (drawing.graph.steps.length) {
            ev.preventDefault();
            move(designer, name);
        }
        return;
    }
    const command = getCommands(designer)[name];
    if (command) {
        ev.preventDefault();
        ev.stopPropagation();
        command();
    }
}
