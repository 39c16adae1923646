import { useEffect } from "react";
import { useQuery } from "urql";
import { normalizeEmail } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { usePageChain, type LoadedPage } from "../../../graphql/use-page-chain.js";
import { Button } from "../../../ui/button.js";
import { classes } from "../../../ui/classes.js";
import { Email } from "../../../ui/email.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { Table, type Column } from "../../../ui/table.js";

const ReportRows_rows = graphql(`
  query ReportRows_rows($id: ID!, $after: String) {
    report(id: $id) {
      id
      rows(first: 100, after: $after) {
        nodes {
          cells
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);
interface Row {
  cells: readonly (string | null)[];
}
interface Numbered extends Row {
  number: number;
}

/** The head and the first column stay in view. */
const stays = classes(
  "xl:[&_thead]:sticky xl:[&_thead]:top-0 xl:[&_thead]:z-10 xl:[&_thead]:bg-surface",
  "xl:[&_tr>:first-child]:sticky xl:[&_tr>:first-child]:left-0 xl:[&_tr>:first-child]:bg-surface",
);

/** A report's table, a hundred rows at a time. `tag`: the language of what it says. */
export function ReportRows(props: { id: string; label: string; columns: readonly string[]; tag: string }) {
  const { id, label, columns, tag } = props;
  const { pages, wanted, setWanted, onRead, cursors } = usePageChain<Row>();
  const rows = pages.flatMap((page) => page.rows).map(({ cells }, number) => ({ number, cells }));
  return (
    <div className="-mx-5">
      {pages.length > 0 && rows.length === 0 && <p className="px-5 text-sm text-muted">There is nothing to list.</p>}
      {rows.length > 0 && (
        // Wide tables scroll in themselves; on a phone, each row is a block.
        <section
          aria-label={label}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the keyboard scrolls what has the focus
          tabIndex={0}
          lang={tag}
          className="overflow-x-auto xl:max-h-[75dvh] xl:overflow-y-auto"
        >
          <div className={classes("xl:[&_table]:w-max xl:[&_table]:min-w-full xl:[&_td]:max-w-80", stays)}>
            <Table<Numbered>
              label={label}
              rows={rows}
              rowKey={({ number }) => String(number)}
              columns={columns.map((title, index): Column<Numbered> => ({
                id: String(index),
                title,
                renderCell: ({ cells }) => inCell(cells[index] ?? ""),
              }))}
            />
          </div>
        </section>
      )}
      {cursors.map((after, index) => (
        <PageOfRows key={index} id={id} index={index} after={after} isLoaded={index < pages.length} onRead={onRead} />
      ))}
      {pages.length === wanted && pages.at(-1)?.hasNextPage && (
        <div className="flex justify-center pt-4">
          <Button onPress={() => setWanted(wanted + 1)}>Show more</Button>
        </div>
      )}
    </div>
  );
}

/** Not a component: its text would then be one whose node React keeps (jsx/lone-texts.ts). */
const inCell = (text: string) => (normalizeEmail(text) === null ? text : <Email address={text} />);

/** Reads a hundred rows for the table; by itself it shows only that they are loading, or that loading failed. */
function PageOfRows(props: {
  id: string;
  index: number;
  after: string | null;
  isLoaded: boolean;
  onRead: (index: number, page: LoadedPage<Row>) => void;
}) {
  const { id, index, after, isLoaded, onRead } = props;
  // Not from the cache: a report is made anew when somebody whom it names is deleted.
  const [{ data, error }, again] = useQuery({
    query: ReportRows_rows,
    variables: { id, after },
    requestPolicy: "network-only",
  });
  useEffect(() => {
    if (!data?.report) return;
    const { nodes, pageInfo } = data.report.rows;
    onRead(index, { rows: nodes, endCursor: pageInfo.endCursor, hasNextPage: pageInfo.hasNextPage });
  }, [data, index, onRead]);
  if (isLoaded) return null;
  if (data && !data.report) return <EmptyState title="This report is not kept any more." />;
  return (
    <div className="px-5">
      {error ? (
        <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />
      ) : (
        <Skeleton lines={8} label="Loading the rows" />
      )}
    </div>
  );
}
