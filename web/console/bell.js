// What calls a lawyer who looks elsewhere: a tone that repeats, and the title of the tab.

import { $ } from "/assets/shared/page.js";

const AGAIN_MS = 2500;

export class Bell {
  constructor() {
    this.audio = null;
    this.timer = null;
    // A browser lets a page sound only after somebody touched it.
    for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, () => this.enable());
  }

  enable() {
    try {
      this.audio ??= new AudioContext();
      this.audio.resume().then(() => this.showSound(), () => this.showSound());
    } catch { /* no sound device: the card and the title tell it */ }
  }

  ringing(on) {
    clearInterval(this.timer);
    if (!on) return this.showSound();
    this.tone(880);
    this.timer = setInterval(() => this.tone(880), AGAIN_MS);
    this.showSound();
  }

  // A word from a resident while the lawyer is in another tab.
  word() {
    if (document.hidden) this.tone(660);
  }

  tone(hertz) {
    if (this.audio?.state !== "running") return;
    const tone = this.audio.createOscillator();
    const volume = this.audio.createGain();
    volume.gain.value = 0.15;
    tone.frequency.value = hertz;
    tone.connect(volume).connect(this.audio.destination);
    tone.start();
    tone.stop(this.audio.currentTime + 0.25);
  }

  showSound() {
    $("sound").hidden = this.audio?.state === "running";
  }
}
