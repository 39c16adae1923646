import { parseSync } from "@swc/core";
import {
  GraphQLError,
  Kind,
  parse,
  print,
  validate,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
} from "graphql";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** One operation with its fragments, as a file of the project contains it. */
export interface ProjectDocument {
  file: string;
  document: DocumentNode;
}

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(tsx?|mjs|md|graphql)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/[\\/](node_modules|dist)[\\/]|\.d\.ts$/.test(file))
    .sort();
}

/**
 * The string and template literals of a program, with the file's own constants inserted, and `x` for what is known only
 * at run time.
 */
function literalsOf(code: string, tsx = false): string[] {
  const program: unknown = parseSync(code, { syntax: "typescript", tsx, decorators: true });
  const constants = new Map<string, Node>();
  const found: Node[] = [];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (!isNode(value)) return;
    if (value.type === "VariableDeclarator" && isNode(value.id) && isNode(value.init))
      constants.set(String(value.id.value), value.init);
    if (value.type === "StringLiteral" || value.type === "TemplateLiteral") found.push(value);
    Object.values(value).forEach(walk);
  };
  walk(program);
  const textOf = (node: Node, depth = 0): string | undefined => {
    if (node.type === "StringLiteral") return String(node.value);
    if (node.type === "Identifier") {
      const constant = constants.get(String(node.value));
      return constant && depth < 5 ? textOf(constant, depth + 1) : undefined;
    }
    // `graphql(…)`
    if (node.type === "CallExpression" && Array.isArray(node.arguments)) {
      const [first] = node.arguments as { expression?: unknown }[];
      return isNode(first?.expression) && depth < 5 ? textOf(first.expression, depth + 1) : undefined;
    }
    if (node.type !== "TemplateLiteral") return undefined;
    const quasis = node.quasis as { cooked: string }[];
    // In a literal type there are none.
    const expressions = (node.expressions ?? []) as Node[];
    return quasis
      .map(({ cooked }, n) => {
        const expression = expressions[n];
        return cooked + (expression ? (textOf(expression, depth + 1) ?? "x") : "");
      })
      .join("");
  };
  return found.map((node) => textOf(node) ?? "");
}

/** The documents in a page: its blocks of GraphQL and of code, and the queries of its requests. */
function textsOfPage(page: string): string[] {
  const texts: string[] = [];
  for (const [, language = "", block = ""] of page.matchAll(/^```(\w*)[^\n]*\n(.*?)^```/gms)) {
    if (language === "graphql") texts.push(block);
    else if (/^(ts|tsx|js|typescript)$/.test(language)) texts.push(...literalsOf(block));
    else
      for (const [text] of block.matchAll(/"(?:[^"\\]|\\.)*"/g)) {
        try {
          texts.push(String(JSON.parse(text)));
        } catch {
          // Not JSON, because of a shell's quotes.
        }
      }
  }
  return texts;
}

function textsOf(file: string): string[] {
  const text = readFileSync(file, "utf8");
  if (file.endsWith(".graphql")) return [text];
  return file.endsWith(".md") ? textsOfPage(text) : literalsOf(text, file.endsWith("x"));
}

function parsed(text: string): DocumentNode | undefined {
  if (!text.includes("{")) return undefined;
  try {
    // gql.tada's own directive, which it removes before it sends a document.
    return visit(parse(text), { Directive: ({ name }) => (name.value === "_unmask" ? null : undefined) });
  } catch {
    return undefined;
  }
}

function spreadsOf(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { FragmentSpread: ({ name }) => void names.add(name.value) });
  return names;
}

/**
 * Every operation in the folders' code and pages that is valid for the schema, once each. Fragments that a document
 * spreads but does not contain are looked up in its file, then in all others.
 */
export function projectDocuments(root: string, folders: readonly string[], schema: GraphQLSchema): ProjectDocument[] {
  const read = folders
    .flatMap((folder) => filesOf(join(root, folder)))
    .flatMap((file) => {
      const documents = textsOf(file).flatMap((text) => parsed(text) ?? []);
      return documents.length === 0 ? [] : [{ file: relative(root, file).split(sep).join("/"), documents }];
    });
  const fragmentsIn = (documents: readonly DocumentNode[]) =>
    new Map(
      documents
        .flatMap(({ definitions }) => definitions)
        .filter((definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION)
        .map((fragment) => [fragment.name.value, fragment]),
    );
  const everywhere = fragmentsIn(read.flatMap(({ documents }) => documents));

  const found = new Map<string, ProjectDocument>();
  for (const { file, documents } of read) {
    const here = fragmentsIn(documents);
    for (const document of documents) {
      const own = fragmentsIn([document]);
      for (const operation of document.definitions) {
        if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
        const fragments = new Map<string, FragmentDefinitionNode>();
        const add = (node: DocumentNode): void => {
          for (const name of spreadsOf(node)) {
            const fragment = own.get(name) ?? here.get(name) ?? everywhere.get(name);
            if (!fragment || fragments.has(name)) continue;
            fragments.set(name, fragment);
            add({ kind: Kind.DOCUMENT, definitions: [fragment] });
          }
        };
        add({ kind: Kind.DOCUMENT, definitions: [operation] });
        const text = print({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments.values()] });
        const whole = parse(text);
        if (!found.has(text) && isValid(schema, whole)) found.set(text, { file, document: whole });
      }
    }
  }
  return [...found.values()];
}

/** graphql-js' rule for subscriptions throws at a condition that has no value, instead of reporting an error. */
function isValid(schema: GraphQLSchema, document: DocumentNode): boolean {
  try {
    return validate(schema, document).length === 0;
  } catch (error) {
    if (error instanceof GraphQLError) return false;
    throw error;
  }
}
