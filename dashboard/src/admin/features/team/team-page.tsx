import { useState } from "react";
import { useQuery } from "urql";
import { mayManage, roleTitles, type TeamRole } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, sayError, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { Badge } from "../../../ui/badge.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { Ago } from "../../../ui/date-time.js";
import { Dialog } from "../../../ui/dialog.js";
import { MenuButton } from "../../../ui/menu.js";
import { useNotify } from "../../../ui/notices.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Select } from "../../../ui/select.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { Table } from "../../../ui/table.js";
import { TextField } from "../../../ui/text-field.js";
import { useTeamSession } from "../../session.js";

const TeamPage_team = graphql(`
  query TeamPage_team {
    teamMembers {
      id
      name
      email
      role
      joinedAt
      lastSignInAt
      twoFactor {
        enrolled
      }
    }
    firm {
      id
      securityPolicy {
        teamRequiresTwoFactor
        version
      }
    }
  }
`);
const TeamPage_invite = graphql(
  `
    mutation TeamPage_invite($input: InviteTeamMemberInput!) {
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
const TeamPage_sendLink = graphql(
  `
    mutation TeamPage_sendLink($input: TeamMemberIdInput!) {
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
const TeamPage_change = graphql(
  `
    mutation TeamPage_change($input: ChangeTeamMemberInput!) {
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
const TeamPage_remove = graphql(
  `
    mutation TeamPage_remove($input: TeamMemberReasonInput!) {
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
const TeamPage_reset = graphql(
  `
    mutation TeamPage_reset($input: TeamMemberReasonInput!) {
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
const TeamPage_demand = graphql(
  `
    mutation TeamPage_demand($input: UpdateSecurityPolicyInput!) {
      updateSecurityPolicy(input: $input) {
        firm {
          id
          securityPolicy {
            teamRequiresTwoFactor
            version
          }
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

interface Member {
  id: string;
  name: string;
  email: string;
  role: TeamRole;
  joinedAt: string | null;
  lastSignInAt: string | null;
  twoFactor: { enrolled: boolean };
}
type ActName = "link" | "change" | "reset" | "remove";
const acts: Record<ActName, { title: string; will: string; confirm: string; done: string; isDanger: boolean }> = {
  link: {
    title: "Send a link to choose a password?",
    will: "It works once. Links sent before stop working; the password stays as it is until a new one is chosen.",
    confirm: "Send link",
    done: "The link was sent.",
    isDanger: false,
  },
  change: {
    title: "Change name or role",
    will: "A new role is in force at once.",
    confirm: "Save",
    done: "Saved.",
    isDanger: false,
  },
  reset: {
    title: "Reset two-factor authentication?",
    will: "The authenticator, the recovery codes and every session go; the password stays. Be sure that it is really your colleague who asks.",
    confirm: "Reset 2FA",
    done: "Two-factor authentication was reset.",
    isDanger: true,
  },
  remove: {
    title: "Remove from the team?",
    will: "Your colleague is signed out at once and cannot sign in any more. What was done stays in the activity. API keys and webhooks that your colleague made keep working, as they are the firm's: look at them in Settings, and replace what your colleague may know.",
    confirm: "Remove",
    done: "The colleague was removed.",
    isDanger: true,
  },
};

/** The people of the firm who use the dashboard. */
export function TeamPage() {
  const { mayWrite, role, memberId } = useTeamSession();
  const [{ data, error }, again] = useQuery({ query: TeamPage_team, requestPolicy: "cache-and-network" });
  const [isInviting, setInviting] = useState(false);
  const [acting, setActing] = useState<{ name: ActName; member: Member } | null>(null);
  const refresh = () => again({ requestPolicy: "network-only" });
  if (!data) return error ? <ErrorState message={sayError(error)} onRetry={refresh} /> : <Skeleton lines={6} />;
  const choices = (member: Member) =>
    [
      { id: "change", label: "Change…", isOffered: true },
      {
        id: "link",
        label: member.joinedAt ? "Send password link…" : "Send invitation again…",
        isOffered: member.id !== memberId,
      },
      {
        id: "reset",
        label: "Reset 2FA…",
        isDanger: true,
        isOffered: member.twoFactor.enrolled && member.id !== memberId,
      },
      { id: "remove", label: "Remove…", isDanger: true, isOffered: member.id !== memberId },
    ].filter(({ isOffered }) => isOffered);
  return (
    <>
      <PageHeader
        title="Team"
        above="Settings"
        actions={
          mayWrite && (
            <Button look="primary" onPress={() => setInviting(true)}>
              Invite colleague
            </Button>
          )
        }
      >
        Who looks after your clients' access here.
      </PageHeader>
      <div className="flex flex-col gap-6">
        <div className="rounded-xl border border-line bg-surface">
          <Table<Member>
            label="Team"
            rows={data.teamMembers}
            rowKey={({ id }) => id}
            columns={[
              { id: "name", title: "Name", renderCell: ({ name }) => <span className="font-medium">{name}</span> },
              { id: "email", title: "Email", renderCell: ({ email }) => email },
              { id: "role", title: "Role", renderCell: (member) => roleTitles[member.role] },
              {
                id: "twoFactor",
                title: "Two-factor",
                renderCell: ({ twoFactor }) =>
                  twoFactor.enrolled ? <Badge tone="success">2FA on</Badge> : <Badge>2FA off</Badge>,
              },
              {
                id: "seen",
                title: "Last sign-in",
                renderCell: ({ joinedAt, lastSignInAt }) =>
                  joinedAt === null ? (
                    <Badge tone="warning">Invited</Badge>
                  ) : lastSignInAt ? (
                    <Ago at={lastSignInAt} />
                  ) : (
                    "Never"
                  ),
              },
              {
                id: "acts",
                title: "Edit",
                align: "end",
                renderCell: (member) =>
                  mayWrite && mayManage(role, member.role) ? (
                    <MenuButton
                      label={`Edit ${member.name}`}
                      choices={choices(member).map(({ id, label, isDanger = false }) => ({
                        id,
                        label,
                        isDanger,
                        onSelect: () => setActing({ name: id as ActName, member }),
                      }))}
                    />
                  ) : null,
              },
            ]}
          />
        </div>
        <DemandCard policy={data.firm.securityPolicy} mayChange={mayWrite} onChanged={refresh} />
      </div>
      <Dialog title="Invite a colleague" isOpen={isInviting} onClose={() => setInviting(false)}>
        <InviteForm
          onDone={() => {
            setInviting(false);
            refresh();
          }}
          onCancel={() => setInviting(false)}
        />
      </Dialog>
      {acting && (
        <Dialog title={acts[acting.name].title} isOpen onClose={() => setActing(null)}>
          <MemberActForm
            {...acting}
            onCancel={() => setActing(null)}
            onDone={() => {
              setActing(null);
              refresh();
            }}
          />
        </Dialog>
      )}
    </>
  );
}

/** The firm's rule for its own people. */
function DemandCard(props: {
  policy: { teamRequiresTwoFactor: boolean; version: number };
  mayChange: boolean;
  onChanged: () => void;
}) {
  const { policy, mayChange, onChanged } = props;
  const { act, isPending, problems } = useAct(TeamPage_demand);
  const isOn = policy.teamRequiresTwoFactor;
  const change = async () => {
    await act({ input: { teamRequiresTwoFactor: !isOn, expectedVersion: policy.version } });
    onChanged();
  };
  const problem = otherProblems(problems);
  return (
    <Card title="Two-factor authentication for the team">
      <div className="flex flex-col gap-3 text-sm">
        <p>
          {isOn
            ? "Owners and administrators need an authenticator. Without one, the next sign-in sets it up."
            : "Owners and administrators may sign in with the password alone. They can reset your clients' 2FA: demand an authenticator of them."}
        </p>
        {problem && <Banner tone="danger">{problem}</Banner>}
        {mayChange && (
          <div>
            <Button look={isOn ? "secondary" : "primary"} isPending={isPending} onPress={() => void change()}>
              {isOn ? "Stop demanding it" : "Demand 2FA"}
            </Button>
          </div>
        )}
      </div>
    </Card>
  );
}

const useRoleOptions = () => {
  const { role } = useTeamSession();
  return (Object.keys(roleTitles) as TeamRole[])
    .filter((other) => mayManage(role, other))
    .map((value) => ({ value, label: roleTitles[value] }));
};

function InviteForm({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const { act, isPending, problems } = useAct(TeamPage_invite);
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

function MemberActForm(props: { name: ActName; member: Member; onDone: () => void; onCancel: () => void }) {
  const { name, member, onDone, onCancel } = props;
  const told = acts[name];
  const notify = useNotify();
  const run = {
    link: useAct(TeamPage_sendLink),
    change: useAct(TeamPage_change),
    reset: useAct(TeamPage_reset),
    remove: useAct(TeamPage_remove),
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
    notify({ tone: "success", text: told.done });
    onDone();
  };
  const { problems, isPending } = run[name];
  return (
    <ActForm
      onSubmit={submit}
      onCancel={onCancel}
      confirmLabel={told.confirm}
      isPending={isPending}
      error={otherProblems(problems, "reason", "name", "role")}
      isDanger={told.isDanger}
      isDisabled={asksReason && reason.trim() === ""}
      isSmall
      intro={
        <>
          <p className="font-medium">
            {member.name} ({member.email})
          </p>
          <p>{told.will}</p>
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
        <TextField
          label="Reason"
          hint="Kept in the activity log."
          value={reason}
          onChange={setReason}
          error={problemOf(problems, "reason")}
          rows={3}
          maxLength={500}
          isRequired
        />
      )}
    </ActForm>
  );
}
