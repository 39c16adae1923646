import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { sql, table } from "../../platform/database/sql.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { watchListedChanges } from "../../testing/listed-changes.js";
import { World } from "../../testing/world.js";
import { Contact } from "../contacts/contact.entity.js";

const c = table(Contact);
const RENAME = sql`UPDATE ${c} SET ${c.name} = ? WHERE ${c.firmId} = ?`;

describeOnDatabases("the watch over what lists show", (database) => {
  const unheard = watchListedChanges(database);
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());

  it("finds a change without an event, even if an event of the firm follows", async () => {
    if (database.isServer) return;
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    await world.contact(owner);
    await world.app.work.do((unit) => unit.affected(RENAME, ["Renamed", firm.id]));
    await world.contact(owner);
    expect(unheard.found()).toEqual(["UPDATE contacts"]);
  });
});
