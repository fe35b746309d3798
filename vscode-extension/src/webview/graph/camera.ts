/** What part of a picture is seen, and how large. Pure. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Rectangle extends Size {
  readonly x: number;
  readonly y: number;
}

/** A point `p` of the picture is seen at `p * scale + (x, y)`. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const SMALLEST = 0.02;
const LARGEST = 4;
const MARGIN = 16;

/** All of the picture in the window, never larger than it is. */
export function fit(picture: Size, window: Size): Camera {
  const room = (of: number): number => Math.max(1, of - 2 * MARGIN);
  const scale = within(
    Math.min(room(window.width) / Math.max(1, picture.width), room(window.height) / Math.max(1, picture.height), 1),
  );
  return {
    scale,
    x: (window.width - picture.width * scale) / 2,
    y: Math.max(MARGIN, (window.height - picture.height * scale) / 2),
  };
}

export function pan(camera: Camera, dx: number, dy: number): Camera {
  return { ...camera, x: camera.x + dx, y: camera.y + dy };
}

/** Larger or smaller, with the point of the window at (`x`, `y`) where it is. */
export function zoom(camera: Camera, factor: number, x: number, y: number): Camera {
  const scale = within(camera.scale * factor);
  const ratio = scale / camera.scale;
  return { scale, x: x - (x - camera.x) * ratio, y: y - (y - camera.y) * ratio };
}

/** Moved as little as needed for `box` to be seen; at a size at which it can be read. */
export function show(camera: Camera, box: Rectangle, window: Size): Camera {
  const readable = camera.scale < 0.4 ? zoom(camera, 0.8 / camera.scale, window.width / 2, window.height / 2) : camera;
  const left = box.x * readable.scale + readable.x;
  const top = box.y * readable.scale + readable.y;
  return pan(
    readable,
    into(left, box.width * readable.scale, window.width),
    into(top, box.height * readable.scale, window.height),
  );
}

/** By how much something must be moved to stand in a row of `room`. */
function into(start: number, length: number, room: number): number {
  if (start < MARGIN || length > room - 2 * MARGIN) {
    return MARGIN - start;
  }
  const over = start + length + MARGIN - room;
  return over > 0 ? -over : 0;
}

function within(scale: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST, scale));
}
