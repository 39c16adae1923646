import { useState } from "react";
import { useQuery } from "urql";
import { isShorter, keptInWords } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, sayError, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { Moment } from "../../../ui/date-time.js";
import { Dialog } from "../../../ui/dialog.js";
import { Form } from "../../../ui/form.js";
import { useNotify } from "../../../ui/notices.js";
import { quantity } from "../../../ui/quantity.js";
import { Select } from "../../../ui/select.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { ReasonField } from "../../reason-field.js";
import { useTeamSession } from "../../session.js";

const SignInRetentionCard_preview = graphql(`
  query SignInRetentionCard_preview($days: Int!) {
    signInRetentionPreview(days: $days) {
      days
      events
      from
    }
  }
`);
const SignInRetentionCard_set = graphql(
  `
    mutation SignInRetentionCard_set($input: SignInEventDaysInput!) {
      setSignInEventDays(input: $input) {
        firm {
          id
          signInEventDays
          signInErasureFrom
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

const FOR_EVER = "ever";
const offered = [null, 3650, 1825, 1095, 730, 365, 180, 90, 30];
const valueOf = (days: number | null) => days?.toString() ?? FOR_EVER;
const daysOf = (value: string) => (value === FOR_EVER ? null : Number(value));
/** "for 1 year" as a choice. */
const choiceOf = (days: number | null) => {
  const words = days === null ? keptInWords(days) : keptInWords(days).replace(/^for /, "");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** For how long the activity log says who signed in, and from where. */
export function SignInRetentionCard({ current, from }: { current: number | null; from: string | null }) {
  const { mayWrite } = useTeamSession();
  const [value, setValue] = useState(valueOf(current));
  const [isAsking, setIsAsking] = useState(false);
  const days = daysOf(value);
  // What the API set, too.
  const choices = offered.includes(current) ? offered : [...offered, current];
  return (
    <Card title="Sign-ins in the activity log">
      <Form onSubmit={() => Promise.resolve(setIsAsking(true))} className="flex flex-col gap-5">
        {mayWrite ? (
          <div className="max-w-xs">
            <Select
              label="Keep who signed in, and from where"
              value={value}
              onChange={setValue}
              options={choices.map((choice) => ({ value: valueOf(choice), label: choiceOf(choice) }))}
            />
          </div>
        ) : (
          <p className="text-ink">Who signed in, and from where, is kept {keptInWords(current)}.</p>
        )}
        <p className="text-sm text-muted">
          Afterwards, names, IP addresses and devices are erased from sign-ins, failed ones, confirmations and opened
          links. The events stay, with their time, how somebody proved who they are, and the ids of contact and login,
          which lead to a name as long as the contact is there. Reports count as before.
        </p>
        {from !== null && (
          <p className="text-sm text-muted">
            Nothing is erased before <Moment at={from} />, a day after the last change of this setting.
          </p>
        )}
        {mayWrite && (
          <div className="flex justify-end">
            <Button type="submit" look="primary" isDisabled={days === current}>
              Change
            </Button>
          </div>
        )}
      </Form>
      {isAsking && <ChangeDialog current={current} days={days} onClose={() => setIsAsking(false)} />}
    </Card>
  );
}

/** Tells what the change means, asks why, and does it. */
function ChangeDialog(props: { current: number | null; days: number | null; onClose: () => void }) {
  const { current, days, onClose } = props;
  const notify = useNotify();
  const { act, isPending, problems } = useAct(SignInRetentionCard_set);
  const [reason, setReason] = useState("");
  const isErasing = isShorter(current, days);
  const submit = async () => {
    const { payload } = await act({ input: { days, reason } });
    if (!payload) return;
    notify({ tone: "success", text: "Saved. Owners and administrators are notified by email." });
    onClose();
  };
  return (
    <Dialog title={`Keep who signed in ${keptInWords(days)}?`} isOpen onClose={onClose}>
      <ActForm
        onSubmit={submit}
        onCancel={onClose}
        confirmLabel={isErasing ? "Erase older ones" : "Keep them longer"}
        isPending={isPending}
        error={otherProblems(problems, "reason")}
        isDanger={isErasing}
        isDisabled={reason.trim() === ""}
        isSmall
        intro={
          isErasing && days !== null ? (
            <Consequence days={days} />
          ) : (
            <p>
              {days === null
                ? "Nothing more is erased. "
                : "Nothing is erased for a day, and then only what is older than that. "}
              What is erased by now does not come back.
            </p>
          )
        }
      >
        <ReasonField
          hint="Kept in the activity log for good, for example the rule that you follow."
          value={reason}
          onChange={setReason}
          error={problemOf(problems, "reason")}
        />
      </ActForm>
    </Dialog>
  );
}

function Consequence({ days }: { days: number }) {
  const [{ data, error }, again] = useQuery({
    query: SignInRetentionCard_preview,
    variables: { days },
    requestPolicy: "network-only",
  });
  if (error) return <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />;
  if (!data) return <Skeleton lines={4} label="Counting what is erased" />;
  const { events, from } = data.signInRetentionPreview;
  return (
    <>
      <p>
        {events === 0 ? (
          "No event is that old yet."
        ) : (
          <>
            <strong>{quantity(events, "event")}</strong> {events === 1 ? "is" : "are"} older by now and{" "}
            {events === 1 ? "loses its" : "lose their"} names, IP addresses and devices. It cannot be undone.
          </>
        )}
      </p>
      <ul className="flex list-disc flex-col gap-1 pl-5">
        <li>
          It begins on <Moment at={from} /> at the earliest. Until then, whoever sets it back keeps everything.
        </li>
        <li>Later, nobody can find out from where somebody signed in, also after a break-in that is noticed late.</li>
        <li>What webhooks have not received yet is kept until they have, unless they are disabled.</li>
      </ul>
      <p>Backups, exported files and what webhooks have delivered are not changed.</p>
    </>
  );
}
