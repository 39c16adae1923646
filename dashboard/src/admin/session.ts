import { createContext, useContext } from "react";
import type { TeamRole } from "@gatehouse/shared";

/** The team member who is signed in to the dashboard. */
export interface TeamSession {
  memberId: string;
  name: string;
  role: TeamRole;
  /** STAFF can only read; OWNER and ADMIN can also write. */
  mayWrite: boolean;
  /** `timeZone`: whose days the pages show and take; UTC if this browser's data does not know the firm's. */
  firm: { name: string; slug: string; timeZone: string };
}
export const TeamSessionContext = createContext<TeamSession | null>(null);
/** The signed-in team member; only inside the signed-in part of the page. */
export function useTeamSession(): TeamSession {
  const session = useContext(TeamSessionContext);
  if (!session) throw new Error("useTeamSession outside of the signed-in part");
  return session;
}
