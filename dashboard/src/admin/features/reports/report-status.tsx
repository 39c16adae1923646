import { useCallback, useEffect, useRef } from "react";
import type { ReportStatus } from "@gatehouse/shared";
import { Badge } from "../../../ui/badge.js";
import { useNotify } from "../../../ui/notices.js";
import { ProgressBar } from "../../../ui/progress-bar.js";
import { isInProgress, statusBadges } from "./report-words.js";

interface Progressing {
  id: string;
  status: ReportStatus;
  progress: number;
  title: string;
}

/** How far a report is. */
export function ReportState({ report: { status, progress } }: { report: Progressing }) {
  const { tone, title } = statusBadges[status];
  return status === "RUNNING" ? (
    <div className="w-full min-w-32">
      <ProgressBar label={title} done={progress} of={100} isPercent />
    </div>
  ) : (
    <Badge tone={tone}>{title}</Badge>
  );
}

/**
 * Says so when a report that was in progress on this page is ready, or has failed. Returns a function for one that was just asked for, and that
 * may be ready before the page sees it in progress.
 */
export function useTellWhenMade(reports: readonly Progressing[] | undefined): (id: string) => void {
  const notify = useNotify();
  const inProgress = useRef(new Set<string>());
  useEffect(() => {
    for (const report of reports ?? []) {
      const { id, status, title } = report;
      if (isInProgress(report)) inProgress.current.add(id);
      else if (inProgress.current.delete(id))
        notify(
          status === "READY"
            ? { tone: "success", text: `The report "${title}" is ready.` }
            : { tone: "danger", text: `The report "${title}" could not be made.` },
        );
    }
  }, [reports, notify]);
  return useCallback((id) => void inProgress.current.add(id), []);
}
