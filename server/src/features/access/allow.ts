import { defaultFieldResolver, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from "graphql";
import { Extensions } from "type-graphql";
import { alwaysNeedsFreshProof, isJudgedAct } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import { refused } from "../../platform/graphql/payloads.js";
import { isFresh } from "./fresh-proof.js";
import { checkAccess, type AccessRule } from "./access-rule.js";
import type { RequestContext } from "../callers/request-context.js";

/**
 * States who may use a field. Required on every query, mutation and subscription, and on every field with a resolver.
 * `enforceAccess` checks the rule before the resolver. It also refuses to start if a rule is missing, or if
 * shared/sign-in lists a mutation neither as dangerous nor as harmless. A mutation that always needs a fresh proof is
 * refused without one there too.
 */
export const Allow = (rule: AccessRule): PropertyDecorator & MethodDecorator => Extensions({ allow: rule });

/**
 * Returns the field's value if it was read together with its parent; if it is undefined, the resolver is called.
 * type-graphql allocates a dozen objects on the way to a resolver, which a list would pay for in each row.
 */
export const ReadAlong = <P>(valueIn: (parent: P) => unknown): MethodDecorator & PropertyDecorator =>
  Extensions({ readAlong: valueIn });

type Resolver = GraphQLFieldResolver<unknown, RequestContext>;

/**
 * Checks every field's rule right before it is resolved, and a subscription's also before it begins. The check is
 * synchronous, so that a field whose value is available costs no promise (type-graphql's own `@Authorized` makes each
 * field a promise, and silently does nothing for fields without a resolver).
 */
export function enforceAccess(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const [name, field] of Object.entries(type.getFields())) {
      const rule = field.extensions.allow as AccessRule | undefined;
      if (rule === undefined) {
        if (field.resolve || field.subscribe) throw new Error(`${type.name}.${name} does not state who may use it`);
        continue;
      }
      const isMutation = type === schema.getMutationType();
      if (isMutation && rule !== "anyone" && !isJudgedAct(name))
        throw new Error(`Mutation.${name} does not say whether it needs a fresh proof`);
      const isDangerous = isMutation && alwaysNeedsFreshProof(name);
      const valueIn = field.extensions.readAlong as ((parent: unknown) => unknown) | undefined;
      const guarded =
        (resolve: Resolver): Resolver =>
        (source, args, context, info) => {
          checkAccess(rule, context.caller);
          if (isDangerous && !isFresh(context.caller, context.now())) return refused(new Refusal("STEP_UP_REQUIRED"));
          const value = valueIn?.(source);
          return value === undefined ? (resolve(source, args, context, info) as unknown) : value;
        };
      field.resolve = guarded(field.resolve ?? defaultFieldResolver);
      if (field.subscribe) field.subscribe = guarded(field.subscribe);
    }
  }
  return schema;
}
