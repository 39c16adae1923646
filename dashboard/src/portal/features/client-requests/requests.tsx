import { graphql, readFragment, type FragmentOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { useAct } from "../../../graphql/use-act.js";
import { Badge } from "../../../ui/badge.js";
import { Checkbox } from "../../../ui/checkbox.js";
import { Day } from "../../../ui/date-time.js";
import { useNotify } from "../../../ui/notices.js";
import { PortalLink } from "../../address.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";

export const RequestItem_request = graphql(`
  fragment RequestItem_request on ClientRequest {
    id
    title
    dueOn
    completedAt
    contact {
      id
      name
    }
    items {
      id
      text
      done
    }
  }
`);
const Checklist_setDone = graphql(
  `
    mutation Checklist_setDone($input: SetRequestItemDoneInput!) {
      setRequestItemDone(input: $input) {
        request {
          id
          ...RequestItem_request
        }
        ...Problems
      }
    }
  `,
  [RequestItem_request, Problems],
);
type RequestProps = { request: FragmentOf<typeof RequestItem_request> };

/** A request in the list: its title, contact and progress. */
export function RequestItem(props: RequestProps) {
  const { firm } = usePortal();
  const request = readFragment(RequestItem_request, props.request);
  return (
    <article
      aria-label={request.title}
      className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 rounded-xl border border-line bg-surface px-5 py-4"
    >
      <div className="min-w-0">
        <h3 className="font-semibold break-words">
          <PortalLink slug={firm.slug} page="request" requestId={request.id}>
            {request.title}
          </PortalLink>
        </h3>
        <Whose request={props.request} />
      </div>
      <Progress request={props.request} />
    </article>
  );
}

/** The checklist of a request, which the client ticks off. */
export function Checklist(props: RequestProps) {
  const { request: say } = usePortalWords();
  const request = readFragment(RequestItem_request, props.request);
  const { act, isPending } = useAct(Checklist_setDone);
  const notify = useNotify();
  const tick = async (itemId: string, isDone: boolean) => {
    const { problems } = await act({ input: { itemId, done: isDone } });
    if (problems.length > 0) notify({ tone: "danger", text: problems.map(({ message }) => message).join(" ") });
  };
  return (
    <section aria-label={say.checklist} className="flex flex-col gap-4 rounded-xl border border-line bg-surface p-5">
      <div className="flex flex-wrap items-start justify-between gap-2">
        <Whose request={props.request} />
        <Progress request={props.request} />
      </div>
      <ul className="flex flex-col gap-1">
        {request.items.map((item) => (
          <li key={item.id} className="py-1.5">
            <Checkbox isSelected={item.done} isDisabled={isPending} onChange={(isDone) => void tick(item.id, isDone)}>
              {item.text}
            </Checkbox>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Whose(props: RequestProps) {
  const { request: say } = usePortalWords();
  const { contact, dueOn } = readFragment(RequestItem_request, props.request);
  return (
    <p className="text-sm break-words text-muted">
      {say.whose(contact.name)}
      {dueOn && <> · {say.due(<Day on={dueOn} />)}</>}
    </p>
  );
}

function Progress(props: RequestProps) {
  const { request: say } = usePortalWords();
  const { completedAt, items } = readFragment(RequestItem_request, props.request);
  if (completedAt) return <Badge tone="success">{say.completed}</Badge>;
  return <Badge>{say.progress(items.filter(({ done }) => done).length, items.length)}</Badge>;
}
