import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { watchListedChanges } from "../../testing/listed-changes.js";
import { World } from "../../testing/world.js";

describeOnDatabases("contacts by their last sign-in", (database) => {
  const unheard = watchListedChanges(database);
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  async function names(direction: "ASC" | "DESC", states?: string[]): Promise<string[]> {
    const found: string[] = [];
    // Pages of one item, so that every cursor is used.
    for (let after: string | null = null, more = true; more;) {
      const { data } = await world.ask(
        `query($after: String, $states: [PortalAccessState!]) { contacts(first: 1, after: $after, filter: { states: $states },
           orderBy: { field: LAST_SIGN_IN_AT, direction: ${direction} }) { nodes { name } pageInfo { hasNextPage endCursor } } }`,
        { after, states },
        owner,
      );
      found.push(...data.contacts.nodes.map(({ name }: { name: string }) => name));
      ({ hasNextPage: more, endCursor: after } = data.contacts.pageInfo);
    }
    return found;
  }
  const rename = (contactId: string, name: string, email?: string) =>
    world.mutate("updateContact", "UpdateContactInput", "contact { id }", { contactId, name, email }, owner);

  it("the latest sign-in comes first, a contact sorts with its account, and never counts as longest ago", async () => {
    await world.contact(owner, "Never");
    const early = await world.client(firm, owner);
    await rename(early.contactId, "Early");
    world.forward({ seconds: 5 });
    const late = await world.client(firm, owner);
    await rename(late.contactId, "Late");
    expect(await names("DESC")).toEqual(["Late", "Early", "Never"]);

    world.forward({ seconds: 5 });
    await world.portalSignIn(firm, early.email);
    expect(await names("DESC")).toEqual(["Early", "Late", "Never"]);
    expect(await names("ASC")).toEqual(["Never", "Late", "Early"]);
    expect(await names("DESC", ["ACCOUNT_CREATED"])).toEqual(["Early", "Late"]);

    const second = await world.contact(owner, "Late's colleague", late.email);
    expect((await names("DESC")).slice(0, 1)).toEqual(["Early"]);
    expect((await names("DESC")).slice(1, 3).toSorted()).toEqual(["Late", "Late's colleague"]);
    await rename(second.id, "Late's colleague", "elsewhere@client.example");
    expect((await names("DESC")).slice(0, 2)).toEqual(["Early", "Late"]);

    const reason = { contactId: early.contactId, reason: "left" };
    await world.mutate("deletePortalAccount", "ContactReasonInput", "contact { id }", reason, owner);
    expect((await names("DESC"))[0]).toBe("Late");
  });

  it("X63 changes nothing that lists show without an event in the same commit", () => {
    expect(unheard.found()).toEqual([]);
  });
});
