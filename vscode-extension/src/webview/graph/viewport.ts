/** The window onto the picture: wheel, drag, and the camera that both move. */
import { type Camera, fit, pan, type Rectangle, show, type Size, zoom } from "./camera";

/** How long after the last change the picture is drawn sharply again. */
const REST_MS = 150;
/** A wheel's step. */
const WHEEL = 0.0015;

export class Viewport {
  private camera: Camera = { x: 0, y: 0, scale: 1 };
  private frame: number | undefined;
  private rest: ReturnType<typeof setTimeout> | undefined;

  /** `stage` is what is moved inside of `window`. */
  constructor(
    private readonly window: HTMLElement,
    private readonly stage: HTMLElement,
  ) {
    window.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const { x, y } = this.point(event);
        if (event.ctrlKey || event.metaKey) {
          this.move(zoom(this.camera, Math.exp(-event.deltaY * WHEEL * 4), x, y));
        } else {
          this.move(pan(this.camera, -event.deltaX, -event.deltaY));
        }
      },
      { passive: false },
    );
  }

  fit(picture: Size): void {
    this.move(fit(picture, this.size()));
  }

  show(box: Rectangle): void {
    this.move(show(this.camera, box, this.size()));
  }

  pan(dx: number, dy: number): void {
    this.move(pan(this.camera, dx, dy));
  }

  /** In or out around the middle. */
  zoom(factor: number): void {
    const { width, height } = this.size();
    this.move(zoom(this.camera, factor, width / 2, height / 2));
  }

  /** The place in the picture under an event. */
  inPicture(event: MouseEvent): { x: number; y: number } {
    const { x, y } = this.point(event);
    return { x: (x - this.camera.x) / this.camera.scale, y: (y - this.camera.y) / this.camera.scale };
  }

  private point(event: MouseEvent): { x: number; y: number } {
    const bounds = this.window.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  }

  private size(): Size {
    return { width: this.window.clientWidth, height: this.window.clientHeight };
  }

  /** Drawn once a frame, as one layer that is moved: nothing of it is drawn anew while it moves. */
  private move(camera: Camera): void {
    this.camera = camera;
    this.stage.classList.add("moving");
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.stage.classList.remove("moving");
    }, REST_MS);
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      const { x, y, scale } = this.camera;
      this.stage.style.transform = `translate(${String(x)}px, ${String(y)}px) scale(${String(scale)})`;
    });
  }
}
