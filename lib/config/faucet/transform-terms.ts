import { type FaucetTerms, refused } from './terms.js';

/** Transforms of faucet that are not part of spillway. */
export const transformTerms: FaucetTerms = {
  at: ['pipeline', 'transforms', '*', 'type'],
  words: {
    flatten: refused("the source's key `select` takes fields out of objects by their paths; else use `map()` in code"),
    rename_keys: refused('`rename_field` renames keys by name; for a pattern use `map()` in code'),
    keys_case: refused('`rename_field` renames keys by name; for all of them use `map()` in code'),
    cast: refused('values are stored as they arrived, so change them by `map()` in code'),
    redact: refused('`drop` takes fields out and `set` overwrites them; for more use `map()` in code'),
    value_case: refused('values are stored as they arrived, so change them by `map()` in code'),
    spell_symbols: refused('values are stored as they arrived, so change them by `map()` in code'),
    hash: refused('`drop` takes fields out; to hash them use `map()` in code'),
    json_parse: refused('values are stored as they arrived, so parse them by `map()` in code'),
    json_encode: refused('values are stored as they arrived, so encode them by `map()` in code'),
    coalesce: refused('`set` gives a field one value in every record; to choose among fields use `map()` in code'),
    split: refused('values are stored as they arrived, so split them by `map()` in code'),
    join: refused('values are stored as they arrived, so join them by `map()` in code'),
    unpivot: refused('`explode` makes a record for each element of an array; else use `map()` and `explode()` in code'),
    tree_flatten: refused(
      '`explode` makes a record for each element of an array; else use `map()` and `explode()` in code',
    ),
    cross_join: refused('one `explode` after another does it for two arrays; else use `map()` in code'),
    lookup: refused('add what belongs to a record by `map()` in code'),
    sql: refused('`filter` chooses records; query what was stored, or use `map()` in code'),
    wasm: refused('change records by `map()` in code'),
    cdc_unwrap: refused('a WebSocket feed is no change log; to unwrap records use `map()` in code'),
  },
};
