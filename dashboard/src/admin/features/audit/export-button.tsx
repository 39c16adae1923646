import { useState } from "react";
import { dayOf } from "@gatehouse/shared";
import { useSessionFetch } from "../../../features/sessions/session-client.js";
import { Button } from "../../../ui/button.js";
import { useNotify } from "../../../ui/notices.js";
import { saveFile } from "../../../ui/save-file.js";
import { useTeamSession } from "../../session.js";
import { exportAddress, type EventFilter } from "./event-filter.js";

/**
 * Saves every event that passes the filter, not only those on the page, or the whole log with its digests. The server
 * writes the file.
 */
export function ExportButton({ filter }: { filter: EventFilter }) {
  const notify = useNotify();
  const { firm } = useTeamSession();
  const fetchAsViewer = useSessionFetch();
  const [isPending, setPending] = useState(false);
  const save = async (address: string, name: string) => {
    setPending(true);
    try {
      const answer = await fetchAsViewer(address);
      const day = dayOf(Date.now(), firm.timeZone);
      if (answer.ok) saveFile(await answer.blob(), name.replace(".", `-${day}.`));
      else notify({ tone: "danger", text: await problemIn(answer) });
    } catch {
      // Also if the download broke off: half a file is not saved.
      notify({ tone: "danger", text: "The export was interrupted. Check your connection and try again." });
    }
    setPending(false);
  };
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

async function problemIn(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => null)) as { errors?: { message: string }[] } | null;
  return body?.errors?.[0]?.message ?? "The export failed. Try again later.";
}
