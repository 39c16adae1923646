import type { Page } from "playwright-core";

/**
 * Does to every page of the tab what Google's translator does in Chrome: each text node is replaced by `<font><font>`, now and after every
 * change. The words stay the same.
 */
export const translate = (page: Page): Promise<unknown> =>
  page.addInitScript(`(() => {
    const untouched = "script, style, noscript, textarea, title, svg, font, [translate=no]";
    const texts = (root) => {
      if (root.nodeType === Node.TEXT_NODE) return [root];
      const found = [];
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) found.push(walker.currentNode);
      return found;
    };
    const rewrite = (text) => {
      if (!text.parentElement || text.parentElement.closest(untouched) || text.data === "") return;
      const [outer, inner] = [document.createElement("font"), document.createElement("font")];
      outer.style.verticalAlign = inner.style.verticalAlign = "inherit";
      inner.textContent = text.data;
      outer.append(inner);
      text.replaceWith(outer);
    };
    new MutationObserver((changes) => {
      document.documentElement.classList.add("translated-ltr");
      for (const { type, target, addedNodes } of changes)
        for (const node of type === "characterData" ? [target] : addedNodes) texts(node).forEach(rewrite);
    }).observe(document, { childList: true, subtree: true, characterData: true });
  })()`);

/** Whether the translator was at work on what is shown. */
export const isRewritten = (page: Page): Promise<boolean> =>
  page.evaluate<boolean>(`document.querySelector("#root font") !== null`);
