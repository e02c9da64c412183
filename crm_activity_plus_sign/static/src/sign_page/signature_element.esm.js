/* Copyright 2026 The CRM Activity Plus contributors
   License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl). */

import {SignatureDialog} from "@web/core/signature/signature_dialog";
import {registry} from "@web/core/registry";
import {renderToElement} from "@web/core/utils/render";
import "@sign_oca/elements/signature.esm";

const elements = registry.category("sign_oca");

/** On a touch screen a signature is drawn; elsewhere it is the name, at first. */
function getMode() {
    return window.matchMedia("(pointer: coarse)").matches ? "draw" : "auto";
}

/**
 * The field for a signature on the signer's page. That of sign_oca opens the pad with a
 * typed name, and can't be reached by keyboard.
 */
export const signatureElement = {
    ...elements.get("signature"),
    generate(parent, item, signatureItem) {
        const wrapper = signatureItem[0];
        const open = () =>
            parent.dialogService.add(SignatureDialog, {
                defaultName: parent.info.partner.name || "",
                nameAndSignatureProps: {fontColor: "DarkBlue", mode: getMode()},
                uploadSignature: (data) =>
                    this.uploadSignature(parent, item, signatureItem, data),
            });
        wrapper.addEventListener("focus_signature", open);
        wrapper.addEventListener("click", open);
        wrapper.addEventListener("keydown", (ev) => {
            if (["Enter", " "].includes(ev.key)) {
                ev.preventDefault();
                open();
            }
        });
        wrapper.setAttribute("role", "button");
        wrapper.setAttribute("tabindex", "0");
        return renderToElement("crm_activity_plus_sign.SignatureField", {item});
    },
};

elements.add("signature", signatureElement, {force: true});
