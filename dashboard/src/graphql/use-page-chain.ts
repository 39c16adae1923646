import { useCallback, useState } from "react";

/** One page of a list as it was read last. */
export interface LoadedPage<Row> {
  rows: readonly Row[];
  endCursor: string | null;
  hasNextPage: boolean;
}

/**
 * The pages of a list: each begins where the one before it ends, also when that one is read again, so that there is no gap between
 * them. Every page is read by a component of its own, which tells it by `onRead`.
 */
export function usePageChain<Row>() {
  const [pages, setPages] = useState<readonly LoadedPage<Row>[]>([]);
  const [wanted, setWanted] = useState(1);
  const onRead = useCallback(
    (index: number, page: LoadedPage<Row>) =>
      setPages((before) => [...before.slice(0, index), page, ...(page.hasNextPage ? before.slice(index + 1) : [])]),
    [],
  );
  /** For another list: the old rows stand until its first page is there. */
  const startAgain = () => {
    setPages(pages.slice(0, 1));
    setWanted(1);
  };
  /** After what each page is to be read: those that are there, and the next one that is wanted. */
  const cursors = Array.from(
    { length: Math.min(wanted, pages.length + 1) },
    (_, index) => pages[index - 1]?.endCursor ?? null,
  );
  return { pages, wanted, setWanted, onRead, startAgain, cursors };
}
