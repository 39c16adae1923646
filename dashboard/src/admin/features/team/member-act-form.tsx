import { useState } from "react";
import type { TeamRole } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { useNotify } from "../../../ui/notices.js";
import { Select } from "../../../ui/select.js";
import { TextField } from "../../../ui/text-field.js";
import { ReasonField } from "../../reason-field.js";
import { useRoleOptions } from "./role-options.js";

const MemberActForm_sendLink = graphql(
  `
    mutation MemberActForm_sendLink($input: TeamMemberIdInput!) {
      sendTeamPasswordLink(input: $input) {
        teamMember {
          id
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
const MemberActForm_change = graphql(
  `
    mutation MemberActForm_change($input: ChangeTeamMemberInput!) {
      changeTeamMember(input: $input) {
        teamMember {
          id
          name
          role
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
const MemberActForm_remove = graphql(
  `
    mutation MemberActForm_remove($input: TeamMemberReasonInput!) {
      removeTeamMember(input: $input) {
        teamMember {
          id
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
const MemberActForm_reset = graphql(
  `
    mutation MemberActForm_reset($input: TeamMemberReasonInput!) {
      resetTeamMemberTwoFactor(input: $input) {
        teamMember {
          id
          twoFactor {
            enrolled
          }
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

export interface Member {
  id: string;
  name: string;
  email: string;
  role: TeamRole;
  joinedAt: string | null;
  lastSignInAt: string | null;
  twoFactor: { enrolled: boolean };
}
export type MemberAct = "link" | "change" | "reset" | "remove";
/** The texts of everything that can be done with a team member. */
export const memberActs: Record<
  MemberAct,
  { title: string; will: string; confirm: string; done: string; isDanger: boolean }
> = {
  link: {
    title: "Send a link to choose a password?",
    will: "The link works once. Links sent earlier stop working. The current password stays until a new one is chosen.",
    confirm: "Send link",
    done: "The link was sent.",
    isDanger: false,
  },
  change: {
    title: "Change name or role",
    will: "A new role takes effect immediately.",
    confirm: "Save",
    done: "Saved.",
    isDanger: false,
  },
  reset: {
    title: "Reset two-factor authentication?",
    will: "This removes the authenticator and the recovery codes, and signs your colleague out everywhere; the password stays. Make sure that it is really your colleague who is asking.",
    confirm: "Reset 2FA",
    done: "Two-factor authentication was reset.",
    isDanger: true,
  },
  remove: {
    title: "Remove from the team?",
    will: "Your colleague is signed out immediately and can no longer sign in. Their entries stay in the activity log. API keys and webhooks that your colleague created belong to the firm and keep working: review them in Settings, and replace any secrets that your colleague may know.",
    confirm: "Remove",
    done: "Your colleague was removed.",
    isDanger: true,
  },
};

/** Asks for confirmation, and for whatever the act needs. */
export function MemberActForm(props: { name: MemberAct; member: Member; onDone: () => void; onCancel: () => void }) {
  const { name, member, onDone, onCancel } = props;
  const words = memberActs[name];
  const notify = useNotify();
  const run = {
    link: useAct(MemberActForm_sendLink),
    change: useAct(MemberActForm_change),
    reset: useAct(MemberActForm_reset),
    remove: useAct(MemberActForm_remove),
  };
  const [newName, setNewName] = useState(member.name);
  const [role, setRole] = useState<TeamRole>(member.role);
  const [reason, setReason] = useState("");
  const options = useRoleOptions();
  const memberId = member.id;
  const asksReason = name === "reset" || name === "remove";
  const send = () => {
    if (name === "change") return run.change.act({ input: { memberId, name: newName, role } });
    return name === "link" ? run.link.act({ input: { memberId } }) : run[name].act({ input: { memberId, reason } });
  };
  const submit = async () => {
    const { payload } = await send();
    if (!payload) return;
    notify({ tone: "success", text: words.done });
    onDone();
  };
  const { problems, isPending } = run[name];
  return (
    <ActForm
      onSubmit={submit}
      onCancel={onCancel}
      confirmLabel={words.confirm}
      isPending={isPending}
      error={otherProblems(problems, "reason", "name", "role")}
      isDanger={words.isDanger}
      isDisabled={asksReason && reason.trim() === ""}
      isSmall
      intro={
        <>
          <p className="font-medium">
            {member.name} ({member.email})
          </p>
          <p>{words.will}</p>
        </>
      }
    >
      {name === "change" && (
        <>
          <TextField
            label="Name"
            value={newName}
            onChange={setNewName}
            error={problemOf(problems, "name")}
            isRequired
          />
          <Select label="Role" options={options} value={role} onChange={setRole} error={problemOf(problems, "role")} />
        </>
      )}
      {asksReason && (
        <ReasonField
          hint="Kept in the activity log."
          value={reason}
          onChange={setReason}
          error={problemOf(problems, "reason")}
        />
      )}
    </ActForm>
  );
}
