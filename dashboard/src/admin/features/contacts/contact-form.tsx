import { useState } from "react";
import { languageCodes, languages, normalizeEmail, type Language } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { Banner } from "../../../ui/banner.js";
import { Select } from "../../../ui/select.js";
import { TextField } from "../../../ui/text-field.js";
import { ContactRow_contact } from "./contact-row.fragment.js";

const ContactForm_create = graphql(
  `
    mutation ContactForm_create($input: ContactInput!) {
      createContact(input: $input) {
        contact {
          id
          externalId
          language
          ...ContactRow_contact
        }
        ...Problems
      }
    }
  `,
  [ContactRow_contact, Problems],
);
const ContactForm_update = graphql(
  `
    mutation ContactForm_update($input: UpdateContactInput!) {
      updateContact(input: $input) {
        contact {
          id
          externalId
          language
          ...ContactRow_contact
        }
        ...Problems
      }
    }
  `,
  [ContactRow_contact, Problems],
);

export interface ContactValues {
  id: string;
  name: string;
  organization: string | null;
  email: string | null;
  externalId: string | null;
  language: Language | null;
  /** The login email of the contact's portal account. */
  loginEmail: string | null;
}

/** Creates a contact, or changes one. */
export function ContactForm(props: {
  contact?: ContactValues;
  onDone: (contactId: string) => void;
  onCancel: () => void;
}) {
  const { contact, onDone, onCancel } = props;
  const create = useAct(ContactForm_create);
  const update = useAct(ContactForm_update);
  const { problems, isPending } = contact ? update : create;
  const [name, setName] = useState(contact?.name ?? "");
  const [organization, setOrganization] = useState(contact?.organization ?? "");
  const [email, setEmail] = useState(contact?.email ?? "");
  const [externalId, setExternalId] = useState(contact?.externalId ?? "");
  const [language, setLanguage] = useState<Language | "">(contact?.language ?? "");
  const submit = async () => {
    const values = {
      name,
      organization: organization.trim() || null,
      email: email.trim() || null,
      externalId: externalId.trim() || null,
      language: language || null,
    };
    const { payload } = contact
      ? await update.act({ input: { contactId: contact.id, ...values } })
      : await create.act({ input: values });
    if (payload?.contact) onDone(payload.contact.id);
  };
  const loginEmail = contact?.loginEmail ?? null;
  const normalized = normalizeEmail(email);
  const leavesLogin = loginEmail !== null && normalized !== contact?.email && normalized !== loginEmail;
  return (
    <ActForm
      onSubmit={submit}
      onCancel={onCancel}
      confirmLabel={contact ? "Save" : "Create contact"}
      isPending={isPending}
      error={otherProblems(problems, "name", "organization", "email", "externalId")}
    >
      <TextField label="Name" value={name} onChange={setName} error={problemOf(problems, "name")} isRequired />
      <TextField
        label="Organization"
        value={organization}
        onChange={setOrganization}
        error={problemOf(problems, "organization")}
      />
      <TextField
        label="Email"
        type="email"
        hint="Requests and the invitation to the portal are sent here."
        value={email}
        onChange={setEmail}
        error={problemOf(problems, "email")}
      />
      {leavesLogin && (
        <Banner tone="warning">
          The login <strong className="break-all">{loginEmail}</strong> will no longer have access to this
          contact&rsquo;s requests. If the client should keep using it, change the login email first (Edit login details
          &gt; Change login email) and wait until the new address is confirmed. Otherwise, sign out or delete the login
          on the Overview page afterwards.
        </Banner>
      )}
      <Select
        label="Language for mails and pages"
        options={[
          { value: "", label: "The firm's default" },
          ...languageCodes.map((code) => ({ value: code, label: languages[code].englishName })),
        ]}
        value={language}
        onChange={setLanguage}
      />
      <TextField
        label="External id"
        hint="The contact's number in another of your systems."
        value={externalId}
        onChange={setExternalId}
        error={problemOf(problems, "externalId")}
      />
    </ActForm>
  );
}
