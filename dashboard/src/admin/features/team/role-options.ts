import { mayManage, roleTitles, type TeamRole } from "@gatehouse/shared";
import { useTeamSession } from "../../session.js";

/** The roles that the viewer may assign. */
export const useRoleOptions = () => {
  const { role } = useTeamSession();
  return (Object.keys(roleTitles) as TeamRole[])
    .filter((other) => mayManage(role, other))
    .map((value) => ({ value, label: roleTitles[value] }));
};
