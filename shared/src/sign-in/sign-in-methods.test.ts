import { describe, expect, it } from "@jest/globals";
import { provingActs, secondProofs, type ProvingAct, type SecondProof } from "./full-proof.js";
import { methodsAfter, methodsInWords, methodsProven, type SignInMethod } from "./sign-in-methods.js";

describe("by which facts an act proves somebody", () => {
  /** Written by hand. A missing act or second factor does not compile. */
  const first: Record<ProvingAct, SignInMethod[]> = {
    PASSWORD: ["PASSWORD"],
    ACCOUNT_CREATION: ["INVITATION"],
    ACCOUNT_BY_LINK: ["MAGIC_LINK"],
    ACCOUNT_BY_DEVICE: ["MAGIC_LINK"],
    PASSWORD_RESET: ["RESET_LINK"],
    MAGIC_LINK: ["MAGIC_LINK"],
    TEAM_INVITATION: ["INVITATION"],
    TEAM_BY_PASSWORD: ["INVITATION", "PASSWORD"],
    STEP_UP: ["PASSWORD"],
    ENROLLMENT: [],
    PASSWORD_CHANGE: ["PASSWORD"],
    TWO_FACTOR_REMOVAL: [],
    SIGN_OUT_ELSEWHERE: [],
  };
  const second: Record<SecondProof, SignInMethod[]> = {
    NONE: [],
    TRUSTED_DEVICE: ["TRUSTED_DEVICE"],
    CODE: ["TOTP"],
    RECOVERY_CODE: ["RECOVERY_CODE"],
    PASSKEY: ["PASSKEY"],
    NEW_AUTHENTICATOR: ["TOTP"],
  };

  it.each(provingActs.flatMap((act) => secondProofs.map((factor) => [act, factor] as const)))(
    "%s and %s",
    (act, factor) => expect(methodsProven({ act, second: factor })).toEqual([...first[act], ...second[factor]]),
  );

  it("a session gathers them in the order of first proof", () => {
    const stepUp = { act: "STEP_UP", second: "CODE" } as const;
    expect(methodsAfter(["PASSWORD", "TRUSTED_DEVICE"], stepUp)).toEqual(["PASSWORD", "TRUSTED_DEVICE", "TOTP"]);
    expect(methodsAfter(["MAGIC_LINK", "TOTP"], stepUp)).toEqual(["MAGIC_LINK", "TOTP", "PASSWORD"]);
  });

  it("a session of before stays unknown, since nobody knows what opened it", () => {
    expect(methodsAfter(null, { act: "STEP_UP", second: "CODE" })).toBeNull();
  });
});

describe("methods in words", () => {
  it.each<[SignInMethod[], english: string, french: string]>([
    [["PASSWORD"], "password", "mot de passe"],
    [["PASSWORD", "TOTP"], "password and a code from the app", "mot de passe et un code de l’application"],
    [["MAGIC_LINK", "PASSKEY"], "a magic link and a passkey", "un lien magique et une clé d’accès"],
    [
      ["INVITATION", "PASSWORD", "RECOVERY_CODE"],
      "a mailed invitation or confirmation, password and a recovery code",
      "une invitation ou une confirmation par courriel, mot de passe et un code de récupération",
    ],
    [
      ["PASSWORD", "TRUSTED_DEVICE"],
      "password, on a trusted device (no code was asked for)",
      "mot de passe, sur un appareil de confiance (aucun code n’a été demandé)",
    ],
    [
      ["PASSWORD", "TRUSTED_DEVICE", "TOTP"],
      "password, on a trusted device (no code was asked for), later a code from the app",
      "mot de passe, sur un appareil de confiance (aucun code n’a été demandé), puis un code de l’application",
    ],
  ])("%j", (methods, english, french) => {
    expect(methodsInWords(methods, "EN")).toBe(english);
    expect(methodsInWords(methods, "FR")).toBe(french);
  });
});
