import type { DataSource } from "typeorm";
import { rebuildSearchForms } from "../migrations/1764170000000-search-forms.js";

/** Gives contacts that a server of the version before has written the words and sort keys of this version, while servers run. */
export async function rebuildSearch(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await rebuildSearchForms(runner, null);
  } finally {
    await runner.release();
  }
}
