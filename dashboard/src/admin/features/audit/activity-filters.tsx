import { useEffect, useState } from "react";
import { useQuery } from "urql";
import {
  auditEventKinds,
  auditEvents,
  auditEventTypesOf,
  type ActorKind,
  type AuditEventKind,
} from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { ComboBox } from "../../../ui/combo-box.js";
import { Select, type Option } from "../../../ui/select.js";
import { TextField } from "../../../ui/text-field.js";
import { DaysIn } from "../../days-in.js";
import { actorKindTitles, type ActivitySearch } from "./event-filter.js";

const ActivityFilters_actors = graphql(`
  query ActivityFilters_actors {
    teamMembers {
      id
      name
    }
    apiKeys {
      id
      name
    }
  }
`);
const ActivityFilters_contact = graphql(`
  query ActivityFilters_contact($id: ID!) {
    contact(id: $id) {
      id
      name
    }
  }
`);
const ActivityFilters_contacts = graphql(`
  query ActivityFilters_contacts($search: String!) {
    contacts(first: 8, filter: { search: $search }) {
      nodes {
        id
        name
        email
      }
    }
  }
`);

const ANY = "ANY";
const kinds = Object.keys(auditEventKinds) as AuditEventKind[];
const whatOptions: readonly Option<string>[] = [
  { value: ANY, label: "Everything" },
  ...kinds.flatMap((kind) => {
    const section = auditEventKinds[kind];
    return [
      { value: kind, label: `All: ${section}`, section },
      ...auditEventTypesOf(kind).map((type) => ({ value: type, label: auditEvents[type].title, section })),
    ];
  }),
];

/** Chooses which events are shown: what happened, to which client, who did it, and when. */
export function ActivityFilters(props: { search: ActivitySearch; onChange: (search: ActivitySearch) => void }) {
  const { search, onChange } = props;
  const [{ data }] = useQuery({ query: ActivityFilters_actors });
  const set = (name: keyof ActivitySearch, value: string | null) => {
    const { [name]: _before, ...others } = search;
    onChange(value === null ? others : { ...others, [name]: value });
  };
  const whoOptions: readonly Option<string>[] = [
    { value: ANY, label: "Anyone" },
    ...(Object.keys(actorKindTitles) as ActorKind[]).map((kind) => ({ value: kind, label: actorKindTitles[kind] })),
    ...(data?.teamMembers ?? []).map(({ id, name }) => ({ value: id, label: name, section: "Team" })),
    ...(data?.apiKeys ?? []).map(({ id, name }) => ({ value: id, label: name, section: "API keys" })),
  ];
  const choose = (name: keyof ActivitySearch) => (value: string) => set(name, value === ANY ? null : value);
  return (
    <section aria-label="Filter" className="mb-4 grid grid-cols-2 gap-3 lg:grid-cols-[1.2fr_1.2fr_1.2fr_1fr_1fr]">
      <div className="col-span-2 sm:col-span-1">
        <Select label="What" options={whatOptions} value={search.what ?? ANY} onChange={choose("what")} />
      </div>
      <div className="col-span-2 sm:col-span-1">
        <ClientField key={search.client ?? ""} client={search.client ?? null} onChoose={(id) => set("client", id)} />
      </div>
      <div className="col-span-2 sm:col-span-1">
        <Select label="By whom" options={whoOptions} value={search.who ?? ANY} onChange={choose("who")} />
      </div>
      <TextField label="From" type="date" value={search.from ?? ""} onChange={(day) => set("from", day || null)} />
      <TextField label="To" type="date" value={search.to ?? ""} onChange={(day) => set("to", day || null)} />
      <div className="col-span-2 lg:col-span-2 lg:col-start-4">
        <DaysIn />
      </div>
    </section>
  );
}

const typingMs = 250;

function ClientField({ client, onChoose }: { client: string | null; onChoose: (id: string | null) => void }) {
  const [{ data: chosen }] = useQuery({
    query: ActivityFilters_contact,
    variables: { id: client ?? "" },
    pause: client === null,
  });
  const [typed, setTyped] = useState<string | null>(null);
  const [search, setSearch] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed?.trim() ?? ""), typingMs);
    return () => clearTimeout(timer);
  }, [typed]);
  const [{ data: found }] = useQuery({
    query: ActivityFilters_contacts,
    variables: { search },
    pause: search === "",
  });
  return (
    <ComboBox
      label="Client"
      placeholder="Any client"
      typed={typed ?? chosen?.contact?.name ?? ""}
      onType={setTyped}
      suggestions={(search === "" ? [] : (found?.contacts.nodes ?? [])).map(({ id, name, email }) => ({
        id,
        label: name,
        hint: email,
      }))}
      onChoose={(id) => {
        if (id !== client) onChoose(id);
      }}
    />
  );
}
