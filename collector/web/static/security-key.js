// Asks a security key (WebAuthn) and sends its answer with the form. Without this, pages offer codes alone.
"use strict";

const toBytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), each => each.charCodeAt(0));
const toText = bytes =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = keys => (keys || []).map(key => ({ ...key, id: toBytes(key.id) }));

function asked(form) {
  const options = JSON.parse(form.dataset.asks);
  options.challenge = toBytes(options.challenge);
  if (form.dataset.key === "get") return { publicKey: { ...options, allowCredentials: named(options.allowCredentials) } };
  options.user.id = toBytes(options.user.id);
  return { publicKey: { ...options, excludeCredentials: named(options.excludeCredentials) } };
}

function said(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  const id = toText(credential.rawId);
  return JSON.stringify({ id, rawId: id, type: credential.type, response, clientExtensionResults: {} });
}

function show(form, which) {
  for (const each of form.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== which;
}

async function touch(form) {
  const button = form.querySelector("button");
  show(form, "touch");
  button.disabled = true;
  try {
    form.elements.answer.value = said(await navigator.credentials[form.dataset.key](asked(form)));
    form.submit();
  } catch (problem) {
    button.disabled = false;
    show(form, problem.name === "InvalidStateError" ? "known" : "nothing");
    button.focus();
  }
}

for (const form of document.querySelectorAll("form[data-key]")) {
  if (!window.PublicKeyCredential || !navigator.credentials) continue;
  form.querySelector("[data-without]").hidden = true;
  form.querySelector("[data-with]").hidden = false;
  form.addEventListener("submit", event => {
    event.preventDefault();
    touch(form);
  });
  if (form.dataset.key === "get") form.querySelector("button").focus();
}
