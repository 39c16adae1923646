import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { disableFirm } from "../features/firms/disabled-firms.js";
import { findMembersOf } from "../features/people/person.js";
import { insertMember } from "../features/firm-staff/insert-member.js";
import { operatorsShare } from "../features/passwords/hash-share.js";
import { KeyRing } from "../platform/crypto/key-ring.js";
import { describeOnDatabases, freshDatabaseUrl, type FreshDatabase } from "../testing/databases.js";
import { codesOf, World, type Data } from "../testing/world.js";
import { deleteFirm } from "./firm-deletion.js";
import { exportFirm, importFirm } from "./firm-transfer.js";

const PASSWORD_THERE = "a password of the first server";
const PASSWORD_HERE = "quite another one of the second";
const keys = KeyRing.parse(`k7:${Buffer.alloc(32, 7).toString("base64")}`);

/** Whoever makes a file chooses the passwords in it. */
describeOnDatabases("X16f a firm that moves to a server on which some of its people sign in already", (database) => {
  let directory: string;
  let other: FreshDatabase;
  let there: World;
  let here: World;
  let moving: Firm;
  type Firm = Awaited<ReturnType<World["firm"]>>;
  const both = "both@bookkeeper.example";
  const only = "only@bookkeeper.example";

  const add = async (world: World, { id: firmId }: Firm, email: string, password: string) => {
    const stored = await world.app.hasher.hash(password, operatorsShare);
    return world.app.work.do((unit) =>
      insertMember(unit, { firmId, name: "Kim Lee", email, role: "ADMIN" as const }, stored),
    );
  };
  const signIn = (world: World, email: string, password: string): Promise<Data> =>
    world.mutate(
      "teamSignIn",
      "TeamSignInInput",
      "result { __typename ... on SignedIn { sessionToken } ... on FirmChoiceRequired { firms { id } } }",
      { email, password, transport: "TOKEN" },
    );
  const firmsOf = async (email: string, password: string) => {
    const { result } = await signIn(here, email, password);
    if (result?.__typename !== "SignedIn") return result?.firms.map(({ id }: { id: string }) => id).toSorted();
    return [(await here.ask("{ firm { id } }", {}, result.sessionToken)).data.firm.id];
  };
  const move = async (firm: Firm, name: string) => {
    const to = join(directory, name);
    await exportFirm(there.app.work.reader.connection, keys, { slug: firm.slug, to });
    return importFirm(here.app.work.reader.connection, keys, to);
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "gatehouse-team-"));
    other = await freshDatabaseUrl(database.name);
    there = await World.start(database.url(), { keys });
    here = await World.start(other.url, { keys });
    // On the first server they joined another firm before.
    await add(there, await there.firm(), both, PASSWORD_THERE);
    moving = await there.firm();
    await add(there, moving, both, PASSWORD_THERE);
    await add(there, moving, only, PASSWORD_THERE);
  }, 60_000);
  afterAll(async () => {
    await there.stop();
    await here.stop();
    await other.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("their password and sessions here stay, and open the firm too; the file's password opens nothing; others bring theirs", async () => {
    const resident = await here.firm();
    await add(here, resident, both, PASSWORD_HERE);
    const { sessionToken } = (await signIn(here, both, PASSWORD_HERE)).result;
    const { known } = await move(moving, "firm.ndjson");
    expect(known).toEqual([both]);
    expect(codesOf(await signIn(here, both, PASSWORD_THERE))).toEqual(["INVALID_CREDENTIALS"]);
    expect((await here.ask("{ viewer { __typename } }", {}, sessionToken)).data.viewer).not.toBeNull();
    expect(await firmsOf(both, PASSWORD_HERE)).toEqual([resident.id, moving.id].toSorted());
    expect(await firmsOf(only, PASSWORD_THERE)).toEqual([moving.id]);

    // And when the firm where they were first is deleted, they keep the other.
    await here.app.work.do((unit) => disableFirm(unit, resident.id));
    await deleteFirm(
      here.app.work,
      (await here.app.work.reader.query("SELECT * FROM firms WHERE id = ?", [resident.id]))[0],
    );
    expect(await firmsOf(both, PASSWORD_HERE)).toEqual([moving.id]);
    const [left] = (await here.app.work.reader.query(
      "SELECT (SELECT COUNT(*) FROM team_identities WHERE email = ?) AS identities, (SELECT COUNT(*) FROM team_members) AS members",
      [resident.owner],
    )) as [{ identities: number; members: number }];
    expect([Number(left.identities), Number(left.members)]).toEqual([0, 3]);
  });

  it("a file whose maker gives their member the identity of somebody here is refused whole", async () => {
    const victim = await here.firm();
    const [identity] = (await here.app.work.reader.query("SELECT id FROM team_identities WHERE email = ?", [
      victim.owner,
    ])) as [{ id: string }];
    const hostile = await there.firm();
    const run = (text: string, parameters: unknown[]) => there.app.work.reader.query(text, parameters);
    const [own] = (await run("SELECT id FROM team_identities WHERE email = ?", [hostile.owner])) as [{ id: string }];
    await run("UPDATE team_identities SET id = ? WHERE id = ?", [identity.id, own.id]);
    await run("UPDATE password_credentials SET ownerId = ? WHERE ownerId = ?", [identity.id, own.id]);
    await run("UPDATE team_members SET identityId = ? WHERE identityId = ?", [identity.id, own.id]);
    await expect(move(hostile, "hostile.ndjson")).rejects.toThrow("nothing was imported");
    expect(await here.ownerToken(victim)).toEqual(expect.any(String));
    expect((await here.app.work.reader.query("SELECT id FROM firms WHERE id = ?", [hostile.id])) as unknown[]).toEqual(
      [],
    );
  });

  it("nor is one accepted that gives it the id of somebody's second membership here, which no identity has", async () => {
    const [first, second] = [await here.firm(), await here.firm()];
    const victim = "victim@bookkeeper.example";
    await add(here, first, victim, PASSWORD_HERE);
    const { id } = await add(here, second, victim, PASSWORD_HERE);
    const hostile = await there.firm();
    const run = (text: string, parameters: unknown[]) => there.app.work.reader.query(text, parameters);
    const [own] = (await run("SELECT id FROM team_identities WHERE email = ?", [hostile.owner])) as [{ id: string }];
    await run("UPDATE team_identities SET id = ? WHERE id = ?", [id, own.id]);
    await run("UPDATE password_credentials SET ownerId = ? WHERE ownerId = ?", [id, own.id]);
    await run("UPDATE team_members SET identityId = ? WHERE identityId = ?", [id, own.id]);
    await expect(move(hostile, "second.ndjson")).rejects.toThrow("nothing was imported");
    // Nor would such an identity, however it got here, have that membership.
    const { manager } = here.app.work.reader.connection;
    expect(await findMembersOf(manager, id)).toEqual([]);
  });

  it("the file of a firm that somebody has left does not have the password with which they sign in to another", async () => {
    const [left, kept] = [await there.firm(), await there.firm()];
    const email = "leaver@bookkeeper.example";
    const { id: memberId } = await add(there, left, email, PASSWORD_THERE);
    await add(there, kept, email, PASSWORD_THERE);
    const token = await there.ownerToken(left);
    const leaving = { memberId, reason: "Left" };
    await there.mutate("removeTeamMember", "TeamMemberReasonInput", "teamMember { id }", leaving, token);
    const sql = "SELECT passwordHash FROM password_credentials WHERE ownerId = ?";
    const [theirs] = (await there.app.work.reader.query(sql, [memberId])) as [{ passwordHash: string }];
    const to = join(directory, "left.ndjson");
    await exportFirm(there.app.work.reader.connection, keys, { slug: left.slug, to });
    expect(readFileSync(to, "utf8")).not.toContain(theirs.passwordHash);
  });
});
