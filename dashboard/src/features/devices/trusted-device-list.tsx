import { graphql, readFragment, type FragmentOf } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { useAct } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { Badge } from "../../ui/badge.js";
import { Button } from "../../ui/button.js";
import { Ago, Day, Moment } from "../../ui/date-time.js";
import { useNotify } from "../../ui/notices.js";
import { deviceName } from "../sessions/session-list.js";

export const TrustedDeviceList_device = graphql(`
  fragment TrustedDeviceList_device on TrustedDevice {
    id
    createdAt
    expiresAt
    lastUsedAt
    userAgent
    ipAddress
    current
  }
`);
const TrustedDeviceList_revoke = graphql(
  `
    mutation TrustedDeviceList_revoke($input: RevokeTrustedDeviceInput!) {
      revokeTrustedDevice(input: $input) {
        revokedTrustedDeviceId
        ...Problems
      }
    }
  `,
  [Problems],
);

/** The devices on which a client may sign in without the code; with `onRevoked`, the viewer may end that. */
export function TrustedDeviceList(props: {
  devices: readonly FragmentOf<typeof TrustedDeviceList_device>[];
  onRevoked?: () => void;
}) {
  const { onRevoked } = props;
  const { act, isPending } = useAct(TrustedDeviceList_revoke);
  const notify = useNotify();
  const words = useWords();
  const { trustedDevices: say } = words;
  const revoke = async (trustedDeviceId: string) => {
    const { payload, problems } = await act({ input: { trustedDeviceId } });
    if (!payload) return notify({ tone: "danger", text: problems.map(({ message }) => message).join(" ") });
    notify({ tone: "success", text: say.asked });
    return onRevoked?.();
  };
  const devices = props.devices.map((device) => readFragment(TrustedDeviceList_device, device));
  if (devices.length === 0) return <p className="text-sm text-muted">{say.none}</p>;
  return (
    <>
      <p className="text-sm text-muted">{say.what}</p>
      <ul className="flex flex-col divide-y divide-line text-sm">
        {devices.map((device) => {
          const name = deviceName(device.userAgent, words);
          return (
            <li
              key={device.id}
              className="flex flex-col items-start gap-2 py-2 sm:flex-row sm:items-center sm:justify-between sm:gap-3"
            >
              <div className="min-w-0">
                <p className="break-words text-ink">
                  {name} {device.current && <Badge tone="accent">{words.sessions.thisDevice}</Badge>}
                </p>
                <p className="text-muted">
                  {say.until(<Moment at={device.expiresAt} />)} · {say.trusted(<Day on={device.createdAt} />)}
                  {device.ipAddress && ` · ${device.ipAddress}`}
                  {device.lastUsedAt && <> · {say.used(<Ago at={device.lastUsedAt} />)}</>}
                </p>
              </div>
              {onRevoked && (
                <Button
                  size="small"
                  aria-label={say.askAgainOn(name)}
                  isDisabled={isPending}
                  onPress={() => void revoke(device.id)}
                >
                  {say.askAgain}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}
