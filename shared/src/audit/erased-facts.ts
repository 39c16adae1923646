/** What a sentence says where a fact about a person was erased. */
export const ERASED = "(erased)";

/** The texts in events' data that name somebody, or what somebody asked them for. */
const personalTexts = {
  email: ERASED,
  name: ERASED,
  title: ERASED,
  item: ERASED,
  from: ERASED,
  to: ERASED,
  browser: ERASED,
} as const;

/** An event's data for its sentence, once the facts about its subject were erased: `open` is what is left. */
export const withErasedTexts = (open: object): object => ({ ...personalTexts, ...open });
