import * as fc from "fast-check";

/** A request as a program sends it. */
export interface Sent {
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer>;
}
/** A request that is right, and then changed as callers go wrong. */
interface Draft {
  query: string;
  variables: unknown;
  more: Record<string, unknown>;
  headers: Record<string, string>;
  method: string;
}

type Path = readonly (string | number)[];
const isContainer = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** Every place within a value, the value itself among them. */
function pathsIn(value: unknown, at: Path = []): Path[] {
  if (!isContainer(value)) return [at];
  return [at, ...Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, [...at, name]))];
}
/** The value with something else at a place. */
function withAt(value: unknown, [name, ...rest]: Path, put: unknown): unknown {
  if (name === undefined) return put;
  if (!isContainer(value)) return value;
  const copy: Record<string | number, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value };
  copy[name] = withAt(copy[name], rest, put);
  return copy;
}

const wrongValues = (secret: string): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1,
      1e308,
      2 ** 53,
      "",
      " ",
      "\u0000",
      "\u200B",
      "\uD800",
      "x".repeat(20_000),
      "2027-02-30T00:00:00Z",
      "__proto__",
      [],
      {},
      [[]],
      [secret],
      { value: secret },
      [[{ password: secret }]],
      { __proto__: null, constructor: secret },
    ),
    fc.jsonValue(),
  );

/** Mistakes that do not depend on each other; each changes the draft in one place. */
const mistakes = (secret: string): fc.Arbitrary<(draft: Draft) => Draft> => {
  const place = fc.noBias(fc.nat({ max: 9999 }));
  const index = (of: number, where: number) => Math.floor((of * where) / 10_000);
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.tuple(place, wrongValues(secret)).map(([where, value]) => (draft: Draft): Draft => {
        const paths = pathsIn(draft.variables);
        return { ...draft, variables: withAt(draft.variables, paths[index(paths.length, where)] ?? [], value) };
      }),
    },
    {
      weight: 4,
      // A name is misspelt, or stands where another belongs.
      arbitrary: fc.tuple(place, place, fc.boolean()).map(([where, whence, isMisspelt]) => (draft: Draft): Draft => {
        // Errors say which name does not exist, so that the secret is never one.
        const names = [...draft.query.matchAll(/\w+/g)].filter(([name]) => name !== secret);
        const { 0: name = "", index: at = 0 } = names[index(names.length, where)] ?? {};
        const put = isMisspelt ? `${name.slice(0, -1)}x` : (names[index(names.length, whence)]?.[0] ?? "");
        return { ...draft, query: draft.query.slice(0, at) + put + draft.query.slice(at + name.length) };
      }),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          place,
          fc.nat({ max: 3 }),
          fc.constantFrom("", " ", "{", "}", "(", ")", '"', '"""', "$", "!", "@skip", "...", "é", "\u0000", "#", "1"),
        )
        .map(([where, removed, added]) => (draft: Draft): Draft => {
          const at = index(draft.query.length, where);
          return { ...draft, query: draft.query.slice(0, at) + added + draft.query.slice(at + removed) };
        }),
    },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom<[string, unknown]>(
          ["operationName", "Other"],
          ["operationName", ""],
          ["operationName", 1],
          ["operationName", null],
          ["query", null],
          ["query", 1],
          ["query", undefined],
          ["variables", []],
          ["variables", "{}"],
          ["extensions", { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } }],
          ["extensions", { persistedQuery: { version: 1, sha256Hash: secret } }],
          ["extensions", { persistedQuery: { version: 2, sha256Hash: "0".repeat(64) } }],
          ["extensions", { persistedQuery: null }],
          ["extensions", "none"],
          ["unknown", secret],
        )
        .map(([name, value]) => (draft: Draft): Draft => ({ ...draft, more: { ...draft.more, [name]: value } })),
    },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom<[string, string]>(
          ["content-type", "text/plain"],
          ["content-type", "application/json; charset=latin1"],
          ["content-type", "application/graphql"],
          ["content-type", "multipart/form-data; boundary=x"],
          ["content-encoding", "gzip"],
          ["accept", "text/event-stream"],
          ["accept", "application/json"],
          ["accept", "multipart/mixed;deferSpec=20220824"],
          ["accept", ""],
          ["authorization", `Bearer ${secret}`],
          ["authorization", secret],
          ["authorization", "Basic eDp5"],
          ["authorization", ""],
          ["idempotency-key", `key-${secret}`],
          ["idempotency-key", "a key with blanks"],
          ["gatehouse-audience", "nobody"],
          ["gatehouse-viewer", secret],
          ["cookie", `gatehouse_team=${secret}; gatehouse_portal=`],
          ["x-forwarded-for", "nonsense, ,"],
          ["accept-language", "*;q=x"],
          ["origin", "https://elsewhere.example"],
          ["x-http-method-override", "DELETE"],
        )
        .map(([name, value]) => (draft: Draft): Draft => ({ ...draft, headers: { ...draft.headers, [name]: value } })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom("PUT", "DELETE", "PATCH", "OPTIONS")
        .map((method) => (draft: Draft): Draft => ({ ...draft, method })),
    },
  );
};

/** What becomes of the body on its way: cut, doubled, in another encoding. */
const spoiled: fc.Arbitrary<(text: string) => Sent["body"]> = fc.oneof(
  { weight: 19, arbitrary: fc.constant((text: string) => text) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<(text: string) => Sent["body"]>(
      (text) => `\uFEFF${text}`,
      (text) => text.slice(0, -1),
      (text) => `${text}${text}`,
      (text) => `[${text}]`,
      (text) => text.replaceAll('"', "'"),
      () => "",
      (text) => new Uint8Array(Buffer.from(text, "latin1")),
      (text) => new Uint8Array(Buffer.from(text, "utf16le")),
    ),
  },
);

/** Right requests with one to three mistakes. `secret` is in places where passwords, codes and tokens belong, or where none does. */
export const mistakenRequests = (
  right: readonly { query: string; variables: object }[],
  { tokens, secret }: { tokens: readonly (string | undefined)[]; secret: string },
): fc.Arbitrary<Sent> =>
  fc
    .tuple(
      fc.constantFrom(...right),
      fc.constantFrom(...tokens),
      fc.array(mistakes(secret), { minLength: 1, maxLength: 3 }),
      spoiled,
    )
    .map(([{ query, variables }, token, made, spoil]) => {
      const draft = made.reduce<Draft>((so, mistake) => mistake(so), {
        query,
        variables,
        more: {},
        headers: {
          "content-type": "application/json",
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        method: "POST",
      });
      const body = JSON.stringify({ query: draft.query, variables: draft.variables, ...draft.more });
      return { method: draft.method, headers: draft.headers, body: spoil(body) };
    });
