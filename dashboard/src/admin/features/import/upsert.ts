import type { Client } from "urql";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { sayError } from "../../../graphql/use-act.js";
import { RedirectSentence_change } from "../contacts/redirect-sentence.js";
import type { ImportedContact } from "./column-matching.js";
import type { Answer } from "./import-run.js";

const ImportPage_upsert = graphql(
  `
    mutation ImportPage_upsert($input: UpsertContactsInput!) {
      upsertContacts(input: $input) {
        outcomes
        results {
          ...Problems
        }
        emailChanges {
          redirects
          version
          ...RedirectSentence_change
        }
        ...Problems
      }
    }
  `,
  [Problems, RedirectSentence_change],
);

/** Errors after which the same request should be sent again with the same key, by which it happens once. */
const retryableCodes = new Set<unknown>([
  "RATE_LIMITED",
  "IDEMPOTENCY_KEY_IN_USE",
  "STARTING",
  "UNAVAILABLE",
  "OUTCOME_UNKNOWN",
]);

/** Sends a batch of rows; with `dryRun` nothing is written. */
export async function upsert(
  client: Client,
  contacts: readonly ImportedContact[],
  { key, dryRun }: { key: string; dryRun: boolean },
): Promise<Answer> {
  const { data, error } = await client
    .mutation(
      ImportPage_upsert,
      { input: { contacts: [...contacts], dryRun } },
      { fetchOptions: { headers: { "idempotency-key": key } } },
    )
    .toPromise();
  if (error) {
    const { code, retryAfter } = error.graphQLErrors[0]?.extensions ?? {};
    if (error.networkError === undefined && !retryableCodes.has(code))
      return { kind: "FAILED", problem: sayError(error) };
    return {
      kind: "AGAIN",
      waitMs: typeof retryAfter === "number" ? retryAfter * 1000 : null,
      problem: sayError(error),
    };
  }
  const { results, outcomes, emailChanges, userErrors = [] } = data?.upsertContacts ?? {};
  if (!results || !outcomes)
    return {
      kind: "FAILED",
      problem: userErrors.map(({ message }) => message).join(" ") || "The server did not answer.",
    };
  return {
    kind: "DONE",
    outcomes: results.map((row, at) => {
      const change = emailChanges?.[at] ?? null;
      const isRefusedAsRedirect = row.userErrors.some(({ code }) => code === "CONTACT_REDIRECT_REFUSED");
      return {
        outcome: outcomes[at] ?? "REFUSED",
        reason: row.userErrors.map(({ message }) => message).join(" ") || null,
        redirect: isRefusedAsRedirect && change ? { version: change.version, change } : null,
      };
    }),
  };
}
