import { element, setText } from './dom.js';
import { clock, count } from './format.js';
import { Stream } from './stream.js';

/** The last records of a feed, a few a second of them: all, or those that have a field, or have a value there. */
export class Tap {
  node;
  #name;
  #list = element('ol', { class: 'records', tabindex: '0', 'aria-label': 'Last records, the newest first' });
  #said = element('p', { class: 'note', role: 'status' });
  #path = element('input', { id: 'tap-path', autocomplete: 'off', spellcheck: 'false', placeholder: 'data.symbol' });
  #value = element('input', { id: 'tap-value', autocomplete: 'off', spellcheck: 'false' });
  /** @type {Stream | undefined} */
  #stream;

  /** @param {string} name */
  constructor(name) {
    this.#name = name;
    const form = element(
      'form',
      { class: 'filter' },
      element('label', { for: 'tap-path' }, 'With the field '),
      this.#path,
      element('label', { for: 'tap-value' }, ' that is '),
      this.#value,
      element('button', {}, 'Show'),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#open();
    });
    this.node = element('div', {}, form, this.#said, this.#list);
    this.#open();
  }

  close() {
    this.#stream?.stop();
  }

  #open() {
    this.close();
    this.#list.replaceChildren();
    setText(this.#said, 'Waits for records.');
    const query = new URLSearchParams({ feed: this.#name });
    if (this.#path.value !== '') query.set('path', this.#path.value);
    if (this.#value.value !== '') query.set('value', this.#value.value);
    this.#stream = new Stream(`/tap?${query}`, {
      onEvent: (event, data) => {
        if (event === 'records') this.#show(data);
      },
      onState: (state) => {
        if (state === 'refused') setText(this.#said, 'This is no path of a field, such as data.symbol.');
      },
    });
  }

  /** @param {{ records: { at: number, text: string, size: number }[], seen: number }} told */
  #show({ records, seen }) {
    setText(this.#said, `${records.length} of ${count(seen)} that came in the last second.`);
    for (const { at, text, size } of records) {
      const cut = size > text.length ? ` … ${count(size)} bytes` : '';
      this.#list.prepend(element('li', {}, element('time', {}, clock(at)), element('code', {}, text), cut));
    }
    while (this.#list.children.length > MOST) this.#list.lastElementChild?.remove();
  }
}

const MOST = 50;
