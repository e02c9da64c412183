// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {ActivityHold} from "../activity_hold/activity_hold.esm";
import {ActivityMarkAsDone} from "@mail/core/web/activity_markasdone_popover";
import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";
import {requestInWords} from "../activity/request_in_words.esm";
import {useService} from "@web/core/utils/hooks";

/** What the chatter asks in a pop-over, where there is no chatter: in a pop-up. */
export class ActivityDialog extends Component {
    static template = "crm_activity_plus.ActivityDialog";
    static components = {ActivityHold, ActivityMarkAsDone, Dialog};
    static props = {
        activity: Object,
        close: Function,
        // What is asked: "done" for its outcome, "hold" for a day.
        mode: String,
        // Called once it is done, and where somebody else has changed the activity.
        onChanged: Function,
    };

    get title() {
        const {activity, mode} = this.props;
        const name = activity.summary || activity.display_name;
        return mode === "hold" ? _t("Hold “%s”", name) : _t("Mark Done: %s", name);
    }
}

/**
 * Ask about an activity of which only the id is known.
 *
 * @param {Function} onChanged - see ``ActivityDialog``
 * @returns {{ask: Function, load: Function}}
 */
export function useActivityDialog(onChanged) {
    const dialog = useService("dialog");
    const notification = useService("notification");
    const orm = useService("orm");
    const store = useService("mail.store");

    /**
     * @param {number} id
     * @returns {Promise<object|undefined>} the activity as it is now; where it is gone,
     *     that is said
     */
    async function load(id) {
        const {refusal, result} = await requestInWords(() =>
            orm.call("mail.activity", "activity_format", [[id]])
        );
        if (refusal) {
            notification.add(refusal, {type: "warning"});
            onChanged();
            return undefined;
        }
        store.insert(result);
        return store["mail.activity"].get(id);
    }

    /**
     * @param {string} mode - see ``ActivityDialog``
     * @param {number} id - of the activity
     */
    async function ask(mode, id) {
        const activity = await load(id);
        if (activity) {
            dialog.add(ActivityDialog, {activity, mode, onChanged});
        }
    }

    return {ask, load};
}
