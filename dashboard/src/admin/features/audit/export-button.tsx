import { dayOf } from "@gatehouse/shared";
import { Button } from "../../../ui/button.js";
import { useTeamSession } from "../../session.js";
import { exportAddress, type EventFilter } from "./event-filter.js";
import { useDownload } from "./use-download.js";

/**
 * Saves every event that passes the filter, not only those on the page, or the whole log with its digests. The server
 * writes the file.
 */
export function ExportButton({ filter }: { filter: EventFilter }) {
  const { firm } = useTeamSession();
  const { download, isPending } = useDownload();
  const save = (address: string, name: string) =>
    download(address, name.replace(".", `-${dayOf(Date.now(), firm.timeZone)}.`));
  return (
    <>
      <Button isPending={isPending} onPress={() => void save(exportAddress(filter), "audit-log.csv")}>
        Export CSV
      </Button>
      <Button look="quiet" isDisabled={isPending} onPress={() => void save("/audit-log.jsonl", "audit-log.jsonl")}>
        Export log
      </Button>
    </>
  );
}
