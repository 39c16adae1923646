/**
 * Whether a page would act in someone else's name: it was loaded for one person, and another has since signed in, in another tab. Null:
 * the page does not say whom it was loaded for, or nobody is signed in; then only access decides.
 */
export const isAnothersPage = (loadedFor: string | null, viewer: string | null): boolean =>
  loadedFor !== null && viewer !== null && loadedFor !== viewer;
