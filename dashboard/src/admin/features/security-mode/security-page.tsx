import { useState } from "react";
import { useQuery } from "urql";
import { Link } from "@tanstack/react-router";
import {
  allowsPasswordLogin,
  counts,
  dayOf,
  dayStart,
  isCalendarDate,
  plans,
  planOffersMode,
  rollOutMode,
  securityModeNames,
  securityModes,
  type SecurityMode,
} from "@gatehouse/shared";
import { graphql, type ResultOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, sayError, useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Form } from "../../../ui/form.js";
import { Card } from "../../../ui/card.js";
import { Checkbox } from "../../../ui/checkbox.js";
import { Day } from "../../../ui/date-time.js";
import { useNotify } from "../../../ui/notices.js";
import { PageHeader } from "../../../ui/page-header.js";
import { quantity } from "../../../ui/quantity.js";
import { RadioGroup } from "../../../ui/radio-group.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { TextField } from "../../../ui/text-field.js";
import { ClientLanguageCard } from "./client-language-card.js";
import { useTeamSession } from "../../session.js";
import { CheckpointMailCard } from "../audit/checkpoint-mail-card.js";
import { SignInRetentionCard } from "../audit/sign-in-retention-card.js";
import { TimeZoneCard } from "../time-zone/time-zone-card.js";
import { BrandingCard } from "../branding/branding-card.js";

const SecurityPage_firm = graphql(`
  query SecurityPage_firm {
    firm {
      id
      plan
      clientLanguage
      timeZone
      mailsCheckpoints
      signInEventDays
      signInErasureFrom
      securityPolicy {
        mode
        enforcedFrom
        magicLinkRequiresTwoFactor
        trustedDeviceDays
        availableModes
        version
        updatedAt
        updatedBy
      }
    }
  }
`);
const SecurityPage_impact = graphql(`
  query SecurityPage_impact($mode: SecurityMode!) {
    securityModeImpact(mode: $mode) {
      mode
      allowedByPlan
      accounts
      accountsToEnroll
      sessionsToEnd
      contactsWithoutAccount
    }
  }
`);
const SecurityPage_save = graphql(
  `
    mutation SecurityPage_save($input: UpdateSecurityPolicyInput!) {
      updateSecurityPolicy(input: $input) {
        firm {
          id
          plan
          securityPolicy {
            mode
            enforcedFrom
            magicLinkRequiresTwoFactor
            trustedDeviceDays
            availableModes
            version
            updatedAt
            updatedBy
          }
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
type Firm = ResultOf<typeof SecurityPage_firm>["firm"];

/** Settings > Client Portal > Security and Two-Factor. */
export function SecurityPage() {
  const [{ data, error }, again] = useQuery({ query: SecurityPage_firm, requestPolicy: "cache-and-network" });
  const refresh = () => again({ requestPolicy: "network-only" });
  return (
    <>
      <PageHeader title="Client Portal" above="Settings">
        How your clients sign in. Changes take effect as soon as you save them.
      </PageHeader>
      {data ? (
        // A new version resets the form to the current settings.
        <div className="flex max-w-3xl flex-col gap-6">
          <PolicyForm
            key={`${data.firm.securityPolicy.version} ${data.firm.timeZone}`}
            firm={data.firm}
            onStale={refresh}
          />
          <ClientLanguageCard key={data.firm.clientLanguage} current={data.firm.clientLanguage} />
          <TimeZoneCard key={data.firm.timeZone} current={data.firm.timeZone} />
          <CheckpointMailCard current={data.firm.mailsCheckpoints} />
          <SignInRetentionCard
            key={data.firm.signInEventDays}
            current={data.firm.signInEventDays}
            from={data.firm.signInErasureFrom}
          />
        </div>
      ) : error ? (
        <ErrorState message={sayError(error)} onRetry={refresh} />
      ) : (
        <Skeleton lines={8} />
      )}
      <div className="max-w-3xl pt-6">
        <BrandingCard />
      </div>
    </>
  );
}

function PolicyForm({ firm, onStale }: { firm: Firm; onStale: () => void }) {
  const policy = firm.securityPolicy;
  const {
    mayWrite,
    firm: { timeZone },
  } = useTeamSession();
  const savedDay = policy.enforcedFrom ? dayOf(Date.parse(policy.enforcedFrom), timeZone) : "";
  const notify = useNotify();
  const { act, isPending, problems } = useAct(SecurityPage_save);
  const [mode, setMode] = useState<SecurityMode>(policy.mode);
  const [fromDay, setFromDay] = useState(savedDay);
  const [linkNeedsCode, setLinkNeedsCode] = useState(policy.magicLinkRequiresTwoFactor);
  const [trustedDays, setTrustedDays] = useState(String(policy.trustedDeviceDays));
  const isRequired = securityModes[mode].secondFactor === "required";
  const isConflict = problems.some(({ code }) => code === "VERSION_CONFLICT");
  const chosenStart = () => (isCalendarDate(fromDay) ? new Date(dayStart(fromDay, timeZone)).toISOString() : null);
  const submit = async () => {
    const { payload } = await act({
      input: {
        mode,
        // A moment within the day stays as it is, unless another day is chosen.
        enforcedFrom: !isRequired ? null : fromDay === savedDay ? policy.enforcedFrom : chosenStart(),
        magicLinkRequiresTwoFactor: linkNeedsCode,
        trustedDeviceDays: Number(trustedDays),
        expectedVersion: policy.version,
      },
    });
    if (payload) notify({ tone: "success", text: "Saved." });
  };
  const isChanged =
    mode !== policy.mode ||
    linkNeedsCode !== policy.magicLinkRequiresTwoFactor ||
    Number(trustedDays) !== policy.trustedDeviceDays ||
    (isRequired && fromDay !== savedDay);
  const other = isConflict ? null : otherProblems(problems, "mode", "enforcedFrom", "trustedDeviceDays");
  return (
    <Form onSubmit={submit} className="flex max-w-3xl flex-col gap-6">
      {!mayWrite && <Banner>You can view these settings. An owner or administrator can change them.</Banner>}
      {planOffersMode(firm.plan, rollOutMode) && (
        <Banner>
          Introducing two-factor authentication for all clients is easier with a date, a message and reminders:{" "}
          <Link to="/settings/client-portal/roll-out" className="link">
            Roll out two-factor
          </Link>
        </Banner>
      )}
      <Card title="Security and Two-Factor">
        <div className="flex flex-col gap-5">
          <RadioGroup
            label="How clients sign in"
            value={mode}
            onChange={setMode}
            isDisabled={!mayWrite}
            error={problemOf(problems, "mode")}
            choices={securityModeNames.map((name) => {
              const isOffered = policy.availableModes.includes(name) || name === policy.mode;
              return {
                value: name,
                title: securityModes[name].title,
                isDisabled: !isOffered,
                description: isOffered ? (
                  securityModes[name].summary
                ) : (
                  <>
                    {securityModes[name].summary}{" "}
                    <strong>
                      Your plan ({plans[firm.plan].name}) does not include this. Upgrade to Business or Enterprise.
                    </strong>
                  </>
                ),
              };
            })}
          />
          {isRequired && (
            <>
              <TextField
                label="Required from"
                type="date"
                hint={`Until then, clients can still sign in without a code and are asked to set it up. Leave empty to start immediately. Days in ${timeZone}.`}
                value={fromDay}
                onChange={setFromDay}
                error={problemOf(problems, "enforcedFrom")}
                isDisabled={!mayWrite}
              />
              <Checkbox isSelected={linkNeedsCode} onChange={setLinkNeedsCode} isDisabled={!mayWrite}>
                Magic links ask for the code too
                <span className="block text-muted">
                  If off, clients without two-factor authentication can open a request with its link alone.
                </span>
              </Checkbox>
            </>
          )}
          {securityModes[mode].secondFactor !== "none" && (
            <TextField
              label="Days to trust a device"
              type="number"
              inputMode="numeric"
              hint={`How long a client can skip the code on a trusted device, 0 to ${counts.trustedDeviceDaysMax} days. 0: always ask.`}
              value={trustedDays}
              onChange={setTrustedDays}
              error={problemOf(problems, "trustedDeviceDays")}
              isDisabled={!mayWrite}
            />
          )}
          {mode !== policy.mode && <Impact mode={mode} isLater={isRequired && fromDay !== ""} />}
          {isConflict && (
            <Banner tone="warning">
              Someone else changed these settings in the meantime.{" "}
              <Button size="small" onPress={onStale}>
                Show current settings
              </Button>
            </Banner>
          )}
          {other && <Banner tone="danger">{other}</Banner>}
          <div className="flex flex-wrap items-center justify-between gap-3">
            <p className="text-sm text-muted">
              Last changed <Day on={policy.updatedAt} />
              {policy.updatedBy && ` by ${policy.updatedBy}`}
            </p>
            <Button type="submit" look="primary" isPending={isPending} isDisabled={!mayWrite || !isChanged}>
              Save
            </Button>
          </div>
        </div>
      </Card>
    </Form>
  );
}

/** What saving would do, before it is saved. */
function Impact({ mode, isLater }: { mode: SecurityMode; isLater: boolean }) {
  const [{ data, error }] = useQuery({
    query: SecurityPage_impact,
    variables: { mode },
    requestPolicy: "network-only",
  });
  if (error) return <Banner tone="warning">The effects could not be calculated: {sayError(error)}</Banner>;
  if (data?.securityModeImpact.mode !== mode) return <Skeleton lines={2} label="Calculating the effects" />;
  const { accounts, accountsToEnroll, sessionsToEnd, contactsWithoutAccount } = data.securityModeImpact;
  const effects: [count: number, sentence: string][] = [
    allowsPasswordLogin({ mode })
      ? [
          accountsToEnroll,
          `${accountsToEnroll} of ${quantity(accounts, "account")} will be asked to set up two-factor authentication.`,
        ]
      : [accounts, `${quantity(accounts, "account")} will be inactive: password sign-in is off until you switch back.`],
    [
      sessionsToEnd,
      `${quantity(sessionsToEnd, "session")} will end${isLater ? " on the day you chose" : " immediately"}.`,
    ],
    [contactsWithoutAccount, `Contacts without an account: ${contactsWithoutAccount}.`],
  ];
  const shown = effects.filter(([count]) => count > 0);
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
