import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "@jest/globals";
import { accessEndings, allSecondFactorKinds, endingActs, type EndingAct } from "@gatehouse/shared";
import type { DataSource } from "typeorm";
import { insertFirm } from "../firms/insert-firm.js";
import { KeyRing } from "../../platform/crypto/key-ring.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { endAccess } from "../access-endings/end-access.js";
import { Passkeys } from "../passkeys/passkeys.service.js";
import { expiringRows } from "../retention/sweep.js";
import { authenticationFields } from "../sign-in/authentication-fields.js";
import { createState, SecondFactor } from "../two-factor/second-factor.service.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import { portalLinks } from "../work/portal-links.js";
import { systemActor, Work, type UnitOfWork } from "../work/unit-of-work.js";
import type { FactorTable } from "./second-factor-method.js";
import { readyKinds, secondFactorMethods } from "./second-factor-methods.js";

/**
 * Tables about a person that are not a second factor's: shared/access-endings says what ends them, or they go with the
 * person.
 */
const ofOthers = [
  "known_devices",
  "password_credentials",
  "sessions",
  "sign_in_challenges",
  "trusted_devices",
  "two_factor_states",
];

describeOnDatabases("every second factor that is registered", (database) => {
  let dataSource: DataSource;
  let work: Work;
  let secondFactor: SecondFactor;
  let firmId: string;
  beforeAll(async () => {
    dataSource = await database.open();
    work = new Work({
      dataSource,
      clock: { now: () => Date.now() },
      links: () => portalLinks("http://localhost"),
      enqueueMail: async () => undefined,
      onEvents: () => undefined,
      onMail: () => undefined,
    });
    const keys = KeyRing.parse(`k1:${randomBytes(32).toString("base64")}`);
    secondFactor = new SecondFactor(work, { keys, passkeys: new Passkeys("http://localhost") });
    firmId = (await work.do((unit) => insertFirm(unit, { slug: "oak", name: "Oak", plan: "TEAM" }))).id;
  });

  /** A person with a row in each of a factor's tables. */
  const somebody = async (tables: readonly FactorTable[]) => {
    const ownerId = `pac_${randomBytes(8).toString("hex")}`;
    const person = { audience: "PORTAL", ownerId, firmId, email: `${ownerId}@client.example` } as const;
    await work.do(async (unit) => {
      await createState(unit, person);
      await unit.manager.update(TwoFactorState, { ownerId }, { enrolledAt: unit.now, recoveryCodesRemaining: 10 });
      for (const { from } of tables) {
        const metadata = dataSource.getMetadata(from.sqlText);
        const row = metadata.columns.map(({ propertyName, isNullable, type }) => [
          propertyName,
          propertyName === "ownerId"
            ? ownerId
            : isNullable
              ? null
              : type === "varchar" || type === "text"
                ? randomBytes(5).toString("hex")
                : 0,
        ]);
        await unit.manager.insert(metadata.target, Object.fromEntries(row));
      }
    });
    return person;
  };
  type Somebody = Awaited<ReturnType<typeof somebody>>;
  const rowsOf = (table: string, { ownerId }: Somebody) =>
    work.reader.query(`SELECT ownerId FROM ${table} WHERE ownerId = ?`, [ownerId]);

  const acts: Record<string, (unit: UnitOfWork, person: Somebody) => Promise<unknown>> = {
    "taken away": (unit, person) => secondFactor.remove(unit, person),
    "forgotten with its person": (unit, person) => secondFactor.forget(unit, person),
    ...Object.fromEntries(
      endingActs.map((act) => [
        act,
        (unit: UnitOfWork, person: Somebody) =>
          endAccess(unit, { ...person, credentialId: person.ownerId }, act, { actor: systemActor }),
      ]),
    ),
  };
  const isEnded = (kind: keyof typeof secondFactorMethods, { holds }: FactorTable, act: string): boolean => {
    const isOfShared = (endingActs as readonly string[]).includes(act);
    if (holds === "UNDER_WAY") return isOfShared && accessEndings.FACTORS_UNDER_WAY[act as EndingAct] === "ends";
    const { standing } = secondFactorMethods[kind];
    if (!isOfShared) return standing === "PRIMARY" || act === "forgotten with its person";
    return standing === "ADDED" && accessEndings.ADDED_FACTORS[act as EndingAct] === "ends";
  };

  const table = allSecondFactorKinds.flatMap((kind) => Object.keys(acts).map((act) => [kind, act] as const));
  it.each(table)("%s: %s ends what it has to, and nobody else's", async (kind, act) => {
    const { tables } = secondFactorMethods[kind];
    const [person, other] = [await somebody(tables), await somebody(tables)];
    await work.do(async (unit) => acts[act]?.(unit, person));
    for (const each of tables) {
      expect([each.from.sqlText, await rowsOf(each.from.sqlText, person)]).toEqual([
        each.from.sqlText,
        isEnded(kind, each, act) ? [] : [{ ownerId: person.ownerId }],
      ]);
      expect(await rowsOf(each.from.sqlText, other)).toHaveLength(1);
    }
  });

  it.each(allSecondFactorKinds)("%s is ready until it is removed", async (kind) => {
    const { tables, isReady } = secondFactorMethods[kind];
    const person = await somebody(tables);
    const ready = async () => isReady(work.reader, await secondFactor.stateOf(work.reader, person));
    expect(await ready()).toBe(true);
    await work.do((unit) => secondFactor.forget(unit, person));
    expect(await ready()).toBe(false);
  });

  it("RECOVERY_CODE is not ready once all are used", async () => {
    const person = await somebody([]);
    await work.do((unit) =>
      unit.manager.update(TwoFactorState, { ownerId: person.ownerId }, { recoveryCodesRemaining: 0 }),
    );
    expect(await readyKinds(work.reader, await secondFactor.stateOf(work.reader, person))).toEqual(["AUTHENTICATOR"]);
  });

  it.each(allSecondFactorKinds)("%s: what is pending is swept, and each proof is counted separately", (kind) => {
    const { tables, authenticationFields: fields } = secondFactorMethods[kind];
    const swept = expiringRows.map(({ from }) => from.sqlText);
    const underWay = tables.filter(({ holds }) => holds === "UNDER_WAY").map((each) => each.from.sqlText);
    expect(underWay.filter((each) => !swept.includes(each))).toEqual([]);
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !authenticationFields.includes(field))).toEqual([]);
    const schema = readFileSync(join(__dirname, "../../../schema.graphql"), "utf8");
    const mutations = schema.slice(schema.indexOf("type Mutation {"));
    expect(fields.filter((field) => !new RegExp(`^  ${field}[(:]`, "m").test(mutations))).toEqual([]);
  });

  it("has named all its tables: a person's table is a factor's, or one of the others", () => {
    const ofPersons = dataSource.entityMetadatas
      .filter(({ columns }) => columns.some(({ propertyName }) => propertyName === "ownerId"))
      .map(({ tableName }) => tableName);
    const ofFactors = Object.values(secondFactorMethods).flatMap(({ tables }) =>
      tables.map((each) => each.from.sqlText),
    );
    expect([...ofFactors, ...ofOthers].toSorted()).toEqual(ofPersons.toSorted());
  });
});
