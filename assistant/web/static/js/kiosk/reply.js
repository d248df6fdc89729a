// A reply made ready for the screen and the voice.

import { clauses, script } from "./speaker.js";

/** `{paragraphs: [{lang, lines: [{text, index}]}], lines: [{speech, shown: [index]}]}`. */
export function readable(parts, replyLanguage, pageLanguage) {
  const paragraphs = [];
  const lines = [];
  let count = 0;
  const lang = replyLanguage && replyLanguage !== pageLanguage ? replyLanguage : null;
  for (const part of parts.filter((one) => one.type === "text" && one.text)) {
    const first = count;
    const shown = clauses(part.text);
    paragraphs.push({ lang, lines: shown.map((text, i) => ({ text, index: first + i })) });
    count += shown.length;
    for (const line of script(part.text, part.speech)) {
      lines.push({ speech: line.speech, shown: line.shown.map((i) => first + i) });
    }
  }
  return { paragraphs, lines };
}

/** An error in plain words, with a way on. `retry` repeats the request. */
export function plainProblem(error, t, retry) {
  const problem = { title: t("Em chưa trả lời được, xin lỗi anh/chị."), detail: error.detail || "", retry, type: false };
  if (error.code === "microphone_denied") {
    return { ...problem, title: t("Máy chưa được phép dùng micro."), detail: t("Anh/chị gõ câu hỏi, hoặc chạm một ô ở trang đầu."), retry: null, type: true };
  }
  if (error.code?.startsWith("microphone_")) {
    return { ...problem, title: t("Máy này chưa có micro dùng được."), detail: t("Anh/chị gõ câu hỏi, hoặc chạm một ô ở trang đầu."), retry: null, type: true };
  }
  if (error.status === 429) return { ...problem, title: t("Có nhiều câu hỏi quá, anh/chị chờ vài giây rồi thử lại.") };
  return problem;
}
