// The server's HTTP door: JSON in and out, problem details as `ApiError`.

import { language } from "./i18n.js";

export class ApiError extends Error {
  constructor({ code, status = 0, detail = "", retryAfter = null }) {
    super(detail || code);
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }

  /** Whether the server is away or starting, so that the same request makes sense again soon. */
  get temporary() {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

async function problem(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // An answer without a body still has its status.
  }
  return new ApiError({
    code: body.code || `http_${response.status}`,
    status: response.status,
    detail: typeof body.detail === "string" ? body.detail : "",
    retryAfter: Number(response.headers.get("Retry-After")) || null,
  });
}

/** Fetch; returns the response when it is 2xx, throws `ApiError` otherwise. */
export async function call(method, path, options = {}) {
  const { body, token, timeout = 20000, headers = {}, keepalive = false, signal } = options;
  const all = { "Accept-Language": language(), ...headers };
  if (body !== undefined) all["Content-Type"] = "application/json";
  if (token) all.Authorization = `Bearer ${token}`;
  const limit = AbortSignal.timeout(timeout);
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: all,
      body: body === undefined ? undefined : JSON.stringify(body),
      keepalive,
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError({ code: "network" });
  }
  if (!response.ok) throw await problem(response);
  return response;
}

export async function getJson(path, options) {
  return (await call("GET", path, options)).json();
}

export async function postJson(path, body, options = {}) {
  const response = await call("POST", path, { ...options, body });
  return response.status === 204 ? null : response.json();
}
