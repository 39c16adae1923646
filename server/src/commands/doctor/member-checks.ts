import type { Connection, RowDataPacket } from "mysql2/promise";
import type { ServerAddress } from "../../platform/database/database-address.js";
import { connectTo, IS_READ_ONLY, isReadOnlyIn } from "../../platform/database/database-hosts.js";
import { Findings, reasonOf, type Finding } from "./finding.js";

const PATIENCE_MS = 3000;
const ER_TABLE_ACCESS_DENIED = 1142;
/** A group of this size loses one member without losing its majority. */
const ENOUGH = 3;
const GRANT = "GRANT SELECT ON performance_schema.replication_group_members TO the account";
const CLUSTER = 'See "A MySQL cluster" in docs/operations.md.';

/** A member as the group sees it. */
interface Member {
  state: string;
  role: string;
}
interface Group {
  isSinglePrimary: boolean;
  /** Null: the account may not read them. */
  members: (Member & { isSelf: boolean })[] | null;
}
/** What one host of DATABASE_URL says; `group` is null if it belongs to none. */
export type HostReport = { at: string; failure: string } | { at: string; isReadOnly: boolean; group: Group | null };

async function groupOf(connection: Connection): Promise<Group | null> {
  const [variables] = await connection.query<RowDataPacket[]>(
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('group_replication_group_name', 'group_replication_single_primary_mode')",
  );
  const valueOf = (name: string) => String(variables.find((row) => row.Variable_name === name)?.Value ?? "");
  if (valueOf("group_replication_group_name") === "") return null;
  const isSinglePrimary = valueOf("group_replication_single_primary_mode") === "ON";
  try {
    const [members] = await connection.query<RowDataPacket[]>(
      "SELECT MEMBER_STATE AS state, MEMBER_ROLE AS role, MEMBER_ID = @@server_uuid AS isSelf FROM performance_schema.replication_group_members",
    );
    return {
      isSinglePrimary,
      members: members.map(({ state, role, isSelf }) => ({
        state: String(state),
        role: String(role),
        isSelf: Number(isSelf) === 1,
      })),
    };
  } catch (error) {
    if ((error as { errno?: number }).errno !== ER_TABLE_ACCESS_DENIED) throw error;
    return { isSinglePrimary, members: null };
  }
}

const withinTime = <T>(work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      setTimeout(() => reject(new Error("it does not answer")), PATIENCE_MS).unref();
    }),
  ]);

async function reportOf(address: ServerAddress, host: ServerAddress["hosts"][0]): Promise<HostReport> {
  const at = `${host.host}:${host.port}`;
  let connection: Connection | null = null;
  try {
    connection = await connectTo(address, host, { connectTimeout: PATIENCE_MS });
    const [rows] = await withinTime(connection.query<RowDataPacket[]>(IS_READ_ONLY));
    return { at, isReadOnly: isReadOnlyIn(rows), group: await withinTime(groupOf(connection)) };
  } catch (error) {
    return { at, failure: reasonOf(error) };
  } finally {
    connection?.destroy();
  }
}

function hostFinding(findings: Findings, report: HostReport): void {
  const { at } = report;
  if ("failure" in report)
    return findings.fail(`${at} cannot be used: ${report.failure}`, `Start it, or let it join its group. ${CLUSTER}`);
  const self = report.group?.members?.find(({ isSelf }) => isSelf);
  const writes = report.isReadOnly ? "is read-only" : "accepts writes";
  if (report.group?.members == null) return findings.ok(`${at} ${writes}`);
  if (self?.state === "ONLINE")
    return findings.ok(`${at} is ONLINE, ${self.role === "PRIMARY" ? "the primary" : "a secondary"}, and ${writes}`);
  const found = `${at} is ${self?.state ?? "OFFLINE"}, and ${writes}`;
  if (self?.state === "RECOVERING") return findings.warn(found, "It joins its group: ask again in a while.");
  return findings.fail(found, `Let it join its group: START GROUP_REPLICATION. ${CLUSTER}`);
}

/** What follows from what each host says. A single host without a group is no cluster, and has no findings here. */
export function memberFindings(reports: readonly HostReport[]): Finding[] {
  const findings = new Findings("Members");
  const answers = reports.flatMap((report) => ("failure" in report ? [] : [report]));
  const groups = answers.flatMap(({ group }) => (group ? [group] : []));
  if (reports.length === 1 && groups.length === 0) return [];
  for (const report of reports) hostFinding(findings, report);
  if (reports.length > 1 && answers.length > 0 && answers.every(({ isReadOnly }) => isReadOnly))
    findings.fail("no host accepts writes", "Make one of them the primary.");
  if (answers.filter(({ isReadOnly }) => !isReadOnly).length > 1)
    findings.fail("several hosts accept writes", `Set read_only on every server but the primary. ${CLUSTER}`);
  if (groups.length === 0) return findings.list;

  if (groups.some(({ isSinglePrimary }) => !isSinglePrimary))
    findings.fail("the group is in multi-primary mode", "SELECT group_replication_switch_to_single_primary_mode().");
  const views = groups.flatMap(({ members }) => (members === null ? [] : [members]));
  if (views.length === 0) {
    findings.warn("the group's members could not be read", `${GRANT}, so that this can be checked.`);
    return findings.list;
  }
  // The largest view: a member that left its group sees only itself.
  const members = views.reduce((most, view) => (view.length > most.length ? view : most));
  const online = members.filter(({ state }) => state === "ONLINE").length;
  if (online >= ENOUGH) findings.ok(`${online} members are ONLINE`);
  else
    findings.warn(
      `${online} ${online === 1 ? "member is" : "members are"} ONLINE: if one fails, the group takes no more writes`,
      `Run at least ${ENOUGH} members. ${CLUSTER}`,
    );
  if (reports.length > 1 && reports.length < members.length)
    findings.warn(
      `DATABASE_URL names ${reports.length} of ${members.length} members`,
      "Name all of them: any one may become the primary.",
    );
  return findings.list;
}

/** Asks every host of DATABASE_URL. */
export const memberChecks = async (address: ServerAddress): Promise<Finding[]> =>
  memberFindings(await Promise.all(address.hosts.map((host) => reportOf(address, host))));
