import { describe, expect, it } from "@jest/globals";
import { act, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createElement } from "react";
import { rich } from "../language/rich.js";
import { Banner } from "../ui/banner.js";
import { Button } from "../ui/button.js";
import { Checkbox } from "../ui/checkbox.js";

/** What a browser's translator does to the texts on a page, again after each change. */
function translate(root: Node): void {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found: Text[] = [];
  while (texts.nextNode()) found.push(texts.currentNode as Text);
  for (const text of found) {
    if (text.parentElement?.closest("font")) continue;
    const font = document.createElement("font");
    font.append(document.createElement("font"));
    font.firstElementChild?.append(text.data);
    text.replaceWith(font);
  }
}
const Items = ({ children }: { children?: ReactNode }) => <section>{children}</section>;

/** Something that is drawn in several states, one after the other and back. */
type Case = [what: string, draw: (state: number) => ReactNode, shown: string[]];
const cases: Case[] = [
  ["a text after an icon that comes and goes", (n) => <p>{n === 1 && <i>…</i>}Save</p>, ["Save", "…Save", "Save"]],
  [
    "a text before an element that comes and goes",
    (n) => <p>Name{n === 1 && <b> *</b>}</p>,
    ["Name", "Name *", "Name"],
  ],
  [
    "a text that comes and goes beside an element",
    (n) => (
      <p>
        <b>1</b>
        {n === 1 && " of 2"}
      </p>
    ),
    ["1", "1 of 2", "1"],
  ],
  [
    "a text in the place of an element",
    (n) => <p>To {n === 1 ? <b>Ann</b> : "all"}.</p>,
    ["To all.", "To Ann.", "To all."],
  ],
  [
    "a number within a sentence",
    (n) => (
      <p>
        {n} of {2} done<b>!</b>
      </p>
    ),
    ["0 of 2 done!", "1 of 2 done!", "2 of 2 done!"],
  ],
  ["a lone number", (n) => <output>{n}</output>, ["0", "1", "2"]],
  ["a lone text, then an element", (n) => <p>{n === 1 ? <b>Yes</b> : "No"}</p>, ["No", "Yes", "No"]],
  [
    "a text in a fragment beside an element",
    (n) => (
      <p>
        <b>a</b>
        {n === 1 && <> · b</>}
      </p>
    ),
    ["a", "a · b", "a"],
  ],
  [
    "a fragment that is only a text",
    (n) => (
      <div>
        {n === 1 && <b>a</b>}
        <>b</>
      </div>
    ),
    ["b", "ab", "b"],
  ],
  [
    "a list of texts",
    (n) => (
      <p>
        {["a", "b", "c"].slice(n)}
        <i />
      </p>
    ),
    ["abc", "bc", "c"],
  ],
  ["a list of texts and elements", (n) => <p>{["a", n === 1 ? <b key="b">b</b> : "c"]}</p>, ["ac", "ab", "ac"]],
  [
    "a sentence with a date in it",
    (n) => <p>{rich`since ${(<time>{n}</time>)}, really`}</p>,
    ["since 0, really", "since 1, really", "since 2, really"],
  ],
  [
    "another sentence of other parts",
    (n) => <p>{n === 1 ? rich`${(<b>x</b>)} y` : rich`y ${(<b>x</b>)}`}</p>,
    ["y x", "x y", "y x"],
  ],
  ["a component's text and element", (n) => <Items>{n === 1 && <b>a</b>}b</Items>, ["b", "ab", "b"]],
  ["a component's lone text, then none", (n) => <Items>{n === 1 ? null : "b"}</Items>, ["b", "", "b"]],
  [
    "an empty text",
    (n) => (
      <p>
        {n === 1 ? "" : "a"}
        <b>b</b>
      </p>
    ),
    ["ab", "b", "ab"],
  ],
  [
    "the choices of a list",
    (n) => (
      <select>
        <option>{n} days</option>
      </select>
    ),
    ["0 days", "1 days", "2 days"],
  ],
  ["our button while it works", (n) => <Button isPending={n === 1}>Save</Button>, ["Save", "WorkingSave", "Save"]],
  ["our button whose word changes", (n) => <Button>{n === 1 ? "Hide" : "Show"}</Button>, ["Show", "Hide", "Show"]],
  [
    "our checkbox with an explanation",
    (n) => (
      <Checkbox>
        Days: {n}
        {n === 1 && <b>!</b>}
      </Checkbox>
    ),
    ["Days: 0", "Days: 1!", "Days: 2"],
  ],
  [
    "a banner that comes and goes",
    (n) => <div>Text {n === 1 && <Banner>Done {n}</Banner>} after</div>,
    ["Text  after", "Text Done 1 after", "Text  after"],
  ],
];

describe("a page that a browser's translator rewrites", () => {
  it.each(cases)("goes on: %s", (_what, draw, shown) => {
    const { container, rerender, unmount } = render(<main>{draw(0)}</main>);
    const seen = [container.textContent];
    translate(container);
    for (const state of [1, 2]) {
      rerender(<main>{draw(state)}</main>);
      seen.push(container.textContent);
      translate(container);
    }
    expect(seen).toEqual(shown);
    unmount();
    expect(container.innerHTML).toBe("");
  });

  it("keeps what is in the fields beside a text that comes and goes", () => {
    const draw = (n: number) => (
      <label>
        {n === 1 && "Your "}
        name <input defaultValue="" />
      </label>
    );
    const { container, rerender } = render(draw(0));
    const field = container.querySelector("input");
    if (field) field.value = "Ann";
    rerender(draw(1));
    expect(container.querySelector("input")).toBe(field);
    expect(container.textContent).toBe("Your name ");
  });

  it("would not go on with React's own jsx, which shows that the translator above is one", () => {
    const draw = (n: number) => createElement("p", null, n === 1 && createElement("i", null, "…"), "Save");
    const { container, rerender } = render(draw(0));
    translate(container);
    expect(() => act(() => rerender(draw(1)))).toThrow(/insert|child|NotFound/i);
  });
});
