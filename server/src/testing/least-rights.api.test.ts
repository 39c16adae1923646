import { afterAll, expect, it } from "@jest/globals";
import { describeOnDatabaseServers } from "./databases.js";
import { World } from "./world.js";

describeOnDatabaseServers("an account that may only read and write rows", (database) => {
  let world: World | null = null;
  afterAll(() => world?.stop());

  it("runs the server after another account has migrated", async () => {
    await database.open();
    const account = new URL(database.url()).username;
    await database.administer(
      `REVOKE CREATE, ALTER, DROP, INDEX, REFERENCES ON \`${account.replaceAll("_", "\\_")}\`.* FROM ${account}`,
    );
    world = await World.start(database.url());
    const firm = await world.firm();
    const { created } = await world.client(firm, await world.ownerToken(firm));
    expect(created.result.__typename).toBe("SignedIn");
    const { reader } = world.app.work;
    await expect(reader.query("DROP TABLE sessions")).rejects.toThrow(/denied/);
  });
});
