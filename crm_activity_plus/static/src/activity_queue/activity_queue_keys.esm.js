// Copyright 2026 The CRM Activity Plus contributors
// License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).

import {Component} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {_t} from "@web/core/l10n/translation";

/** The keys of the queue, in one place. */
export class ActivityQueueKeys extends Component {
    static template = "crm_activity_plus.ActivityQueueKeys";
    static components = {Dialog};
    static props = {close: Function};

    /** @returns {{title: string, rows: {keys: string[], text: string}[]}[]} */
    get groups() {
        return [
            {
                title: _t("Close the activity"),
                rows: [
                    {keys: ["1", "–", "9"], text: _t("Outcome")},
                    {keys: ["D"], text: _t("Mark Done")},
                    {keys: ["H"], text: _t("Hold")},
                    {keys: ["X"], text: _t("Cancel; the feedback is the reason")},
                    {keys: ["Z"], text: _t("Undo the last one")},
                ],
            },
            {
                title: _t("While you type the feedback"),
                rows: [
                    {keys: ["F"], text: _t("Go to the feedback")},
                    {keys: ["Alt", "1", "–", "9"], text: _t("Outcome")},
                    {keys: ["Ctrl", "Enter"], text: _t("Mark Done")},
                    {
                        keys: ["Ctrl", "Enter", ",", "1", "–", "9"],
                        text: _t("Mark Done, then say what happened"),
                    },
                    {keys: ["Esc"], text: _t("Leave the feedback")},
                ],
            },
            {
                title: _t("Do the activity"),
                rows: [
                    {keys: ["C"], text: _t("Call")},
                    {keys: ["E"], text: _t("Write an email")},
                    {keys: ["T"], text: _t("Book a time")},
                    {keys: ["U"], text: _t("Upload a document")},
                    {keys: ["O"], text: _t("Open the record")},
                ],
            },
            {
                title: _t("Move through the queue"),
                rows: [
                    {keys: ["S"], text: _t("Skip for now")},
                    {keys: ["B"], text: _t("Back to the previous one")},
                    {keys: ["L"], text: _t("Show what is up next")},
                    {keys: ["?"], text: _t("Show these keys")},
                ],
            },
        ];
    }
}
