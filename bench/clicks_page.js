// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

/**
 * What measures a click, inside of the page: see README.rst. A place is a CSS selector,
 * which may go on with `:contains(text)`; after `!`, nothing is to be seen of it; and
 * after `~`, its text is to be another one than before the click.
 */
(() => {
    const {rpcBus} = odoo.loader.modules.get("@web/core/network/rpc");
    const QUIET_TIME = 250;
    const PATIENCE = 30000;
    // Requests since the last click: id -> {name, start, end}
    let requests = new Map();

    rpcBus.addEventListener("RPC:REQUEST", ({detail}) => {
        const {id, params} = detail.data;
        const name = params.model ? `${params.model}/${params.method}` : detail.url;
        requests.set(id, {name, start: performance.now(), end: 0});
    });
    rpcBus.addEventListener("RPC:RESPONSE", ({detail}) => {
        const request = requests.get(detail.data.id);
        if (request) {
            request.end = performance.now();
        }
    });

    function find(place) {
        const [, css, text, rest] = place.match(/^(.*?)(?::contains\((.*?)\)(.*))?$/);
        for (const element of document.querySelectorAll(css)) {
            if (!text || element.textContent.includes(text)) {
                const found = rest ? element.querySelector(rest) : element;
                if (found && found.getClientRects().length) {
                    return found;
                }
            }
        }
        return null;
    }

    function isSeen(place, textBefore) {
        const element = find(place.replace(/^[!~]/, ""));
        switch (place[0]) {
            case "!":
                return !element;
            case "~":
                return Boolean(element) && element.textContent !== textBefore;
        }
        return Boolean(element);
    }

    /** @returns {Map} the texts that are to change, by their places */
    function readTexts(places) {
        const changing = places.filter((place) => place.startsWith("~"));
        return new Map(
            changing.map((place) => [place, find(place.slice(1))?.textContent])
        );
    }

    function press(element) {
        const options = {bubbles: true, cancelable: true, composed: true, view: window};
        for (const name of ["pointerdown", "mousedown", "pointerup", "mouseup"]) {
            const Event_ = name.startsWith("pointer") ? PointerEvent : MouseEvent;
            element.dispatchEvent(new Event_(name, options));
        }
        element.focus?.();
        element.click();
    }

    /** Wait until places are seen, looking whenever the page has changed. */
    async function watch(places, texts = new Map()) {
        const areSeen = () => places.every((place) => isSeen(place, texts.get(place)));
        let observer = null;
        let timer = 0;
        try {
            await new Promise((resolve, reject) => {
                const look = () => areSeen() && resolve();
                observer = new MutationObserver(look);
                observer.observe(document, {
                    attributes: true,
                    characterData: true,
                    childList: true,
                    subtree: true,
                });
                timer = setTimeout(
                    () => reject(new Error(`Not seen: ${places.join(", ")}`)),
                    PATIENCE
                );
                look();
            });
        } finally {
            observer.disconnect();
            clearTimeout(timer);
        }
    }

    /** Wait until the browser has painted what has changed. */
    function painted() {
        return new Promise((resolve) => {
            requestAnimationFrame(() => {
                const {port1, port2} = new MessageChannel();
                port1.onmessage = resolve;
                port2.postMessage("");
            });
        });
    }

    /** Wait until nothing was asked of the server for a while. */
    async function quiet() {
        for (;;) {
            const before = requests.size;
            await new Promise((resolve) => setTimeout(resolve, QUIET_TIME));
            const isBusy = [...requests.values()].some((request) => !request.end);
            if (!isBusy && requests.size === before) {
                return;
            }
        }
    }

    globalThis.clicks = {
        /** Go to a page without loading the client again. */
        async open(action) {
            const {env} = odoo.__WOWL_DEBUG__.root;
            await env.services.action.doAction(action, {clearBreadcrumbs: true});
            await quiet();
        },

        async click(place) {
            await watch([place]);
            press(find(place));
            await quiet();
        },

        /** @returns how long it takes from the click to the change, and why */
        async measure(place, seen) {
            await watch([place]);
            await quiet();
            requests = new Map();
            const element = find(place);
            const texts = readTexts(seen);
            if (seen.every((one) => isSeen(one, texts.get(one)))) {
                throw new Error(`Seen before the click: ${seen.join(", ")}`);
            }
            const start = performance.now();
            press(element);
            await watch(seen, texts);
            await painted();
            const end = performance.now();
            const waited = [...requests.values()];
            await quiet();
            return {
                ms: end - start,
                requests: waited.map((request) => ({
                    name: request.name,
                    from: Math.round(request.start - start),
                    to: Math.round(request.end - start),
                })),
                after: requests.size - waited.length,
            };
        },
    };
})();
