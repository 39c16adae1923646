import type { Language } from "../language/language.js";
import type { Proof, ProvingAct, SecondProof } from "./full-proof.js";

/** The facts by which somebody proves who they are, each with its description and its name in a sentence. */
export const signInMethods = {
  PASSWORD: { title: "The password.", words: { EN: "password", FR: "mot de passe" } },
  TOTP: {
    title: "A code from the authenticator app (RFC 6238).",
    words: { EN: "a code from the app", FR: "un code de l’application" },
  },
  RECOVERY_CODE: {
    title: "One of the recovery codes, once.",
    words: { EN: "a recovery code", FR: "un code de récupération" },
  },
  PASSKEY: { title: "A passkey (WebAuthn).", words: { EN: "a passkey", FR: "une clé d’accès" } },
  TRUSTED_DEVICE: {
    title: "No second factor: the browser was trusted on an earlier day, so no code was asked for.",
    words: {
      EN: "on a trusted device (no code was asked for)",
      FR: "sur un appareil de confiance (aucun code n’a été demandé)",
    },
  },
  MAGIC_LINK: { title: "A magic link to a request.", words: { EN: "a magic link", FR: "un lien magique" } },
  RESET_LINK: {
    title: "A mailed link to choose a new password.",
    words: {
      EN: "a mailed link to reset the password",
      FR: "un lien envoyé par courriel pour réinitialiser le mot de passe",
    },
  },
  INVITATION: {
    title: "A mailed invitation, or the mail that confirmed the address.",
    words: { EN: "a mailed invitation or confirmation", FR: "une invitation ou une confirmation par courriel" },
  },
} as const satisfies Record<string, { title: string; words: Record<Language, string> }>;
export type SignInMethod = keyof typeof signInMethods;

/** What an act proves by itself, before any second factor. */
const provenByAct = {
  PASSWORD: ["PASSWORD"],
  ACCOUNT_CREATION: ["INVITATION"],
  ACCOUNT_BY_LINK: ["MAGIC_LINK"],
  ACCOUNT_BY_DEVICE: ["MAGIC_LINK"],
  /** Nobody has typed a password that was known before. */
  PASSWORD_RESET: ["RESET_LINK"],
  MAGIC_LINK: ["MAGIC_LINK"],
  TEAM_INVITATION: ["INVITATION"],
  TEAM_BY_PASSWORD: ["INVITATION", "PASSWORD"],
  STEP_UP: ["PASSWORD"],
  ENROLLMENT: [],
  PASSWORD_CHANGE: ["PASSWORD"],
  TWO_FACTOR_REMOVAL: [],
  SIGN_OUT_ELSEWHERE: [],
} as const satisfies Record<ProvingAct, readonly SignInMethod[]>;

const provenBySecond = {
  NONE: [],
  TRUSTED_DEVICE: ["TRUSTED_DEVICE"],
  CODE: ["TOTP"],
  RECOVERY_CODE: ["RECOVERY_CODE"],
  PASSKEY: ["PASSKEY"],
  NEW_AUTHENTICATOR: ["TOTP"],
} as const satisfies Record<SecondProof, readonly SignInMethod[]>;

/** By which facts an act proves the person, in order. */
export const methodsProven = ({ act, second }: Pick<Proof, "act" | "second">): SignInMethod[] => [
  ...provenByAct[act],
  ...provenBySecond[second],
];

/** A session's methods once an act in it is done, in order of first proof. Null stays null: what came before is not known. */
export const methodsAfter = (
  before: readonly SignInMethod[] | null,
  proof: Pick<Proof, "act" | "second">,
): SignInMethod[] | null => before && [...new Set([...before, ...methodsProven(proof)])];

const conjunctions = {
  EN: { and: "and", later: "later" },
  FR: { and: "et", later: "puis" },
} as const satisfies Record<Language, Record<"and" | "later", string>>;

/**
 * "password and a code from the app"; "password, on a trusted device (no code was asked for)". What follows a trusted
 * device was proven later, since nothing else was asked for then.
 */
export function methodsInWords(methods: readonly SignInMethod[], language: Language): string {
  const { and, later } = conjunctions[language];
  const listed = (part: readonly SignInMethod[]) => {
    const words = part.map((method) => signInMethods[method].words[language]);
    return [words.slice(0, -1).join(", "), words.at(-1) ?? ""].filter(Boolean).join(` ${and} `);
  };
  const place = methods.indexOf("TRUSTED_DEVICE");
  if (place === -1) return listed(methods);
  const after = methods.slice(place + 1);
  return [listed(methods.slice(0, place)), listed(["TRUSTED_DEVICE"]), after.length > 0 && `${later} ${listed(after)}`]
    .filter(Boolean)
    .join(", ");
}
