import { Button } from "../../../ui/button.js";
import { useTeamSession } from "../../session.js";
import { useExport } from "../../use-export.js";
import { fileNameOf, type Report } from "./report-words.js";

const files = [
  { title: "CSV", file: "csv", query: "" },
  { title: "PDF A4", file: "pdf", query: "?paper=A4" },
  { title: "PDF Letter", file: "pdf", query: "?paper=LETTER" },
] as const;

/** Saves a report that is ready, as often as wanted. */
export function ReportFiles({ report }: { report: Report }) {
  const { timeZone } = useTeamSession().firm;
  const { save, isPending } = useExport();
  return files.map(({ title, file, query }) => (
    <Button
      key={title}
      isDisabled={isPending}
      onPress={() => void save(`/reports/${report.id}.${file}${query}`, fileNameOf(report, file, timeZone))}
    >
      {title}
    </Button>
  ));
}
