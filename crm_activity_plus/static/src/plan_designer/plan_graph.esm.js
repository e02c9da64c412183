// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

/**
 * @typedef {object} Step what `get_graph` tells about a step; `code`, `type` and `kind`
 * @property {string} code
 * @property {string} type
 * @property {string} kind
 *
 * @typedef {object} Link
 * @property {string} from
 * @property {string} to
 * @property {string[]} outcomes codes
 */

/**
 * Make a code for a new step.
 *
 * @param {string} base
 * @param {Set<string>} taken codes that it can't have
 * @returns {string}
 */
export function makeCode(base, taken) {
    let code = base;
    for (let number = 2; taken.has(code); number++) {
        code = `${base}_${number}`;
    }
    return code;
}

/** @returns {Map} key -> the items that have it */
function groupBy(items, getKey) {
    const groups = new Map();
    for (const item of items) {
        const group = groups.get(getKey(item));
        if (group) {
            group.push(item);
        } else {
            groups.set(getKey(item), [item]);
        }
    }
    return groups;
}

/**
 * The steps of a plan, and which of them wait for which. A graph never changes: what
 * changes it returns another one, so that undoing is having the one before again. What
 * two graphs have in common is the same object in both.
 *
 * A step has the same outcomes for all that it waits for, as on the server.
 */
export class PlanGraph {
    /**
     * @param {Step[]} steps in the plan's order
     * @param {Link[]} links
     */
    constructor(steps = [], links = []) {
        this.steps = steps;
        this.links = links;
        this.stepByCode = new Map(steps.map((step) => [step.code, step]));
        this.linksFrom = groupBy(links, (link) => link.from);
        this.linksTo = groupBy(links, (link) => link.to);
    }

    get codes() {
        return this.steps.map((step) => step.code);
    }

    /** @returns {Step|undefined} the step with a code */
    get(code) {
        return this.stepByCode.get(code);
    }

    /** @returns {Link[]} the links to the steps that wait for one */
    from(code) {
        return this.linksFrom.get(code) || [];
    }

    /** @returns {Link[]} the links from the steps that one waits for */
    to(code) {
        return this.linksTo.get(code) || [];
    }

    getLink(from, to) {
        return this.to(to).find((link) => link.from === from);
    }

    /** @returns {string[]} the outcomes after one of which a step is taken */
    outcomesOf(code) {
        return [...new Set(this.to(code).flatMap((link) => link.outcomes))];
    }

    /** @returns {{steps: Step[], links: Link[]}} for the server */
    tell() {
        return {steps: this.steps, links: this.links};
    }

    /** @returns {boolean} whether another graph says the same */
    equals(other) {
        return JSON.stringify(this.tell()) === JSON.stringify(other.tell());
    }

    /**
     * @param {string} from
     * @param {string} to
     * @returns {string[]} codes on a way along the links, both ends included; empty
     *     where there is none
     */
    findPath(from, to) {
        const cameFrom = new Map([[from, null]]);
        const open = [from];
        while (open.length) {
            const code = open.shift();
            if (code === to) {
                const path = [];
                for (let at = code; at !== null; at = cameFrom.get(at)) {
                    path.unshift(at);
                }
                return path;
            }
            for (const link of this.from(code)) {
                if (!cameFrom.has(link.to)) {
                    cameFrom.set(link.to, code);
                    open.push(link.to);
                }
            }
        }
        return [];
    }

    /** @returns {Set<string>} codes of all steps that wait for one, or for one of these */
    findBehind(code) {
        const found = new Set();
        const open = [code];
        while (open.length) {
            for (const {to} of this.from(open.pop())) {
                if (!found.has(to)) {
                    found.add(to);
                    open.push(to);
                }
            }
        }
        return found;
    }

    /**
     * Say why a step can't wait for another one.
     *
     * @param {string} from
     * @param {string} to the step that is to wait
     * @returns {{reason: string, path: string[]}|null} `self`, `twice`, or `cycle` with
     *     the steps that would wait for each other; null where it can
     */
    whyNotLink(from, to) {
        if (from === to) {
            return {reason: "self", path: [from]};
        }
        if (this.getLink(from, to)) {
            return {reason: "twice", path: [from, to]};
        }
        const back = this.findPath(to, from);
        return back.length ? {reason: "cycle", path: [...back, to]} : null;
    }

    /**
     * @param {Step} step
     * @param {string} [behind] code of the step behind which it is in the plan's order;
     *     last, where there is none
     * @returns {PlanGraph}
     */
    add(step, behind) {
        const steps = [...this.steps];
        const place = behind ? this.codes.indexOf(behind) + 1 : 0;
        steps.splice(place || steps.length, 0, step);
        return new PlanGraph(steps, this.links);
    }

    /** @returns {PlanGraph} with other values of a step */
    update(code, values) {
        const step = {...this.get(code), ...values, code};
        return new PlanGraph(
            this.steps.map((other) => (other.code === code ? step : other)),
            this.links
        );
    }

    /**
     * @param {string} from
     * @param {string} to
     * @param {string[]} [outcomes] those of a step that waits for others, too, stay
     * @returns {PlanGraph} with a link
     */
    link(from, to, outcomes = []) {
        const present = this.to(to).length ? this.outcomesOf(to) : outcomes;
        const link = {from, to, outcomes: present};
        return new PlanGraph(this.steps, [...this.links, link]);
    }

    unlink(from, to) {
        return new PlanGraph(
            this.steps,
            this.links.filter((link) => link.from !== from || link.to !== to)
        );
    }

    /** @returns {PlanGraph} where a step is taken only after one of some outcomes */
    setOutcomes(code, outcomes) {
        return new PlanGraph(
            this.steps,
            this.links.map((link) => (link.to === code ? {...link, outcomes} : link))
        );
    }

    /**
     * Put a step between two others: it is taken when the second one was, which then
     * waits for it.
     *
     * @param {string} from
     * @param {string} to
     * @param {Step} step
     * @returns {PlanGraph}
     */
    insert(from, to, step) {
        const outcomes = this.outcomesOf(to);
        const graph = this.unlink(from, to).add(step, from);
        const isAlone = !graph.to(to).length;
        return graph
            .link(from, step.code, outcomes)
            .link(step.code, to, [])
            .setOutcomes(to, isAlone ? [] : outcomes);
    }

    /**
     * Take steps out. Those that waited for one wait for what it waited for instead, and
     * are taken when it was.
     *
     * @param {Iterable<string>} codes
     * @returns {PlanGraph}
     */
    remove(codes) {
        let graph = new PlanGraph(this.steps, this.links);
        for (const code of codes) {
            graph = graph._removeOne(code);
        }
        return graph;
    }

    _removeOne(code) {
        const [before, behind] = [this.to(code), this.from(code)];
        let graph = new PlanGraph(
            this.steps.filter((step) => step.code !== code),
            this.links.filter((link) => link.from !== code && link.to !== code)
        );
        for (const {to} of behind) {
            // It may have waited for others as well: then it goes on with these.
            if (!graph.to(to).length) {
                for (const {from} of before) {
                    graph = graph.link(from, to, this.outcomesOf(code));
                }
            }
        }
        return graph;
    }

    /**
     * @param {Iterable<string>} codes
     * @returns {{steps: Step[], links: Link[]}} steps, and the links between them
     */
    cut(codes) {
        const chosen = new Set(codes);
        return {
            steps: this.steps.filter((step) => chosen.has(step.code)),
            links: this.links.filter(
                (link) => chosen.has(link.from) && chosen.has(link.to)
            ),
        };
    }

    /**
     * Add copies of steps, with codes of their own.
     *
     * @param {{steps: Step[], links: Link[]}} part see `cut`
     * @param {Set<string>} taken codes that no copy can have
     * @returns {{graph: PlanGraph, codes: string[]}} with the codes of the copies
     */
    paste(part, taken) {
        const known = new Set([...taken, ...this.codes]);
        const copies = new Map();
        for (const {code} of part.steps) {
            copies.set(code, makeCode(code.replace(/_\d+$/, ""), known));
            known.add(copies.get(code));
        }
        const steps = part.steps.map((step) => ({
            ...step,
            code: copies.get(step.code),
        }));
        const links = part.links.map(({from, to, outcomes}) => ({
            from: copies.get(from),
            to: copies.get(to),
            outcomes,
        }));
        const graph = new PlanGraph(
            [...this.steps, ...steps],
            [...this.links, ...links]
        );
        return {graph, codes: [...copies.values()]};
    }

    /**
     * Add copies of steps that wait for the same steps, or for the copies of these.
     *
     * @param {Iterable<string>} codes
     * @param {Set<string>} taken codes that no copy can have
     * @returns {{graph: PlanGraph, codes: string[]}} with the codes of the copies
     */
    duplicate(codes, taken) {
        const part = this.cut(codes);
        const pasted = this.paste(part, taken);
        const inside = new Set(part.steps.map((step) => step.code));
        let graph = pasted.graph;
        part.steps.forEach((step, number) => {
            for (const {from, outcomes} of this.to(step.code)) {
                if (!inside.has(from)) {
                    graph = graph.link(from, pasted.codes[number], outcomes);
                }
            }
        });
        return {graph, codes: pasted.codes};
    }
}

/**
 * @param {{steps: Step[], links: Link[]}|false} told what the server says; nothing of a
 *     plan that isn't saved
 * @returns {PlanGraph}
 */
export function readGraph(told) {
    return new PlanGraph(told?.steps, told?.links);
}
