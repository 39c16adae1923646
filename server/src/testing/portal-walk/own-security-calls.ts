import { digestOf } from "../../platform/crypto/tokens.js";
import type { Data } from "../world.js";
import { arrive, type Place } from "./place.js";
import { accountSession, SIGNED_IN, type Call, type Walker } from "./walker.js";

/** What a client does about their own password and second factor. */
export class OwnSecurityCalls {
  constructor(private readonly walker: Walker) {}

  readonly all: Record<string, Call> = {
    "begin to enroll with the mailed code": {
      can: ({ held }) => held.enrollment !== undefined,
      make: async (place) => {
        const { token: enrollmentToken, needsMailedCode } = place.held.enrollment ?? {
          token: "",
          needsMailedCode: false,
        };
        const text = needsMailedCode ? (await this.walker.world.mail(this.walker.given.email, /code/i)).text : "";
        await this.beginEnrollment(place, { enrollmentToken, emailCode: /\b\d{6}\b/.exec(text)?.[0] ?? "" });
      },
    },
    "begin to enroll without the mailed code": {
      can: ({ held }) => held.enrollment?.needsMailedCode === true,
      make: async (place) => {
        const enrollmentToken = place.held.enrollment?.token ?? "";
        const { secret } = await this.beginEnrollment(structuredClone(place), { enrollmentToken });
        const [row] = (await this.walker.world.app.work.reader.query(
          "SELECT isMailboxProven FROM sign_in_challenges WHERE tokenDigest = ?",
          [digestOf(enrollmentToken)],
        )) as { isMailboxProven: number }[];
        if (secret !== undefined && !row?.isMailboxProven) throw new Error("a password alone enrolls a phone");
      },
    },
    "begin to enroll in a session": {
      can: (place) => accountSession(place) !== undefined,
      make: async (place) => {
        const session = accountSession(place);
        // A session by a link alone, or one that ended, is refused with a top-level error.
        const begun = await this.beginEnrollment(place, {}, session?.token).catch(() => undefined);
        if (begun?.secret !== undefined && !session?.isMailRead)
          throw new Error("a password alone enrolls a phone in a session");
      },
    },
    "begin to enroll in a session with the mailed code": {
      can: (place) => accountSession(place) !== undefined,
      make: async (place) => {
        const session = accountSession(place);
        const asked = await this.beginEnrollment(place, {}, session?.token).catch(() => undefined);
        if (!session || asked?.codes[0] !== "EMAIL_CODE_REQUIRED") return;
        const { text } = await this.walker.world.mail(this.walker.given.email, /code/i);
        const emailCode = /\b\d{6}\b/.exec(text)?.[0] ?? "";
        const { secret } = await this.beginEnrollment(place, { emailCode }, session.token);
        session.isMailRead ||= secret !== undefined;
      },
    },
    "confirm the enrollment": {
      can: ({ held }) => held.pending !== undefined,
      make: async (place) => {
        const isOfSession = place.held.pending?.enrollmentToken === null;
        await this.confirmEnrollment(place).catch((error: unknown) => {
          if (!isOfSession) throw error;
        });
      },
    },
    "switch 2FA off": {
      can: (place) => accountSession(place) !== undefined && place.truth.authenticator !== null,
      make: async (place) => {
        const session = accountSession(place);
        const code = this.walker.freshCode(place, place.truth.authenticator ?? "");
        const done = await this.walker
          .mutate("disableTwoFactor", "Code", "twoFactor { enrolled }", { code }, session?.token)
          .catch(() => null);
        if (!session || done?.twoFactor?.enrolled !== false) return;
        place.truth.authenticator = null;
        session.code = null;
        session.isMailRead = false;
      },
    },
    "change the password": {
      can: (place) => accountSession(place) !== undefined,
      make: async (place) => {
        const session = accountSession(place);
        const newPassword = `${place.held.password}!`;
        const input = { currentPassword: place.held.password, newPassword };
        const done = await this.walker
          .mutate("changePassword", "ChangePassword", "session { id }", input, session?.token)
          .catch(() => null);
        if (!session || !done?.session) return;
        place.held.password = newPassword;
        session.isMailRead = false;
      },
    },
    "step up": {
      can: (place) => accountSession(place) !== undefined,
      make: async (place) => {
        const { authenticator } = place.truth;
        const session = accountSession(place);
        const code = authenticator === null ? undefined : this.walker.freshCode(place, authenticator);
        await this.walker
          .mutate("stepUp", "StepUp", "session { id }", { password: place.held.password, code }, session?.token)
          .catch(() => null);
      },
    },
  };

  private async beginEnrollment(place: Place, by: { enrollmentToken?: string; emailCode?: string }, token?: string) {
    const { enrollment, userErrors } = await this.walker.mutate(
      "beginTwoFactorEnrollment",
      "BeginTwoFactorEnrollment",
      "enrollment { secret }",
      by,
      token,
    );
    if (enrollment)
      place.held.pending = {
        secret: enrollment.secret,
        enrollmentToken: by.enrollmentToken ?? null,
        sessionToken: token ?? null,
      };
    return { secret: enrollment?.secret as string | undefined, codes: userErrors.map(({ code }: Data) => code) };
  }

  private async confirmEnrollment(place: Place): Promise<void> {
    const { pending } = place.held;
    if (!pending) return;
    const { enrollmentToken, sessionToken, secret } = pending;
    const { recoveryCodes, signedIn } = await this.walker.mutate(
      "confirmTwoFactorEnrollment",
      "ConfirmTwoFactorEnrollment",
      `recoveryCodes signedIn { ${SIGNED_IN.replace(" ... on SignedIn { sessionToken session { id } }", " sessionToken session { id }")} }`,
      { enrollmentToken, code: this.walker.freshCode(place, secret), transport: "TOKEN" },
      sessionToken ?? undefined,
    );
    if (recoveryCodes === null) return;
    place.truth.authenticator = secret;
    place.held.recoveryCodes = recoveryCodes.slice(0, 3);
    if (signedIn) arrive(place, signedIn, secret);
    for (const session of place.held.sessions) if (session.token === sessionToken) session.code = secret;
  }
}
