/** JSON in columns of the store. */

/**
 * The value of a text that this store wrote as a `T`. Guarantee: the caller names the type that
 * it wrote there, or checks the value itself.
 */
export function fromJson<T>(text: string): T {
  const value: unknown = JSON.parse(text);
  return value as T;
}
