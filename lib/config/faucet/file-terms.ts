import { type FaucetTerms, moved, noted, refused } from './terms.js';

const STATE_ELSEWHERE = refused('a state is a folder: write `state: { path: ./state/name }`');
const ONE_FEED = refused('a file describes one source and one sink, so write a file for each feed');

/** What stands below `pipeline` in files of faucet; at the top of the file it would be another mistake. */
const OF_PIPELINE = {
  quality: refused('`record_schema` checks every record'),
  contract: refused('`record_schema` checks every record'),
  schema: refused('`record_schema` checks every record, and keeps its shape from drifting'),
  masking: refused('change records by `map()` in code'),
  nodes: ONE_FEED,
  edges: ONE_FEED,
};

/** Of a whole file, from its top to `type` and `config` of source and sink. */
export const fileTerms: readonly FaucetTerms[] = [
  {
    at: [],
    keys: {
      execution: noted('it rules how the rows of a `matrix` run, and there is one feed'),
      selection: refused('`--feed` names the one feed of a file that is to run'),
      sources: moved('they belong below `pipeline`'),
      sinks: moved('they belong below `pipeline`'),
      extends: refused('write the file out, or share its parts by YAML anchors and `<<`'),
      profiles: refused(`write \`\${env:NAME}\` where they differ, and a file for \`--env-file\` each`),
      schedule: refused('start the command by cron or a systemd timer, and end it by `max_duration`'),
      resilience: refused("set the source's `reconnect` and the sink's retries"),
      sla: refused('set `idle_timeout`, and look at the exit status and the summary of `--json`'),
      reconcile: refused('the summary of `--json` says how many records were received and how many stored'),
      notifications: refused('let what starts the command look at its exit status, or read `--json`'),
      lineage: refused('`source.datasetUri` of the library is the name of the data set'),
      catalog: refused('register the files with what reads them'),
      local_outputs: refused('remove old files by cron or logrotate'),
      metadata_columns: refused('`envelope: true` stores with each record when it came, and from where'),
      partition: refused('a live feed has no ranges to divide it by'),
      backfill: refused('a live feed has no past; fetch it by another program'),
      replication: refused('a live feed has no snapshot to begin with'),
      shard: refused('start the command for each part of the feed, with `--param`'),
      ...OF_PIPELINE,
      dlq: moved('it belongs below `pipeline`'),
      kind: refused('every file describes a pipeline, so leave it out'),
      source: moved('it belongs below `pipeline`'),
      sink: moved('it belongs below `pipeline`'),
      transforms: moved('they belong below `pipeline`'),
    },
  },
  {
    at: ['matrix', '*'],
    keys: {
      parent: refused('a live feed has no records that others begin with: write a row for each feed'),
      depends_on: refused('live feeds do not end, so that none waits for another: all rows run beside each other'),
      discover: refused(
        'no API is asked what feeds there are: write the values in `each`, or in a file that `each` names',
      ),
      for_each: refused(
        'no API is asked what feeds there are: write the values in `each`, or in a file that `each` names',
      ),
      status: refused('a row runs, or is left out of the file; `--feed` names the one that is to run'),
      tags: refused('`--feed` names the one feed of a file that is to run'),
    },
  },
  {
    at: ['params', '*'],
    keys: { computed: refused('write the placeholders where the value is used') },
  },
  { at: ['pipeline'], keys: OF_PIPELINE },
  {
    at: ['pipeline', 'dlq', 'on_batch_error'],
    words: {
      dlq_all: refused(
        'a sink that fails as a whole ends the run, and its `state` or `spool` keeps what it did not store',
      ),
    },
  },
  ...[['state'], ['pipeline', 'state']].map((at) => ({
    at: [...at, 'type'],
    words: { redis: STATE_ELSEWHERE, postgres: STATE_ELSEWHERE, s3: STATE_ELSEWHERE },
  })),
  {
    at: ['observability'],
    keys: { tracing: noted('`--log json`, `--verbose` and `--quiet` say how much is told, and how') },
  },
  { at: ['pipeline', 'source', 'config'], keys: { transforms: moved('they belong below `pipeline`') } },
  {
    at: ['pipeline', 'source'],
    keys: {
      transforms: moved('they belong below `pipeline`'),
      inherit_transforms: refused('there is one list of `transforms`, below `pipeline`, so leave it out'),
    },
  },
];
