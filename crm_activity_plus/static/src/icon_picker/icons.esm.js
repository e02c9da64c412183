// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

const ICON_SELECTOR = /^\.(fa-[a-z0-9-]+)::?before$/;

function* readSelectors() {
    for (const sheet of document.styleSheets) {
        let rules = [];
        try {
            rules = sheet.cssRules;
        } catch {
            // That of another site can't be read.
        }
        for (const rule of rules) {
            yield* (rule.selectorText || "").split(",");
        }
    }
}

/**
 * Find the icons that the page has. There are more names than icons: of those of the same
 * icon, all are given, since people look for one or the other.
 *
 * @returns {string[]} classes, such as "fa-phone", in the order of their names
 */
export function findIcons() {
    const icons = new Set();
    for (const selector of readSelectors()) {
        const found = selector.trim().match(ICON_SELECTOR);
        if (found) {
            icons.add(found[1]);
        }
    }
    return [...icons].sort();
}
