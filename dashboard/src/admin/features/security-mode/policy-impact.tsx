import { useQuery } from "urql";
import {
  allowsPasswordLogin,
  securityModes,
  twoFactorDueAt,
  type LostAtOnce,
  type ModePolicy,
} from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { AlertDialog } from "../../../ui/alert-dialog.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { quantity } from "../../../ui/quantity.js";
import { Skeleton } from "../../../ui/skeleton.js";

const PolicyImpact_impact = graphql(`
  query PolicyImpact_impact($mode: SecurityMode!, $enforcedFrom: DateTime, $magicLinkRequiresTwoFactor: Boolean) {
    securityModeImpact(
      mode: $mode
      enforcedFrom: $enforcedFrom
      magicLinkRequiresTwoFactor: $magicLinkRequiresTwoFactor
    ) {
      mode
      allowedByPlan
      accounts
      accountsToEnroll
      sessionsToEnd
      contactsWithoutAccount
    }
  }
`);

/** What a policy would do to the firm's clients once it is in effect: for one that starts later, on that day. */
export function usePolicyImpact({ mode, magicLinkRequiresTwoFactor }: ModePolicy, isNeeded: boolean) {
  const [{ data, error, stale, fetching }, again] = useQuery({
    query: PolicyImpact_impact,
    variables: { mode, enforcedFrom: null, magicLinkRequiresTwoFactor },
    requestPolicy: "network-only",
    pause: !isNeeded,
  });
  const impact = data?.securityModeImpact;
  return {
    impact: !isNeeded || stale || fetching || impact?.mode !== mode ? null : impact,
    error,
    again: () => again({ requestPolicy: "network-only" }),
  };
}

/** What saving would do, before it is saved. */
export function PolicyImpact(props: {
  policy: ModePolicy;
  /** Whether saving undoes the roll-out in progress. */
  endsRollOut: boolean;
  now: number;
  found: ReturnType<typeof usePolicyImpact>;
}) {
  const {
    policy,
    endsRollOut,
    now,
    found: { impact, error, again },
  } = props;
  if (error)
    return (
      <Banner tone="warning">
        The effects could not be calculated, so this cannot be saved yet: {sayError(error)}{" "}
        <Button size="small" onPress={again}>
          Try again
        </Button>
      </Banner>
    );
  if (!impact) return <Skeleton lines={2} label="Calculating the effects" />;
  const { accounts, accountsToEnroll, sessionsToEnd, contactsWithoutAccount } = impact;
  const isLater = twoFactorDueAt(policy, now) !== null;
  const effects: [isSo: boolean, sentence: string][] = [
    allowsPasswordLogin(policy)
      ? [
          accountsToEnroll > 0,
          `${accountsToEnroll} of ${quantity(accounts, "account")} will be asked to set up two-factor authentication.`,
        ]
      : [
          accounts > 0,
          `${quantity(accounts, "account")} will be inactive: password sign-in is off until you switch back.`,
        ],
    [
      sessionsToEnd > 0,
      `${quantity(sessionsToEnd, "session")} will end${isLater ? " on the day you chose" : " immediately"}.`,
    ],
    [contactsWithoutAccount > 0, `Contacts without an account: ${contactsWithoutAccount}.`],
    [endsRollOut, "The roll-out is undone: mails that have not gone out are canceled."],
  ];
  const shown = effects.filter(([isSo]) => isSo);
  return (
    <section aria-label="What saving will do" className="rounded-md bg-sunken p-4 text-sm text-ink">
      <h3 className="font-medium">What saving will do</h3>
      {shown.length === 0 ? (
        <p className="pt-1">No account or session is affected.</p>
      ) : (
        <ul className="list-disc pt-1 pl-5">
          {shown.map(([, sentence]) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

const questions = {
  PASSWORDS: { title: "Turn off password sign-in?", confirm: "Turn off password sign-in" },
  TWO_FACTOR: { title: "Require two-factor authentication at once?", confirm: "Require it at once" },
  SESSIONS: { title: "Sign clients out?", confirm: "Save and sign them out" },
} as const satisfies Record<LostAtOnce["what"], object>;

/** Asks before saving what clients would feel at once. */
export function LostAtOnceDialog(props: {
  lost: LostAtOnce;
  policy: ModePolicy;
  isPending: boolean;
  onCancel: () => void;
  onConfirm: () => void;
}) {
  const { lost, policy, isPending, onCancel, onConfirm } = props;
  const { title, confirm } = questions[lost.what];
  const isSame = lost.what === "SESSIONS";
  return (
    <AlertDialog
      title={title}
      isOpen
      isDanger
      onCancel={onCancel}
      onConfirm={onConfirm}
      confirmLabel={confirm}
      isPending={isPending}
    >
      {lost.what === "TWO_FACTOR" && (
        <p>
          {quantity(lost.count, "client account")} {lost.count === 1 ? "has" : "have"} no second factor yet. Until it is
          set up, nobody gets in with {lost.count === 1 ? "it" : "them"}.
        </p>
      )}
      {lost.what === "PASSWORDS" && lost.count > 0 && (
        <p>
          {quantity(lost.count, "client account")} will be inactive: clients get in by the links in their mails only.
        </p>
      )}
      {lost.sessions > 0 && (
        <p>
          {quantity(lost.sessions, "session")} will end now{isSame ? "" : ", in the middle of whatever is being done"}.
        </p>
      )}
      {lost.what === "TWO_FACTOR" && securityModes[policy.mode].secondFactor === "required" && (
        <p>With a later day, clients are asked to set it up and can still sign in until then.</p>
      )}
    </AlertDialog>
  );
}
