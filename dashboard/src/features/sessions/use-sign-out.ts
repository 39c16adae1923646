import { useCallback } from "react";
import type { Side } from "../../graphql/client.js";
import { graphql } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { useAct } from "../../graphql/use-act.js";
import { useNotify } from "../../ui/notices.js";
import { tellOtherTabs } from "./other-tabs.js";

const SignOut_signOut = graphql(
  `
    mutation SignOut_signOut {
      signOut {
        ...Problems
      }
    }
  `,
  [Problems],
);

/** Ends this session, then calls `leave`. If that fails it shows why, because the person may otherwise believe that they are signed out. */
export function useSignOut({ audience, firm }: Side, leave: () => void) {
  const { act, isPending } = useAct(SignOut_signOut);
  const notify = useNotify();
  const signOut = useCallback(async () => {
    const { payload, problems } = await act({});
    if (!payload) return notify({ tone: "danger", text: problems.map(({ message }) => message).join(" ") });
    tellOtherTabs({ audience, firm }, null);
    leave();
    // Reloading clears everything that the page knew (OWASP ASVS 14.3.1).
    location.reload();
    return undefined;
  }, [act, audience, firm, leave, notify]);
  return { signOut, isPending };
}
