import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { hasProgram, OwnMariadb } from "../../testing/services.js";
import { World } from "../../testing/world.js";

const canRun = hasProgram("mariadbd", "a database that closes idle connections");

(canRun ? describe : describe.skip)(
  "a database that closes connections after a second of silence (wait_timeout)",
  () => {
    let mariadb: OwnMariadb;
    let world: World;
    beforeAll(async () => {
      mariadb = await OwnMariadb.start("--wait-timeout=1", "--interactive-timeout=1");
      world = await World.start(mariadb.url);
    }, 120_000);
    afterAll(async () => {
      await world?.stop();
      await mariadb?.stop();
    });

    it("costs nobody a failed request, whether it reads or writes", async () => {
      const firm = await world.firm();
      const owner = await world.ownerToken(firm);
      for (let pause = 0; pause < 3; pause++) {
        await new Promise((resolve) => setTimeout(resolve, 2500));
        const answers = await Promise.all([
          ...Array.from({ length: 10 }, () =>
            world.ask("{ contacts(first: 5) { nodes { name } } firm { name } }", {}, owner),
          ),
          world.mutate("createContact", "ContactInput", "contact { name }", { name: `Ann ${pause}` }, owner),
        ]);
        expect(answers.slice(0, 10).map(({ errors }) => errors)).toEqual(Array(10).fill(undefined));
        expect(answers[10]).toMatchObject({ userErrors: [], contact: { name: `Ann ${pause}` } });
      }
    }, 60_000);
  },
);
