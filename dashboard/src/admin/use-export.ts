import { useState } from "react";
import { useSessionFetch } from "../features/sessions/session-client.js";
import { useNotify } from "../ui/notices.js";
import { saveFile } from "../ui/save-file.js";

/** Saves files that the server writes while they are fetched. What went wrong is shown as a notice. */
export function useExport() {
  const notify = useNotify();
  const fetchAsViewer = useSessionFetch();
  const [isPending, setPending] = useState(false);
  const save = async (address: string, name: string) => {
    setPending(true);
    try {
      const answer = await fetchAsViewer(address);
      if (answer.ok) saveFile(await answer.blob(), name);
      else notify({ tone: "danger", text: await problemIn(answer) });
    } catch {
      // Also if the download broke off: half a file is not saved.
      notify({ tone: "danger", text: "The export was interrupted. Check your connection and try again." });
    }
    setPending(false);
  };
  return { save, isPending };
}

async function problemIn(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => null)) as { errors?: { message: string }[] } | null;
  return body?.errors?.[0]?.message ?? "The export failed. Try again later.";
}
