import { useState } from "react";
import { useQuery } from "urql";
import { Link } from "@tanstack/react-router";
import {
  addDays,
  counts,
  dayOf,
  dayStart,
  isCalendarDate,
  lostAtOnce,
  plans,
  planOffersMode,
  requiresTwoFactor,
  rollOutLimits,
  rollOutMode,
  securityModeNames,
  securityModes,
  type LostAtOnce,
  type SecurityMode,
} from "@gatehouse/shared";
import { graphql, readFragment, type ResultOf } from "../../../graphql/graphql.js";
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
import { isInProgress, RollOutBars, RollOutBars_rollOut } from "../roll-out/roll-out-bars.js";
import { LostAtOnceDialog, PolicyImpact, usePolicyImpact } from "./policy-impact.js";

const SecurityPage_firm = graphql(
  `
    query SecurityPage_firm {
      rollOut {
        id
        ...RollOutBars_rollOut
      }
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
  `,
  [RollOutBars_rollOut],
);
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
type Shown = ResultOf<typeof SecurityPage_firm>;

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
            rollOut={data.rollOut}
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

/** When 2FA is required: as it is (if it is required now), at once, or from a day on. */
type Start = "IN_FORCE" | "AT_ONCE" | "FROM_DAY";

function PolicyForm(props: { firm: Shown["firm"]; rollOut: Shown["rollOut"]; onStale: () => void }) {
  const { firm, onStale } = props;
  const policy = firm.securityPolicy;
  const {
    mayWrite,
    firm: { timeZone },
  } = useTeamSession();
  const savedDay = policy.enforcedFrom ? dayOf(Date.parse(policy.enforcedFrom), timeZone) : "";
  const notify = useNotify();
  const { act, isPending, problems } = useAct(SecurityPage_save);
  const [now] = useState(() => Date.now());
  const saved = {
    mode: policy.mode,
    enforcedFrom: policy.enforcedFrom === null ? null : Date.parse(policy.enforcedFrom),
    magicLinkRequiresTwoFactor: policy.magicLinkRequiresTwoFactor,
  };
  const isInForce = requiresTwoFactor(saved, now);
  const isAnnounced = policy.enforcedFrom !== null && !isInForce;
  const [mode, setMode] = useState<SecurityMode>(policy.mode);
  const [start, setStart] = useState<Start>(isInForce ? "IN_FORCE" : "FROM_DAY");
  const [fromDay, setFromDay] = useState(() =>
    isAnnounced ? savedDay : addDays(dayOf(now, timeZone), rollOutLimits.usualNoticeDays),
  );
  const [lacksDay, setLacksDay] = useState(false);
  const [lost, setLost] = useState<LostAtOnce | null>(null);
  const [linkNeedsCode, setLinkNeedsCode] = useState(policy.magicLinkRequiresTwoFactor);
  const [trustedDays, setTrustedDays] = useState(String(policy.trustedDeviceDays));
  const isRequired = securityModes[mode].secondFactor === "required";
  const isConflict = problems.some(({ code }) => code === "VERSION_CONFLICT");
  const chosen = {
    mode,
    enforcedFrom: !isRequired ? null : startOf(),
    magicLinkRequiresTwoFactor: linkNeedsCode,
  };
  const isOfMode =
    mode !== policy.mode ||
    (isRequired && (chosen.enforcedFrom !== saved.enforcedFrom || linkNeedsCode !== policy.magicLinkRequiresTwoFactor));
  const found = usePolicyImpact(chosen, isOfMode);
  const isRollingOut = props.rollOut !== null && isInProgress(readFragment(RollOutBars_rollOut, props.rollOut), now);
  /** Epoch milliseconds; a moment within the day stays as it is, unless another day is chosen. */
  function startOf(): number | null {
    if (start === "IN_FORCE") return saved.enforcedFrom;
    if (start === "AT_ONCE") return null;
    if (isAnnounced && fromDay === savedDay) return saved.enforcedFrom;
    return isCalendarDate(fromDay) ? dayStart(fromDay, timeZone) : Number.NaN;
  }
  const ask = async () => {
    const isDayMissing = Number.isNaN(chosen.enforcedFrom);
    setLacksDay(isDayMissing);
    if (isDayMissing) return;
    const loss = isOfMode && found.impact ? lostAtOnce(saved, chosen, found.impact, now) : null;
    if (loss) setLost(loss);
    else await save();
  };
  const save = async () => {
    const { payload } = await act({
      input: {
        mode,
        enforcedFrom: chosen.enforcedFrom === null ? null : new Date(chosen.enforcedFrom).toISOString(),
        magicLinkRequiresTwoFactor: linkNeedsCode,
        trustedDeviceDays: Number(trustedDays),
        expectedVersion: policy.version,
      },
    });
    setLost(null);
    if (payload) notify({ tone: "success", text: "Saved." });
  };
  const isChanged = isOfMode || Number(trustedDays) !== policy.trustedDeviceDays;
  const other = isConflict ? null : otherProblems(problems, "mode", "enforcedFrom", "trustedDeviceDays");
  return (
    <Form onSubmit={ask} className="flex max-w-3xl flex-col gap-6">
      {!mayWrite && <Banner>You can view these settings. An owner or administrator can change them.</Banner>}
      {props.rollOut && isRollingOut && (
        <Card title="Roll-out in progress">
          <div className="flex flex-col gap-4">
            <RollOutBars rollOut={props.rollOut} />
            <p className="text-sm">
              <Link to="/settings/client-portal/roll-out" className="link">
                Open the roll-out
              </Link>
            </p>
          </div>
        </Card>
      )}
      {!isRollingOut && !isInForce && planOffersMode(firm.plan, rollOutMode) && (
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
              <RadioGroup
                label="When two-factor starts"
                value={start}
                onChange={setStart}
                isDisabled={!mayWrite}
                choices={[
                  isInForce
                    ? { value: "IN_FORCE", title: "It is required now" }
                    : {
                        value: "AT_ONCE",
                        title: "At once",
                        description:
                          "Clients without two-factor authentication are signed out and cannot get in until they have set it up.",
                      },
                  {
                    value: "FROM_DAY",
                    title: "From a day on",
                    description: "Until then, clients can still sign in without a code and are asked to set it up.",
                  },
                ]}
              />
              {start === "FROM_DAY" && (
                <TextField
                  label="Required from"
                  type="date"
                  hint={`${rollOutLimits.usualNoticeDays} days give most clients the time. Days in ${timeZone}.`}
                  value={fromDay}
                  onChange={setFromDay}
                  error={lacksDay ? "Choose a day." : problemOf(problems, "enforcedFrom")}
                  isDisabled={!mayWrite}
                />
              )}
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
          {isOfMode && (
            <PolicyImpact policy={chosen} endsRollOut={isRollingOut && !isRequired} now={now} found={found} />
          )}
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
            <Button
              type="submit"
              look="primary"
              isPending={isPending}
              isDisabled={!mayWrite || !isChanged || (isOfMode && !found.impact && !Number.isNaN(chosen.enforcedFrom))}
            >
              Save
            </Button>
          </div>
        </div>
      </Card>
      {lost && (
        <LostAtOnceDialog
          lost={lost}
          policy={chosen}
          isPending={isPending}
          onCancel={() => setLost(null)}
          onConfirm={() => void save()}
        />
      )}
    </Form>
  );
}
