import { useState } from "react";
import { useClient } from "urql";
import { languageCodes, languages, normalizeEmail, type Language } from "@gatehouse/shared";
import { graphql, type ResultOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, sayError, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { AlertDialog } from "../../../ui/alert-dialog.js";
import { Banner } from "../../../ui/banner.js";
import { Select } from "../../../ui/select.js";
import { TextField } from "../../../ui/text-field.js";
import { ContactRow_contact } from "./contact-row.fragment.js";
import { RedirectSentence, RedirectSentence_change } from "./redirect-sentence.js";

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

const ContactForm_emailChange = graphql(
  `
    query ContactForm_emailChange($input: ContactEmailChangeInput!) {
      contactEmailChange(input: $input) {
        redirects
        version
        ...RedirectSentence_change
      }
    }
  `,
  [RedirectSentence_change],
);
type EmailChange = NonNullable<ResultOf<typeof ContactForm_emailChange>["contactEmailChange"]>;

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

/**
 * Creates a contact, or changes one. A new email that changes who can open the contact's requests is saved only once the person has seen
 * and confirmed what it does, and only if it still does that.
 */
export function ContactForm(props: {
  contact?: ContactValues;
  onDone: (contactId: string) => void;
  onCancel: () => void;
}) {
  const { contact, onDone, onCancel } = props;
  const create = useAct(ContactForm_create);
  const update = useAct(ContactForm_update);
  const { problems, isPending } = contact ? update : create;
  const client = useClient();
  const [shown, setShown] = useState<EmailChange | null>(null);
  /** What was shown is no longer what would happen. */
  const [isShownAgain, setShownAgain] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [name, setName] = useState(contact?.name ?? "");
  const [organization, setOrganization] = useState(contact?.organization ?? "");
  const [email, setEmail] = useState(contact?.email ?? "");
  const [externalId, setExternalId] = useState(contact?.externalId ?? "");
  const [language, setLanguage] = useState<Language | "">(contact?.language ?? "");
  const valuesOf = () => ({
    name,
    organization: organization.trim() || null,
    email: email.trim() || null,
    externalId: externalId.trim() || null,
    language: language || null,
  });
  const submit = async () => {
    const values = valuesOf();
    if (!contact) {
      const { payload } = await create.act({ input: values });
      if (payload?.contact) onDone(payload.contact.id);
      return;
    }
    const emailChange = values.email === contact.email ? null : await look(contact.id, values.email);
    if (emailChange === "FAILED") return;
    if (emailChange?.redirects) setShown(emailChange);
    else await save(contact.id, emailChange);
  };
  /** What the email would do; null: it is not an address, which saving says. */
  const look = async (contactId: string, address: string | null): Promise<EmailChange | null | "FAILED"> => {
    if (address !== null && normalizeEmail(address) === null) return null;
    setAsking(true);
    const { data, error } = await client
      .query(ContactForm_emailChange, { input: { contactId, email: address } }, { requestPolicy: "network-only" })
      .toPromise();
    setAsking(false);
    setFailure(error ? sayError(error) : null);
    return error ? "FAILED" : (data?.contactEmailChange ?? null);
  };
  const save = async (contactId: string, emailChange: EmailChange | null): Promise<void> => {
    const { email: address, ...rest } = valuesOf();
    // An email that was left alone is not sent: somebody else may have changed it since.
    const newEmail =
      address === (contact?.email ?? null) ? {} : { email: address, expectedEmailChange: emailChange?.version ?? null };
    const { payload, problems: left } = await update.act({ input: { contactId, ...rest, ...newEmail } });
    if (payload?.contact) return onDone(payload.contact.id);
    const isOutdated = left.some(({ code }) => code === "VERSION_CONFLICT");
    const now = isOutdated ? await look(contactId, address) : null;
    setShownAgain(isOutdated);
    setShown(now !== "FAILED" && now?.redirects ? now : null);
  };
  const close = () => {
    setShown(null);
    setShownAgain(false);
    update.clear();
  };
  const loginEmail = contact?.loginEmail ?? null;
  const normalized = normalizeEmail(email);
  const leavesLogin = loginEmail !== null && normalized !== contact?.email && normalized !== loginEmail;
  return (
    <>
      <ActForm
        onSubmit={submit}
        onCancel={onCancel}
        confirmLabel={contact ? "Save" : "Create contact"}
        isPending={isPending || isAsking}
        error={failure ?? otherProblems(problems, "name", "organization", "email", "externalId")}
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
            contact&rsquo;s requests. If the client should keep using it, change the login email first (Edit login
            details &gt; Change login email) and wait until the new address is confirmed. Otherwise, sign out or delete
            the login on the Overview page afterwards.
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
      {contact && shown && (
        <AlertDialog
          title="Change who can open the requests?"
          isOpen
          onCancel={close}
          onConfirm={() => void save(contact.id, shown)}
          confirmLabel="Change the email"
          isPending={isPending || isAsking}
          isDanger
        >
          {isShownAgain && (
            <Banner tone="warning">Something changed in the meantime. This is what would happen now.</Banner>
          )}
          <RedirectSentence change={shown} />
        </AlertDialog>
      )}
    </>
  );
}
