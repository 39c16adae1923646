import { useState } from "react";
import { Button } from "../../../ui/button.js";
import { whenShown } from "../../../ui/when-shown.js";
import type { Invitee } from "./invite-dialog.js";

export const InviteDialog = whenShown(() => import("./invite-dialog.js").then((module) => module.InviteDialog));

/** Invites one contact to the portal. */
export function InviteButton(props: { contact: Invitee & { portalAccessState: string }; small?: boolean }) {
  const { contact, small = false } = props;
  const [isOpen, setOpen] = useState(false);
  const label = contact.portalAccessState === "INVITED" ? "Invite again" : "Invite";
  return (
    <div className={small ? "-my-1.5 @3xl:-ml-2.5" : ""}>
      <Button
        size={small ? "small" : "normal"}
        look={small ? "quiet" : "primary"}
        aria-label={small ? `${label}: ${contact.name}` : label}
        onPress={() => setOpen(true)}
      >
        {label}
      </Button>
      {isOpen && <InviteDialog contacts={[contact]} onClose={() => setOpen(false)} />}
    </div>
  );
}
