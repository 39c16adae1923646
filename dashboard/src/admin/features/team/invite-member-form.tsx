import { useState, type FormEvent } from "react";
import type { TeamRole } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Actions } from "../../../ui/dialog.js";
import { useNotify } from "../../../ui/notices.js";
import { Select } from "../../../ui/select.js";
import { TextField } from "../../../ui/text-field.js";
import { useRoleOptions } from "./role-options.js";

const InviteMemberForm_invite = graphql(`
  mutation InviteMemberForm_invite($input: InviteTeamMemberInput!) {
    inviteTeamMember(input: $input) {
      teamMember {
        id
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`);

/** Somebody is to join the team. */
export function InviteMemberForm({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const { act, isPending, problems } = useAct(InviteMemberForm_invite);
  const notify = useNotify();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<TeamRole>("STAFF");
  const options = useRoleOptions();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { payload } = await act({ input: { name, email, role } });
    if (!payload) return;
    notify({ tone: "success", text: `${name} was invited.` });
    onDone();
  };
  const other = otherProblems(problems, "name", "email", "role");
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {other && <Banner tone="danger">{other}</Banner>}
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
      <Actions>
        <Button onPress={onCancel}>Cancel</Button>
        <Button type="submit" look="primary" isPending={isPending}>
          Send invitation
        </Button>
      </Actions>
    </form>
  );
}
