/** What lists can be asked. */

/** Where a page begins and how many rows it has at most. */
export interface PageOptions {
  /** Rows of the page at most. Default 100, at most 1000. */
  limit?: number | undefined;
  /** `next` of the page before. */
  cursor?: string | undefined;
}

/** Lists narrowed by labels. */
export interface LabelOptions extends PageOptions {
  /** Labels that must be there, each `key=value`. */
  label?: readonly string[] | undefined;
  /** A selector such as `team=shop,env!=test`. */
  labels?: string | undefined;
}

/** Lists narrowed by labels and state, in an order. */
export interface SortedOptions extends LabelOptions {
  /** States, separated by commas. */
  state?: string | undefined;
  /** A field, with `-` before it from the greatest down. */
  sort?: string | undefined;
}

/** A part of the history; times are RFC 3339 or milliseconds since the epoch. */
export interface RangeOptions {
  /** Default a day before `to`. */
  from?: string | number | undefined;
  /** End, not included. Default now. */
  to?: string | number | undefined;
  /** Name or id of a probe. */
  probe?: string | undefined;
}

/** A part of the uptime, in one row or one for each day or month. */
export interface UptimeOptions {
  /** Default 30 days before `to`. */
  from?: string | number | undefined;
  to?: string | number | undefined;
  by?: "day" | "month" | undefined;
  /** An objective in percent; adds the error budget to each row. */
  slo?: number | undefined;
}
