import { expect, it } from "@jest/globals";
import { createConnection } from "mysql2/promise";
import { migrations } from "../../entities.js";
import { describeOnDatabaseServers } from "../../testing/databases.js";
import { until } from "../../testing/world.js";

describeOnDatabaseServers("migrating beside another instance", (database) => {
  it("waits while the other one's lease lasts, and takes over when it ends without being given back", async () => {
    const connection = await createConnection({ uri: database.url(), disableEval: true });
    const look = async (sql: string) => (await connection.query(sql))[0] as Record<string, unknown>[];
    try {
      await connection.query(
        "CREATE TABLE leases (name varchar(64) NOT NULL, holder varchar(64) NOT NULL, expiresAt bigint NOT NULL, PRIMARY KEY (name)) COLLATE utf8mb4_bin",
      );
      const lease = (seconds: number) =>
        connection.query(
          `REPLACE INTO leases (name, holder, expiresAt) VALUES ('migrations', 'another', (UNIX_TIMESTAMP() + ${seconds}) * 1000)`,
        );
      await lease(3600);
      let isOpen = false;
      const opening = database.open().then(() => (isOpen = true));
      // It has asked for the lease more than once.
      const asks = async () => {
        const [row] = await look("SELECT COUNT(*) AS n FROM information_schema.processlist WHERE db = DATABASE()");
        return Number(row?.n) > 1;
      };
      await until(asks);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect([isOpen, await look("SHOW TABLES LIKE 'firms'")]).toEqual([false, []]);

      // The other one has died: nobody renews its lease.
      await lease(1);
      await opening;
      expect(await look("SELECT name FROM migrations")).toHaveLength(migrations.length);
      // Ours was given back.
      expect(await look("SELECT expiresAt FROM leases WHERE name = 'migrations'")).toEqual([{ expiresAt: 0 }]);
    } finally {
      await connection.end();
    }
  });
});
