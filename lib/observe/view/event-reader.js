/** Server-sent events out of the text of a stream, however that is cut: `EventSource` could not send a token. */
export class EventReader {
  #rest = '';

  /**
   * @param {string} text what came
   * @returns {{ event: string, data: string }[]} the events that are whole by now
   */
  push(text) {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.map(eventOf).filter(({ data }) => data !== '');
  }
}

/** @param {string} block */
function eventOf(block) {
  let event = 'message';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) event = line.slice(7);
    else if (line.startsWith('data: ')) data += line.slice(6);
  }
  return { event, data };
}
