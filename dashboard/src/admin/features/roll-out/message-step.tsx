import { useEffect, useState } from "react";
import { useQuery } from "urql";
import { lengths } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { Tabs } from "../../../ui/tabs.js";
import { TextField } from "../../../ui/text-field.js";

const MessageStep_preview = graphql(`
  query MessageStep_preview($input: RollOutPreviewInput!) {
    rollOutPreview(input: $input) {
      mail
      subject
      text
    }
  }
`);
const titles = {
  ANNOUNCEMENT: "Announcement",
  REMINDER: "Reminder",
  INVITATION: "Invitation",
  CALLED_OFF: "Cancellation",
};
const typingMs = 400;

/** The firm's message, and a preview of the mails as the server will write them. */
export function MessageStep(props: {
  message: string;
  onChange: (message: string) => void;
  error: string | null;
  enforcedFrom: number;
  timeZone: string;
  isInviting: boolean;
}) {
  const { message, onChange, error, enforcedFrom, timeZone, isInviting } = props;
  const [shown, setShown] = useState(message);
  useEffect(() => {
    const timer = setTimeout(() => setShown(message.trim()), typingMs);
    return () => clearTimeout(timer);
  }, [message]);
  const [{ data, error: failure }, again] = useQuery({
    query: MessageStep_preview,
    variables: { input: { enforcedFrom: new Date(enforcedFrom).toISOString(), timeZone, message: shown } },
    pause: error !== null,
  });
  const mails = data?.rollOutPreview.filter(({ mail }) => isInviting || mail !== "INVITATION");
  return (
    <>
      <TextField
        label="Your message"
        hint="Included in every mail of the roll-out, quoted as a message from you."
        rows={10}
        maxLength={lengths.message}
        value={message}
        onChange={onChange}
        error={error}
      />
      <section aria-label="Preview of the mails" className="flex flex-col gap-3">
        <h3 className="text-sm font-semibold text-ink">Preview of the mails</h3>
        {failure && !mails && <ErrorState message={sayError(failure)} onRetry={again} />}
        {!failure && !mails && <Skeleton lines={6} label="Loading the mails" />}
        {mails && (
          <Tabs
            label="Mails"
            tabs={mails.map(({ mail, subject, text }) => ({
              id: mail,
              title: titles[mail],
              content: (
                <div className="rounded-lg border border-line bg-canvas p-4 text-sm text-ink">
                  <p className="pb-3 font-semibold break-words">{subject}</p>
                  <p className="break-words whitespace-pre-wrap">{text}</p>
                </div>
              ),
            }))}
          />
        )}
      </section>
    </>
  );
}
