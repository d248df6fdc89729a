// A reply made ready for the screen and the voice.

import { clauses, script } from "./wording.js";

/** `{paragraphs: [{lang, lines: [{text, index}]}], lines: [{part, speech, shown: [index]}]}`. */
export function readable(parts, replyLanguage, pageLanguage) {
  const paragraphs = [];
  const lines = [];
  let count = 0;
  const lang = replyLanguage && replyLanguage !== pageLanguage ? replyLanguage : null;
  for (const [index, part] of parts.filter((one) => one.type === "text").entries()) {
    if (!part.text) continue;
    const first = count;
    const shown = clauses(part.text);
    paragraphs.push({ lang, lines: shown.map((text, i) => ({ text, index: first + i })) });
    count += shown.length;
    for (const line of script(part.text, part.speech)) {
      lines.push({ part: index, speech: line.speech, shown: line.shown.map((i) => first + i) });
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
  if (error.code === "microphone_suspended") {
    return { ...problem, title: t("Trình duyệt chưa cho mở âm thanh."), detail: t("Anh/chị chạm nút micro một lần nữa, hoặc gõ câu hỏi."), type: true };
  }
  if (error.code === "microphone_busy" || error.code === "microphone_lost") {
    return { ...problem, title: t("Micro đang bận hoặc vừa bị rút ra."), detail: t("Anh/chị thử lại, hoặc gõ câu hỏi bên dưới."), type: true };
  }
  if (error.code?.startsWith("microphone_")) {
    return { ...problem, title: t("Máy này chưa có micro dùng được."), detail: t("Anh/chị gõ câu hỏi, hoặc chạm một ô ở trang đầu."), retry: null, type: true };
  }
  if (error.status === 429) return { ...problem, title: t("Có nhiều câu hỏi quá, anh/chị chờ vài giây rồi thử lại.") };
  return problem;
}
