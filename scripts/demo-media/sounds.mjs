#!/usr/bin/env node
/**
 * Makes the recording of the demo library: the three sounds of the wall screen, one after the other.
 *
 *     node scripts/demo-media/sounds.mjs > fixtures/demo/assets/sound-notices.wav
 *
 * The same program gives the same bytes. The captions beside the file name the same moments.
 */

const RATE = 8000;
const SECONDS = 8;

/** Begin in seconds, length in seconds, frequency in hertz. */
const TONES = [
  [0.5, 0.35, 523.25], // online again: rising
  [0.9, 0.6, 783.99],
  [3.0, 0.3, 587.33], // held: the same tone twice
  [3.5, 0.5, 587.33],
  [5.5, 0.35, 659.25], // offline: falling
  [5.95, 0.35, 523.25],
  [6.4, 0.8, 392.0],
];

const samples = new Float64Array(RATE * SECONDS);
for (const [begin, length, frequency] of TONES) {
  const count = Math.round(length * RATE);
  for (let n = 0; n < count; n++) {
    const time = n / RATE;
    // A soft beginning and a bell's end: no clicks.
    const loudness = Math.min(1, time / 0.01) * Math.exp((-3 * time) / length) * Math.min(1, (count - n) / 200);
    const angle = 2 * Math.PI * frequency * time;
    samples[Math.round(begin * RATE) + n] += 0.5 * loudness * (Math.sin(angle) + 0.3 * Math.sin(2 * angle));
  }
}

// RIFF WAVE, 16 bits, mono.
const wave = Buffer.alloc(44 + samples.length * 2);
wave.write("RIFF", 0);
wave.writeUInt32LE(wave.length - 8, 4);
wave.write("WAVEfmt ", 8);
wave.writeUInt32LE(16, 16);
wave.writeUInt16LE(1, 20);
wave.writeUInt16LE(1, 22);
wave.writeUInt32LE(RATE, 24);
wave.writeUInt32LE(RATE * 2, 28);
wave.writeUInt16LE(2, 32);
wave.writeUInt16LE(16, 34);
wave.write("data", 36);
wave.writeUInt32LE(samples.length * 2, 40);
samples.forEach((sample, n) => wave.writeInt16LE(Math.round(sample * 32767), 44 + n * 2));
process.stdout.write(wave);
