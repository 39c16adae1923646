import { useState } from "react";
import type { TeamRole } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { useNotify } from "../../../ui/notices.js";
import { Select } from "../../../ui/select.js";
import { TextField } from "../../../ui/text-field.js";
import { useRoleOptions } from "./role-options.js";

const InviteMemberForm_invite = graphql(
  `
    mutation InviteMemberForm_invite($input: InviteTeamMemberInput!) {
      inviteTeamMember(input: $input) {
        teamMember {
          id
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

/** Invites someone to join the team. */
export function InviteMemberForm({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const { act, isPending, problems } = useAct(InviteMemberForm_invite);
  const notify = useNotify();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<TeamRole>("STAFF");
  const options = useRoleOptions();
  const submit = async () => {
    const { payload } = await act({ input: { name, email, role } });
    if (!payload) return;
    notify({ tone: "success", text: `${name} was invited.` });
    onDone();
  };
  return (
    <ActForm
      onSubmit={submit}
      onCancel={onCancel}
      confirmLabel="Send invitation"
      isPending={isPending}
      error={otherProblems(problems, "name", "email", "role")}
    >
      <TextField label="Name" value={name} onChange={setName} error={problemOf(problems, "name")} isRequired />
      <TextField
        label="Email"
        type="email"
        value={email}
        onChange={setEmail}
        error={problemOf(problems, "email")}
        isRequired
      />
      <Select label="Role" options={options} value={role} onChange={setRole} error={problemOf(problems, "role")} />
    </ActForm>
  );
}
