import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseSync } from "@swc/core";
import { getMetadataArgsStorage } from "typeorm";
import type { FirmTables } from "./firm-statements.js";

/** A place in the product's source that sends a statement about a firm's table. */
export interface SourceStatement {
  /** The file, and how the statement begins or which TypeORM method it calls on which entity. */
  place: string;
  /** Whether a sent statement may have come from here. */
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
/** A part of a text that is known only at run time. */
const GAP = "…";

/**
 * SQL texts in a file, as far as the source determines them: plain ones, and those that platform/database/sql.ts builds
 * from tables.
 */
class FileTexts {
  private readonly constants = new Map<string, Node>();

  constructor(tree: unknown) {
    for (const node of walk(tree))
      if (node.type === "VariableDeclarator" && isNode(node.init)) this.constants.set(nameOf(node.id), node.init);
  }

  /** Null if the node is not a text. */
  of(node: unknown, depth = 0): string | null {
    if (!isNode(node) || depth > 20) return null;
    const next = (child: unknown) => this.of(child, depth + 1);
    switch (node.type) {
      case "StringLiteral":
        return nameOf(node);
      case "NumericLiteral":
        return String(node.value);
      case "Identifier":
        return next(this.constants.get(nameOf(node)));
      case "TemplateLiteral":
        return this.filled(node, next);
      case "TaggedTemplateExpression":
        return this.tagged(node, next);
      case "MemberExpression":
        return this.columnOf(node);
      case "CallExpression":
        return this.called(node, next);
      default:
        return null;
    }
  }

  private filled(template: unknown, next: (child: unknown) => string | null): string {
    const [quasis, pieces] = [nodesIn(fieldOf(template, "quasis")), nodesIn(fieldOf(template, "expressions"))];
    return quasis
      .map((quasi, n) => String(fieldOf(quasi, "cooked") ?? "") + (n < pieces.length ? (next(pieces[n]) ?? GAP) : ""))
      .join("");
  }

  /** `sql`, and `from` and `plus` of a statement. */
  private tagged({ tag, template }: Node, next: (child: unknown) => string | null): string | null {
    const text = this.filled(template, next);
    if (nameOf(tag) === "sql") return text;
    const method = nameOf(fieldOf(tag, "property"));
    const begun = next(fieldOf(tag, "object")) ?? GAP;
    return method === "from" ? `${begun} FROM ${text}` : method === "plus" ? begun + text : null;
  }

  private called({ callee, arguments: given }: Node, next: (child: unknown) => string | null): string | null {
    const [first, second] = nodesIn(given).map((argument) => fieldOf(argument, "expression"));
    switch (nameOf(callee)) {
      case "table": {
        const [name, alias] = [tableNamed(nameOf(first)), nameOf(second)];
        return alias === "" || alias === name ? name : `${name} ${alias}`;
      }
      case "leftJoined":
      case "notNull":
      case "computed":
        return next(first);
      case "select":
        return `SELECT ${this.selected(first, next)}`;
      case "selectDistinct":
        return `SELECT DISTINCT ${this.selected(first, next)}`;
      case "selectValues":
        return `SELECT ${GAP}`;
      default:
        return null;
    }
  }

  private selected(columns: unknown, next: (child: unknown) => string | null): string {
    const texts = nodesIn(fieldOf(columns, "properties")).map((property) => {
      const [key, value] = [nameOf(fieldOf(property, "key")), fieldOf(property, "value")];
      const text = next(value);
      const made = this.constants.get(nameOf(value)) ?? value;
      const isByItsName =
        nameOf(fieldOf(made, "callee")) !== "computed" && (text === key || text?.endsWith(`.${key}`) === true);
      return text === null || isByItsName ? text : `${text} AS ${key}`;
    });
    return texts.length === 0 ? GAP : texts.map((text) => text ?? GAP).join(", ");
  }

  private columnOf({ object, property }: Node): string | null {
    if (!isNode(property) || property.type !== "Identifier") return null;
    const declared = this.constants.get(nameOf(object));
    const made =
      nameOf(fieldOf(declared, "callee")) === "leftJoined"
        ? fieldOf(nodesIn(fieldOf(declared, "arguments"))[0], "expression")
        : declared;
    if (nameOf(fieldOf(made, "callee")) !== "table") return null;
    const alias = nameOf(fieldOf(nodesIn(fieldOf(made, "arguments"))[1], "expression"));
    return alias === "" ? nameOf(property) : `${alias}.${nameOf(property)}`;
  }
}
const tableNamed = (entity: string): string =>
  getMetadataArgsStorage().tables.find(({ target }) => typeof target === "function" && target.name === entity)?.name ??
  GAP;

/** How a statement begins. The word is in capitals, so that no sentence for people matches. */
const PLAIN = /^\s*(?:SELECT|UPDATE|DELETE FROM|INSERT)\s/;
const TAGS: ReadonlySet<string> = new Set(["sql", "from", "plus"]);

/**
 * The plain-text statements in a folder's product files, whose tables and columns tsc does not know: file and
 * beginning.
 */
export function plainStatements(root: string): { file: string; text: string }[] {
  return productFiles(root).flatMap((path) => {
    const nodes = [...walk(parseSync(readFileSync(path, "utf8"), { syntax: "typescript", decorators: true }))];
    const typed = new Set(
      nodes.flatMap(({ tag, template }) =>
        TAGS.has(nameOf(tag)) || TAGS.has(nameOf(fieldOf(tag, "property"))) ? [template] : [],
      ),
    );
    return nodes
      .filter((node) => !typed.has(node))
      .map((node) => (node.type === "StringLiteral" ? nameOf(node) : headOf(node)))
      .filter((text) => PLAIN.test(text))
      .map((text) => ({ file: relative(root, path), text }));
  });
}
/** The beginning of a template; empty if the node is not one. */
const headOf = (node: Node): string => String(fieldOf(nodesIn(node.quasis)[0], "cooked") ?? "");

/** Whether a text is everything that is sent, rather than part of another one. */
const isWhole = (text: string | null): text is string =>
  text !== null && STATEMENT.test(text) && text !== `SELECT ${GAP}`;

const verbs: Record<string, string> = {
  find: "SELECT",
  findOne: "SELECT",
  findBy: "SELECT",
  findOneBy: "SELECT",
  findOneByOrFail: "SELECT",
  findOneOrFail: "SELECT",
  mustFind: "SELECT",
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

/** A method of TypeORM, or `mustFind`, which also takes the manager and the kind of id. */
function callOf({ callee, arguments: given }: Node): { method: string; entity: unknown; condition: unknown } {
  const [first, second, , fourth] = nodesIn(given).map((argument) => fieldOf(argument, "expression"));
  return nameOf(callee) === "mustFind"
    ? { method: "mustFind", entity: second, condition: fourth }
    : { method: nameOf(fieldOf(callee, "property")), entity: first, condition: second };
}

/**
 * Every place in the product that reads, changes or deletes rows of a firm's table: SQL text, and TypeORM calls with an
 * entity.
 */
export function sourceStatements(root: string, { tables, tableOf }: FirmTables): SourceStatement[] {
  const found: SourceStatement[] = [];
  for (const file of productFiles(root)) {
    const name = relative(root, file);
    const tree = parseSync(readFileSync(file, "utf8"), { syntax: "typescript", decorators: true });
    const texts = new FileTexts(tree);
    const nodes = [...walk(tree)];
    // The template of a tag is not a text of its own, and a name refers to a text elsewhere.
    const parts = new Set(
      nodes.flatMap(({ type, template }) => (type === "TaggedTemplateExpression" ? [template] : [])),
    );
    for (const node of nodes) {
      const text = node.type === "Identifier" || parts.has(node) ? null : texts.of(node);
      if (isWhole(text) && [...tables].some((table) => new RegExp(`\\b${table}\\b`).test(text))) {
        const pattern = new RegExp(
          text
            .split(GAP)
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
          place: `${name}: ${text.replaceAll(/\s+/g, " ").trim().slice(0, 90)}`,
          isIn: (plain) => pattern.test(plain),
        });
      }
      if (node.type !== "CallExpression" || !Array.isArray(node.arguments)) continue;
      const { method, entity, condition } = callOf(node);
      const verb = verbs[method];
      const table = tableOf.get(nameOf(entity));
      if (verb === undefined || table === undefined) continue;
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
