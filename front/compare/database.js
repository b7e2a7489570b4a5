/** Where comparisons are kept: the browser's IndexedDB. */

/** @typedef {import("./keeper.js").Kept} Kept */

const NAME = "showcard";
const STORE = "comparisons";

/** @returns {Promise<IDBDatabase>} */
const open = () =>
  new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

/**
 * The result of work that is done as a whole, or not at all.
 * @template Result
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<Result> | void} work
 * @returns {Promise<Result | undefined>}
 */
const within = async (mode, work) => {
  const held = await open();
  try {
    return await new Promise((resolve, reject) => {
      const doing = held.transaction(STORE, mode);
      const asked = work(doing.objectStore(STORE));
      doing.oncomplete = () => resolve(asked?.result);
      doing.onerror = doing.onabort = () => reject(doing.error);
    });
  } finally {
    held.close();
  }
};

/** @type {import("./keeper.js").Store} */
export const database = {
  get: (id) => within("readonly", (store) => /** @type {IDBRequest<Kept | undefined>} */ (store.get(id))),
  all: async () => (await within("readonly", (store) => /** @type {IDBRequest<Kept[]>} */ (store.getAll()))) ?? [],
  update: (id, change) =>
    within("readwrite", (store) => {
      const asked = store.get(id);
      asked.onsuccess = () => store.put(change(asked.result));
    }),
  remove: (ids) =>
    within("readwrite", (store) => {
      for (const id of ids) store.delete(id);
    }),
};
