import { useState } from "react";
import { CheckboxGroup, FieldError, Label } from "react-aria-components";
import { useQuery } from "urql";
import { apiScopes, dayStart, type ApiScope } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, sayError, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { AlertDialog } from "../../../ui/alert-dialog.js";
import { Badge } from "../../../ui/badge.js";
import { Button } from "../../../ui/button.js";
import { Checkbox } from "../../../ui/checkbox.js";
import { Ago, Day } from "../../../ui/date-time.js";
import { Dialog } from "../../../ui/dialog.js";
import { ReadOut } from "../../../ui/read-out.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { Table } from "../../../ui/table.js";
import { errorClass, labelClass, TextField } from "../../../ui/text-field.js";
import { useTeamSession } from "../../session.js";
import { ShownOnce } from "./shown-once.js";

const ApiKeysPage_keys = graphql(`
  query ApiKeysPage_keys {
    apiKeys {
      id
      name
      prefix
      scopes
      createdAt
      expiresAt
      lastUsedAt
      revokedAt
    }
  }
`);
const ApiKeysPage_create = graphql(
  `
    mutation ApiKeysPage_create($input: CreateApiKeyInput!) {
      createApiKey(input: $input) {
        apiKey {
          id
        }
        token
        ...Problems
      }
    }
  `,
  [Problems],
);
const ApiKeysPage_revoke = graphql(
  `
    mutation ApiKeysPage_revoke($input: ApiKeyIdInput!) {
      revokeApiKey(input: $input) {
        apiKey {
          id
          revokedAt
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

const scopeWords: Record<ApiScope, string> = {
  CONTACTS_READ: "Read contacts",
  CONTACTS_WRITE: "Create and change contacts",
  ACCESS_WRITE: "Send requests, invitations and password resets, unlock accounts, sign clients out",
  ACCESS_RESET: "Reset 2FA, change login emails, delete accounts",
  POLICY_WRITE: "Change how clients sign in, their language and the branding",
  AUDIT_READ: "Read the activity log",
  WEBHOOKS_WRITE: "Manage webhooks",
};

/** The keys of programs that act for the firm. */
export function ApiKeysPage() {
  const { mayWrite } = useTeamSession();
  const [{ data, error }, again] = useQuery({ query: ApiKeysPage_keys, requestPolicy: "cache-and-network" });
  const revoke = useAct(ApiKeysPage_revoke);
  const [isCreating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<{ id: string; name: string } | null>(null);
  const refresh = () => again({ requestPolicy: "network-only" });
  const confirmRevoke = async () => {
    if (!revoking) return;
    const { payload } = await revoke.act({ input: { apiKeyId: revoking.id } });
    if (payload) setRevoking(null);
  };
  return (
    <>
      <PageHeader
        title="API keys"
        above="Settings"
        actions={
          mayWrite && (
            <Button look="primary" onPress={() => setCreating(true)}>
              New API key
            </Button>
          )
        }
      >
        For programs that work with your contacts through the GraphQL API. Give each key only the access it needs.
      </PageHeader>
      <div className="rounded-xl border border-line bg-surface">
        {!data && error && <ErrorState message={sayError(error)} onRetry={refresh} />}
        {!data && !error && (
          <div className="p-5">
            <Skeleton />
          </div>
        )}
        {data?.apiKeys.length === 0 && <EmptyState title="There are no API keys yet." />}
        {data && data.apiKeys.length > 0 && (
          <Table
            label="API keys"
            rows={data.apiKeys}
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
              { id: "prefix", title: "Starts with", renderCell: ({ prefix }) => <code translate="no">{prefix}</code> },
              {
                id: "scopes",
                title: "Access",
                renderCell: ({ scopes }) => scopes.map((scope) => scopeWords[scope]).join("; "),
              },
              {
                id: "used",
                title: "Last used",
                renderCell: ({ lastUsedAt }) => (lastUsedAt ? <Ago at={lastUsedAt} /> : "Never"),
              },
              {
                id: "expires",
                title: "Expires",
                renderCell: ({ expiresAt }) => (expiresAt ? <Day on={expiresAt} /> : "Never"),
              },
              {
                id: "acts",
                title: "Status",
                align: "end",
                renderCell: ({ id, name, revokedAt }) =>
                  revokedAt ? (
                    <Badge tone="danger">Revoked</Badge>
                  ) : mayWrite ? (
                    <Button size="small" aria-label={`Revoke ${name}`} onPress={() => setRevoking({ id, name })}>
                      Revoke
                    </Button>
                  ) : (
                    <Badge tone="success">Active</Badge>
                  ),
              },
            ]}
          />
        )}
      </div>
      <Dialog title="New API key" isOpen={isCreating} onClose={() => setCreating(false)} isPersistent>
        <CreateKeyForm
          onClose={() => {
            setCreating(false);
            refresh();
          }}
        />
      </Dialog>
      <AlertDialog
        title={`Revoke "${revoking?.name ?? ""}"?`}
        isOpen={revoking !== null}
        onCancel={() => setRevoking(null)}
        onConfirm={() => void confirmRevoke()}
        confirmLabel="Revoke"
        isDanger
        isPending={revoke.isPending}
        error={otherProblems(revoke.problems)}
      >
        <p>Programs that use this key lose access immediately. This cannot be undone.</p>
      </AlertDialog>
    </>
  );
}

function CreateKeyForm({ onClose }: { onClose: () => void }) {
  const { act, isPending, problems } = useAct(ApiKeysPage_create);
  const { timeZone } = useTeamSession().firm;
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<ApiScope[]>(["CONTACTS_READ"]);
  const [expiresOn, setExpiresOn] = useState("");
  const [token, setToken] = useState<string | null>(null);
  const submit = async () => {
    const { payload } = await act({
      input: { name, scopes, expiresAt: expiresOn ? new Date(dayStart(expiresOn, timeZone)).toISOString() : null },
    });
    if (payload?.token) setToken(payload.token);
  };
  if (token) return <ShownOnce label="API key" secret={token} onDone={onClose} />;
  const scopeProblem = problemOf(problems, "scopes");
  return (
    <ActForm
      onSubmit={submit}
      onCancel={onClose}
      confirmLabel="Create key"
      isPending={isPending}
      error={otherProblems(problems, "name", "scopes", "expiresAt")}
    >
      <TextField label="Name" value={name} onChange={setName} error={problemOf(problems, "name")} isRequired />
      <CheckboxGroup
        value={scopes}
        onChange={(values) => setScopes(apiScopes.filter((scope) => values.includes(scope)))}
        isInvalid={scopeProblem !== null}
        validationBehavior="aria"
        className="flex flex-col gap-2"
      >
        <Label className={labelClass}>Access</Label>
        {apiScopes.map((scope) => (
          <Checkbox key={scope} value={scope}>
            {scopeWords[scope]}
          </Checkbox>
        ))}
        <ReadOut>
          <FieldError className={errorClass}>{scopeProblem}</FieldError>
        </ReadOut>
      </CheckboxGroup>
      <TextField
        label="Expires"
        type="date"
        hint={`If left empty: in one year, which is the maximum. Days in ${timeZone}.`}
        value={expiresOn}
        onChange={setExpiresOn}
        error={problemOf(problems, "expiresAt")}
      />
    </ActForm>
  );
}
