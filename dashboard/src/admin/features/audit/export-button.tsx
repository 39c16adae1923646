import { useState } from "react";
import { useSessionFetch } from "../../../features/sessions/session-client.js";
import { Button } from "../../../ui/button.js";
import { useNotify } from "../../../ui/notices.js";
import { saveFile } from "../../../ui/save-file.js";
import { exportAddress, type EventFilter } from "./event-filter.js";

/** Saves every event that the filter lets through, not only those shown. The server writes the file. */
export function ExportButton({ filter }: { filter: EventFilter }) {
  const notify = useNotify();
  const fetchAsViewer = useSessionFetch();
  const [isPending, setPending] = useState(false);
  const save = async () => {
    setPending(true);
    try {
      const answer = await fetchAsViewer(exportAddress(filter));
      if (answer.ok) saveFile(await answer.blob(), `audit-log-${new Date().toISOString().slice(0, 10)}.csv`);
      else notify({ tone: "danger", text: await problemIn(answer) });
    } catch {
      // Also where the file broke off: half of it is not saved.
      notify({ tone: "danger", text: "The export broke off. Check your connection and try again." });
    }
    setPending(false);
  };
  return (
    <Button isPending={isPending} onPress={() => void save()}>
      Export CSV
    </Button>
  );
}

async function problemIn(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => null)) as { errors?: { message: string }[] } | null;
  return body?.errors?.[0]?.message ?? "The export failed. Try again later.";
}
