// What is shown and what is said, side by side: which clauses of the text a spoken sentence is.

const SENTENCE_END = /(?<=[.!?…])\s+(?=\S)|\n+/u;
const CLAUSE_END = /(?<=[:;])\s+(?=\S)/u;
const AHEAD = 8;
const ENOUGH = 0.4;

const split = (text, border) =>
  (text || "")
    .split(border)
    .map((part) => part.trim())
    .filter(Boolean);

/** What is marked at a time: the clauses of a text, in order; nothing but white space is lost. */
export function clauses(text) {
  return split(text, SENTENCE_END).flatMap((sentence) => split(sentence, CLAUSE_END));
}

/**
 * What to read for what is shown: `[{speech, shown: [indices of clauses]}]`. Sentences run side by
 * side where there are as many of them, and so do the clauses of a sentence; a shorter wording is
 * spread over the text.
 */
export function script(text, speech) {
  const written = split(text, SENTENCE_END);
  const spoken = speech ? split(speech, SENTENCE_END) : written;
  if (spoken.length !== written.length) return align(clauses(text).length, spoken);
  let first = 0;
  return written.flatMap((sentence, i) => {
    const own = split(sentence, CLAUSE_END);
    const count = own.length;
    const said = split(spoken[i], CLAUSE_END);
    const start = first;
    first += count;
    // A wording that is no shorter is the same text in spoken form, which the server makes of ours
    // as well: read clause by clause it can be followed on the screen.
    const shorter = wordCount(spoken[i]) < wordCount(sentence);
    const lines = said.length === count ? said : shorter ? [spoken[i]] : own;
    return align(count, lines).map((line) => ({ ...line, shown: line.shown.map((k) => k + start) }));
  });
}

function wordCount(text) {
  return text.split(/\s+/).length;
}

function align(count, spoken) {
  const shown = { length: count };
  return spoken.map((s, i) => {
    const from = Math.floor((i * shown.length) / spoken.length);
    const to = Math.max(from + 1, Math.floor(((i + 1) * shown.length) / spoken.length));
    return { speech: s, shown: range(from, Math.min(to, shown.length)) };
  });
}

function range(from, to) {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/**
 * Follows a voice that reads in its own words ("1.5" as "một phẩy năm") along `lines` of `script`:
 * the words that both have in common, in order, tell how far it has come.
 */
export class Follower {
  constructor(lines) {
    this.words = [];
    this.lines = lines.map(({ speech, shown }) => {
      const first = this.words.length;
      this.words.push(...bare(speech));
      return { shown, first, length: this.words.length - first };
    });
    this.at = 0;
  }

  /** The indices of the clauses that a sentence is; sentences come in order. */
  take(text) {
    const from = this.at;
    for (const word of bare(text)) {
      const found = this.words.slice(this.at, this.at + AHEAD).indexOf(word);
      if (found >= 0) this.at += found + 1;
    }
    const covered = this.lines.map((line) => {
      const end = Math.min(line.first + line.length, this.at);
      return Math.max(0, end - Math.max(line.first, from)) / Math.max(1, line.length);
    });
    const most = Math.max(...covered, 0);
    const least = most < ENOUGH ? most : ENOUGH;
    return this.lines.flatMap((line, i) => (most > 0 && covered[i] >= least ? line.shown : []));
  }
}

function bare(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];
}
