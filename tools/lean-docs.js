// A plugin of TypeDoc: pages that say what is new about a class or an interface, and no more. What is inherited stands on the page of
// its parent, what Node calls is no business of users, and a stream is listened to by `on`. Types and constants stand on the page of
// their module.
import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { Converter, DefaultTheme, JSX, KindRouter, PageEvent, ReflectionKind } from 'typedoc';

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, leaveOut, AFTER_INHERITANCE);
  app.renderer.defineTheme('lean', LeanTheme);
  app.renderer.defineRouter('lean', LeanRouter);
  app.renderer.on(PageEvent.END, (page) => {
    for (const [pattern, text] of PLAINER) page.contents = page.contents.replace(pattern, text);
  });
}

/** @param {import('typedoc').Context} context */
function leaveOut({ project }) {
  for (const member of project.getReflectionsByKind(ReflectionKind.ClassMember)) {
    const { name, inheritedFrom } = member;
    const isElsewhere = inheritedFrom?.reflection !== undefined || (inheritedFrom !== undefined && OF_NODE.has(name));
    // Errors are ours to make.
    const isOurs = name.startsWith('_') || (name === 'constructor' && member.parent.name.endsWith('Error'));
    if (isElsewhere || isOurs || LISTENERS.has(name)) project.removeReflection(member);
    else if (OF_NODE.has(name)) withoutComments(member);
    tellDefault(member.comment);
  }
}

/** Node's documentation has its own place. */
function withoutComments(member) {
  for (const one of [member, ...(member.signatures ?? [])]) delete one.comment;
}

/** A default in the line of what it is the default of, without a heading of its own. */
function tellDefault(comment) {
  const tag = comment?.removeTags && comment.getTag('@default');
  if (!tag) return;
  comment.removeTags('@default');
  const text = tag.content.map((part) => part.text.replace(/^```ts\n|\n```$/g, '')).join('');
  comment.summary.push({ kind: 'text', text: ' Default: ' }, { kind: 'code', text: `\`${text}\`` });
}

class LeanTheme extends DefaultTheme {
  /** @param {import('typedoc').Renderer} renderer */
  constructor(renderer) {
    super(renderer);
    // Those of the kinds of things: their words say what they are.
    for (const name of Object.keys(this.icons)) if (/^\d+$/.test(name)) delete this.icons[name];
  }

  /** @param {PageEvent} page */
  getRenderContext(page) {
    const context = super.getRenderContext(page);
    const { moduleMemberSummary: summary } = context;
    context.moduleMemberSummary = (member) =>
      member.isDeclaration() && !context.router.hasOwnDocument(member) ? context.member(member) : summary(member);
    // These say again what the members of a page do.
    context.index = nothing;
    context.pageSidebar = nothing;
    context.reflectionPreview = nothing;
    context.reflectionIcon = nothing;
    context.memberSources = nothing;
    return context;
  }
}

class LeanRouter extends KindRouter {
  getPageKind(target) {
    return target.kindOf(OWN_PAGES) ? super.getPageKind(target) : undefined;
  }
}

function nothing() {
  return JSX.createElement(JSX.Fragment, null);
}

const OWN_PAGES = ReflectionKind.Module | ReflectionKind.Class | ReflectionKind.Interface | ReflectionKind.Function;
/** Listening by another name than `on`. */
const LISTENERS = new Set(['addListener', 'off', 'once', 'prependListener', 'prependOnceListener', 'removeListener']);
/** What streams and emitters have. By `on` one listens to our own events. */
const OF_NODE = new Set(
  [Readable, Writable, EventEmitter]
    .flatMap((one) => Object.getOwnPropertyNames(one.prototype))
    .concat('[asyncIterator]', '[asyncDispose]')
    .filter((name) => name !== 'on'),
);
/**
 * What hides a page until its script is there, a theme that nobody can choose, hierarchies of nothing that has a page, links to what one is looking at, the way to where
 * one is, line breaks between blocks, colours of types and of examples, that an option is read only, or optional, which its type says, and a type that is returned, of
 * which nothing more is said.
 */
const PLAINER = [
  [/<wbr\/>/g, ''],
  [/<meta name="description"[^>]*>|<link rel="stylesheet" href="[^"]*highlight\.css"\/>/g, ''],
  [/<script>document\.documentElement\.dataset\.theme[^<]*<\/script>/g, ''],
  [/<section class="tsd-panel tsd-hierarchy"(?:(?!<a |<\/section>)[\s\S])*<\/section>/g, ''],
  [/<a href="[^"]*" aria-label="Permalink" class="tsd-anchor-icon">.*?<\/a>/g, ''],
  [
    /<span class="(?:tsd-signature-[a-z]+(?: external)?|tsd-kind-(?:property|parameter)|hl-\d+)">([^<]*)<\/span>/g,
    '$1',
  ],
  [/(<a[^>]*?) class="(?:tsd-signature-type )?tsd-kind-[a-z-]+"/g, '$1'],
  [/(<[a-z]+) class=""/g, '$1'],
  [/<div id="tsd-toolbar-links"><\/div>|<footer><\/footer>/g, ''],
  [/(<(?:h[1-6]|p)\b[^>]*>)<span>([^<]*)<\/span>/g, '$1$2'],
  [/<span>([^<]*)<\/span>(?=<\/h3>)/g, '$1'],
  [/<code class="tsd-tag">(?:Readonly|Optional)<\/code> ?/g, ''],
  [/<h4 class="tsd-returns-title">(?:(?!<\/h4>)[\s\S])*<\/h4>(?=<\/div><\/li>)/g, ''],
  [/<button type="button">Copy<\/button>/g, ''],
  [/<ul class="tsd-breadcrumb"[\s\S]*?<\/ul>\n?/, ''],
  [/<script async src="[^"]*hierarchy\.js"[^>]*><\/script>|<meta http-equiv[^>]*>/g, ''],
  [/<svg [^>]*><use href="[^"]*#icon-chevronDown"><\/use><\/svg>/g, ''],
  [/ autocapitalize="off"/g, ''],
  [/>\n+(?=<\/?(?:div|ul|li|section|nav|h[1-6]|p|dl|details|summary|button|header)\b)/g, '>'],
];
const AFTER_INHERITANCE = -50;
