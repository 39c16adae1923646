import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { LEAST_RIGHTS } from "../testing/databases.js";

const operations = readFileSync(join(__dirname, "../../../docs/operations.md"), "utf8");

describe("docs/operations.md", () => {
  it("lists the rights that every test on MariaDB and MySQL runs with", () => {
    expect(operations).toContain(`GRANT ${LEAST_RIGHTS} ON gatehouse.*`);
  });
});
