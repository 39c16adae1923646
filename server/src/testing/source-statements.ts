import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseSync } from "@swc/core";
import type { FirmTables } from "./firm-statements.js";

/** A place in the product's source that sends a statement about a firm's table. */
export interface SourceStatement {
  /** File, and how the statement begins or which method of TypeORM on which entity. */
  place: string;
  /** Whether a statement that was sent may have come from here. */
  isIn(plain: string): boolean;
}

const productFiles = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["migrations", "testing"].includes(entry.name) ? [] : productFiles(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });

interface Node {
  type: string;
  [key: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
const nodesIn = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : typeof value === "object" && value !== null ? Object.values(value) : [];
function* walk(value: unknown): Generator<Node> {
  if (isNode(value)) yield value;
  for (const child of nodesIn(value)) yield* walk(child);
}
const nameOf = (node: unknown): string => (isNode(node) && typeof node.value === "string" ? node.value : "");
const fieldOf = (node: unknown, name: string): unknown =>
  typeof node === "object" && node !== null && name in node ? (node as Record<string, unknown>)[name] : undefined;

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
const STATEMENT = /^\s*(select|update|delete from)\s/i;

/** The fixed parts of a text that begins as a statement, in order; null for any other text. */
function textParts(node: Node): string[] | null {
  const parts =
    node.type === "StringLiteral" && typeof node.value === "string"
      ? [node.value]
      : node.type === "TemplateLiteral" && Array.isArray(node.quasis)
        ? node.quasis.map((quasi) => String(fieldOf(quasi, "cooked") ?? ""))
        : [];
  return STATEMENT.test(parts[0] ?? "") ? parts : null;
}

const verbs: Record<string, string> = {
  find: "SELECT",
  findOne: "SELECT",
  findBy: "SELECT",
  findOneBy: "SELECT",
  findOneByOrFail: "SELECT",
  findOneOrFail: "SELECT",
  existsBy: "SELECT",
  exists: "SELECT",
  count: "SELECT",
  countBy: "SELECT",
  update: "UPDATE",
  delete: "DELETE",
};
const keysOf = (node: unknown): string[] =>
  isNode(node) && node.type === "ObjectExpression" && Array.isArray(node.properties)
    ? node.properties
        .flatMap((property) =>
          isNode(property) ? [property.type === "Identifier" ? nameOf(property) : nameOf(property.key)] : [],
        )
        .filter(Boolean)
    : [];

/** Every place of the product that reads, changes or deletes rows of a firm's table: SQL text, and calls of TypeORM with an entity. */
export function sourceStatements(root: string, { tables, tableOf }: FirmTables): SourceStatement[] {
  const found: SourceStatement[] = [];
  for (const file of productFiles(root)) {
    const name = relative(root, file);
    const tree = parseSync(readFileSync(file, "utf8"), { syntax: "typescript", decorators: true });
    for (const node of walk(tree)) {
      const parts = textParts(node);
      if (parts && [...tables].some((table) => parts.some((part) => new RegExp(`\\b${table}\\b`).test(part)))) {
        const pattern = new RegExp(
          parts
            .map((part) =>
              escaped(
                part
                  .replaceAll(/'[^']*'/g, "''")
                  .replaceAll(/\s+/g, " ")
                  .trim(),
              ),
            )
            .join("[^]*")
            .replaceAll("''[^]*''", "[^]*"),
        );
        found.push({
          place: `${name}: ${parts.join("…").replaceAll(/\s+/g, " ").trim().slice(0, 90)}`,
          isIn: (plain) => pattern.test(plain),
        });
      }
      if (node.type !== "CallExpression" || !Array.isArray(node.arguments)) continue;
      const verb = verbs[nameOf(fieldOf(fieldOf(node, "callee"), "property"))];
      const [entity, condition] = node.arguments.map((argument) => fieldOf(argument, "expression"));
      const table = tableOf.get(nameOf(entity));
      if (verb === undefined || table === undefined) continue;
      const method = nameOf(fieldOf(fieldOf(node, "callee"), "property"));
      const properties = fieldOf(condition, "properties");
      const where = ["find", "findOne", "findOneOrFail", "exists", "count"].includes(method)
        ? (Array.isArray(properties) ? properties : [])
            .map((property) => (nameOf(fieldOf(property, "key")) === "where" ? fieldOf(property, "value") : null))
            .find(Boolean)
        : condition;
      const columns = keysOf(where);
      found.push({
        place: `${name}: ${method}(${nameOf(entity)}, { ${columns.join(", ")} })`,
        isIn: (plain) =>
          plain.startsWith(verb) &&
          new RegExp(`\\b${table}\\b`).test(plain) &&
          columns.every((column) => new RegExp(`\\b${column}\\b`).test(plain.slice(plain.search(/\bWHERE\b/)))),
      });
    }
  }
  return found;
}
