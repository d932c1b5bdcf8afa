import type { Locator } from '@playwright/test';
import type { Picture } from '../../web/src/elements/rooms/picture-field.ts';
import type { Tensor } from '../../web/src/index.node.ts';

/** The picture that a `<picture-field>` shows, as the engine takes it. */
export async function tensorIn(field: Locator): Promise<Tensor> {
  const { height, width, channels, data } = await field.evaluate((element) => {
    const { picture } = element as unknown as { picture: Picture };
    return { ...picture, data: Array.from(picture.data) };
  });
  return { shape: channels === 1 ? [height, width] : [height, width, channels], data: Float32Array.from(data) };
}

/** A number as pages write it. */
export const numberIn = async (field: Locator): Promise<number> => Number((await field.innerText()).replace('−', '-'));

/** An image file of that size, each pixel a byte. */
export function bitmapFile(width: number, height: number): Buffer {
  const [row, start] = [Math.ceil((3 * width) / 4) * 4, 54];
  const file = Buffer.alloc(start + row * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; ++y) {
    for (let x = 0; x < 3 * width; ++x)
      file[start + y * row + x] = (5 * Math.floor(x / 3) + 3 * y + 40 * (x % 3)) % 256;
  }
  return file;
}
