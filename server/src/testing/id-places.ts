import {
  getNamedType,
  isInputObjectType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
} from "graphql";

/** Every argument and input field of the API that takes an id, as `Mutation.updateContact(input.contactId)`. */
export function idPlaces(schema: GraphQLSchema): string[] {
  const inside = (given: GraphQLArgument | GraphQLInputField, path: string): string[] => {
    const type = getNamedType(given.type);
    if (type.name === "ID") return [path];
    return isInputObjectType(type)
      ? Object.values(type.getFields()).flatMap((field) => inside(field, `${path}.${field.name}`))
      : [];
  };
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) =>
        field.args.flatMap((given) => inside(given, given.name).map((path) => `${type.name}.${field.name}(${path})`)),
      ),
    );
}
