import * as fc from "fast-check";

/** Headers that a program may send, sensible or not. */
const oddHeaders: fc.Arbitrary<Record<string, string>> = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        "idempotency-key",
        "accept",
        "accept-language",
        "gatehouse-audience",
        "gatehouse-firm",
        "gatehouse-viewer",
        "user-agent",
        "cookie",
        "x-forwarded-for",
        "origin",
        "apollo-require-preflight",
        "x-request-id",
      ),
      fc.oneof(
        fc.constantFrom(
          "",
          "*/*",
          "application/json",
          "fr-CA,fr;q=0.9",
          "team",
          "__proto__",
          "null",
          "127.0.0.1",
          ";;;=,",
        ),
        fc.string({ maxLength: 40 }).map((value) => value.replaceAll(/[^\x20-\x7e]/g, "")),
        fc.constant("a;q=0.1,".repeat(500)),
      ),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => Object.fromEntries(pairs));
/** Most requests have none of them. */
export const headers: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  oddHeaders,
);
