import { graphql } from "../../../graphql/graphql.js";

/** What a list says about a report. */
export const ReportRow_report = graphql(`
  fragment ReportRow_report on Report @_unmask {
    id
    kind
    status
    progress
    asOf
    since
    until
    language
    requestedAt
    requestedBy
    readyAt
    expiresAt
    title
    subtitle
  }
`);
