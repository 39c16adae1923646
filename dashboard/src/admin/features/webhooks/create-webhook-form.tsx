import { useState } from "react";
import { CheckboxGroup, Label } from "react-aria-components";
import { auditEventTypes } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { Checkbox } from "../../../ui/checkbox.js";
import { labelClass, TextField } from "../../../ui/text-field.js";
import { ShownOnce } from "../api-keys/shown-once.js";
import { eventTitle } from "../audit/event-list.js";

const CreateWebhookForm_create = graphql(
  `
    mutation CreateWebhookForm_create($input: CreateWebhookEndpointInput!) {
      createWebhookEndpoint(input: $input) {
        webhookEndpoint {
          id
        }
        signingSecret
        ...Problems
      }
    }
  `,
  [Problems],
);

/** Adds an address for events; its signing secret is shown once. */
export function CreateWebhookForm({ onClose }: { onClose: () => void }) {
  const { act, isPending, problems } = useAct(CreateWebhookForm_create);
  const [url, setUrl] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const submit = async () => {
    const { payload } = await act({ input: { url, types: auditEventTypes.filter((type) => chosen.includes(type)) } });
    if (payload?.signingSecret) setSecret(payload.signingSecret);
  };
  if (secret) return <ShownOnce label="Signing secret" secret={secret} onDone={onClose} />;
  return (
    <ActForm
      onSubmit={submit}
      onCancel={onClose}
      confirmLabel="Add webhook"
      isPending={isPending}
      error={otherProblems(problems, "url")}
    >
      <TextField
        label="Address"
        type="url"
        placeholder="https://"
        hint="We send a POST request to this address for every event."
        value={url}
        onChange={setUrl}
        error={problemOf(problems, "url")}
        isRequired
      />
      <CheckboxGroup value={chosen} onChange={setChosen} className="flex flex-col gap-2">
        <Label className={labelClass}>Events (if you choose none, all are sent)</Label>
        <div className="flex max-h-60 flex-col gap-2 overflow-y-auto rounded-md border border-line p-3">
          {auditEventTypes.map((type) => (
            <Checkbox key={type} value={type}>
              {eventTitle(type)}
            </Checkbox>
          ))}
        </div>
      </CheckboxGroup>
    </ActForm>
  );
}
