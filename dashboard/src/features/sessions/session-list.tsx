import { methodsInWords } from "@gatehouse/shared";
import { graphql, readFragment, type FragmentOf } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { useAct } from "../../graphql/use-act.js";
import { usePageLanguage } from "../../language/language-context.js";
import { Badge } from "../../ui/badge.js";
import { Button } from "../../ui/button.js";
import { Ago } from "../../ui/date-time.js";
import type { Words } from "../../language/words.en.js";
import { useNotify } from "../../ui/notices.js";

export const SessionList_session = graphql(`
  fragment SessionList_session on Session {
    id
    assurance
    methods
    createdAt
    lastUsedAt
    userAgent
    ipAddress
    current
  }
`);
const SessionList_revoke = graphql(
  `
    mutation SessionList_revoke($input: RevokeSessionInput!) {
      revokeSession(input: $input) {
        revokedSessionId
        ...Problems
      }
    }
  `,
  [Problems],
);

/** "Chrome on Windows", guessed from a User-Agent header. */
export function deviceName(userAgent: string | null, { sessions: say }: Words): string {
  if (!userAgent) return say.unknownDevice;
  const browser = [
    ["Edg/", "Edge"],
    ["OPR/", "Opera"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ].find(([mark]) => userAgent.includes(mark ?? ""))?.[1];
  const system = [
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Android", "Android"],
    ["Windows", "Windows"],
    ["Mac OS", "Mac"],
    ["Linux", "Linux"],
  ].find(([mark]) => userAgent.includes(mark ?? ""))?.[1];
  if (!browser) return userAgent.slice(0, 60);
  return system ? say.deviceOf(browser, system) : browser;
}

const sentenceCase = (words: string): string => words.slice(0, 1).toUpperCase() + words.slice(1);

/** Live sessions; with `onRevoked`, the viewer's own, which can be ended one by one. */
export function SessionList(props: {
  sessions: readonly FragmentOf<typeof SessionList_session>[];
  onRevoked?: (sessionId: string) => void;
}) {
  const { act, isPending } = useAct(SessionList_revoke);
  const notify = useNotify();
  const { onRevoked } = props;
  const { words, language } = usePageLanguage();
  const { sessions: say } = words;
  const revoke = async (sessionId: string) => {
    const { payload, problems } = await act({ input: { sessionId } });
    if (payload) onRevoked?.(sessionId);
    else notify({ tone: "danger", text: problems.map(({ message }) => message).join(" ") });
  };
  const sessions = props.sessions.map((session) => readFragment(SessionList_session, session));
  if (sessions.length === 0) return <p className="text-sm text-muted">{say.none}</p>;
  return (
    <ul className="flex flex-col divide-y divide-line text-sm">
      {sessions.map((session) => (
        <li key={session.id} className="flex items-center justify-between gap-3 py-2">
          <div className="min-w-0">
            <p className="text-ink">
              {deviceName(session.userAgent, words)} {session.current && <Badge tone="accent">{say.thisDevice}</Badge>}
            </p>
            <p className="text-muted">
              {session.methods
                ? sentenceCase(methodsInWords(session.methods, language))
                : say.assurances[session.assurance]}
              {session.ipAddress && ` · ${session.ipAddress}`} · {say.used(<Ago at={session.lastUsedAt} />)}
            </p>
          </div>
          {onRevoked && (
            <Button size="small" isDisabled={isPending} onPress={() => void revoke(session.id)}>
              {say.signOut}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
