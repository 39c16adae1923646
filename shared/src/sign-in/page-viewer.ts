/**
 * Whether a page would act in somebody else's name: it was loaded for one person, and by now another one is signed in, in another tab.
 * Null: the page does not say for whom, or nobody is signed in; then access alone decides.
 */
export const isAnothersPage = (loadedFor: string | null, viewer: string | null): boolean =>
  loadedFor !== null && viewer !== null && loadedFor !== viewer;
