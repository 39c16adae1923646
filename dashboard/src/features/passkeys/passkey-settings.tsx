import { useState } from "react";
import { useQuery } from "urql";
import type { PublicKeyCredentialCreationOptionsJSON } from "@simplewebauthn/browser";
import { graphql } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { ActForm } from "../../ui/act-form.js";
import { Badge } from "../../ui/badge.js";
import { Button } from "../../ui/button.js";
import { Ago, Day } from "../../ui/date-time.js";
import { Dialog } from "../../ui/dialog.js";
import { useNotify } from "../../ui/notices.js";
import { TextField } from "../../ui/text-field.js";
import { deviceName } from "../sessions/session-list.js";
import { supportsPasskeys } from "./use-passkey-proof.js";

const PasskeySettings_passkeys = graphql(`
  query PasskeySettings_passkeys {
    passkeys {
      id
      name
      synced
      createdAt
      lastUsedAt
    }
  }
`);
const PasskeySettings_begin = graphql(
  `
    mutation PasskeySettings_begin {
      beginPasskeyRegistration {
        options
        ...Problems
      }
    }
  `,
  [Problems],
);
const PasskeySettings_add = graphql(
  `
    mutation PasskeySettings_add($input: AddPasskeyInput!) {
      addPasskey(input: $input) {
        passkey {
          id
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
const PasskeySettings_remove = graphql(
  `
    mutation PasskeySettings_remove($input: RemovePasskeyInput!) {
      removePasskey(input: $input) {
        removedPasskeyId
        ...Problems
      }
    }
  `,
  [Problems],
);

/** The viewer's own passkeys, in addition to the authenticator app. */
export function PasskeySettings() {
  const [{ data }, read] = useQuery({ query: PasskeySettings_passkeys, requestPolicy: "cache-and-network" });
  const remove = useAct(PasskeySettings_remove);
  const notify = useNotify();
  const { passkeys: say } = useWords();
  const [isAdding, setAdding] = useState(false);
  const readAgain = () => read({ requestPolicy: "network-only" });
  const take = async (passkeyId: string) => {
    const { payload, problems } = await remove.act({ input: { passkeyId } });
    if (payload) readAgain();
    else notify({ tone: "danger", text: problems.map(({ message }) => message).join(" ") });
  };
  const passkeys = data?.passkeys ?? [];
  return (
    <section aria-labelledby="passkeys" className="flex w-full flex-col items-start gap-2 border-t border-line pt-3">
      <h3 id="passkeys" className="font-medium text-ink">
        {say.title}
      </h3>
      <p className="text-muted">{say.what}</p>
      <ul className="flex w-full flex-col divide-y divide-line">
        {passkeys.map(({ id, name, synced, createdAt, lastUsedAt }) => (
          <li key={id} className="flex items-center justify-between gap-3 py-2">
            <div className="min-w-0">
              <p className="break-words text-ink">
                {name} {synced && <Badge>{say.synced}</Badge>}
              </p>
              <p className="text-muted">
                {say.added(<Day on={createdAt} />)}
                {lastUsedAt && <> · {say.used(<Ago at={lastUsedAt} />)}</>}
              </p>
            </div>
            <Button
              size="small"
              aria-label={say.removeNamed(name)}
              isDisabled={remove.isPending}
              onPress={() => void take(id)}
            >
              {say.remove}
            </Button>
          </li>
        ))}
      </ul>
      {supportsPasskeys() ? (
        <Button onPress={() => setAdding(true)}>{say.add}</Button>
      ) : (
        <p className="text-muted">{say.unknown}</p>
      )}
      <Dialog title={say.add} isOpen={isAdding} onClose={() => setAdding(false)}>
        <AddForm
          onAdded={() => {
            setAdding(false);
            readAgain();
          }}
          onCancel={() => setAdding(false)}
        />
      </Dialog>
    </section>
  );
}

function AddForm({ onAdded, onCancel }: { onAdded: () => void; onCancel: () => void }) {
  const begin = useAct(PasskeySettings_begin);
  const add = useAct(PasskeySettings_add);
  const words = useWords();
  const { passkeys: say, ui } = words;
  const [name, setName] = useState(deviceName(navigator.userAgent, words));
  const [refusal, setRefusal] = useState<string | null>(null);
  const submit = async () => {
    setRefusal(null);
    const { payload } = await begin.act({});
    if (!payload?.options) return;
    const { startRegistration } = await import("@simplewebauthn/browser");
    const optionsJSON = JSON.parse(payload.options) as PublicKeyCredentialCreationOptionsJSON;
    const answer = await startRegistration({ optionsJSON }).catch((error: Error) => {
      setRefusal(error.name === "InvalidStateError" ? say.hasOne : say.notMade);
      return null;
    });
    if (answer === null) return;
    const added = await add.act({ input: { response: JSON.stringify(answer), name } });
    if (added.payload) onAdded();
  };
  return (
    <ActForm
      onSubmit={submit}
      onCancel={onCancel}
      confirmLabel={ui.continue}
      isPending={begin.isPending || add.isPending}
      error={refusal ?? otherProblems([...begin.problems, ...add.problems], "name")}
    >
      <TextField
        label={say.name}
        hint={say.nameHint}
        value={name}
        onChange={setName}
        error={problemOf(add.problems, "name")}
        isRequired
      />
    </ActForm>
  );
}
