import { useCallback, useState } from "react";

/** One page of a list, as last read. */
export interface LoadedPage<Row> {
  rows: readonly Row[];
  endCursor: string | null;
  hasNextPage: boolean;
}

/**
 * The pages of a list: each starts where the previous one ends, even after that one is reloaded, so that there is no gap between them.
 * Every page is read by a component of its own, which reports it with `onRead`.
 */
export function usePageChain<Row>() {
  const [pages, setPages] = useState<readonly LoadedPage<Row>[]>([]);
  const [wanted, setWanted] = useState(1);
  const onRead = useCallback(
    (index: number, page: LoadedPage<Row>) =>
      setPages((before) => [...before.slice(0, index), page, ...(page.hasNextPage ? before.slice(index + 1) : [])]),
    [],
  );
  /** For another list: the old rows stay until its first page has loaded. */
  const startAgain = () => {
    setPages(pages.slice(0, 1));
    setWanted(1);
  };
  /** The cursor after which each page is read: those already loaded, and the next one that is wanted. */
  const cursors = Array.from(
    { length: Math.min(wanted, pages.length + 1) },
    (_, index) => pages[index - 1]?.endCursor ?? null,
  );
  return { pages, wanted, setWanted, onRead, startAgain, cursors };
}
