import { dayOf } from "@gatehouse/shared";
import { Button } from "../../../ui/button.js";
import { useTeamSession } from "../../session.js";
import { useExport } from "../../use-export.js";
import { exportAddress, type EventFilter } from "./event-filter.js";

/**
 * Saves every event that passes the filter, not only those on the page, or the whole log with its digests. The server
 * writes the file.
 */
export function ExportButton({ filter }: { filter: EventFilter }) {
  const { firm } = useTeamSession();
  const { save, isPending } = useExport();
  const saveToday = (address: string, kind: "csv" | "jsonl") =>
    void save(address, `audit-log-${dayOf(Date.now(), firm.timeZone)}.${kind}`);
  return (
    <>
      <Button isPending={isPending} onPress={() => saveToday(exportAddress(filter), "csv")}>
        Export CSV
      </Button>
      <Button look="quiet" isDisabled={isPending} onPress={() => saveToday("/audit-log.jsonl", "jsonl")}>
        Export log
      </Button>
    </>
  );
}
