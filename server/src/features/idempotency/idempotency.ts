import { HeaderMap } from "@apollo/server";
import {
  GraphQLError,
  Kind,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { MINUTE_MS, alwaysNeedsFreshProof, lifetimes } from "@gatehouse/shared";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { digestOf } from "../../platform/crypto/tokens.js";
import { insertIgnore } from "../../platform/database/dialect.js";
import { outageOf, Unavailable } from "../../platform/database/outages.js";
import { sql, table } from "../../platform/database/sql.js";
import { forbidden } from "../../platform/graphql/failures.js";
import { responseOf, type OperationStage } from "../../platform/graphql/operation-pipeline.js";
import { writerOf, type Caller } from "../callers/caller.js";
import { isFresh } from "../access/fresh-proof.js";
import { checkAccess, type AccessRule } from "../access/access-rule.js";
import type { Claimed, RequestContext } from "../callers/request-context.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { IdempotencyRecord } from "./idempotency-record.entity.js";

/** How long an operation counts as running. */
const CLAIM_MS = MINUTE_MS;
/** What the column can certainly hold (MySQL's TEXT). */
const LONGEST_ANSWER = 60_000;
const KEY = /^[\x21-\x7e]{1,255}$/;
const answerPlace = (keyDigest: string) => `idempotency_records.encryptedAnswer.${keyDigest}`;

const r = table(IdempotencyRecord);
const FORGET = sql`DELETE FROM ${r} WHERE ${r.keyDigest} = ? AND ${r.expiresAt} <= ?`;
const CLAIMED = sql`${r} (${r.keyDigest}, ${r.bodyDigest}, ${r.state}, ${r.claimedUntil}, ${r.expiresAt}) VALUES (?, ?, 'RUNNING', ?, ?)`;
const DONE = sql`UPDATE ${r} SET ${r.state} = 'DONE', ${r.expiresAt} = ? WHERE ${r.keyDigest} = ? AND ${r.claimedUntil} = ?`;
const KEEP = sql`UPDATE ${r} SET ${r.state} = ?, ${r.encryptedAnswer} = ?, ${r.expiresAt} = ? WHERE ${r.keyDigest} = ? AND ${r.claimedUntil} = ?`;
const RELEASE = sql`DELETE FROM ${r} WHERE ${r.keyDigest} = ? AND ${r.claimedUntil} = ? AND ${r.state} = 'RUNNING'`;

/**
 * Mutations whose responses contain secrets that are shown once: these are never stored, so they accept no
 * Idempotency-Key.
 */
export const secretAnswers: readonly string[] = [
  "createApiKey",
  "createWebhookEndpoint",
  "rotateWebhookSecret",
  "regenerateRecoveryCodes",
];

export type Claim =
  | Claimed
  | { kind: "REPLAY"; answer: ExecutionResult }
  | { kind: "REUSED" }
  | { kind: "IN_USE" }
  | { kind: "UNKNOWN" }
  | { kind: "TOO_LARGE" };

/**
 * Makes a mutation safe to resend: its first response is stored for 24 hours, encrypted, by caller and key. The
 * transaction that does the work also records that it was done, so that no crash can come in between. A claim whose
 * process died earlier is taken over, and can then no longer commit anything.
 */
export class IdempotencyKeys {
  constructor(private readonly needs: { work: Work; keys: KeyRing }) {}

  /** Runs something whose writes count as the caller's. */
  inNameOf<T>({ caller, source }: Pick<RequestContext, "caller" | "source">, run: () => T): T {
    return this.needs.work.guarded({ writer: writerOf(caller, source) }, run);
  }

  /** Claims the key for the caller, or returns what it was used for. Of parallel requests one gets CLAIMED. */
  claim(callerKey: string, key: string, body: string): Promise<Claim> {
    const keyDigest = digestOf(JSON.stringify([callerKey, key]));
    const bodyDigest = digestOf(body);
    return this.needs.work.do<Claim>(async (unit) => {
      const { now } = unit;
      const claimedUntil = now + CLAIM_MS;
      await unit.affected(FORGET, [keyDigest, now]);
      const inserted = await unit.affected(sql`${insertIgnore(unit.manager)} ${CLAIMED}`, [
        keyDigest,
        bodyDigest,
        claimedUntil,
        claimedUntil,
      ]);
      if (inserted === 1) return { kind: "CLAIMED", keyDigest, claimedUntil };
      const record = await unit.manager.findOneBy(IdempotencyRecord, { keyDigest });
      if (!record) return { kind: "IN_USE" };
      if (record.bodyDigest !== bodyDigest) return { kind: "REUSED" };
      if (record.state === "TOO_LARGE") return { kind: "TOO_LARGE" };
      if (record.encryptedAnswer === null) return { kind: record.claimedUntil > now ? "IN_USE" : "UNKNOWN" };
      const packed = this.needs.keys.decrypt(record.encryptedAnswer, answerPlace(keyDigest));
      const text = inflateRawSync(Buffer.from(packed, "base64")).toString("utf8");
      return { kind: "REPLAY", answer: JSON.parse(text) as ExecutionResult };
    });
  }

  /**
   * Does the work of a claimed key: each of its transactions records that the request was done, or rolls back. Attempts are
   * counted without that: a retry is one more attempt.
   */
  run<T>(claimed: Claimed, work: () => T): T {
    const ends = async (unit: UnitOfWork) => {
      if (unit.onlyCounts) return;
      const marked = await unit.affected(DONE, [
        unit.now + lifetimes.idempotencyKey,
        claimed.keyDigest,
        claimed.claimedUntil,
      ]);
      if (marked !== 1) throw new Error("the request took so long that its retry took its place");
    };
    return this.needs.work.guarded({ ends }, work);
  }

  /** Stores the response of a claimed key; if it is too large, only that there was one. */
  async keep({ keyDigest, claimedUntil }: Claimed, answer: ExecutionResult): Promise<void> {
    const packed = deflateRawSync(JSON.stringify(answer)).toString("base64");
    const encrypted = this.needs.keys.encrypt(packed, answerPlace(keyDigest));
    const isTooLarge = encrypted.length > LONGEST_ANSWER;
    await this.needs.work.do((unit) =>
      unit.affected(KEEP, [
        isTooLarge ? "TOO_LARGE" : "KEPT",
        isTooLarge ? null : encrypted,
        unit.now + lifetimes.idempotencyKey,
        keyDigest,
        claimedUntil,
      ]),
    );
  }

  /** Releases a claimed key, so that the request may be retried; false if some of it is done. */
  async release({ keyDigest, claimedUntil }: Claimed): Promise<boolean> {
    const released = await this.needs.work.do((unit) => unit.affected(RELEASE, [keyDigest, claimedUntil]));
    return released === 1;
  }
}

const outageCodes: ReadonlySet<unknown> = new Set(["UNAVAILABLE", "OUTCOME_UNKNOWN"]);

const refusals = {
  REUSED: [422, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request."],
  IN_USE: [409, "IDEMPOTENCY_KEY_IN_USE", "The first request with this Idempotency-Key has not been answered yet."],
  UNKNOWN: [
    409,
    "IDEMPOTENCY_OUTCOME_UNKNOWN",
    "The first request with this Idempotency-Key was done, at least in part, but its response was lost. Check the current state; whatever is still missing needs a new key.",
  ],
  TOO_LARGE: [422, "IDEMPOTENCY_KEY_REFUSED", "This was already done; its response was too large to be stored."],
  SECRET: [
    400,
    "IDEMPOTENCY_KEY_REFUSED",
    "The response contains a secret that is shown once, so it cannot be repeated.",
  ],
  MALFORMED: [400, "IDEMPOTENCY_KEY_REFUSED", "An Idempotency-Key is 1 to 255 printable ASCII characters."],
} as const;

/** The owner of the caller's keys: no two people or API keys share one. Null: an anonymous caller has none. */
function callerKeyOf(caller: Caller): string | null {
  switch (caller.kind) {
    case "ANONYMOUS":
      return null;
    case "API_KEY":
      return `key ${caller.keyId}`;
    case "TEAM_MEMBER":
      return `member ${caller.memberId}`;
    case "CLIENT":
      return `client ${caller.accountId ?? caller.sessionId}`;
  }
}

/** The root fields of an operation, including those in fragments. */
function rootFields(document: DocumentNode, selections: SelectionSetNode, seen = new Set<string>()): string[] {
  return selections.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(document, selection.selectionSet, seen);
    const name = selection.name.value;
    if (seen.has(name)) return [];
    seen.add(name);
    return document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name
        ? rootFields(document, definition.selectionSet, seen)
        : [],
    );
  });
}

const needsFreshProofNow = (fields: readonly string[], { caller, now }: RequestContext): boolean =>
  fields.some(alwaysNeedsFreshProof) && !isFresh(caller, now());

/** Why the caller may no longer do this, although it was done; null if they still may. */
function accessRefusal(schema: GraphQLSchema, fields: readonly string[], context: RequestContext): GraphQLError | null {
  const mutations = schema.getMutationType()?.getFields() ?? {};
  try {
    for (const name of fields) {
      const rule = mutations[name]?.extensions.allow as AccessRule | undefined;
      // `__typename` has no rule.
      if (rule !== undefined) checkAccess(rule, context.caller);
    }
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
  return needsFreshProofNow(fields, context) ? forbidden("a sign-in or stepUp within the last minutes") : null;
}

/**
 * What a key is bound to: the document that runs, the operation in it, and the variables. `source` holds the document
 * also where a request sent only its digest; a request that names the only operation means the same as one that does not.
 */
const boundTo = (source: string, { name }: OperationDefinitionNode, variables: Record<string, unknown> = {}): string =>
  canonical([source, name?.value ?? null, variables]);

/** JSON with sorted keys, so that variables in another order are the same request. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? "null";

const refusal = (why: keyof typeof refusals) => {
  const [status, code, message] = refusals[why];
  return {
    http: { status, headers: new HeaderMap() },
    body: { kind: "single" as const, singleResult: { errors: [{ message, extensions: { code } }] } },
  };
};

/**
 * `Idempotency-Key` on mutations of authenticated callers: the first response is repeated for 24 hours, as long as the
 * caller is still permitted to get it. A request that failed before anything was committed may be retried.
 * `withoutReplay`: mutations that refuse the header (secrets, sign-in).
 */
export function idempotencyPlugin(
  idempotency: IdempotencyKeys,
  withoutReplay: readonly string[],
): OperationStage<RequestContext> {
  const refused = new Set([...secretAnswers, ...withoutReplay]);
  return {
    async requestDidStart() {
      let claimed: Claimed | null = null;
      return {
        async responseForOperation({ schema, request, source, document, operation, contextValue }) {
          const key = request.http?.headers.get("idempotency-key");
          if (key === undefined || source === undefined || operation?.operation !== "mutation") return null;
          const callerKey = callerKeyOf(contextValue.caller);
          if (callerKey === null) return null;
          if (!KEY.test(key)) return refusal("MALFORMED");
          if (rootFields(document, operation.selectionSet).some((name) => refused.has(name))) return refusal("SECRET");
          let claim: Claim;
          try {
            const body = boundTo(source, operation, request.variables);
            claim = await idempotency.inNameOf(contextValue, () => idempotency.claim(callerKey, key, body));
          } catch (error) {
            const outage = outageOf(error);
            if (!outage) throw error;
            // Nothing was begun, whatever became of the claim.
            const { message, extensions } = new Unavailable(outage);
            return responseOf({ errors: [new GraphQLError(message, { originalError: outage, extensions })] });
          }
          if (claim.kind === "REPLAY") {
            const fields = rootFields(document, operation.selectionSet);
            // A single field reports it in its own payload.
            if (fields.length === 1 && needsFreshProofNow(fields, contextValue)) return null;
            const headers = new HeaderMap([["idempotent-replayed", "true"]]);
            const refusedNow = accessRefusal(schema, fields, contextValue);
            if (refusedNow) {
              const { body } = responseOf({ data: null, errors: [refusedNow] });
              return { http: { status: 200, headers }, body };
            }
            const { data = null, errors } = claim.answer;
            return {
              http: { status: 200, headers },
              body: { kind: "single" as const, singleResult: { data, ...(errors ? { errors } : {}) } },
            };
          }
          if (claim.kind !== "CLAIMED") return refusal(claim.kind);
          claimed = claim;
          contextValue.idempotencyClaim = claim;
          return null;
        },
        async willSendResponse({ response, contextValue }) {
          const claim = claimed;
          if (!claim || response.body.kind !== "single") return;
          const { data = null, errors = [] } = response.body.singleResult;
          const inOutage = errors.some(({ extensions }) => outageCodes.has(extensions?.code));
          try {
            await idempotency.inNameOf(contextValue, async () => {
              if (errors.length === 0) await idempotency.keep(claim, { data });
              // If some of it is done, the key has no answer, and a retry learns that. Nobody waits for the database.
              else if (inOutage) void idempotency.release(claim).catch(() => undefined);
              else if (!(await idempotency.release(claim)))
                await idempotency.keep(claim, { data, errors } as ExecutionResult);
            });
          } catch (error) {
            // The response is true all the same; only a retry will not receive it.
            if (!outageOf(error)) throw error;
          }
        },
      };
    },
  };
}
