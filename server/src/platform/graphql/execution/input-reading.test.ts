import { expect, it } from "@jest/globals";
import { buildSchema, coerceInputValue, GraphQLList, GraphQLNonNull, isInputType, isNonNullType } from "graphql";
import { inputReader, NOT_READ } from "./input-reading.js";

const schema = buildSchema(`
  type Query { x: Int }
  enum Kind { ONE TWO } scalar Odd
  input In { x: Int! kind: Kind = ONE y: [String] = ["y"] z: In odd: Odd }
  input Free { a: Int }
  input One @oneOf { a: Int b: Int }
`);
const odd = schema.getType("Odd");
if (!odd || !("parseValue" in odd)) throw new Error("no scalar");
odd.parseValue = (value: unknown) => {
  if (value === "refused") throw new Error("not odd");
  return value === "nothing" ? undefined : { read: value };
};
const inputType = (name: string) => {
  const type = schema.getType(name);
  if (!isInputType(type) || isNonNullType(type)) throw new Error("no type");
  return type;
};
const list = new GraphQLList(inputType("In"));
const read = inputReader(list);

it.each([
  [[[{ x: 1 }, { x: 2, kind: "TWO", y: ["a", null], z: { x: 3, kind: null, y: null, z: null } }]]],
  [[[]]],
  [[[null]]],
  [[null]],
  [[undefined]],
  [[[{ x: 1, y: undefined }]]],
  [
    [
      [
        { x: 1, odd: "x" },
        { x: 1, odd: null },
      ],
    ],
  ],
])("%j is coerced as graphql-js does it", ([value]) => {
  const coerced = read(value);
  expect(coerced).not.toBe(NOT_READ);
  expect(coerced).toStrictEqual(coerceInputValue(value, list));
  expect(JSON.stringify(coerced)).toBe(JSON.stringify(coerceInputValue(value, list)));
});

it.each([
  [{ x: 1 }],
  ["x"],
  [[[{ x: 1 }]]],
  [["x"]],
  [[7]],
  [[{ x: 1, w: 1 }]],
  [[JSON.parse('{ "x": 1, "__proto__": 1 }')]],
  [[{ x: 1, constructor: 1 }]],
  [[{ y: [] }]],
  [[{ x: null }]],
  [[{ x: "1" }]],
  [[{ x: 1, kind: "THREE" }]],
  [[{ x: 1, y: [1] }]],
  [[{ x: 1, z: { x: true } }]],
  [[{ x: 1, odd: "refused" }]],
  [[{ x: 1, odd: "nothing" }]],
])("%j is left to graphql-js", (value) => expect(read(value)).toBe(NOT_READ));

it.each([["x"], [7], [true], [[]], [[{ a: 1 }]]])(
  "%j is not an object, although none of its fields is required",
  (value) => {
    expect(inputReader(inputType("Free"))(value)).toBe(NOT_READ);
  },
);

it.each([[null], [undefined]])("%j is not the required value", (value) => {
  expect(inputReader(new GraphQLNonNull(inputType("Free")))(value)).toBe(NOT_READ);
});

it("graphql-js reads an object that needs exactly one field", () => {
  expect(inputReader(inputType("One"))({ a: 1 })).toBe(NOT_READ);
});
