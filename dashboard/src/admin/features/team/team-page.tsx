import { useState } from "react";
import { useQuery } from "urql";
import { mayManage, roleTitles } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, sayError, useAct } from "../../../graphql/use-act.js";
import { Badge } from "../../../ui/badge.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { Ago } from "../../../ui/date-time.js";
import { Dialog } from "../../../ui/dialog.js";
import { MenuButton } from "../../../ui/menu.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { Table } from "../../../ui/table.js";
import { useTeamSession } from "../../session.js";
import { InviteMemberForm } from "./invite-member-form.js";
import { MemberActForm, memberActs, type Member, type MemberAct } from "./member-act-form.js";

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
const TeamPage_requireTwoFactor = graphql(
  `
    mutation TeamPage_requireTwoFactor($input: UpdateSecurityPolicyInput!) {
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

/** The people of the firm who use the dashboard. */
export function TeamPage() {
  const { mayWrite, role, memberId } = useTeamSession();
  const [{ data, error }, again] = useQuery({ query: TeamPage_team, requestPolicy: "cache-and-network" });
  const [isInviting, setInviting] = useState(false);
  const [acting, setActing] = useState<{ name: MemberAct; member: Member } | null>(null);
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
        The people in your firm who manage your clients' access.
      </PageHeader>
      <div className="flex flex-col gap-6">
        <div className="rounded-xl border border-line bg-surface">
          <Table<Member>
            label="Team"
            rows={data.teamMembers}
            rowKey={({ id }) => id}
            columns={[
              {
                id: "name",
                title: "Name",
                renderCell: ({ name }) => (
                  <span translate="no" className="font-medium">
                    {name}
                  </span>
                ),
              },
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
                        onSelect: () => setActing({ name: id as MemberAct, member }),
                      }))}
                    />
                  ) : null,
              },
            ]}
          />
        </div>
        <TwoFactorRuleCard policy={data.firm.securityPolicy} mayChange={mayWrite} onChanged={refresh} />
      </div>
      <Dialog title="Invite a colleague" isOpen={isInviting} onClose={() => setInviting(false)}>
        <InviteMemberForm
          onDone={() => {
            setInviting(false);
            refresh();
          }}
          onCancel={() => setInviting(false)}
        />
      </Dialog>
      {acting && (
        <Dialog title={memberActs[acting.name].title} isOpen onClose={() => setActing(null)}>
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

/** The firm's rule for its own team. */
function TwoFactorRuleCard(props: {
  policy: { teamRequiresTwoFactor: boolean; version: number };
  mayChange: boolean;
  onChanged: () => void;
}) {
  const { policy, mayChange, onChanged } = props;
  const { act, isPending, problems } = useAct(TeamPage_requireTwoFactor);
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
            ? "Owners and administrators need an authenticator app. Those without one set it up at their next sign-in."
            : "Owners and administrators can sign in with their password alone. Because they can reset your clients' 2FA, we recommend requiring an authenticator app."}
        </p>
        {problem && <Banner tone="danger">{problem}</Banner>}
        {mayChange && (
          <div>
            <Button look={isOn ? "secondary" : "primary"} isPending={isPending} onPress={() => void change()}>
              {isOn ? "Stop requiring 2FA" : "Require 2FA"}
            </Button>
          </div>
        )}
      </div>
    </Card>
  );
}
