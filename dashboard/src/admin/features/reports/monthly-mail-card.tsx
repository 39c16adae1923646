import { useState } from "react";
import { CheckboxGroup, FieldError, Label } from "react-aria-components";
import { useQuery } from "urql";
import { roleMay } from "@gatehouse/shared";
import { graphql, type ResultOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, sayError, useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { Checkbox } from "../../../ui/checkbox.js";
import { Day } from "../../../ui/date-time.js";
import { Email } from "../../../ui/email.js";
import { Form } from "../../../ui/form.js";
import { useNotify } from "../../../ui/notices.js";
import { ReadOut } from "../../../ui/read-out.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { errorClass, labelClass } from "../../../ui/text-field.js";

const MonthlyMailCard_schedule = graphql(`
  query MonthlyMailCard_schedule {
    reportSchedule {
      members {
        id
      }
      nextAt
    }
    teamMembers {
      id
      name
      email
      role
      joinedAt
    }
  }
`);
const MonthlyMailCard_set = graphql(
  `
    mutation MonthlyMailCard_set($input: SetReportScheduleInput!) {
      setReportSchedule(input: $input) {
        schedule {
          members {
            id
          }
          nextAt
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

/** Which colleagues get the reports of each month by mail. */
export function MonthlyMailCard() {
  const [{ data, error }, again] = useQuery({
    query: MonthlyMailCard_schedule,
    requestPolicy: "cache-and-network",
  });
  const refresh = () => again({ requestPolicy: "network-only" });
  return (
    <Card
      title="Every month by mail"
      intro="On the first day of each month, the reports of the month before are made, and the colleagues chosen here get the figures and a link by mail. The mail names no client."
    >
      {data ? (
        // What was saved meanwhile, also by a colleague, is what the form begins with.
        <ScheduleForm
          key={data.reportSchedule.members.map(({ id }) => id).join(" ")}
          schedule={data.reportSchedule}
          team={data.teamMembers}
          onSaved={refresh}
        />
      ) : error ? (
        <ErrorState message={sayError(error)} onRetry={refresh} />
      ) : (
        <Skeleton lines={3} label="Loading the colleagues" />
      )}
    </Card>
  );
}

type Answer = ResultOf<typeof MonthlyMailCard_schedule>;

function ScheduleForm(props: { schedule: Answer["reportSchedule"]; team: Answer["teamMembers"]; onSaved: () => void }) {
  const { schedule, team, onSaved } = props;
  const { act, isPending, problems } = useAct(MonthlyMailCard_set);
  const notify = useNotify();
  const saved = schedule.members.map(({ id }) => id);
  const [chosen, setChosen] = useState<string[]>(saved);
  // A report holds every client's address: it is for those who may export it.
  const colleagues = team.filter(({ role, joinedAt }) => roleMay(role, "export") && joinedAt !== null);
  const submit = async () => {
    const { payload } = await act({ input: { memberIds: chosen } });
    if (!payload) return;
    notify({ tone: "success", text: chosen.length === 0 ? "Saved. No reports are mailed." : "Saved." });
    onSaved();
  };
  const wrong = problemOf(problems, "memberIds");
  const other = otherProblems(problems, "memberIds");
  const isChanged = chosen.length !== saved.length || chosen.some((id) => !saved.includes(id));
  return (
    <Form onSubmit={submit} className="flex flex-col gap-4">
      <CheckboxGroup
        value={chosen}
        onChange={setChosen}
        isInvalid={wrong !== null}
        validationBehavior="aria"
        className="flex flex-col gap-2"
      >
        <Label className={labelClass}>Colleagues</Label>
        {colleagues.map(({ id, name, email }) => (
          <Checkbox key={id} value={id}>
            <span translate="no">{name}</span>{" "}
            <span className="text-muted">
              <Email address={email} />
            </span>
          </Checkbox>
        ))}
        <ReadOut>
          <FieldError className={errorClass}>{wrong}</FieldError>
        </ReadOut>
      </CheckboxGroup>
      {other && <Banner tone="danger">{other}</Banner>}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-sm text-muted">
          {schedule.nextAt ? (
            <>
              Next mail: <Day on={schedule.nextAt} />
            </>
          ) : (
            "Off: nobody is chosen."
          )}
        </p>
        <Button type="submit" look="primary" isPending={isPending} isDisabled={!isChanged}>
          Save
        </Button>
      </div>
    </Form>
  );
}
