import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { entities, migrations } from "../../entities.js";
import { freePort } from "../../testing/server-process.js";
import { OwnMariadb } from "../../testing/services.js";
import { databaseAddress } from "./database-address.js";
import { openDatabase } from "./database.js";

/** Comes with Debian's MariaDB. */
const PROVIDER = "/usr/lib/galera/libgalera_smm.so";

describe("a Galera cluster", () => {
  if (!existsSync(PROVIDER)) {
    if (process.env.REQUIRE_SERVICES === "1") throw new Error(`${PROVIDER} is missing (Debian's galera-4)`);
    console.warn(`SKIPPED: a Galera cluster: ${PROVIDER} is missing`);
    return;
  }
  let node: OwnMariadb | undefined;
  beforeAll(async () => {
    node = await OwnMariadb.start(
      "--wsrep-on=ON",
      `--wsrep-provider=${PROVIDER}`,
      "--wsrep-cluster-address=gcomm://",
      "--wsrep-node-address=127.0.0.1",
      `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:${await freePort()}`,
      "--binlog-format=ROW",
      "--innodb-autoinc-lock-mode=2",
    );
  }, 120_000);
  afterAll(() => node?.stop());

  it("is refused at the start with the reason, before a table is created", async () => {
    await expect(openDatabase({ address: databaseAddress(node?.url ?? ""), entities, migrations })).rejects.toThrow(
      /^The database is a Galera cluster \(wsrep_on\), on which Gatehouse does not run: a row locked/,
    );
    expect(await node?.asRoot("SHOW TABLES IN gatehouse")).toEqual([]);
  });
});
