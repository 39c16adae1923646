import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, jest } from "@jest/globals";
import { buildSchema, Kind, validate, type DocumentNode, type GraphQLError } from "graphql";

const source = join(__dirname, "..");
// The explorer has no typed documents, and its library is not CommonJS.
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
  (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|\.d\.ts$|^main\.tsx$|^(testing|explorer)/.test(file),
);

describe("the documents of dashboard and portal", () => {
  it("are valid against server/schema.graphql", async () => {
    const documents: DocumentNode[] = [];
    jest.doMock("../graphql/graphql.js", () => {
      const real = jest.requireActual<typeof import("../graphql/graphql.js")>("../graphql/graphql.js");
      const graphql = (...args: Parameters<typeof real.graphql>): unknown => {
        const document: unknown = real.graphql(...args);
        documents.push(document as DocumentNode);
        return document;
      };
      return { ...real, graphql };
    });
    for (const file of files) await import(join(source, file));
    const schema = buildSchema(readFileSync(join(source, "../../server/schema.graphql"), "utf8"));
    const operations = documents.filter(({ definitions }) =>
      definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION),
    );
    const faults = operations.flatMap((document): readonly GraphQLError[] => validate(schema, document));
    expect(faults.map(({ message }) => message)).toEqual([]);
    expect(operations.length).toBeGreaterThan(20);
  });
});
