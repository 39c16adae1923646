import { describe, expect, it } from "@jest/globals";
import {
  buildSchema,
  execute,
  getOperationAST,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  isObjectType,
  typeFromAST,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
} from "graphql";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { flat, planned, unhandledRejections } from "../../../testing/both-executors.js";
import { answerByPlace, hash, type GeneratedWorld } from "../../../testing/generated-data.js";
import { projectDocuments } from "../../../testing/project-documents.js";

const ROOT = join(__dirname, "../../../../..");
/**
 * The folders, and the least number of documents in each: a tenth fewer than were found when this was written (98, 24,
 * 13, 180 and 9). Fewer means that they are no longer read.
 */
const FLOOR = { "dashboard/src": 90, "dashboard/e2e": 20, docs: 12, "server/src": 150, "server/bench": 8 };
const SEEDS = [1, 2, 3, 4, 5];

function makeSchema(): GraphQLSchema {
  const schema = buildSchema(readFileSync(join(ROOT, "server/schema.graphql"), "utf8"));
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith("__")) continue;
    if (isAbstractType(type)) type.resolveType = (value: unknown) => (value as { __typename?: string }).__typename;
    if (!isObjectType(type)) continue;
    const isRoot = ["Query", "Mutation", "Subscription"].includes(type.name);
    answerByPlace(schema, type, (name) => isRoot || hash(`${type.name}.${name}`) % 3 === 0);
  }
  return schema;
}

/** A value for a variable of this type: sometimes none, and sometimes a wrong one. */
function variableOf(type: GraphQLInputType, place: string, depth = 0): unknown {
  const dice = hash(place);
  if (isNonNullType(type)) return dice % 40 === 0 ? null : variableOf(type.ofType, place, depth);
  if (dice % 5 === 0) return dice % 10 === 0 ? null : undefined;
  if (isListType(type))
    return Array.from({ length: dice % 3 }, (_, n) => variableOf(type.ofType, `${place}${n}`, depth));
  if (isEnumType(type)) return type.getValues()[dice % type.getValues().length]?.name;
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter((field) => depth < 3 || isNonNullType(field.type))
        .map((field) => [field.name, variableOf(field.type, `${place}.${field.name}`, depth + 1)] as const)
        .filter(([, value]) => value !== undefined),
    );
  if (type.name === "Boolean") return dice % 2 === 0;
  return type.name === "Int" || type.name === "Float" ? dice % 100 : `value ${dice}`;
}

function variablesOf(schema: GraphQLSchema, document: DocumentNode, seed: number): Record<string, unknown> {
  const variables: Record<string, unknown> = {};
  for (const { variable, type: node, defaultValue } of getOperationAST(document)?.variableDefinitions ?? []) {
    const type = typeFromAST(schema, node);
    const name = variable.name.value;
    const value = isInputType(type) ? variableOf(type, `${seed} ${name}`) : undefined;
    if (value !== undefined && !(defaultValue && hash(`${seed} ${name} given`) % 2 === 0)) variables[name] = value;
  }
  return variables;
}

describe("every document of the project", () => {
  const schema = makeSchema();
  const documents = projectDocuments(ROOT, Object.keys(FLOOR), schema);
  const unhandled = unhandledRejections();
  const within = (folder: string) => documents.filter(({ file }) => file.startsWith(`${folder}/`)).length;

  it.each(Object.entries(FLOOR).map(([folder, floor]) => [within(folder), folder, floor] as const))(
    "is found: %i in %s, which has at least %i",
    (found, _folder, floor) => {
      expect(found).toBeGreaterThanOrEqual(floor);
    },
  );

  it.each([40, 400])("is answered as graphql-js does, with each mishap affecting one field in %i", async (oneIn) => {
    let withErrors = 0;
    let sound = 0;
    for (const { file, document } of documents) {
      const operation = getOperationAST(document);
      if (!operation) throw new Error("no operation");
      const plan = planned(schema, document, operation);
      for (const seed of SEEDS) {
        const variables = variablesOf(schema, document, seed);
        const world = (): GeneratedWorld => ({ seed, calls: [], oneIn });
        const theirs = world();
        const ours = world();
        const expected = flat(
          await execute({ schema, document, variableValues: variables, contextValue: theirs, rootValue: "root" }),
        );
        // graphql-js leaves some pending: a list with an item that fails at once ignores those that fail later.
        await new Promise(setImmediate);
        const unhandledBefore = unhandled.soFar();
        const outcome = flat(await plan(ours, variables, "root"));
        // Work that was started continues after the response.
        await new Promise(setImmediate);
        expect({ file, seed, ...outcome }).toEqual({ file, seed, ...expected });
        expect(ours.calls).toEqual(theirs.calls);
        expect(unhandled.soFar()).toBe(unhandledBefore);
        if (expected.errors) withErrors++;
        else sound++;
      }
    }
    expect(withErrors).toBeGreaterThan(documents.length / 4);
    expect(sound).toBeGreaterThan(documents.length / 4);
  });
});
