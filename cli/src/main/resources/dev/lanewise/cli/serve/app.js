import { Pad } from "./pad.js";

const $ = (id) => document.getElementById(id);
const MODELS = ["mlp", "softmax"];
/** Between two looks at how far the training is, in milliseconds. */
const POLL = 400;

const settings = $("settings");
const pad = new Pad($("pad"), $("pen"), () => schedule(), () => announce());

let timer = 0;
let asking = false;
let stale = false;
let latest = "";

/** Asks at most once a frame, and never before the last answer has come. */
function schedule() {
  $("pad-hint").hidden = !pad.empty;
  if (!timer) timer = requestAnimationFrame(ask);
}

async function ask() {
  timer = 0;
  if (pad.empty) return forget();
  if (asking) {
    stale = true;
    return;
  }
  asking = true;
  stale = false;
  try {
    const { side, pixels } = pad.image();
    const answer = await post("/v1/classify", {
      images: [{ side, pixels }],
      k: Number(settings.k.value),
      metric: settings.metric.value,
      backend: settings.elements.backend?.value || undefined,
      pixels: true,
    });
    complain("");
    if (!pad.empty) show(answer);
  } catch (error) {
    complain(error.message);
  } finally {
    asking = false;
  }
  if (stale) schedule();
}

async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error("The server does not answer. Is it still running?");
  }
  const content = await response.json();
  if (!response.ok) throw new Error(`${content.title}: ${content.detail}`);
  return content;
}

function complain(message) {
  $("error").textContent = message;
  $("error").hidden = !message;
}

const percent = (p) => `${(100 * p).toFixed(1)} %`;
const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(2) : ms.toFixed(0)} ms`;

function verdict(id, digit, sure, time) {
  const [number, how, took] = $(`verdict-${id}`).querySelectorAll("p");
  number.textContent = digit;
  how.textContent = sure;
  took.textContent = time;
}

function show(answer) {
  const nearest = answer.neighbors.results[0];
  const winner = nearest.votes.find((vote) => vote.label === nearest.label);
  verdict(
    "knn",
    nearest.label,
    `${winner.votes} of ${answer.neighbors.k} votes`,
    milliseconds(answer.neighbors.milliseconds),
  );
  const words = [`nearest neighbours say ${nearest.label}`];
  for (const model of answer.models) {
    const guess = model.results?.[0];
    verdict(
      model.model,
      guess?.label ?? "–",
      guess ? percent(guess.probabilities[guess.label]) : model.status,
      guess ? milliseconds(model.milliseconds) : "",
    );
    if (guess) {
      bars(model.model, guess);
      words.push(`${model.model === "mlp" ? "the neural network" : "softmax"} says ${guess.label}`);
    }
  }
  latest = words.join(", ");
  paint($("normalized"), answer.normalized[0]);
  neighbors(nearest);
  document.body.dataset.answers = Number(document.body.dataset.answers ?? 0) + 1;
}

function bars(model, guess) {
  guess.probabilities.forEach((p, digit) => {
    const cell = $(`${model}-${digit}`);
    cell.querySelector("b").style.width = `${100 * p}%`;
    cell.querySelector("span").textContent = guess.label < 0 ? "–" : percent(p);
    cell.classList.toggle("best", digit === guess.label);
  });
}

function neighbors(nearest) {
  $("votes").replaceChildren(
    ...nearest.votes.flatMap((vote, i) => {
      const label = document.createElement("b");
      label.textContent = vote.label;
      const count = vote.votes === 1 ? "1 vote" : `${vote.votes} votes`;
      return [i ? ", " : "", label, `: ${count}`];
    }),
  );
  $("neighbors").replaceChildren(
    ...nearest.neighbors.map((neighbor) => {
      const item = document.createElement("li");
      const picture = document.createElement("canvas");
      picture.width = picture.height = 28;
      picture.role = "img";
      picture.ariaLabel = `Training image ${neighbor.row}, a ${neighbor.label}`;
      paint(picture, neighbor.pixels);
      const text = document.createElement("p");
      const label = document.createElement("b");
      label.textContent = neighbor.label;
      const far = Math.round(neighbor.distance).toLocaleString("en");
      text.append(label, ` at ${far}`);
      item.title = `Training image ${neighbor.row} at distance ${neighbor.distance}`;
      item.classList.toggle("agrees", neighbor.label === nearest.label);
      item.append(picture, text);
      return item;
    }),
  );
}

function paint(canvas, pixels) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(28, 28);
  pixels.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  context.putImageData(image, 0, 0);
}

/** A reader that speaks is told once a stroke, not once a frame. */
function announce() {
  setTimeout(() => ($("summary").textContent = latest), 300);
}

function forget() {
  latest = "";
  for (const id of ["knn", ...MODELS]) verdict(id, "–", "\u00a0", "\u00a0");
  for (const model of MODELS) bars(model, { label: -1, probabilities: new Array(10).fill(0) });
  $("normalized").getContext("2d").clearRect(0, 0, 28, 28);
  $("votes").textContent = "They appear here, nearest first, as you draw.";
  $("neighbors").replaceChildren();
  $("summary").textContent = "";
}

function table() {
  const body = $("probabilities").tBodies[0];
  for (let digit = 0; digit < 10; digit++) {
    const row = body.insertRow();
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = digit;
    row.append(head);
    for (const model of MODELS) {
      const bar = document.createElement("div");
      bar.className = `bar ${model}`;
      bar.id = `${model}-${digit}`;
      const track = document.createElement("i");
      track.append(document.createElement("b"));
      bar.append(track, document.createElement("span"));
      row.insertCell().append(bar);
    }
  }
}

/** Shows what the server has, and follows the training until it is done. */
async function follow(first) {
  let info;
  try {
    const response = await fetch("/v1/models");
    info = await response.json();
  } catch {
    complain("The server does not answer. Is it still running?");
    setTimeout(() => follow(first), 5 * POLL);
    return;
  }
  if (first) {
    complain("");
    $("data").textContent = `${info.data.images.toLocaleString("en")} training images of ` +
      "handwritten digits: exact nearest neighbours and two trained models answer while you draw.";
    settings.k.max = Math.min(20, info.limits.k);
    $("backends").replaceChildren(
      ...info.backends.map((name, i) => {
        const label = document.createElement("label");
        const input = document.createElement("input");
        Object.assign(input, { type: "radio", name: "backend", value: name, defaultChecked: !i });
        const text = document.createElement("span");
        text.textContent = name;
        label.append(input, text);
        return label;
      }),
    );
  }
  training(info.models);
  if (info.models.some((model) => ["waiting", "training"].includes(model.status))) {
    setTimeout(() => follow(false), POLL);
  } else {
    schedule();
  }
}

function training(models) {
  const unfinished = models.filter((model) => model.status !== "ready");
  const box = $("training");
  box.hidden = !unfinished.length;
  box.replaceChildren(
    ...unfinished.map((model) => {
      const label = document.createElement("label");
      const words = {
        waiting: "is waiting to be trained",
        training: `is being trained: ${Math.floor(100 * model.progress)} %`,
        failed: "could not be trained; the server's log says why",
      };
      label.textContent = `The ${model.title} ${words[model.status]}`;
      if (model.status !== "failed") {
        const bar = document.createElement("progress");
        bar.value = model.progress;
        label.append(bar);
      }
      return label;
    }),
  );
  for (const model of models) {
    if (model.accuracy !== undefined) {
      $(`verdict-${model.id}`).title =
        `${model.detail}; ${percent(model.accuracy)} of the test images are right`;
    }
  }
}

$("clear").addEventListener("click", () => pad.clear());
settings.addEventListener("input", () => {
  $("k-value").textContent = settings.k.value;
  schedule();
});
settings.addEventListener("submit", (event) => event.preventDefault());
table();
follow(true);
