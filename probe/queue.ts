/** A queue with two ends whose shift costs the same however long it is. */

/** A queue. */
export interface Queue<Item> {
  push(item: Item): void;
  /** Takes the oldest out; undefined when it is empty. */
  shift(): Item | undefined;
  /** Takes the newest out; undefined when it is empty. */
  pop(): Item | undefined;
  /** The oldest, which stays; undefined when it is empty. */
  peek(): Item | undefined;
  size(): number;
}

/** Items taken out before the array is cut; larger wastes memory, smaller copies more often. */
const CUT_AT = 1_024;

/** Creates an empty queue. */
export function createQueue<Item>(): Queue<Item> {
  let items: Item[] = [];
  let head = 0;
  return {
    push: (item) => void items.push(item),
    shift() {
      const item = items[head];
      if (head >= items.length) return undefined;
      head += 1;
      if (head === items.length || head >= CUT_AT) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    pop: () => (items.length > head ? items.pop() : undefined),
    peek: () => items[head],
    size: () => items.length - head,
  };
}
