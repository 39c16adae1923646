import { useMemo, useState } from "react";
import { readTimeZone, timeZoneNames } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { ComboBox } from "../../../ui/combo-box.js";
import { Form } from "../../../ui/form.js";
import { useNotify } from "../../../ui/notices.js";
import { browserTimeZone } from "../../../ui/page-time-zone.js";
import { useTeamSession } from "../../session.js";
import { zonesLike } from "./zones-like.js";

const TimeZoneCard_set = graphql(
  `
    mutation TimeZoneCard_set($input: TimeZoneInput!) {
      setTimeZone(input: $input) {
        firm {
          id
          timeZone
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

/** The zone in which the firm's days begin and end. `current`: as the server says, whether this browser knows it or not. */
export function TimeZoneCard({ current }: { current: string }) {
  const { mayWrite } = useTeamSession();
  const notify = useNotify();
  const { act, isPending, problems } = useAct(TimeZoneCard_set);
  const [typed, setTyped] = useState(current);
  const names = useMemo(() => timeZoneNames(), []);
  const guess = readTimeZone(browserTimeZone());
  const suggested = zonesLike(typed === current ? "" : typed, names);
  const submit = async () => {
    // "toronto" means the only zone that is like it.
    const [only, another] = suggested;
    const timeZone = only !== undefined && another === undefined ? only : typed.trim();
    const { payload } = await act({ input: { timeZone } });
    if (!payload?.firm) return;
    setTyped(payload.firm.timeZone);
    notify({ tone: "success", text: `Saved. Days are now days in ${payload.firm.timeZone}.` });
  };
  const other = otherProblems(problems, "timeZone");
  return (
    <Card title="Time zone">
      <Form onSubmit={submit} className="flex flex-col gap-5">
        <ComboBox
          label="Time zone of the firm"
          placeholder="A city or region"
          empty="No time zone found."
          typed={typed}
          onType={setTyped}
          suggestions={suggested.map((name) => ({ id: name, label: name }))}
          chosen={names.includes(typed) ? typed : null}
          onChoose={(name) => setTyped(name ?? "")}
          error={problemOf(problems, "timeZone")}
          isDisabled={!mayWrite}
        />
        <p className="text-sm text-muted">
          Statistics, filters by day, due dates and start dates follow the days of this zone, for your team and for your
          clients, wherever they are. Changing it moves no deadline that is already set.
        </p>
        {other && <Banner tone="danger">{other}</Banner>}
        <div className="flex flex-wrap justify-end gap-3">
          {mayWrite && guess !== null && guess !== typed && (
            <Button onPress={() => setTyped(guess)}>Choose this browser's: {guess}</Button>
          )}
          <Button type="submit" look="primary" isPending={isPending} isDisabled={!mayWrite || typed.trim() === current}>
            Use this time zone
          </Button>
        </div>
      </Form>
    </Card>
  );
}
