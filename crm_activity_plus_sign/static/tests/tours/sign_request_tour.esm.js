// Copyright 2026 The CRM Activity Plus contributors
// License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("crm_activity_plus_sign_request", {
    steps: () => [
        {
            content: "Ask for the signature",
            trigger: ".o-mail-Activity .o_activity_request_signature",
            run: "click",
        },
        {
            content: "The customer signs",
            trigger:
                ".modal .o_field_widget[name=signer_ids] td[name=partner_id]:contains('Deco Addict')",
        },
        {
            content: "Send",
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            content: "The activity says where it stands; open it",
            trigger: ".o-mail-Activity .o_activity_signature a:contains('Sent')",
            run: "click",
        },
        {
            content: "Who signs, and the document",
            trigger:
                ".o_form_view .o_field_widget[name=signer_summary]:contains('Deco Addict')",
        },
        {
            content: "It can be cancelled",
            trigger: ".o_form_view button[name=action_withdraw]",
        },
    ],
});
