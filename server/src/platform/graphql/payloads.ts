import { Field, InterfaceType, ObjectType } from "type-graphql";
import { failures, type Language, type UserErrorCode } from "@gatehouse/shared";
import { Refusal, RightMissing } from "./failures.js";
import { tableEnum } from "./table-enum.js";

const UserErrorCodeEnum = tableEnum(
  "UserErrorCode",
  "Why a mutation was refused. More codes may be added.",
  failures,
  String,
);

@ObjectType({ description: "A failure that the caller can expect and act on." })
export class UserError {
  @Field(() => UserErrorCodeEnum, { description: "What went wrong, for programs to act on." })
  code: UserErrorCode;
  @Field(() => [String], { nullable: true, description: "The path of the input field at fault." })
  field: readonly string[] | null;

  constructor(private readonly refusal: Refusal) {
    this.code = refusal.code;
    this.field = refusal.field;
  }

  /** The right that the caller lacks, if that is why. */
  get missing(): string | null {
    return this.refusal instanceof RightMissing ? this.refusal.missing : null;
  }
  /** The message for people. */
  sayIn(language: Language): string {
    return this.refusal.sayIn(language);
  }
}

/** The schema's interface of every mutation's payload. A class implements it by extending `Payload`. */
@InterfaceType("Payload", { description: "The payload of every mutation: its result, or why it was refused." })
abstract class PayloadInterface {
  @Field(() => [UserError], {
    description: "Why the mutation did nothing. Empty on success; only then are the other fields set.",
  })
  userErrors: UserError[] = [];
}

/**
 * The base of every mutation's payload. It is not a schema type itself: its subclasses are, and inherit the interface.
 */
@ObjectType({ implements: PayloadInterface })
export abstract class Payload extends PayloadInterface {}

/** The payload of a mutation that was refused before its use case ran. */
export const refused = (refusal: Refusal): Pick<Payload, "userErrors"> => ({ userErrors: [new UserError(refusal)] });

/** Runs a use case and returns its payload. A refusal becomes `userErrors`, and then every other field stays null. */
export async function answer<P extends Payload>(
  PayloadClass: new () => P,
  work: () => Promise<Partial<Omit<P, "userErrors">>>,
): Promise<P> {
  const payload = new PayloadClass();
  try {
    return Object.assign(payload, await work());
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    payload.userErrors = [new UserError(error)];
    return payload;
  }
}

@ObjectType({ description: "The request was accepted. This does not say whether the address is known." })
export class AcceptedPayload extends Payload {
  @Field(() => Boolean, { description: "True unless there are userErrors." }) accepted = false;
}
