/** A change of the order in which a run has the disk get things. */
export interface OrderMutant {
  /** What is out of order by it. */
  readonly name: string;
  readonly file: string;
  /** What stands there, once. */
  readonly from: string;
  readonly to: string;
}

/** Every place at which code promises that the disk has one thing before another. */
export const orderMutants: readonly OrderMutant[] = [
  {
    name: 'the mark of a ledger, without the file of the sink being forced to the disk before',
    file: 'lib/state/ledger.ts',
    from: 'for (const path of written) await ifThere(syncFile(path));',
    to: '',
  },
  {
    name: 'the mark, and then the file is forced',
    file: 'lib/state/ledger.ts',
    from: `    for (const path of written) await ifThere(syncFile(path));
    await this.#forceNames();
    if (isLarge && (await this.#isWrittenAnew(mark))) return;
    this.#write(encodeEntry(mark));
`,
    to: `    if (isLarge && (await this.#isWrittenAnew(mark))) return;
    this.#write(encodeEntry(mark));
    for (const path of written) await ifThere(syncFile(path));
    await this.#forceNames();
`,
  },
  {
    name: 'the mark, without the folder of a new file being forced before',
    file: 'lib/state/ledger.ts',
    from: `    await this.#forceNames();
    if (isLarge`,
    to: '    if (isLarge',
  },
  {
    name: 'a part that is written to before the ledger on the disk knows it',
    file: 'lib/state/state.ts',
    from: 'await this.#known(() => ledger.force());',
    to: '',
  },
  {
    name: 'a part that is written to before its name is on the disk',
    file: 'lib/state/ledger.ts',
    from: `    await this.#forceNames();
    await syncFile(this.#path);`,
    to: '    await syncFile(this.#path);',
  },
  {
    name: 'what parts are to become, written down under a name that is not on the disk',
    file: 'lib/sink/rolled/seal-intent.ts',
    from: 'if (isNew) await syncFolder(dirname(path));',
    to: '',
  },
  {
    name: 'what parts are to become, forgotten before the disk knows that they are gone',
    file: 'lib/sink/rolled/seal-intent.ts',
    from: 'await Promise.all(Array.from(foldersOf(folder, squeezed), syncFolder));',
    to: '',
  },
  {
    name: 'a ledger that is not forced behind its mark',
    file: 'lib/state/ledger.ts',
    from: `    this.#write(encodeEntry(mark));
    await syncFile(this.#path);
`,
    to: '    this.#write(encodeEntry(mark));\n',
  },
  {
    name: 'a ledger of a start that takes the place of the old one before it is forced',
    file: 'lib/state/ledger.ts',
    from: `    await syncFile(\`\${path}.new\`);
    await ledger.#replaceBy`,
    to: '    await ledger.#replaceBy',
  },
  {
    name: 'a ledger of a start that says what the disk has, before what a killed run stored is forced',
    file: 'lib/state/recover.ts',
    from: '  if (newest.isDurable !== true) for (const { path } of found) await ifThere(syncFile(path));\n',
    to: '',
  },
  {
    name: 'a ledger of a spool that says what the disk has, before what a killed run stored is forced',
    file: 'lib/spool/spool-ledger.ts',
    from: `      for (const path of await namesIn(folder)) await ifThere(syncFile(path));
`,
    to: '',
  },
  {
    name: 'a large ledger that is written anew, and not forced before it is renamed',
    file: 'lib/state/ledger.ts',
    from: `      size += writeAll(fd, encodeEntry(mark), size);
      await syncFile(path);
`,
    to: '      size += writeAll(fd, encodeEntry(mark), size);\n',
  },
  {
    name: 'the folder of a ledger forced before it is renamed, and not behind that',
    file: 'lib/state/ledger.ts',
    from: `    renameSync(\`\${this.#path}.new\`, this.#path);
    this.#fd = fd;
    await syncFile(this.#path);
    await syncFolder(dirname(this.#path));
`,
    to: `    await syncFolder(dirname(this.#path));
    renameSync(\`\${this.#path}.new\`, this.#path);
    this.#fd = fd;
    await syncFile(this.#path);
`,
  },
  {
    name: 'a file that is written to before the ledger on the disk knows where that begins',
    file: 'lib/state/state.ts',
    from: 'if (isNews) await this.#known(() => ledger.sync());',
    to: '',
  },
  {
    name: 'the entry that a file is begun, behind its first page',
    file: 'lib/sink/file/live-file.ts',
    from: `      if (begins !== undefined && !current.isBegun && file.isRegular) {
        await begins({ path: this.#path, start: file.size });
        current.isBegun = true;
      }
      if (await this.#hasStored(pages, text)) return;
`,
    to: `      const start = file.size;
      const isStored = await this.#hasStored(pages, text);
      if (begins !== undefined && !current.isBegun && file.isRegular) {
        await begins({ path: this.#path, start });
        current.isBegun = true;
      }
      if (isStored) return;
`,
  },
  {
    name: 'a page of a file that is acknowledged before it is written',
    file: 'lib/sink/file/file-writable.ts',
    from: '    this.#inFlight = this.#reopening === undefined ? this.#store(page) : this.#storeAfter(this.#reopening, page);\n',
    to: `    const { size = 0 } = this.#file.position() === undefined ? {} : { size: this.stats.bytes };
    const files = [{ path: this.path, start: size, end: size + page.bytes.length, crc32: 0 }];
    page.acknowledge({ files });
    this.#inFlight = this.#reopening === undefined ? this.#store(page) : this.#storeAfter(this.#reopening, page);
`,
  },
  {
    name: 'with `fsync: page`, a page that is acknowledged while it is being forced',
    file: 'lib/sink/file/live-file.ts',
    from: "if (fsync === 'page') await pages.sync();",
    to: "if (fsync === 'page') void pages.sync();",
  },
  {
    name: 'a torn end that is cut off before what is kept of it is forced',
    file: 'lib/state/recover.ts',
    from: '  await syncFile(aside.path);\n',
    to: '',
  },
  {
    name: 'a torn end that is cut off before it is kept',
    file: 'lib/state/recover.ts',
    from: `  await aside.keepRange(path, end, size);
  await syncFile(aside.path);
  await truncate(path, end);
`,
    to: `  const bytes = (await readFile(path)).subarray(end, size);
  await truncate(path, end);
  await aside.keep(bytes);
  await syncFile(aside.path);
`,
  },
  {
    name: 'a part that is sealed before the ledger on the disk says what it holds',
    file: 'lib/sink/rolled/sealer.ts',
    from: '    await this.#watcher.beforeSeal();\n',
    to: '',
  },
  {
    name: 'a part that is finished before its last page is acknowledged',
    file: 'lib/sink/rolled/rolled-folder.ts',
    from: `      page.acknowledge(this.#position(page.isAwaited));
      // What is sealed is acknowledged before.
      this.#parts.finishUntil(latest);
      this.#armIfChanged();
      await this.#sealFinished();
`,
    to: `      const position = this.#position(page.isAwaited);
      this.#parts.finishUntil(latest);
      this.#armIfChanged();
      await this.#sealFinished();
      await this.#taken!.sealer.settle();
      page.acknowledge(position);
`,
  },
  {
    name: 'a file that gets its name before it is forced',
    file: 'lib/sink/rolled/sealer.ts',
    from: '    await Promise.all(sealing.map(({ intent }) => syncFile(join(this.#folder, intent.source))));\n',
    to: '',
  },
  {
    name: 'a file that gets its name before it is written down what it is to become',
    file: 'lib/sink/rolled/sealer.ts',
    from: '    await writeIntents(this.#place.intentPath, intents);\n',
    to: '',
  },
  {
    name: 'the same, written down and not forced',
    file: 'lib/sink/rolled/seal-intent.ts',
    from: '    await handle.sync();\n',
    to: '',
  },
  {
    name: 'a line of the manifest, without the folder of its file being forced before',
    file: 'lib/sink/rolled/seal-intent.ts',
    from: '  await Promise.all(Array.from(foldersOf(folder, done), syncFolder));\n',
    to: '',
  },
  {
    name: 'a line of the manifest before its file has its name',
    file: 'lib/sink/rolled/seal-intent.ts',
    from: `  const done: SealIntent[] = [];
`,
    to: `  const done: SealIntent[] = [];
  await manifest.append(intents.map(({ sealed }) => sealed));
  await new Promise((resolve) => setTimeout(resolve, 5));
`,
  },
  {
    name: 'a manifest that is not forced before the part goes',
    file: 'lib/sink/rolled/manifest-file.ts',
    from: '      await this.#handle.sync();\n',
    to: '',
  },
  {
    name: 'a part that goes before its line is in the manifest',
    file: 'lib/sink/rolled/seal-intent.ts',
    from: `  await manifest.append(done.flatMap(({ sealed }) => (isListed(sealed) ? [] : [sealed])));
  const squeezed = done.filter(({ part, source }) => part !== source);
  for (const { part } of squeezed) await rm(join(folder, part), { force: true });
`,
    to: `  const squeezed = done.filter(({ part, source }) => part !== source);
  for (const { part } of squeezed) await rm(join(folder, part), { force: true });
  await manifest.append(done.flatMap(({ sealed }) => (isListed(sealed) ? [] : [sealed])));
`,
  },
  {
    name: 'a file that `keep` removes before the manifest says so',
    file: 'lib/sink/rolled/keeper.ts',
    from: `      await this.#manifest.append([removed]);
      this.#files.delete(oldest.path);
      this.#bytes -= oldest.bytes;
      await this.#remove(oldest.path);
`,
    to: `      await this.#remove(oldest.path);
      await this.#manifest.append([removed]);
      this.#files.delete(oldest.path);
      this.#bytes -= oldest.bytes;
`,
  },
  {
    name: 'a segment that goes before the ledger of the state is forced',
    file: 'lib/spool/spooling.ts',
    from: '    const isWrittenDown = (await options.state?.[writtenDown]()) ?? true;\n',
    to: '    const isWrittenDown = true;\n',
  },
  {
    name: 'without a state, a segment that goes before the ledger of the spool is forced',
    file: 'lib/spool/spooling.ts',
    from: '    await ledger.sync();\n    await store.settle();\n',
    to: '    await store.settle();\n',
  },
  {
    name: 'without a state, the mark of the spool before the file of the sink is forced',
    file: 'lib/spool/spool-ledger.ts',
    from: '    this.#ledger.isIn(path);\n',
    to: '',
  },
  {
    name: 'a segment that is finished, and not forced',
    file: 'lib/spool/segment-writer.ts',
    from: 'await (isSynced ? this.sync() : this.#syncing);',
    to: 'await this.#syncing;',
  },
];
