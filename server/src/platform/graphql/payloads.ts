import { Field, InterfaceType, ObjectType } from "type-graphql";
import { failures, type Language, type UserErrorCode } from "@gatehouse/shared";
import { Refusal } from "./failures.js";
import { tableEnum } from "./table-enum.js";

const UserErrorCodeEnum = tableEnum(
  "UserErrorCode",
  "Why a mutation was refused. New codes may be added.",
  failures,
  String,
);

@ObjectType({ description: "A failure that a caller can expect and act on." })
export class UserError {
  @Field(() => UserErrorCodeEnum, { description: "What went wrong, for programs." })
  code: UserErrorCode;
  @Field(() => [String], { nullable: true, description: "The input field at fault, as a path." })
  field: readonly string[] | null;

  constructor(private readonly refusal: Refusal) {
    this.code = refusal.code;
    this.field = refusal.field;
  }

  /** For people. */
  sayIn(language: Language): string {
    return this.refusal.sayIn(language);
  }
}

/** What every mutation answers, as the schema's interface; a class implements it by extending `Payload`. */
@InterfaceType("Payload", { description: "What every mutation answers: its result, or why there is none." })
abstract class PayloadInterface {
  @Field(() => [UserError], {
    description: "Why nothing was done; empty on success, and then the other fields are set.",
  })
  userErrors: UserError[] = [];
}

/** What every mutation answers. No type of the schema by itself: a subclass is one, and inherits the interface. */
@ObjectType({ implements: PayloadInterface })
export abstract class Payload extends PayloadInterface {}

/** The payload of a mutation that was refused before its use case was asked. */
export const refused = (refusal: Refusal): Pick<Payload, "userErrors"> => ({ userErrors: [new UserError(refusal)] });

/** Runs a use case and answers with its payload; a refusal becomes `userErrors`, and then every other field stays null. */
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

@ObjectType({ description: "The wish was taken. Says nothing of whether the address is known." })
export class AcceptedPayload extends Payload {
  @Field(() => Boolean, { description: "True unless there are userErrors." }) accepted = false;
}
