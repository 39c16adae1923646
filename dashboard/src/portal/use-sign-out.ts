import { useCallback } from "react";
import { graphql } from "../graphql/graphql.js";
import { useAct } from "../graphql/use-act.js";
import { useNotify } from "../ui/notices.js";
import { goTo } from "./address.js";
import { usePortal } from "./session.js";

const SignOut_signOut = graphql(`
  mutation SignOut_signOut {
    signOut {
      userErrors {
        code
        field
        message
      }
    }
  }
`);

/** Ends this session; where that fails it says so, for the client may believe to be signed out. */
export function useSignOut() {
  const { act, isPending } = useAct(SignOut_signOut);
  const notify = useNotify();
  const { firm } = usePortal();
  const signOut = useCallback(async () => {
    const { payload, problems } = await act({});
    if (!payload) return notify({ tone: "danger", text: problems.map(({ message }) => message).join(" ") });
    goTo(firm.slug, "");
    // With the page goes everything that it knew of the client (OWASP ASVS 14.3.1).
    location.reload();
    return undefined;
  }, [act, firm.slug, notify]);
  return { signOut, isPending };
}
