import { memo, useCallback, useEffect, useMemo, useRef, useState, type RefObject } from "react";
import { useQuery } from "urql";
import { graphql, readFragment, type VariablesOf } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { usePageChain, type LoadedPage } from "../../../graphql/use-page-chain.js";
import { Button } from "../../../ui/button.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { TableFrame, TableRows, type Column, type Selecting } from "../../../ui/table.js";
import { useTeamSession } from "../../session.js";
import { useLiveRefresh } from "../audit/live-feed.js";
import { contactColumns } from "./contact-columns.js";
import { ContactRow_contact, type ContactRow } from "./contact-row.fragment.js";
import { SelectionBar, type Selection } from "./selection-bar.js";

const ContactTable_page = graphql(
  `
    query ContactTable_page($after: String, $filter: ContactFilter, $orderBy: ContactOrder) {
      contacts(first: 50, after: $after, filter: $filter, orderBy: $orderBy) {
        nodes {
          id
          ...ContactRow_contact
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [ContactRow_contact],
);
/** A query of its own, because counting matches takes longer than finding the first page. */
const ContactTable_total = graphql(`
  query ContactTable_total($filter: ContactFilter) {
    contacts(first: 1, filter: $filter) {
      totalCount
    }
  }
`);

/** Which contacts are listed, and in which order. */
export type ContactList = Required<Pick<VariablesOf<typeof ContactTable_page>, "filter" | "orderBy">>;

/** How close to the window a page of rows must be to stay in the document. */
const NEAR = "1200px 0px";
/** How close to the window the end of the list must be to load the next page. */
const SOON = "800px 0px";

/** Watches whether the element is on the screen, or within the margin around it. */
function useNearness(
  element: RefObject<Element | null>,
  margin: string,
  onChange: (entry: IntersectionObserverEntry) => void,
) {
  useEffect(() => {
    if (!element.current) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        const newest = entries.at(-1);
        if (newest) onChange(newest);
      },
      { rootMargin: margin },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, margin, onChange]);
}

/**
 * A list of contacts that grows as the viewer scrolls. Only the pages near the window are in the document and reload as events arrive,
 * so the ten-thousandth row scrolls as smoothly as the first.
 */
export function ContactTable({ list }: { list: ContactList }) {
  const { mayWrite } = useTeamSession();
  const [selection, setSelection] = useState<Selection>(new Map());
  const { pages, wanted, setWanted, onRead, startAgain, cursors } = usePageChain<ContactRow>();
  const [shownList, setShownList] = useState(list);
  if (shownList !== list) {
    setShownList(list);
    startAgain();
  }
  const [{ data: total }, countAgain] = useQuery({
    query: ContactTable_total,
    variables: { filter: list.filter },
    requestPolicy: "cache-and-network",
  });
  useLiveRefresh(countAgain);
  const totalCount = total?.contacts.totalCount;
  const rows = useMemo(() => pages.flatMap((page) => page.rows), [pages]);
  const columns = useMemo(() => contactColumns(mayWrite), [mayWrite]);
  const selecting = useMemo<Selecting<ContactRow> | undefined>(
    () =>
      mayWrite
        ? {
            isSelected: ({ id }) => selection.has(id),
            nameOf: ({ name }) => name,
            onChange: (row, isSelected) => {
              const next = new Map(selection);
              if (isSelected) next.set(row.id, row);
              else next.delete(row.id);
              setSelection(next);
            },
          }
        : undefined,
    [mayWrite, selection],
  );
  return (
    <>
      <div className="rounded-xl border border-line bg-surface">
        {rows.length > 0 && mayWrite && <SelectionBar shown={rows} selection={selection} onChange={setSelection} />}
        <TableFrame
          label="Contacts"
          columns={columns}
          hasSelection={mayWrite}
          rowCount={totalCount === undefined ? -1 : totalCount + 1}
          hasFixedWidths
        >
          {cursors.map((after, index) => (
            <PageOfContacts
              key={index}
              index={index}
              list={list}
              after={after}
              page={pages[index]}
              firstIndex={pages.slice(0, index).reduce((sum, page) => sum + page.rows.length, 1)}
              onRead={onRead}
              columns={columns}
              selection={selecting}
            />
          ))}
        </TableFrame>
      </div>
      {rows.length > 0 && (
        <div className="flex flex-wrap items-center justify-between gap-3 py-4 text-sm text-muted">
          <p aria-live="polite">
            {rows.length} of {totalCount ?? "…"}
          </p>
          {pages.at(-1)?.hasNextPage && (
            <More loaded={pages.length} isPending={wanted > pages.length} onWanted={setWanted} />
          )}
        </div>
      )}
    </>
  );
}

/** Loads the next page when it comes near the window, or is pressed. */
function More(props: { loaded: number; isPending: boolean; onWanted: (pages: number) => void }) {
  const { loaded, isPending, onWanted } = props;
  const box = useRef<HTMLDivElement>(null);
  const ask = useCallback(() => onWanted(loaded + 1), [loaded, onWanted]);
  useNearness(
    box,
    SOON,
    useCallback(({ isIntersecting }) => isIntersecting && ask(), [ask]),
  );
  return (
    <div ref={box}>
      <Button isPending={isPending} onPress={ask}>
        Show more
      </Button>
    </div>
  );
}

interface PageProps {
  index: number;
  list: ContactList;
  after: string | null;
  page: LoadedPage<ContactRow> | undefined;
  /** The position of its first row among all, from 1. */
  firstIndex: number;
  onRead: (index: number, page: LoadedPage<ContactRow>) => void;
  columns: readonly Column<ContactRow>[];
  selection: Selecting<ContactRow> | undefined;
}

/** Fifty rows; far from the window, an empty row of the same height. */
const PageOfContacts = memo(function PageOfContacts(props: PageProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  // Its height while it is far from the window; null: near.
  const [farHeight, setFarHeight] = useState<number | null>(null);
  useNearness(
    body,
    NEAR,
    useCallback(
      ({ isIntersecting, boundingClientRect }) => setFarHeight(isIntersecting ? null : boundingClientRect.height),
      [],
    ),
  );
  return (
    <tbody ref={body} className="@max-3xl:block">
      {farHeight === null ? (
        <NearPage {...props} />
      ) : (
        <tr aria-hidden="true" className="@max-3xl:block" style={{ height: farHeight }} />
      )}
    </tbody>
  );
});

function NearPage({ index, list, after, page, firstIndex, onRead, columns, selection }: PageProps) {
  const [{ data, error }, again] = useQuery({
    query: ContactTable_page,
    variables: { ...list, after },
    requestPolicy: "cache-and-network",
  });
  // The cache updates each row, but which rows there are may change too.
  useLiveRefresh(again);
  useEffect(() => {
    if (!data) return;
    const { nodes, pageInfo } = data.contacts;
    onRead(index, {
      rows: nodes.map((node) => readFragment(ContactRow_contact, node)),
      endCursor: pageInfo.endCursor,
      hasNextPage: pageInfo.hasNextPage,
    });
  }, [data, index, onRead]);
  if (page && page.rows.length > 0)
    return (
      <TableRows
        columns={columns}
        rows={page.rows}
        rowKey={({ id }) => id}
        selection={selection}
        firstIndex={firstIndex}
      />
    );
  // The last page may lose its last row.
  if (page && index > 0) return null;
  const instead = () => {
    if (page && Object.keys(list.filter ?? {}).length > 0)
      return <EmptyState title="No contacts match.">Try fewer letters or another filter.</EmptyState>;
    if (page)
      return <EmptyState title="There are no contacts yet.">Create the first one, or import a file.</EmptyState>;
    if (error) return <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />;
    return (
      <div className="p-5">
        <Skeleton lines={10} label="Loading contacts" />
      </div>
    );
  };
  return (
    <tr className="@max-3xl:block">
      <td colSpan={columns.length + (selection ? 1 : 0)} className="@max-3xl:block">
        {instead()}
      </td>
    </tr>
  );
}
