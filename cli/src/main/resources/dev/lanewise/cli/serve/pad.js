// A square to draw on: white strokes on black, by pointer or by keyboard.

/** As wide, compared with a digit that fills the square, as the strokes of MNIST are. */
const WIDTH = 20;
/** Of the pen, in pixels, for one press of an arrow key. */
const STEP = 10;

/** The fraction of the square's edge at which its drawing is read: 280 pixels become 140. */
const SHRINK = 2;

export class Pad {
  #canvas;
  #context;
  #pen;
  #changed;
  #ended;
  #pointer = null;
  #last = null;
  #cursor = { x: 140, y: 60 };
  #down = false;
  #empty = true;

  /**
   * @param canvas to draw on
   * @param pen marks the keyboard's pen
   * @param changed called while something is drawn or cleared
   * @param ended called when a stroke is done
   */
  constructor(canvas, pen, changed, ended) {
    this.#canvas = canvas;
    this.#pen = pen;
    this.#changed = changed;
    this.#ended = ended;
    this.#context = canvas.getContext("2d", { willReadFrequently: true });
    this.#context.lineCap = "round";
    this.#context.lineJoin = "round";
    this.#context.lineWidth = WIDTH;
    this.#context.strokeStyle = "#fff";
    canvas.addEventListener("pointerdown", (event) => this.#press(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const type of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(type, (event) => this.#lift(event));
    }
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => this.#hidePen());
    this.#blank();
  }

  get empty() {
    return this.#empty;
  }

  clear() {
    this.#blank();
    this.#changed();
  }

  /** The drawing as the API takes it: side, and side * side grey values, white on black. */
  image() {
    const { width } = this.#canvas;
    const { data } = this.#context.getImageData(0, 0, width, width);
    const side = width / SHRINK;
    const pixels = new Array(side * side);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        let sum = 0;
        for (let dy = 0; dy < SHRINK; dy++) {
          for (let dx = 0; dx < SHRINK; dx++) {
            sum += data[4 * ((y * SHRINK + dy) * width + x * SHRINK + dx)];
          }
        }
        pixels[y * side + x] = Math.round(sum / (SHRINK * SHRINK));
      }
    }
    return { side, pixels };
  }

  #blank() {
    this.#context.fillStyle = "#000";
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#empty = true;
  }

  #at(event) {
    const box = this.#canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) * this.#canvas.width) / box.width,
      y: ((event.clientY - box.top) * this.#canvas.height) / box.height,
    };
  }

  #line(to) {
    const from = this.#last ?? to;
    this.#context.beginPath();
    this.#context.moveTo(from.x, from.y);
    this.#context.lineTo(to.x, to.y);
    this.#context.stroke();
    this.#last = to;
    this.#empty = false;
    this.#changed();
  }

  #press(event) {
    // One finger draws; another that comes to rest does not.
    if (this.#pointer !== null || event.button !== 0) return;
    this.#pointer = event.pointerId;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#hidePen();
    this.#line(this.#at(event));
  }

  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    // A fast pointer moves several times between two frames.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) this.#line(this.#at(one));
  }

  #lift(event) {
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#last = null;
    this.#ended();
  }

  #hidePen() {
    if (this.#down) this.#ended();
    this.#pen.hidden = true;
    this.#down = false;
    this.#last = null;
  }

  #key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    const inside = (value) => Math.min(this.#canvas.width, Math.max(0, value));
    if (move) {
      this.#cursor = {
        x: inside(this.#cursor.x + move[0] * STEP),
        y: inside(this.#cursor.y + move[1] * STEP),
      };
      if (this.#down) this.#line(this.#cursor);
    } else if (event.key === " ") {
      this.#down = !this.#down;
      this.#last = null;
      if (this.#down) this.#line(this.#cursor);
      else this.#ended();
    } else if (event.key === "Escape") {
      this.clear();
    } else {
      return;
    }
    event.preventDefault();
    this.#pen.hidden = false;
    this.#pen.classList.toggle("down", this.#down);
    this.#pen.style.left = `${(100 * this.#cursor.x) / this.#canvas.width}%`;
    this.#pen.style.top = `${(100 * this.#cursor.y) / this.#canvas.height}%`;
  }
}
