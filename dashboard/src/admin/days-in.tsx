import { useTeamSession } from "./session.js";

/** Says beside a picture or a field in which zone its days begin and end. */
export function DaysIn() {
  const { firm } = useTeamSession();
  return <p className="text-sm text-muted">Days in {firm.timeZone}</p>;
}
