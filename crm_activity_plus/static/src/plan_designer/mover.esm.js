// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

/**
 * Moves an element while the mouse moves it. Rules of the web client's style sheets ask
 * for the attribute `style`: wherever it changes, the browser looks at all elements
 * around again, which takes half of the time that there is for a frame. An animation
 * changes no attribute.
 */
export class Mover {
    /** @param {HTMLElement} el */
    constructor(el) {
        this.animation = el.animate([], {duration: 1, fill: "forwards"});
        this.animation.pause();
    }

    /** @param {string} transform as in a style sheet */
    show(transform) {
        this.animation.effect.setKeyframes([{transform}, {transform}]);
    }

    /** Be where the element's own style says. */
    stop() {
        this.animation.cancel();
    }
}
