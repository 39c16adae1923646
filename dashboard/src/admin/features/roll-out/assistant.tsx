import { useEffect, useRef, useState } from "react";
import {
  DAY_MS,
  addDays,
  concernedGroups,
  dayAt,
  dayOf,
  dayStart,
  isCalendarDate,
  proposedRollOutMessage,
  readRollOutPlan,
  rollOutLimits,
  type RollOutPlan,
} from "@gatehouse/shared";
import { graphql, readFragment, type FragmentOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Facts } from "../../../ui/card.js";
import { Checkbox } from "../../../ui/checkbox.js";
import { Form } from "../../../ui/form.js";
import { classes } from "../../../ui/classes.js";
import { useNotify } from "../../../ui/notices.js";
import { quantity } from "../../../ui/quantity.js";
import { labelClass, TextField } from "../../../ui/text-field.js";
import { useTeamSession } from "../../session.js";
import { countOf, Groups, Groups_firm } from "./groups.js";
import { MessageStep } from "./message-step.js";

export const Assistant_firm = graphql(
  `
    fragment Assistant_firm on Firm {
      name
      ...Groups_firm
    }
  `,
  [Groups_firm],
);
const Assistant_start = graphql(
  `
    mutation Assistant_start($input: StartRollOutInput!) {
      startRollOut(input: $input) {
        rollOut {
          id
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

const steps = ["Who", "When", "Message", "Start"] as const;
/** Where a field is that the server may refuse. */
const stepOfField = [
  ["enforcedFrom", 1],
  ["remindDaysBefore", 1],
  ["mailsPerMinute", 1],
  ["message", 2],
] as const;
const offeredReminders = [14, 7, 1];

/** Four steps, each with an explanation; nothing happens until the button of the last one is pressed. */
export function Assistant(props: { firm: FragmentOf<typeof Assistant_firm>; version: number; onStarted: () => void }) {
  const firm = readFragment(Assistant_firm, props.firm);
  const groups = readFragment(Groups_firm, firm);
  const notify = useNotify();
  const { timeZone } = useTeamSession().firm;
  const { act, isPending, problems } = useAct(Assistant_start);
  const [step, setStep] = useState(0);
  const [now] = useState(() => Date.now());
  const [day, setDay] = useState(() => addDays(dayOf(now, timeZone), rollOutLimits.usualNoticeDays));
  const [invitesContacts, setInvites] = useState(true);
  const [reminders, setReminders] = useState<readonly number[]>(rollOutLimits.reminders.usualDaysBefore);
  const [rate, setRate] = useState(String(rollOutLimits.mailsPerMinute.usual));
  /** Null: the suggested message, which follows the chosen day. */
  const [typed, setTyped] = useState<string | null>(null);
  const enforcedFrom = isCalendarDate(day) ? dayStart(day, timeZone) : null;
  const startDay = enforcedFrom === null ? "" : dayAt(enforcedFrom, timeZone);
  const message = typed ?? proposedRollOutMessage(firm.name, startDay);
  const { plan, fault } = readRollOutPlan(
    {
      enforcedFrom: enforcedFrom ?? Number.NaN,
      message,
      invitesContacts,
      remindDaysBefore: [...reminders],
      mailsPerMinute: Number(rate),
    },
    now,
  );
  const faultOf = (field: keyof RollOutPlan) => (fault?.field === field ? fault.message : problemOf(problems, field));
  const contacts = concernedGroups(plan).reduce((sum, group) => sum + countOf(groups, group), 0);
  const isSentBack = useRef(false);
  const start = async () => {
    const { payload, problems: refused } = await act({
      input: {
        ...plan,
        enforcedFrom: new Date(plan.enforcedFrom).toISOString(),
        timeZone,
        expectedVersion: props.version,
      },
    });
    const wrong = stepOfField.find(([field]) => problemOf(refused, field) !== null);
    if (wrong) {
      isSentBack.current = true;
      setStep(wrong[1]);
    }
    if (!payload) return;
    notify({ tone: "success", text: "The roll-out has started." });
    props.onStarted();
  };
  const heading = useRef<HTMLHeadingElement>(null);
  const go = (to: number) => setStep(to);
  const isLast = step === steps.length - 1;
  const goOn = async () => (isLast ? start() : go(step + 1));
  useEffect(() => {
    // Sent back, the field that is wrong takes the focus.
    if (step > 0 && !isSentBack.current) heading.current?.focus();
    isSentBack.current = false;
  }, [step]);
  const isStepFaulty = [false, fault !== null && fault.field !== "message", fault !== null, fault !== null][step];
  const other = otherProblems(problems, "enforcedFrom", "message", "remindDaysBefore", "mailsPerMinute");
  return (
    <section aria-label="Roll-out assistant" className="rounded-xl border border-line bg-surface p-5 sm:p-6">
      <ol className="flex flex-wrap gap-x-6 gap-y-2 border-b border-line pb-4 text-sm">
        {steps.map((name, index) => (
          <li
            key={name}
            aria-current={index === step ? "step" : undefined}
            className={classes("flex items-center gap-2", index === step ? "font-semibold text-ink" : "text-muted")}
          >
            <span
              aria-hidden="true"
              className={classes(
                "flex size-6 items-center justify-center rounded-full text-xs font-semibold",
                index <= step ? "bg-accent text-on-accent" : "bg-sunken text-muted",
              )}
            >
              {index + 1}
            </span>
            {name}
          </li>
        ))}
      </ol>
      <Form onSubmit={goOn} className="flex flex-col gap-5 pt-5">
        <h2 ref={heading} tabIndex={-1} className="text-lg font-semibold text-ink outline-none">
          {["Who is affected", "When it starts", "What your clients will read", "Check and start"][step]}
        </h2>
        {step === 0 && (
          <>
            <Groups firm={firm} />
            <Checkbox isSelected={invitesContacts} onChange={setInvites}>
              Also invite contacts without an account
              <span className="block text-muted">
                {quantity(groups.portalStats.invited + groups.portalStats.notInvited, "contact")} with an email address
                will get a link to create an account, together with your message.
              </span>
            </Checkbox>
          </>
        )}
        {step === 1 && (
          <>
            <TextField
              label="Required from"
              type="date"
              hint={`Until then, clients sign in with their password as before. They see the date on the sign-in page and in the portal, and can set it up early. Days in ${timeZone}.`}
              value={day}
              onChange={setDay}
              error={faultOf("enforcedFrom")}
            />
            <fieldset className="flex flex-col gap-2">
              <legend className={classes(labelClass, "pb-1")}>Remind clients who haven't set it up</legend>
              {offeredReminders.map((days) => (
                <Checkbox
                  key={days}
                  isSelected={reminders.includes(days)}
                  onChange={(isOn) => setReminders(isOn ? [...reminders, days] : reminders.filter((n) => n !== days))}
                >
                  {quantity(days, "day")} before
                </Checkbox>
              ))}
              <p className="text-sm text-muted">
                Nobody gets more than one mail in {rollOutLimits.betweenMails / DAY_MS} days, and clients who have set
                it up get none.
              </p>
            </fieldset>
            <TextField
              label="Mails per minute"
              type="number"
              inputMode="numeric"
              hint={
                faultOf("mailsPerMinute")
                  ? undefined
                  : `At this rate, ${quantity(contacts, "contact")} will be notified within about ${quantity(Math.max(1, Math.ceil(contacts / plan.mailsPerMinute)), "minute")}. Choose a lower number if many clients may call you.`
              }
              value={rate}
              onChange={setRate}
              error={faultOf("mailsPerMinute")}
            />
          </>
        )}
        {step === 2 && (
          <MessageStep
            message={message}
            onChange={setTyped}
            error={faultOf("message")}
            enforcedFrom={plan.enforcedFrom}
            timeZone={timeZone}
            isInviting={invitesContacts}
          />
        )}
        {step === 3 && (
          <>
            <Facts
              facts={[
                ["To be notified", `${quantity(contacts, "contact")}, one mail per mailbox`],
                ["Required from", startDay],
                [
                  "Reminders",
                  plan.remindDaysBefore.length === 0
                    ? "None"
                    : plan.remindDaysBefore.map((days) => quantity(days, "day")).join(", ") + " before",
                ],
                ["Mails per minute", plan.mailsPerMinute],
                ["Invitations", invitesContacts ? "To contacts without an account" : "None"],
              ]}
            />
            <p className="text-sm text-muted">
              The date is announced immediately and the first mails go out. You can pause the mails or undo everything
              on this page.
            </p>
            {other && <Banner tone="danger">{other}</Banner>}
          </>
        )}
        <div className="flex flex-wrap justify-between gap-3 border-t border-line pt-4">
          <Button onPress={() => go(step - 1)} isDisabled={step === 0}>
            Back
          </Button>
          <Button type="submit" look="primary" isPending={isPending} isDisabled={Boolean(isStepFaulty)}>
            {isLast ? "Start the roll-out" : "Next"}
          </Button>
        </div>
      </Form>
    </section>
  );
}
