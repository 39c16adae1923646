import { expect, it } from "@jest/globals";
import { disableFirm } from "../features/firms/disabled-firms.js";
import type { Work } from "../features/work/unit-of-work.js";
import { describeOnDatabases } from "../testing/databases.js";
import { World } from "../testing/world.js";
import { FirmCommands } from "./firm.commands.js";
import { deleteFirm, firmToDelete } from "./firm-deletion.js";

/** Stops after so many transactions, as a killed command does. */
const until = (work: Work, most: number): Work => {
  let done = 0;
  return Object.create(work, {
    do: { value: (act: never) => (done++ < most ? work.do(act) : Promise.reject(new Error("killed"))) },
  }) as Work;
};

describeOnDatabases("a firm whose deletion was interrupted", (database) => {
  it.each([2, 20])(
    "cannot be enabled with what is left after %i transactions, and is deleted by the next command",
    async (most) => {
      const world = await World.start(database.url());
      try {
        const firm = await world.firm();
        const { work } = world.app;
        await work.do((unit) => disableFirm(unit, firm.id));
        const found = await firmToDelete(work, firm.slug);
        await expect(deleteFirm(until(work, most), found)).rejects.toThrow("killed");
        await expect(new FirmCommands(work, undefined as never).enable(firm.slug)).rejects.toThrow(
          `The deletion of ${firm.slug} has begun, and much of it is gone: run "firm delete" again.`,
        );
        await deleteFirm(work, await firmToDelete(work, firm.slug));
        await expect(firmToDelete(work, firm.slug)).rejects.toThrow("There is no firm");
      } finally {
        await world.stop();
      }
    },
  );
});
