import { bytes, count, kind } from './generator.ts';

const WORD = 8;

/** Every `stride` bytes; each pass begins one word further, as a walk down the columns of a matrix does. */
export const stride = kind({
  name: 'stride',
  summary: 'every so many bytes of an array; each pass begins one word further (columns of a matrix)',
  parameters: {
    size: bytes(64 << 20, 'bytes of the array'),
    stride: count(4096, 'bytes from one access to the next', WORD),
  },
  *play(scene, { size, stride }) {
    const area = scene.map(scene.start('stride'), size);
    while (true)
      for (let start = 0; start + WORD <= Math.min(stride, area.bytes); start += WORD)
        for (let at = start; at + WORD <= area.bytes; at += stride) {
          area.load(at);
          if (scene.full) yield;
        }
  },
});
