/**
 * Takes a value for what the caller says it is, without a check. Only for JSON that the OpenAPI document and the limits have
 * judged, and for payloads joined from parts whose sum the client types cannot express.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- naming the type is the whole point
export function trusted<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one seam between JSON and types in this fake
  return value as T
}
