import { useState } from "react";
import { languageCodes, languages, type Language } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Form } from "../../../ui/form.js";
import { Card } from "../../../ui/card.js";
import { useNotify } from "../../../ui/notices.js";
import { RadioGroup } from "../../../ui/radio-group.js";
import { useTeamSession } from "../../session.js";

const ClientLanguageCard_set = graphql(
  `
    mutation ClientLanguageCard_set($input: LanguageInput!) {
      setClientLanguage(input: $input) {
        firm {
          id
          clientLanguage
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

/** The firm's language for clients who have not chosen one. */
export function ClientLanguageCard({ current }: { current: Language }) {
  const { mayWrite } = useTeamSession();
  const notify = useNotify();
  const { act, isPending, problems } = useAct(ClientLanguageCard_set);
  const [language, setLanguage] = useState(current);
  const submit = async () => {
    const { payload } = await act({ input: { language } });
    if (payload) notify({ tone: "success", text: "Saved. The next mails will be in this language." });
  };
  const problem = otherProblems(problems);
  return (
    <Card title="Language">
      <Form onSubmit={submit} className="flex flex-col gap-5">
        <RadioGroup
          label="Language for clients"
          value={language}
          onChange={setLanguage}
          isDisabled={!mayWrite}
          choices={languageCodes.map((code) => ({
            value: code,
            title: languages[code].englishName,
            description:
              code === "FR"
                ? "Canadian French, in mails and on the portal's pages."
                : "English, in mails and on the portal's pages.",
          }))}
        />
        <p className="text-sm text-muted">
          This applies to clients who have not chosen a language. Each client can switch in the portal, and you can set
          a client's language under Contacts or by import. On a portal page, the language of the client's browser takes
          precedence.
        </p>
        {problem && <Banner tone="danger">{problem}</Banner>}
        <div className="flex justify-end">
          <Button type="submit" look="primary" isPending={isPending} isDisabled={!mayWrite || language === current}>
            Use this language
          </Button>
        </div>
      </Form>
    </Card>
  );
}
