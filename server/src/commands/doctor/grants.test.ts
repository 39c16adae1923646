import { describe, expect, it } from "@jest/globals";
import { rightsIn } from "./grants.js";

const NINE = "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER";

describe("the rights in SHOW GRANTS", () => {
  it.each<[string, string[], Partial<ReturnType<typeof rightsIn>>]>([
    [
      "the nine of the documents",
      [`GRANT ${NINE} ON \`gate\\_house\`.* TO \`g\`@\`%\``],
      { missing: [], missingForMigrations: [], isTooMuch: false },
    ],
    [
      "all of the database",
      ["GRANT ALL PRIVILEGES ON `gate_house`.* TO `g`@`%`"],
      { missing: [], missingForMigrations: [] },
    ],
    ["everything", ["GRANT ALL PRIVILEGES ON *.* TO `root`@`%` WITH GRANT OPTION"], { missing: [], isTooMuch: true }],
    [
      "a pattern of names",
      ["GRANT SELECT, INSERT, UPDATE, DELETE ON `gate%`.* TO `g`@`%`"],
      { missing: [], missingForMigrations: ["CREATE", "ALTER", "DROP", "INDEX", "REFERENCES"] },
    ],
    [
      "an underscore that is a wildcard",
      ["GRANT SELECT ON `gate-house`.* TO `g`@`%`", "GRANT INSERT, UPDATE, DELETE ON `gate_house`.* TO `g`@`%`"],
      { missing: ["SELECT"] },
    ],
    [
      "another database",
      ["GRANT USAGE ON *.* TO `g`@`%`", `GRANT ${NINE} ON \`other\`.* TO \`g\`@\`%\``],
      { missing: ["SELECT", "INSERT", "UPDATE", "DELETE"], isTooMuch: false },
    ],
    [
      "a role",
      ["GRANT USAGE ON *.* TO `g`@`%`", "GRANT `writers`@`%` TO `g`@`%`"],
      { hasRoles: true, missing: ["SELECT", "INSERT", "UPDATE", "DELETE"] },
    ],
  ])("%s", (_what, grants, rights) => expect(rightsIn(grants, "gate_house")).toMatchObject(rights));
});
