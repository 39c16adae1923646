import type { ReactNode } from "react";
import { jsx } from "react/jsx-runtime";

/*
 * A browser's translator replaces every text node by a <font> element. React keeps the nodes of texts that have siblings: it would
 * later remove one that is not there any more (NotFoundError, and the page is gone), or write into one that nobody sees. It keeps no
 * node of a text that is an element's only child. So each text that has siblings gets a <span> of its own, whoever writes it.
 */

type Props = Record<string, unknown>;

/** These contain text only: their pieces are joined. */
const textOnly: ReadonlySet<unknown> = new Set(["option", "title", "textarea"]);

const isText = (child: unknown): child is string | number => typeof child === "string" || typeof child === "number";
const isNothing = (child: unknown): boolean =>
  child === null || child === undefined || typeof child === "boolean" || child === "";
const spanOf = (text: string, key?: string): ReactNode => jsx("span", { children: text }, key);

/** Joins texts that follow each other. The other children keep their places, by which React knows them. */
function joined(children: readonly unknown[]): unknown[] {
  const places: unknown[] = [];
  let last = -1;
  children.forEach((child, place) => {
    if (isText(child) && last >= 0) {
      places[last] = `${String(places[last])}${child}`;
      places.push(null);
    } else {
      places.push(isText(child) ? String(child) : child);
      if (isText(child)) last = place;
      else if (!isNothing(child)) last = -1;
    }
  });
  return places;
}

const hasText = (children: readonly unknown[]): boolean =>
  children.some((child) => (isText(child) && child !== "") || (Array.isArray(child) && hasText(child)));

/** The items of a list, which have keys. */
const apartInList = (items: readonly unknown[]): readonly unknown[] =>
  hasText(items)
    ? items.map((item, place) =>
        isText(item) && item !== ""
          ? spanOf(String(item), `text-${place}`)
          : Array.isArray(item)
            ? apartInList(item)
            : item,
      )
    : items;

function apart(type: unknown, children: unknown): unknown {
  // Whatever draws a fragment or a component may put something beside its text, also a library that is not compiled with this.
  if (isText(children)) return typeof type === "string" || children === "" ? children : spanOf(String(children));
  return Array.isArray(children) ? apartInList(children) : children;
}

/** The properties of an element with one child, or with a list made by the program. */
export function withLoneText(type: unknown, props: Props): Props {
  const children = apart(type, props["children"]);
  return children === props["children"] ? props : { ...props, children };
}

/** The properties of an element with several children, as written in the source. */
export function withLoneTexts(type: unknown, props: Props): Props {
  const written = props["children"];
  if (!Array.isArray(written)) return withLoneText(type, props);
  if (!hasText(written)) return props;
  const children = joined(written);
  const rest = children.filter((child) => !isNothing(child));
  // Components may add siblings, and a fragment always has some.
  if (typeof type === "string" && (textOnly.has(type) || (rest.length === 1 && isText(rest[0]))))
    return rest.length === 1 ? { ...props, children: rest[0] } : props;
  return {
    ...props,
    children: children.map((child) =>
      isText(child) && child !== "" ? spanOf(String(child)) : Array.isArray(child) ? apartInList(child) : child,
    ),
  };
}
